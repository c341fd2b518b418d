"""An explanation as a person reads it at a terminal."""

from rich.console import Console
from rich.table import Table

from config.vocabulary import Language
from policies.explained import Explained
from policies.model import Permitted, Refused, Text
from policies.reasons import ACTION_TITLES, Names

CS, EN = Language.CZECH, Language.ENGLISH
PERMITTED: Text = {CS: "povoleno", EN: "permitted"}
REFUSED: Text = {CS: "zamítnuto", EN: "refused"}
RULE: Text = {CS: "pravidlo", EN: "rule"}
FACTS: Text = {CS: "Na co se dívají:", EN: "What they look at:"}
UNKNOWN: Text = {CS: "Není známo:", EN: "Not known:"}
WAYS: Text = {
    CS: "Povoleno by to bylo ({steps}), stačí jedno z toho:",
    EN: "It would be permitted ({steps}), any of these will do:",
}
STEPS: dict[int, Text] = {
    1: {CS: "jedna změna", EN: "one change"},
    2: {CS: "dvě změny", EN: "two changes"},
    3: {CS: "tři změny", EN: "three changes"},
}
CLOSED: Text = {
    CS: "Zákaz, který nezruší žádná jednotlivá změna: {rules}",
    EN: "Forbidden by what no single change lifts: {rules}",
}
NO_WAY: Text = {
    CS: "Žádná změna do tří kroků to nepovolí ({tried} dotazů).",
    EN: "No change of up to three steps would permit it ({tried} questions).",
}
NOT_ALL: Text = {
    CS: "Všechny možnosti vyzkoušeny nebyly ({tried} dotazů).",
    EN: "Not everything was tried ({tried} questions).",
}
INSTEAD: Text = {CS: "Takto smí: {actions}", EN: "As it is, this is permitted: {actions}"}


def show_explained(found: Explained, names: Names, language: Language, out: Console) -> None:
    verdict = found.verdict
    out.print(_verdict(found, names, language), soft_wrap=True)
    if isinstance(verdict, Refused):
        out.print(f"  {verdict.advice[language]}", soft_wrap=True)
    for rule in found.rules:
        said = f": {rule.title[language]}" if rule.title else ""
        out.print(f"{RULE[language]} {rule.id} ({rule.file}:{rule.line}){said}", soft_wrap=True)
    if found.known:
        out.print(f"\n{FACTS[language]}")
        table = Table(show_header=False, box=None)
        for fact in found.known:
            table.add_row(fact.name, fact.title[language], fact.value[language])
        out.print(table)
    if found.unknown:
        out.print(
            f"\n{UNKNOWN[language]} {', '.join(fact.title[language] for fact in found.unknown)}",
            soft_wrap=True,
        )
    if not isinstance(verdict, Permitted):
        _show_ways(found, language, out)


def _verdict(found: Explained, names: Names, language: Language) -> str:
    question, verdict = found.question, found.verdict
    title = names.applications.get(question.application)
    what = (
        f"{title[language] if title else question.application}, "
        f"{names.district.name(question.municipality)}, {ACTION_TITLES[question.action][language]}"
    )
    if isinstance(verdict, Refused):
        return (
            f"{what}: {REFUSED[language]}: {verdict.title[language]} [{verdict.reason}] ({verdict.version})"
        )
    return f"{what}: {PERMITTED[language]} ({verdict.version})"


def _show_ways(found: Explained, language: Language, out: Console) -> None:
    out.print("")
    if found.ways:
        out.print(WAYS[language].format(steps=STEPS[len(found.ways[0].steps)][language]))
    for way in found.ways:
        for number, words in enumerate(way.words):
            mark = "-" if number == 0 else "+"
            out.print(f"  {mark} {words.what[language]} – {words.how[language]}", soft_wrap=True)
    if not found.ways and found.complete:
        out.print(NO_WAY[language].format(tried=found.tried))
    if not found.complete:
        out.print(NOT_ALL[language].format(tried=found.tried))
    if found.closed:
        closed = ", ".join(rule.id for rule in found.rules if not rule.moves)
        out.print(CLOSED[language].format(rules=closed), soft_wrap=True)
    if found.instead:
        actions = ", ".join(ACTION_TITLES[action][language] for action in found.instead)
        out.print(INSTEAD[language].format(actions=actions))
