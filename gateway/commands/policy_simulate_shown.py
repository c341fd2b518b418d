"""What `brana policy simulate` found, as it tells people and programs."""

from collections.abc import Mapping

import msgspec
from rich.markup import escape
from rich.table import Column, Table

from config.vocabulary import Language
from gateway.web.simulating import NOT_ASKED
from policies.matrix_words import place_said
from policies.model import Route, Text
from policies.reasons import ACTION_NAMES, Names
from policies.rule_titles import with_title
from policies.simulate import Change
from policies.simulated import Report, Side
from policies.simulated import Told as Row

CS, EN = Language.CZECH, Language.ENGLISH
HEADLINE: Text = {
    CS: "zaznamenaných rozhodnutí: {decisions}, platná pravidla {today}, složka {draft}",
    EN: "{decisions} recorded decisions, policies {today} in force, draft {draft}",
}
COUNTS: tuple[Text, ...] = (
    {
        CS: "{losses:>9}  by se zamítlo; osob: {losing}",
        EN: "{losses:>9}  would be refused; people: {losing}",
    },
    {
        CS: "{gains:>9}  by se povolilo; osob: {gaining}",
        EN: "{gains:>9}  would be permitted; people: {gaining}",
    },
    {
        CS: "{in_part:>9}  by povolilo totéž, ale neslo by s sebou něco jiného",
        EN: "{in_part:>9}  would permit the same, and carry along something else",
    },
    {CS: "{unchanged:>9}  by zůstalo stejných", EN: "{unchanged:>9}  would be the same"},
    {
        CS: "{already:>9}  už teď vychází jinak než v záznamu; složka na nich nic nemění",
        EN: "{already:>9}  are decided otherwise by the policies in force already; the draft changes nothing",
    },
)
NOT_REPLAYED: Text = {
    CS: "{number:>9}  nelze rozhodnout znovu: {why}",
    EN: "{number:>9}  cannot be replayed: {why}",
}
LEFT_OUT: Text = {
    CS: "{number:>9}  z nich není v tabulce níže",
    EN: "{number:>9}  of these are not in the table below",
}
HEADS: tuple[Text, ...] = (
    {CS: "", EN: ""},
    {CS: "kdo", EN: "person"},
    {CS: "aplikace", EN: "application"},
    {CS: "žádáno", EN: "asked"},
    {CS: "neseno", EN: "along"},
    {CS: "teď", EN: "now"},
    {CS: "složka", EN: "draft"},
    {CS: "záznamy", EN: "entries"},
)
CHANGE: dict[Change, Text] = {
    Change.LOSES: {CS: "ztratí", EN: "loses"},
    Change.GAINS: {CS: "získá", EN: "gains"},
}
PERMIT: Text = {CS: "povolit", EN: "permit"}
REFUSE: Text = {CS: "zamítnout", EN: "refuse"}


def as_text(found: Report, language: Language = EN) -> str:
    numbers = msgspec.to_builtins(found)
    lines = [one[language].format(**numbers) for one in (HEADLINE, *COUNTS)]
    lines += [
        NOT_REPLAYED[language].format(number=number, why=_in_words(why, language))
        for why, number in found.not_replayable.items()
    ]
    if found.left_out:
        lines.append(LEFT_OUT[language].format(number=found.left_out))
    return "\n".join(lines)


def _in_words(why: str, language: Language) -> str:
    """As the pages say it; programs read the name."""
    return NOT_ASKED[why].in_language(language) if why in NOT_ASKED else why


def as_content(found: Report, called: Mapping[str, str]) -> dict[str, object]:
    """As JSON; null where nobody knows what somebody is called."""
    rows = [{**msgspec.to_builtins(row), "name": called.get(row.subject)} for row in found.rows]
    return {**msgspec.to_builtins(found), "rows": rows}


def table(found: Report, called: Mapping[str, str], names: Names, language: Language) -> Table:
    """`called`: names of people by subject; who has none stands by login."""
    shown = Table(*(Column(head[language], overflow="fold") for head in HEADS))
    for row in found.rows:
        shown.add_row(*_cells(row, called, names, language))
    return shown


def _cells(row: Row, called: Mapping[str, str], names: Names, language: Language) -> tuple[str, ...]:
    part = None if row.route is None else Route(id=row.route, path="")
    where = place_said(row.application, part, names, language)
    return (
        CHANGE[row.change][language],
        escape(called.get(row.subject) or row.login or row.subject),
        escape(f"{names.district.name(row.municipality)}: {where}, {ACTION_NAMES[row.action][language]}"),
        str(row.asked),
        str(row.along),
        escape(_side(row.before, language)),
        escape(_side(row.after, language)),
        ", ".join(map(str, row.examples)),
    )


def _side(side: Side, language: Language) -> str:
    word, name = (PERMIT, side.rule) if side.permitted else (REFUSE, side.reason)
    return f"{word[language]}: {with_title(side.title, name, language)}"
