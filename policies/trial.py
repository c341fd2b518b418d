"""Policies are tried by the cases beside them, and asked for what they must never permit.

What was tried once is known as long as the texts are the same, and what holds as long as the policies are on which it
rests (`policies.proven`). Sets of municipalities that differ in nothing but the code are tried once for all of them.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from config.district import District
from config.problem import Problem, Shared
from config.vocabulary import Action, ApplicationId, MunicipalityCode
from policies.case_files import CaseFile, Placed
from policies.case_words import AT_SEVERAL, BROKEN, UNTRIED
from policies.cases import Case
from policies.causes import Decided, decided, why_broken, why_ever
from policies.counterexamples import MOST, Found, Search
from policies.evaluate import Source
from policies.fault import Hole, filled
from policies.model import Text
from policies.never import ELSEWHERE, Never
from policies.proven import Held, keep, kept, resting_on
from policies.reasons import CS, EN, Names
from policies.rule_titles import Titles, titles_there
from policies.spelt import ESCAPE, spelt

REMEMBERED = 16_384  # trials, some hundred bytes each
NO_POLICIES = Source("", ())
MOST_OWN = 20_000
"""Questions of all that one municipality's own cases ask: seconds, as others wait for each change of policies."""
TOO_MANY: Text = {
    CS: f"případy této obce se ptají dohromady na více než {MOST_OWN} otázek: zužte je",
    EN: f"this municipality's cases ask more than {MOST_OWN} questions altogether: narrow them",
}

Kind = Literal["case", "never"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One case, or one thing that must never be, at one municipality."""

    file: Path
    line: int
    kind: Kind
    name: str
    title: Text
    """What must never be, in a sentence; of a case what it is called, in each language."""
    municipality: MunicipalityCode
    questions: int
    """Asked of all policies there; none where no permit could apply, or the region forbids it whatever permits."""
    weighed: int
    """With those that the region forbids."""
    broken: Text | None
    """How, for people; None: it holds."""
    untried: tuple[str, ...] = ()
    """`@id`s of permits that may break it under circumstances that could not be tried."""
    because: Text | None = None
    """What it has in common with others that one policy breaks; None where it holds, or is only too much."""
    now: Decided | None = None
    """Of a broken case: what is decided."""


def untried(tried: Iterable[Tried], district: District) -> list[Problem]:
    """What may not hold, each told once of each policy with the first municipality where it is so."""
    first: dict[tuple[Path, int, str], Tried] = {}
    often: Counter[tuple[Path, int, str]] = Counter()
    for one in tried:
        for policy in one.untried:
            first.setdefault((one.file, one.line, policy), one)
            often[one.file, one.line, policy] += 1
    return sorted(
        UNTRIED.of(
            name=one.name,
            title=one.title,
            policy=place[-1],
            at=_at(district.name(one.municipality), often[place] - 1),
        ).at(one.file, one.line)
        for place, one in first.items()
    )


def broken(tried: Iterable[Tried], district: District) -> list[Problem]:
    """What does not hold, each told once with the first municipality where it is so."""
    first: dict[tuple[Path, int], Tried] = {}
    often: Counter[tuple[Path, int]] = Counter()
    for one in tried:
        if one.broken is not None:
            first.setdefault((one.file, one.line), one)
            often[one.file, one.line] += 1
    return sorted(_problem(one, often[place] - 1, district) for place, one in first.items())


def _problem(one: Tried, more: int, district: District) -> Problem:
    assert one.broken is not None
    at = _at(district.name(one.municipality), more)
    fault = BROKEN[one.kind].of(name=one.name, title=one.title, at=at, broken=one.broken)
    found = fault.at(one.file, one.line)
    if one.because is None:
        return found
    shared = Shared((one.because[EN], one.because[CS]), (one.title[EN], one.title[CS]), one)
    return replace(found, shared=shared)


def _at(name: str, more: int) -> Hole:
    return filled(AT_SEVERAL, {"name": name, "more": more}) if more else name


@dataclass(frozen=True, slots=True)
class _Held:
    """What came of one of them, whoever's the municipality is."""

    questions: int
    weighed: int
    broken: Text | None
    untried: tuple[str, ...] = ()
    because: Text | None = None
    now: Decided | None = None


ONE_QUESTION = _Held(1, 1, None)
_known: dict[bytes, tuple[_Held, ...]] = {}


def tried(
    region: Source,
    municipal: Mapping[MunicipalityCode, Source],
    names: Names,
    files: Sequence[CaseFile],
    only: MunicipalityCode | None = None,
) -> Iterator[Tried]:
    """Everything at every municipality that it concerns, municipality by municipality; or at one alone, as what that
    one changes is nothing to the others.
    """
    common = [one for one in files if one.only is None]
    theirs: dict[MunicipalityCode, list[CaseFile]] = {}
    for one in files:
        if one.only is not None:
            theirs.setdefault(one.only, []).append(one)
    shared_texts = "\0".join(
        [region.text, *(one.text for one in common), *map(str, sorted(names.applications))]
    )
    spoken_of = spelt(region.text, names.district) | {one for one in names.district if one in shared_texts}
    shared = hashlib.sha256(shared_texts.encode()).hexdigest()
    search = Search(region, municipal, names, spoken_of)
    for code, source in _asked(municipal, files).items():
        if code not in names.district or only not in (None, code):
            continue
        own = [*(common if code in municipal else _naming(common, code)), *theirs.get(code, ())]
        if not own:
            continue
        own_texts = [one.text for one in theirs.get(code, ())]
        alone = (
            code in spoken_of or bool(spelt(source.text, (code,))) or any(ESCAPE in one.text for one in own)
        )
        key = _key(code, source, shared, own_texts, alone=alone)
        said = [(file, placed) for file in own for placed in file.said if _concerns(placed, code)]
        if (held := _known.get(key)) is None:
            elsewhere = _elsewhere(code, source, spoken_of, names)
            at = _At(search, code, elsewhere, any_policy=code in municipal)
            held = tuple(at.all(said))
            _remember(key, held)
        for (file, placed), found in zip(said, held, strict=True):
            kind: Kind = "case" if isinstance(placed.said, Case) else "never"
            yield Tried(
                file.file,
                placed.line,
                kind,
                placed.said.name,
                placed.said.title,
                code,
                found.questions,
                found.weighed,
                found.broken,
                found.untried,
                found.because,
                found.now,
            )


def _asked(
    municipal: Mapping[MunicipalityCode, Source], files: Sequence[CaseFile]
) -> dict[MunicipalityCode, Source]:
    """With those that have cases of their own and no policies any more: there everything is refused."""
    own = {one.only for one in files if one.only is not None}
    named = {code for one in files for placed in one.said if (code := placed.said.municipality) is not None}
    return dict(municipal) | dict.fromkeys(sorted((own | named) - municipal.keys()), NO_POLICIES)


def _naming(files: Sequence[CaseFile], code: MunicipalityCode) -> Iterator[CaseFile]:
    """The common cases that are about this municipality alone."""
    for one in files:
        if said := tuple(placed for placed in one.said if placed.said.municipality == code):
            yield replace(one, said=said)


def _concerns(placed: Placed, code: MunicipalityCode) -> bool:
    return placed.said.municipality in (None, code)


def _key(code: MunicipalityCode, source: Source, shared: str, own: Sequence[str], *, alone: bool) -> bytes:
    """Alike where policies differ in nothing but which entities of the own municipality they name. A code in any other
    place may be compared with something, so it makes a difference.

    `alone`: some of it may speak of this municipality, so what comes of it is believed of no other one.
    """
    text = [source.text, code] if alone else source.text.split(f'::"{code}')
    return hashlib.sha256(repr((shared, alone, text, list(own))).encode()).digest()


def _remember(key: bytes, held: tuple[_Held, ...]) -> None:
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[key] = held


def _elsewhere(
    code: MunicipalityCode, source: Source, spoken_of: Collection[MunicipalityCode], names: Names
) -> MunicipalityCode:
    """Another municipality; best one that no policy speaks of by name."""
    others = [one for one in names.district if one != code]
    by_spelling = spelt(source.text, others)
    unnamed = (
        one for one in others if one not in spoken_of and one not in source.text and one not in by_spelling
    )
    return next(unnamed, others[0] if others else MunicipalityCode("000000"))


class _At:
    """The policies of one municipality, asked."""

    def __init__(
        self, search: Search, here: MunicipalityCode, elsewhere: MunicipalityCode, *, any_policy: bool
    ) -> None:
        self._search, self._here, self._elsewhere, self._any = search, here, elsewhere, any_policy

    def all(self, said: Iterable[tuple[CaseFile, Placed]]) -> Iterator[_Held]:
        """Where a municipality's own ask for too much, what is left of them counts as broken."""
        asked = 0
        for file, placed in said:
            own = file.only is not None
            found = _Held(0, 0, TOO_MANY) if own and asked >= MOST_OWN else self.held(placed.said)
            asked += found.questions if own else 0
            yield found

    def held(self, said: Case | Never) -> _Held:
        if isinstance(said, Never):
            if not self._any:
                return _Held(0, 0, None)
            found = Found(0)
            for acting_for in self._acting_for(said):
                one = self._search.of(said, self._here, acting_for)
                found = replace(one, asked=found.asked + one.asked, weighed=found.weighed + one.weighed)
                if not found.holds:
                    break
            how = _told(found, self._search.book.names.applications)
            because = why_ever(found.rule, self._titles()) if found.example else None
            return _Held(found.asked, found.weighed, how, found.untried, because)
        question, book = said.question(self._here), self._search.book
        concerning = self._search.concerning(question.municipality, question.application)
        key = resting_on((said, self._here, self._any), concerning, tuple(Action))
        if kept(key) is not None:
            return ONE_QUESTION
        named = [question.municipality, question.own_municipality or question.municipality]
        names = [book.names.district.name(one) for one in named if one in book.names.district]
        verdict = book.decide(question)
        broken = said.broken_by(verdict, [*named, *names])
        if broken is not None:
            now = decided(verdict)
            because = why_broken(now, self._titles(), permitted=not said.reason)
            return _Held(1, 1, broken, (), because, now)
        keep(key, Held(1, 1))
        return ONE_QUESTION

    def _titles(self) -> Titles:
        return titles_there(self._search.book, self._here) if self._any else {}

    def _acting_for(self, said: Never) -> Iterator[MunicipalityCode]:
        """Of all others: one of which no policy speaks, and each of which a policy does, as it may do so to permit."""
        if said.own != ELSEWHERE:
            yield MunicipalityCode(said.own) if said.own else self._here
            return
        yield self._elsewhere
        yield from (one for one in self._search.others_named(self._here) if one != self._elsewhere)


def _told(found: Found, applications: Mapping[ApplicationId, Text]) -> Text | None:
    if found.too_many:
        return {
            CS: f"jde o více než {MOST} otázek: zužte to na některé role, aplikace nebo činnosti",
            EN: f"it takes more than {MOST} questions: narrow it to some roles, applications or actions",
        }
    if found.example is None:
        return None
    words = found.example.words(applications)
    return {CS: f"povoluje {found.rule}: {words[CS]}", EN: f"permitted by {found.rule}: {words[EN]}"}
