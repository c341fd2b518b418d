"""The policies of texts as people read them one by one, and changing one of them in its text. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from config.vocabulary import Language, MunicipalityCode
from gateway.audit.folding import folded
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.scope import municipality_of, scope_of
from policies.forms import Form, Values, called, read
from policies.model import Text
from policies.parameters import ANYTHING, Offered, shown
from policies.parsed import parsed
from policies.reasons import without_names
from policies.statements import Statement, split
from policies.texts import POLICIES, Texts

COMMENT = "//"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One policy. `number` counts from 0 within its file: also what has no name, or a fault, can be pointed at."""

    file: str
    number: int
    id: str
    title: Text
    forbids: bool
    text: str
    form: Form | None
    values: Values
    readable: bool
    """Whether Cedar can read it."""

    def told(self, language: Language, offered: Offered) -> list[tuple[str, str]]:
        """Labels and values of what was filled into its form."""
        if self.form is None:
            return []
        return [
            (one.label[language], shown(one, self.values[one.name], language, offered))
            for one in self.form.parameters
            if one.name in self.values
        ]


def listed(texts: Texts, offered: Offered = ANYTHING) -> list[Listed]:
    return [
        one for name in sorted(texts) if name.endswith(POLICIES) for one in _of(name, texts[name], offered)
    ]


PERMITS, FORBIDS = "permits", "forbids"


def found_among(policies: Sequence[Listed], words: str, sort: str) -> list[Listed]:
    """Those in which all the words stand, in the title of either language or in the text; `sort`: else both."""
    wanted = folded(words).split()
    return [
        one
        for one in policies
        if (sort not in (PERMITS, FORBIDS) or one.forbids == (sort == FORBIDS))
        and all(word in said for said in (folded(*one.title.values(), one.text),) for word in wanted)
    ]


def drafts_found(drafts: Sequence[Proposal], words: str) -> list[Proposal]:
    """Those in which all the words stand, in what the change is for or in the texts."""
    wanted = folded(words).split()
    return [
        one
        for one in drafts
        if all(word in said for said in (folded(one.note, *one.texts.values()),) for word in wanted)
    ]


def _of(name: str, text: str, offered: Offered) -> Iterator[Listed]:
    code = municipality_of(scope_of(name))
    lines, ended = text.split("\n"), 0
    for number, statement in enumerate(split(text)):
        comment = _comment_of(lines[ended : statement.line - 1])
        yield _listed(name, number, statement, comment, code, offered)
        ended = statement.line + statement.text.count("\n")


def _listed(
    name: str,
    number: int,
    statement: Statement,
    comment: str,
    code: MunicipalityCode | None,
    offered: Offered,
) -> Listed:
    try:
        (policy,) = parsed(statement.text)["staticPolicies"].values()
        annotations = {key: value or "" for key, value in policy.get("annotations", {}).items()}
        forbids, readable = policy["effect"] == "forbid", True
    except (ValueError, KeyError):
        annotations, forbids, readable = {}, False, False
    written = read(statement.text, code) if code is not None and readable else None
    form, values = written if written is not None else (None, {})
    identifier = annotations.get("id", "")
    plain = comment or annotations.get("doc", "") or identifier or statement.text.partition("\n")[0][:80]
    own = {language: annotations.get(f"title_{language}") or plain for language in Language}
    titles = called(form, values, offered) if form is not None else without_names(own)
    return Listed(
        file=name, number=number, id=identifier, title=titles, forbids=forbids,
        text=statement.text, form=form, values=values, readable=readable,
    )  # fmt: skip


def _comment_of(before: Sequence[str]) -> str:
    """The lines of remarks directly above a policy: what its author says it does. `before`: since the one before it."""
    found = list(
        takewhile(lambda line: line.startswith(COMMENT), (line.strip() for line in reversed(before)))
    )
    return " ".join(line.removeprefix(COMMENT).strip() for line in reversed(found))


def appended(text: str, policy: str) -> str:
    return f"{text.rstrip()}\n\n{policy}" if text.strip() else policy


def replaced(text: str, number: int, policy: str) -> str:
    """In the place of the policy with that number, which is there."""
    begin, end = _span(text, number)
    return text[:begin] + policy.strip() + text[end:]


def removed(text: str, number: int) -> str:
    """With the remarks directly above it."""
    begin, end = _span(text, number)
    before = text[:begin].split("\n")
    above, rest = before[:-1], before[-1]
    while above and above[-1].strip().startswith(COMMENT):
        above.pop()
    left = "\n".join([*above, rest]).rstrip()
    right = text[end:].strip()
    return "\n\n".join(part for part in (left, right) if part) + ("\n" if left or right else "")


def _span(text: str, number: int) -> tuple[int, int]:
    statement = split(text)[number]
    lines = text.split("\n")
    begin = sum(len(line) + 1 for line in lines[: statement.line - 1]) + statement.column - 1
    return begin, begin + len(statement.text)
