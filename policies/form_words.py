"""What was filled into a form, in words: in the name of its policy and in what refused people read. Pure."""

from collections.abc import Mapping, Sequence
from string import Template

from config.vocabulary import Action, Language
from policies.model import Text
from policies.parameters import ANYTHING, DAYS, Kind, Offered, Parameter, Value, shown
from policies.reasons import ACTION_NAMES, CS, EN

MOST = 3  # of a list in a name; the others are counted
NAMED = "_named"
RUN = 3  # days in a row from which on the first and the last are enough
ALWAYS: Text = {CS: "každý den", EN: "every day"}
OTHERS: Text = {CS: "a další ({number})", EN: "and {number} more"}
HOUR: Text = {CS: "{hour}:00", EN: "{hour}:00"}
FORMER_HOUR: Text = {CS: "{hour}.00", EN: "{hour}:00"}
"""As texts have it that were written before."""

NOTHING_OFFERED: Mapping[Kind, Text] = {
    "networks": {
        CS: "Není z čeho vybírat, protože žádná síť není pojmenovaná.",
        EN: "There is nothing to choose from, as no network has a name.",
    },
    "applications": {
        CS: "Není z čeho vybírat, protože žádná aplikace není nastavená.",
        EN: "There is nothing to choose from, as there is no application.",
    },
}
"""Why a form cannot be filled in: its choices come from the configuration."""
ASK_CENTRE: Text = {
    CS: "Požádejte správce technologického centra: ten je doplní.",
    EN: "Ask the administrator of the technology centre, who adds them.",
}
IN_SETTING: Text = {CS: "Doplňte je v nastavení [[{kind}]].", EN: "Add them in the setting [[{kind}]]."}


def unfillable(parameters: Sequence[Parameter], offered: Offered, *, of_centre: bool = False) -> Text | None:
    """Why nobody can fill in such a form here, and who mends it; None: it can be filled in. `of_centre`: told to
    somebody who looks after the configuration.
    """
    empty = {"networks": offered.networks, "applications": offered.applications}
    for one in parameters:
        found = empty.get(one.kind)
        if found is not None and not found:
            remedy = IN_SETTING if of_centre else ASK_CENTRE
            why = NOTHING_OFFERED[one.kind]
            return {each: f"{why[each]} {remedy[each].format(kind=one.kind)}" for each in Language}
    return None


def sentence(
    template: Text,
    parameters: Sequence[Parameter],
    values: Mapping[str, Value],
    offered: Offered = ANYTHING,
    hour: Text = HOUR,
) -> Text:
    """The template with words in the place of its `$parameters`, in both languages; `$actions_named`: by their nouns,
    where no `may` stands before them.
    """
    return {
        language: Template(template[language]).substitute(
            {one.name: in_words(one, values[one.name], language, offered, hour) for one in parameters}
            | {
                f"{one.name}{NAMED}": _named(values[one.name], language)
                for one in parameters
                if one.kind == "actions"
            }
        )
        for language in Language
    }


def _named(actions: Value, language: Language) -> str:
    return (
        ", ".join(ACTION_NAMES[Action(str(one))][language] for one in actions)
        if isinstance(actions, list)
        else ""
    )


def in_words(
    of: Parameter, value: Value, language: Language, offered: Offered = ANYTHING, hour: Text = HOUR
) -> str:
    match of.kind:
        case "hour":
            return hour[language].format(hour=value)
        case "days" if isinstance(value, list):
            return days_in_words([int(one) for one in value], language)
        case "yes_no":
            return (of.yes if value else of.no)[language]
        case _:
            return _some(of, value, language, offered)


def days_in_words(days: Sequence[int], language: Language) -> str:
    """`Monday–Friday`: in the order of the week."""
    if len(days) == len(DAYS):
        return ALWAYS[language]
    runs: list[list[int]] = []
    for one in days:
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(_run([DAYS[one][language] for one in run]) for run in runs)


def _run(names: Sequence[str]) -> str:
    return f"{names[0]}–{names[-1]}" if len(names) >= RUN else ", ".join(names)


def _some(of: Parameter, value: Value, language: Language, offered: Offered) -> str:
    if not isinstance(value, list) or len(value) <= MOST + 1:  # one more is as short as saying so
        return shown(of, value, language, offered)
    named = shown(of, value[:MOST], language, offered)
    return f"{named} {OTHERS[language].format(number=len(value) - MOST)}"
