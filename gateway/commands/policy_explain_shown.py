"""An explanation as a person reads it at a terminal."""

from rich.console import Console
from rich.table import Table

from config.vocabulary import Language
from gateway.authorize.explaining import Somebody
from policies.explained import Explained
from policies.matrix_words import place_said
from policies.model import Permitted, Refused, Text
from policies.moments_said import moment_said
from policies.reasons import ACTION_NAMES, ACTION_TITLES, Names

CS, EN = Language.CZECH, Language.ENGLISH
PERMITTED: Text = {CS: "povoleno", EN: "permitted"}
REFUSED: Text = {CS: "zamítnuto", EN: "refused"}
READS: Text = {CS: "Přečte si: „{said}“", EN: "They read: “{said}”"}
"""The words of a refusal are written for whom it refuses, not for who asks here."""
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
NOT_TRIED: Text = {
    CS: "Rozhodlo se dřív, než se na řadu dostala pravidla, takže se jiné okolnosti nezkoušely.",
    EN: "It was decided before any policy was asked, so no other circumstances were tried.",
}
NOT_ALL: Text = {
    CS: "Všechny možnosti vyzkoušeny nebyly ({tried} dotazů).",
    EN: "Not everything was tried ({tried} questions).",
}
INSTEAD: Text = {CS: "Takto smí: {actions}", EN: "As it is, this is permitted: {actions}"}


def show_explained(found: Explained, who: Somebody, names: Names, language: Language, out: Console) -> None:
    verdict = found.verdict
    out.print(_verdict(found, who, names, language), soft_wrap=True)
    if isinstance(verdict, Refused):
        said = f"{sentence(verdict.title[language])} {verdict.advice[language]}"
        out.print(f"  {READS[language].format(said=said) if who.reads else said}", soft_wrap=True)
    for words in (*found.beforehand, *found.besides):
        out.print(f"  {words[language]}", soft_wrap=True)
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


def _verdict(found: Explained, who: Somebody, names: Names, language: Language) -> str:
    question, verdict = found.question, found.verdict
    what = ", ".join(
        [
            place_said(question.application, question.facts.route, names, language),
            names.district.name(question.municipality),
            ACTION_NAMES[question.action][language],
            moment_said(question.now, language),
        ]
    )
    about = f"{who.called(names.district, language)}: {what}"
    if isinstance(verdict, Refused):
        return f"{about}: {REFUSED[language]} [{verdict.reason}] ({verdict.version})"
    return f"{about}: {PERMITTED[language]} ({verdict.version})"


def sentence(text: str) -> str:
    """A title, ended as a sentence."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _show_ways(found: Explained, language: Language, out: Console) -> None:
    out.print("")
    if found.ways:
        out.print(WAYS[language].format(steps=STEPS[len(found.ways[0].steps)][language]))
    for way in found.ways:
        for number, words in enumerate(way.words):
            mark = "-" if number == 0 else "+"
            out.print(f"  {mark} {words.what[language]} – {words.how[language]}", soft_wrap=True)
    if not found.ways and found.complete:
        out.print((NO_WAY if found.tried else NOT_TRIED)[language].format(tried=found.tried))
    if not found.complete:
        out.print(NOT_ALL[language].format(tried=found.tried))
    if found.closed:
        closed = ", ".join(rule.id for rule in found.rules if not rule.moves)
        out.print(CLOSED[language].format(rules=closed), soft_wrap=True)
    if found.instead:
        actions = ", ".join(ACTION_TITLES[action][language] for action in found.instead)
        out.print(INSTEAD[language].format(actions=actions))
