"""Cases of the municipality are made to expect what a draft decides, as far as its author ticks them, and are called
otherwise where that is filled in: what a case is called may say the contrary then.

Only its own: those of the region, and what must never be, are nobody's here to change.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from config.vocabulary import Language
from gateway.policy_office.checked import Checked, Member
from gateway.policy_office.proposal import Proposal
from gateway.policy_office.scope import municipality_of
from gateway.web.desk import Page
from gateway.web.policies.entered import fields_of, number, number_or_none, single_of
from gateway.web.policies.not_done import done
from gateway.web.policies.site import Site, proposal_of
from gateway.web.ways_back import above, leading_back
from policies.adapting import Now, adapted
from policies.hidden import hidden
from policies.texts import CASES, Texts
from policies.trial import Tried

LONGEST_TITLE = 200  # characters: a line


@dataclass(frozen=True, slots=True)
class Adapting:
    site: Site

    def pages(self) -> Sequence[Page]:
        return leading_back([Page("POST", "/proposals/{proposal}/cases", self.adapt)], above)

    async def adapt(self, request: web.Request) -> web.Response:
        """What is ticked is tried anew, so nothing but the verdicts of the draft as it is gets into its cases; where
        other policies came into force since they were shown, none.
        """
        site, caller, fields = self.site, self.site.caller(request), await fields_of(request)
        shown = {each: number(text) for each, text in single_of(fields, ["revision", "beside"]).items()}
        one, asking = await site.proposal(request, caller), site.asking(request, caller)
        checked = await done(site.office.look_over(asking, one.id))
        if checked.beside != shown["beside"]:
            raise web.HTTPSeeOther(f"/proposals/{one.id}?done=otherwise")
        lines = {number_or_none(line) for each in fields.get("case", []) for line in each.split(",")}
        titles = titles_in(fields)
        if titles is None:
            raise web.HTTPSeeOther(f"/proposals/{one.id}?done=uncalled")
        texts, left = await site.read(caller, partial(_adapted, one, checked, lines, titles))
        if texts != one.texts:
            await done(site.office.edit(asking, one.id, shown["revision"], texts, one.note, site.desk.now()))
        said = "left" if left else "unticked" if texts == one.texts else "adapted"
        raise web.HTTPSeeOther(f"/proposals/{proposal_of(request)}?done={said}")


def titles_in(fields: Mapping[str, Sequence[str]]) -> dict[tuple[int, Language], str] | None:
    """What cases are to be called, by line and language, as far as it is filled in; None: something cannot be kept."""
    found: dict[tuple[int, Language], str] = {}
    for language in Language:
        beginning = f"called-{language}-"
        for name, said in fields.items():
            line = number_or_none(name.removeprefix(beginning)) if name.startswith(beginning) else None
            title = " ".join(said[0].split())
            if line is None or not title:
                continue
            if len(title) > LONGEST_TITLE or hidden(title) is not None:
                return None
            found[line, language] = title
    return found


def adaptable(one: Proposal, member: Member) -> bool:
    own = municipality_of(one.scope) is not None and member.tried.file.as_posix() == _file(one)
    return own and member.tried.kind == "case" and member.tried.now is not None


def _file(one: Proposal) -> str:
    return f"municipalities/{one.scope}{CASES}"


def _adapted(
    one: Proposal,
    checked: Checked,
    lines: Collection[int | None],
    titles: Mapping[tuple[int, Language], str],
) -> tuple[Texts, bool]:
    """With whether some could not be changed."""
    file = _file(one)
    now = {
        tried.line: Now(tried.name, tried.now, _other_titles(tried, titles))
        for tried in (
            each.tried for group in checked.groups for each in group.members if adaptable(one, each)
        )
        if tried.line in lines and tried.now is not None
    }
    before = one.texts.get(file, "")
    text, left = adapted(before, now)
    return (one.texts if text == before else {**one.texts, file: text}), bool(left)


def _other_titles(tried: Tried, titles: Mapping[tuple[int, Language], str]) -> dict[str, str]:
    """Those that differ from what it is called now."""
    filled = {one: titles.get((tried.line, one), tried.title[one]) for one in Language}
    return {f"title_{one}": title for one, title in filled.items() if title != tried.title[one]}
