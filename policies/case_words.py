"""What is wrong with files of cases, and how policies break what these say. Czech first."""

from typing import Literal

from policies.fault import CS, EN, Words
from policies.model import Text

SHOWN: Text = {
    CS: "jak se případy píší, ukazuje docs/policies.md",
    EN: "docs/policies.md shows how cases are written",
}
_CORRECT: Text = {CS: f"opravte to; {SHOWN[CS]}", EN: f"correct it; {SHOWN[EN]}"}
_SPLIT: Text = {CS: f"rozdělte to; {SHOWN[CS]}", EN: f"split it; {SHOWN[EN]}"}

# A file.

TOO_LONG = Words(
    {CS: "soubor má více než {most} znaků", EN: "the file has more than {most} characters"}, _SPLIT
)
LINE_TOO_LONG = Words(
    {CS: "některý řádek má více než {most} znaků", EN: "a line has more than {most} characters"}, _SPLIT
)
TOO_MANY = Words(
    {CS: "v jednom souboru je více než {most} případů", EN: "there are more than {most} cases in one file"},
    _SPLIT,
)
TOO_DEEP = Words(
    {
        CS: "seznamy nebo tabulky jsou v sobě příliš hluboko vnořené",
        EN: "lists or tables stand too deep in each other",
    },
    _CORRECT,
)
NOT_TOML = Words({CS: "není to TOML. Jeho čtení hlásí: {said}", EN: "not TOML: {said}"}, _CORRECT)
KEY_UNKNOWN = Words(
    {CS: "{key} tu není známo", EN: "{key} is not known here"},
    {CS: f"napište [[case]] nebo [[never]]; {SHOWN[CS]}", EN: f"write [[case]] or [[never]]; {SHOWN[EN]}"},
)
NO_TABLES = Words(
    {CS: "{key} není seznam tabulek", EN: "{key} is no list of tables"},
    {CS: "napište [[{key}]]", EN: "write [[{key}]]"},
)
OTHERWISE_UNCLEAR = Words(
    {
        CS: "otherwise není ani permitted, ani refused",
        EN: "otherwise is neither permitted nor refused",
    },
    {CS: "řekněte, co dělají ostatní pravidla", EN: "say what the other policies do"},
)
OTHERWISE_NEEDLESS = Words(
    {CS: "otherwise tu nic neznamená", EN: "otherwise means nothing here"},
    {CS: "odstraňte to: ostatní pravidla jsou známa", EN: "take it out: the other policies are known"},
)

# One case, or one thing that must never be.

FIELD_UNKNOWN = Words(
    {CS: "{path} v [[{key}]] nic neznamená", EN: "{path} is nothing a {key} may say"}, SHOWN
)
VALUE_UNFIT = Words({CS: "hodnota sem nepatří. Kontrola hlásí: {said}", EN: "{said}"}, SHOWN)
NAMED_TWICE = Words(
    {
        CS: "„{name}“ se v tomto souboru jmenuje už jiný",
        EN: '"{name}" is the name of another one in this file',
    },
    {CS: "dejte tomuto vlastní jméno", EN: "give this one a name of its own"},
)
NO_ROLE = Words(
    {CS: "„{role}“ není role", EN: '"{role}" is no role'},
    {CS: "použijte některou z policies/schema.cedarschema", EN: "use one of policies/schema.cedarschema"},
)
TITLE_EMPTY = Words(
    {CS: "{title} je prázdné", EN: "{title} is empty"},
    {
        CS: "řekněte to větou, které úředníci rozumějí",
        EN: "say it in a sentence that officials understand",
    },
)
NO_FACT = Words(
    {CS: "„{name}“ není okolnost", EN: '"{name}" is no fact'},
    {CS: "použijte některou z těchto: {known}", EN: "use one of {known}"},
)
NO_HOUR = Words(
    {CS: "taková hodina ve dni není", EN: "an hour is none of the day"},
    {CS: "pište hodiny od 0 do 23", EN: "write hours from 0 to 23"},
)
NO_DAY = Words(
    {CS: "takový den v týdnu není", EN: "a day is none of the week"},
    {CS: "pište dny od 1 (pondělí) do 7", EN: "write days from 1 (Monday) to 7"},
)
NOTHING_WEAKER = Words(
    {CS: "nic není slabší než heslo", EN: "nothing is weaker than a password"},
    {CS: "napište two-factors nebo phishing-resistant", EN: "write two-factors or phishing-resistant"},
)
NOT_OURS = Words(
    {
        CS: "soubor obce {only} mluví o tom, co patří obci {code}",
        EN: "the file of municipality {only} speaks of resources of {code}",
    },
    {
        CS: "odstraňte ten řádek, nebo ať to řeknou společná pravidla centra",
        EN: "take the line out, or let the region say it",
    },
)
NO_ZONE = Words(
    {CS: "{path} nemá časové pásmo", EN: "{path} has no zone"},
    {CS: "napište to jako 2026-11-23T09:00:00+01:00", EN: "write it as 2026-11-23T09:00:00+01:00"},
)

# What they say and policies break.

BROKEN: dict[Literal["case", "never"], Words] = {
    "case": Words(
        {
            CS: "případ „{title}“ nevychází v obci {at}: {broken}",
            EN: 'the case "{title}" is broken at {at}: {broken}',
        },
        {
            CS: "opravte pravidlo; jestliže přestal platit sám případ, změňte ho týmž krokem",
            EN: "correct the policy; where the case itself no longer holds, change it in the same step",
        },
    ),
    "never": Words(
        {
            CS: "„{title}“ ({name}) v obci {at} neplatí, {broken}",
            EN: '"{title}" ({name}) does not hold at {at}: {broken}',
        },
        {
            CS: "vezměte zpět pravidlo, které to povoluje, nebo zužte, co nikdy nesmí být",
            EN: "take the policy back that permits it, or narrow what must never be",
        },
    ),
}
UNTRIED = Words(
    {
        CS: "„{title}“ ({name}) není v obci {at} vyzkoušeno pro pravidlo {policy}, možná to povoluje",
        EN: '"{title}" ({name}) is not tried for the policy {policy} at {at}, which may permit it',
    },
    {
        CS: "ptá se na okolnosti, které zkouška neumí připravit: posuďte to pravidlo sami, nebo ho napište jednodušeji",
        EN: "it asks for what the trial cannot make: judge that policy yourself, or write it more simply",
    },
)
AT_SEVERAL: Text = {CS: "{name} (a v dalších obcích: {more})", EN: "{name} and {more} more"}
OTHERWISE_DECIDED: Text = {
    CS: "mělo to být {expected}, a je to {found}",
    EN: "expected to be {expected}, and is {found}",
}
REFUSED: Text = {CS: "odmítnuto ({reason})", EN: "refused ({reason})"}
PERMITTED: Text = {CS: "povoleno", EN: "permitted"}
BY: Text = {CS: "{verdict} pravidlem {rule}", EN: "{verdict} by {rule}"}
