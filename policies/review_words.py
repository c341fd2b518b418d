"""What the review of policies objects to, from the folder down to the words of one policy. Czech first."""

from policies.fault import CS, EN, Words
from policies.model import Text
from policies.parsed import TOO_DEEP as WHAT_IS_TOO_DEEP

# A folder, a file.

FOLDER_UNREADABLE = Words(
    {CS: "složku nelze přečíst; systém hlásí: {said}", EN: "the folder cannot be read: {said}"},
    {CS: "vytvořte ji, nebo opravte [policies]", EN: "create it or correct [policies]"},
)
FILE_UNREADABLE = Words(
    {CS: "soubor nelze přečíst; systém hlásí: {said}", EN: "the file cannot be read: {said}"},
    {CS: "zkontrolujte jeho vlastníka a oprávnění", EN: "check its owner and mode"},
)
FILE_TOO_LARGE = Words(
    {CS: "soubor je větší než 1 MiB", EN: "the file is larger than 1 MiB"},
    {CS: "rozdělte ho, nebo odstraňte, co není pravidlo", EN: "split it or remove what is not a policy"},
)
NOT_UTF8 = Words(
    {CS: "soubor není text v UTF-8", EN: "the file is not text in UTF-8"},
    {CS: "uložte ho jako UTF-8", EN: "save it as UTF-8"},
)
NO_GUARDRAILS = Words(
    {CS: "společná pravidla centra chybějí", EN: "the region has no policies"},
    {CS: "vložte sem společná pravidla (*.cedar)", EN: "put the guardrails (*.cedar) there"},
)
LEFT_WITHOUT = Words(
    {
        CS: "obec {name} by zůstala bez pravidel: nikdo by tam nic neotevřel, ani stránky o pravidlech",
        EN: "{name} would be left without any policy: nobody could open anything there, nor the pages about policies",
    },
    {
        CS: "ponechte jí aspoň jedno pravidlo; uzavřít obec umí incident, a obec, která z okresu odešla, patří "
        "zároveň odebrat i ze seznamu obcí v nastavení",
        EN: "leave it one policy at least; to close a municipality use the incident switch, and one that has left the "
        "district leaves the list of municipalities in the settings too",
    },
)
UNGUARDED = Words(
    {
        CS: "společným pravidlům by nezbyl žádný zákaz: obcím by nic nebránilo povolit cokoli",
        EN: "no forbid would be left among the region's policies: nothing would keep a municipality from permitting "
        "whatever it likes",
    },
    {
        CS: "ponechte aspoň jeden zákaz (forbid), který platí pro všechny",
        EN: "leave one forbid at least that binds everyone",
    },
)
NOBODYS_FILE = Words(
    {
        CS: "„{code}“ není kód žádné z obcí, kterým centrum slouží",
        EN: '"{code}" is not a municipality of the district',
    },
    {
        CS: "pojmenujte soubor kódem některé z těchto obcí, nebo ho odstraňte",
        EN: "name the file after the code of a municipality of the district, or remove it",
    },
)
HIDDEN = Words(
    {
        CS: "stojí tu znak, který není vidět ({character})",
        EN: "there is a character that cannot be seen ({character})",
    },
    {
        CS: "odstraňte ho: kdo text schvaluje, musí ho vidět celý",
        EN: "take it out: whoever approves a text has to see all of it",
    },
)
TOO_LONG = Words(
    {CS: "text má více než {most} znaků", EN: "the text has more than {most} characters"},
    {
        CS: "řekněte totéž méně pravidly, pomocí množin rolí",
        EN: "say the same with fewer policies, by sets of roles",
    },
)
TOO_MANY_LINES = Words(
    {CS: "text má více než {most} řádků", EN: "the text has more than {most} lines"},
    {
        CS: "řekněte totéž méně pravidly, pomocí množin rolí",
        EN: "say the same with fewer policies, by sets of roles",
    },
)
TOO_MANY = Words(
    {
        CS: "počet pravidel je {count}, jedna obec jich smí mít nejvýše {most}",
        EN: "there are {count} policies, more than {most} of one municipality",
    },
    {
        CS: "řekněte totéž méně pravidly, pomocí množin rolí",
        EN: "say the same with fewer, by sets of roles",
    },
)

# One statement, as Cedar reads it.

TOO_DEEP = Words(
    {
        CS: "na jedno pravidlo je to příliš dlouhé nebo příliš hluboko vnořené",
        EN: WHAT_IS_TOO_DEEP,
    },
    {
        CS: "rozdělte to do více pravidel, nebo použijte množiny",
        EN: "say it in several policies, or with sets",
    },
)
NOT_CEDAR = Words(
    {CS: "není to pravidlo jazyka Cedar. Cedar hlásí: {said}", EN: "not a Cedar policy: {said}"},
    {
        CS: "opravte zápis na tomto místě; pravidlo obce může místo vás napsat formulář",
        EN: "correct the syntax at this place; a policy of a municipality can be written by a form instead",
    },
)
NOT_ONE = Words(
    {
        CS: "není to právě jedno pravidlo bez zástupných míst (?principal, ?resource)",
        EN: "not exactly one policy without slots (?principal, ?resource)",
    },
    {
        CS: "napište jedno úplné pravidlo až po středník; šablony jazyka Cedar se tu nepoužívají",
        EN: "write one complete policy up to the semicolon; templates are not used here",
    },
)
OF_THE_SCHEMA = {CS: "Cedar hlásí: {said}", EN: "{said}"}
KNOWN_THERE = {
    CS: "opravte jméno; známá jména: {known}",
    EN: "correct the name; known there are {known}",
}
NAMES = "známá jména"


def _either(what: Text, known: str = NAMES) -> tuple[Words, Words]:
    """Where nothing known resembles the name, and where something does. `known`: what they are called in Czech."""
    correct = {CS: f"opravte jméno; {known}: {{known}}", EN: KNOWN_THERE[EN]}
    meant = {
        CS: f"nemá to být `{{meant}}`? {known.capitalize()}: {{known}}",
        EN: "is `{meant}` meant? Known there are {known}",
    }
    return Words(what, correct), Words(what, meant)


NO_ATTRIBUTE = _either(
    {CS: "atribut „{name}“ tu není znám", EN: 'attribute "{name}" is not known there'},
    "známé atributy",
)
NO_ONE_OF = {
    "Role": _either({CS: "role „{name}“ není známa", EN: 'role "{name}" is not known'}, "známé role"),
    "Factor": _either(
        {
            CS: "způsob prokázání totožnosti „{name}“ není znám",
            EN: 'a way of proving who one is called "{name}" is not known',
        },
        "známé způsoby",
    ),
}
NO_SUCH_NAME = _either({CS: "jméno „{name}“ tu není známo", EN: 'name "{name}" is not known there'})
NO_ACTION = _either({CS: "činnost „{name}“ není známa", EN: 'action "{name}" is not known'}, "známé činnosti")
NO_KIND = _either(
    {CS: "nic takového jako „{name}“ pravidla neznají", EN: 'policies know nothing of the kind "{name}"'},
)
OBJECTIONS = (  # words of Cedar's validator, and what they ask of the writer
    (
        "optional attribute",
        Words(
            OF_THE_SCHEMA,
            {
                CS: "nemusí být známo: ověřte to předem, jako v `context has device && context.device.managed`",
                EN: "it may be unknown: guard it, as in `context has device && context.device.managed`",
            },
        ),
    ),
    (
        "",
        Words(
            OF_THE_SCHEMA,
            {
                CS: "napište to tak, jak dovoluje policies/schema.cedarschema",
                EN: "write it as policies/schema.cedarschema allows",
            },
        ),
    ),
)

# What a policy speaks of.

NOT_LIMITED = Words(
    {
        CS: "pravidlo není omezeno na obec {code}",
        EN: "the policy is not limited to municipality {code}",
    },
    {
        CS: 'zapište jeho rozsah jako `resource in Municipality::"{code}"`',
        EN: 'write its scope as `resource in Municipality::"{code}"`',
    },
)
MUNICIPALITY_UNKNOWN = Words(
    {
        CS: "obec {code} není mezi obcemi, kterým centrum slouží",
        EN: "municipality {code} is not in the district",
    },
    {CS: "{or_else}opravte kód", EN: "{or_else}correct the code"},
)
OR_ELSE = {CS: "nemá to být `{meant}`? Jinak ", EN: "is `{meant}` meant? Otherwise "}
"""Before a remedy, where a name resembles one that is known."""
NO_OFFICE = Words(
    {CS: "„{name}“ není úřad", EN: '"{name}" is not an office'},
    {
        CS: '{or_else}zapište ho jako kód obce, lomítko a roli: "588296/auditor"',
        EN: '{or_else}write it as a code of the district, a slash and a role: "588296/auditor"',
    },
)
APPLICATION_MISSING = Words(
    {CS: "aplikace „{name}“ není nastavena", EN: 'application "{name}" is not configured'},
    {
        CS: "{or_else}doplňte aplikaci s tímto označením do nastavení, nebo ji z pravidel odstraňte; "
        "známé jsou: {known}",
        EN: (
            "{or_else}add an application with that id to the configuration, or take it out of the policies; "
            "known are {known}"
        ),
    },
)
NETWORK_MISSING = Words(
    {CS: "síť „{name}“ není nastavena", EN: 'network "{name}" is not configured'},
    {
        CS: "{or_else}doplňte síť tohoto jména do nastavení, nebo ji z pravidel odstraňte; známé jsou: {known}",
        EN: "{or_else}add a network of that name to the configuration, or take it out of the policies; "
        "known are {known}",
    },
)
ROUTE_MISSING = Words(
    {CS: "žádná cesta aplikace se nejmenuje „{name}“", EN: 'no route of an application is called "{name}"'},
    {
        CS: "{or_else}pojmenujte tak cestu v nastavení (`name`), nebo ji z pravidel odstraňte; známé jsou: {known}",
        EN: "{or_else}give a route that `name` in the configuration, or take it out of the policies; known are {known}",
    },
)
NONE_KNOWN = {CS: "žádné", EN: "none"}

# What a policy asks in vain.

HAS_MISSPELT = Words(
    {
        CS: "`has {name}` nikdy neplatí: {whose} nic takového nemá; nemá tu být `{meant}`?",
        EN: "`has {name}` is never true: {whose} has nothing of that name; is `{meant}` meant?",
    },
    KNOWN_THERE,
)
HAS_UNDECLARED = Words(
    {
        CS: "`has {name}` nikdy neplatí: {whose} nic takového nemá",
        EN: "`has {name}` is never true: {whose} has nothing of that name",
    },
    KNOWN_THERE,
)
NO_TAGS = Words(
    {
        CS: "štítky tu nic nemá, `{operator}` nic nenajde",
        EN: "nothing has tags here, `{operator}` finds none",
    },
    {
        CS: "použijte atribut, který je v policies/schema.cedarschema",
        EN: "use an attribute of policies/schema.cedarschema",
    },
)
NEVER_MEET = Words(
    {
        CS: "`{operator}` tu vyjde vždy stejně: {left} a {right} jsou něco jiného",
        EN: "`{operator}` always comes out the same here: {left} and {right} are of other kinds",
    },
    {
        CS: 'porovnejte, co může být totéž; na roli se ptá `principal.roles.contains(Role::"…")`, na obec, za kterou '
        'se jedná, `principal.municipality == Municipality::"…"`',
        EN: 'compare what can be the same; a role is asked for with `principal.roles.contains(Role::"…")`, the '
        'municipality that is acted for with `principal.municipality == Municipality::"…"`',
    },
)
NEVER_APPLIES = Words(
    {
        CS: "pravidlo nemůže nikdy platit: některá jeho podmínka neplatí nikdy, nebo se podmínky vylučují",
        EN: "the policy can never apply: one of its conditions never holds, or they exclude each other",
    },
    {
        CS: "opravte podmínku, která nikdy neplatí, nebo pravidlo vypusťte",
        EN: "correct the condition that never holds, or take the policy out",
    },
)

# Annotations.

ID_MISSING = Words(
    {CS: "pravidlo nemá použitelné @id", EN: "the policy has no usable @id"},
    {
        CS: 'začněte pravidlo @id("…") z malých písmen bez diakritiky, číslic a spojovníků',
        EN: 'begin the policy with @id("…") of lower-case letters, digits and hyphens',
    },
)
ID_USED_ON_LINE = Words(
    {
        CS: "@id „{id}“ už má pravidlo na řádku {line}",
        EN: 'policy id "{id}" is used already on line {line}',
    },
    {CS: "dejte tomuto pravidlu vlastní @id", EN: "give this policy an @id of its own"},
)
ID_USED_IN_FILE = Words(
    {
        CS: "@id „{id}“ už má pravidlo v souboru {file}",
        EN: 'policy id "{id}" is used already in {file}',
    },
    {CS: "dejte tomuto pravidlu vlastní @id", EN: "give this policy an @id of its own"},
)
ANNOTATION_UNKNOWN = Words(
    {CS: "anotace @{name} není známa", EN: "annotation @{name} is not known"},
    {CS: "použijte některou z těchto: {known}", EN: "use one of {known}"},
)
OF_THE_SWITCH = Words(
    {
        CS: "@{name} „{said}“ patří uzavírání přístupu při incidentu",
        EN: '@{name} "{said}" is a name of the incident switch',
    },
    {CS: "ať začíná jiným slovem", EN: "let it begin with another word"},
)
PERMIT_ASKS = Words(
    {CS: "povolení nikoho neodmítá", EN: "a permit refuses nobody"},
    {CS: "@ask_for odstraňte", EN: "take @ask_for out"},
)
PERMIT_UNNAMED = Words(
    {CS: "povolení nemá {names}", EN: "the permit has no {names}"},
    {
        CS: 'doplňte @title_cs("…") a @title_en("…"): tak se jmenuje na stránkách pro schvalující i pro ostatní',
        EN: 'add @title_cs("…") and @title_en("…"): by them approvers and others know it on pages',
    },
)
REASON_MISSING = Words(
    {CS: "zákaz nemá pojmenovaný důvod", EN: "the forbid names no reason"},
    {CS: 'doplňte @reason("malymi_pismeny_s_podtrzitky")', EN: 'add @reason("in_snake_case")'},
)
REASON_TAKEN = Words(
    {CS: "důvod „{reason}“ je vyhrazen", EN: 'reason "{reason}" is taken'},
    {CS: "zvolte jiný @reason", EN: "choose another @reason"},
)
TEXT_MISSING = Words(
    {CS: "zákaz nemá @{name}", EN: "the forbid has no @{name}"},
    {
        CS: 'doplňte @{name}("…"): to si přečte ten, kdo byl odmítnut',
        EN: 'add @{name}("…"): it is what the refused person reads',
    },
)
NOTHING_FILLS = Words(
    {
        CS: "@{name} obsahuje {{{placeholder}}}, které není čím vyplnit",
        EN: "@{name} names {{{placeholder}}}, which nothing fills",
    },
    {CS: "použijte některé z těchto: {known}", EN: "use one of {known}"},
)
NOBODY_CAN_ASK = Words(
    {CS: "o to, co říká @ask_for, nelze požádat", EN: "nobody can ask for what @ask_for says"},
    {CS: "použijte některé z těchto: {known}", EN: "use one of {known}"},
)
ASKING_HELPS_NOBODY = Words(
    {
        CS: "zákaz se na `context.{fact}` nedívá, takže platí i pro toho, kdo to získal",
        EN: "the forbid does not look at `context.{fact}`, so it forbids as well whoever got that",
    },
    {CS: "zapište to do `unless`, nebo @ask_for odstraňte", EN: "say so in `unless`, or take @ask_for out"},
)
