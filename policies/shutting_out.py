"""Whether a change of policies closes their own pages to all who could approve there, so that nobody takes it back.

Laws:
1. A fault is told only where it is certain: no role could any more, whatever else is the case (`policies.loosened`).
2. Of what is not certain it is told when somebody could before, doing everything right, and nobody is found then.
3. What nobody could before, the change does not bring.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from config.alphabet import alphabetical
from config.district import District
from config.problem import Problem
from config.vocabulary import (
    Action,
    Language,
    MunicipalityCode,
    Role,
)
from policies.approving import (
    APPROVE,
    DRAFT,
    FROM_THE_PORTAL,
    PAGES,
    Door,
    Spent,
    There,
    concerns_the_pages,
)
from policies.cases import MONDAY_AT_TEN
from policies.fault import Fault, Words
from policies.form_words import days_in_words
from policies.load import Read, read_folders
from policies.model import Facts, Text
from policies.moments_said import at_said
from policies.reasons import CS, EN
from policies.request import LOCAL
from policies.shut_out_words import (
    FEWER_HOURS,
    NO_PORTAL,
    NOBODY_APPROVES,
    NOBODY_DRAFTS,
    NOBODY_FOUND,
    ON_SOME_DAYS,
)
from policies.statements import split
from policies.steps import Known
from policies.steps_oneself import likely_moments
from policies.texts import MUNICIPALITIES, POLICIES, REGION, InHand, Texts, deciding, digest_of

FAULTS: tuple[tuple[Door, Words], ...] = (
    (APPROVE, NOBODY_APPROVES),
    (DRAFT, NOBODY_DRAFTS),
    (FROM_THE_PORTAL, NO_PORTAL),
)
"""In this order: of what is closed with the one before it nothing more is said."""
MOST_TOWNS = 60
"""Municipalities whose policies differ, beside the code: an example's 46 have some ten kinds. Some 5 ms each."""
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
HALF_PAST = MONDAY_AT_TEN.replace(hour=23, minute=30) - timedelta(
    days=1
)  # Monday, half past midnight in Prague
CHRISTMAS_EVE = MONDAY_AT_TEN.replace(month=12, day=24)
NAMED = 3  # municipalities; the others are counted
REMEMBERED = 8  # changes, with the texts of both sides
OTHERS: Text = {CS: "{some} a další ({number})", EN: "{some} and {number} more"}


@dataclass(frozen=True, slots=True)
class _Town:
    """One municipality with the region's policies, before and after."""

    code: MunicipalityCode
    file: str
    """That was changed."""
    before: "There"
    after: "There"


@dataclass(frozen=True, slots=True)
class _Change:
    """Looked at when it is checked, and again when it comes into force."""

    mark: str
    before: Texts = field(compare=False)
    after: Texts = field(compare=False)
    district: District = field(compare=False)


def shut_out(before: Texts, after: Texts, district: District) -> list[Problem]:
    """What the change closes for certain to all who could; nothing where texts have faults, which are told already."""
    return list(_shut_out(_change(before, after, district)))


def narrowed(before: Texts, after: Texts, district: District) -> list[Problem]:
    """When nobody is found any more who could approve or roll back, though somebody could before: it stops nothing."""
    return list(_narrowed(_change(before, after, district)))


def _change(before: Texts, after: Texts, district: District) -> _Change:
    names = sorted((code, one.name) for code, one in district.items())
    marks = [digest_of(deciding(texts)) for texts in (before, after)]
    return _Change(repr((marks, names)), before, after, district)


@lru_cache(maxsize=REMEMBERED)
def _shut_out(change: _Change) -> tuple[Problem, ...]:
    before, after, district = change.before, change.after, change.district
    found = defaultdict[tuple[str, int], list[MunicipalityCode]](list)
    for towns in _alike(before, after, district):
        one = towns[0]
        closed = (
            number
            for number, (door, _) in enumerate(FAULTS)
            if not one.after.persons(door) and one.before.persons(door)
        )
        if (first := next(closed, None)) is not None:
            found[one.file, first] += [each.code for each in towns]
    return tuple(
        sorted(
            FAULTS[number][1].of(where=_where(codes, district)).at(Path(file), 0)
            for (file, number), codes in found.items()
        )
    )


@lru_cache(maxsize=REMEMBERED)
def _narrowed(change: _Change) -> tuple[Problem, ...]:
    spent, found = Spent(), defaultdict[tuple[str, str], list[MunicipalityCode]](list)
    said: dict[tuple[str, str], Fault] = {}
    for towns in _alike(change.before, change.after, change.district):
        one = towns[0]
        if (told := _told(one, spent)) is not None:
            words, holes = told
            key = one.file, words.of(where="", **holes).what[EN]
            found[key] += [each.code for each in towns]
            said[key] = words.of(where=_where(found[key], change.district), **holes)
    return tuple(sorted(fault.at(Path(file), 0) for (file, _), fault in said.items()))


def _told(town: _Town, spent: Spent) -> tuple[Words, dict[str, Text]] | None:
    persons = town.after.persons(FROM_THE_PORTAL)
    if not persons:
        return None  # which is a fault, or was so before
    clock = town.before.reads_the_clock() or town.after.reads_the_clock()
    week = [HALF_PAST + number * HOUR for number in range(WEEK // HOUR)] if clock else [MONDAY_AT_TEN]
    tried = [*week, *(_dated(town.after) if clock else ())]
    then = town.after.open_at(tried, persons, spent)
    closed = [one for one in tried if one not in then]
    could = town.before.open_at(closed, town.before.persons(FROM_THE_PORTAL), spent)
    lost, left = [one for one in closed if one in could], [one for one in week if one in then]
    if not lost:
        return None
    if not left:
        return NOBODY_FOUND, {}
    if any(one in week for one in lost):
        return FEWER_HOURS, {"left": {each: _hours(left, each) for each in (CS, EN)}}
    return ON_SOME_DAYS, {"at": {each: at_said(lost[0], each) for each in (CS, EN)}}


def _alike(before: Texts, after: Texts, district: District) -> Iterator[list[_Town]]:
    """Municipalities that such a change concerns, those together whose policies differ in their code alone."""
    files = _concerned(before, after) if before else []
    if not files:
        return
    was, now = (_read(texts, files, district) for texts in (before, after))
    if was is None or now is None:
        return
    common = next(
        (name for name in sorted(after) if _is_common(name) and after[name] != before.get(name)), ""
    )
    groups = defaultdict[tuple[str, ...], list[_Town]](list)
    for name in files:
        code = _code(name)
        if code in was.municipal and code in now.municipal:
            own = was.municipal[code], now.municipal[code]
            changed = common if before[name] == after[name] else name
            there = [
                There(read.region, one, code, district) for read, one in zip((was, now), own, strict=True)
            ]
            key = (
                changed if changed == name else "",
                *(one.text.replace(f'"{code}"', '"itself"') for one in own),
            )
            groups[key].append(_Town(code, changed, *there))
    yield from islice(groups.values(), MOST_TOWNS)


def _concerned(before: Texts, after: Texts) -> list[str]:
    """Files of municipalities where what is new or gone may be about these pages: its own first, then the region's."""
    names = {
        name for name in (*before, *after) if name.endswith(POLICIES) and before.get(name) != after.get(name)
    }
    common = [
        {one.text for name in texts if _is_common(name) for one in split(texts[name])}
        for texts in (before, after)
    ]
    of_all = any(map(concerns_the_pages, common[0] ^ common[1]))
    both = sorted(name for name in before if _is_own(name) and name in after)
    own = [
        name
        for name in both
        if name in names
        and any(
            map(
                concerns_the_pages,
                {one.text for one in split(before[name])} ^ {one.text for one in split(after[name])},
            )
        )
    ]
    return [*own, *(name for name in both if of_all and name not in own)]


def _read(texts: Texts, files: Iterable[str], district: District) -> Read | None:
    """None where anything of it has a fault."""
    those = {name: text for name, text in texts.items() if _is_common(name) and name.endswith(POLICIES)}
    those |= {name: texts[name] for name in files}
    found = read_folders(
        REGION, MUNICIPALITIES, frozenset(district) | set(map(_code, files)), None, InHand(those)
    )
    return None if found.problems else found


def _dated(there: There) -> Iterator[datetime]:
    """A public holiday, and around days of which policies speak."""
    policies = (*there.region.policies, *there.own.policies)
    question = there.question((Role.MAYOR,), Facts(), MONDAY_AT_TEN, (PAGES, Action.SIGN))
    likely = likely_moments(question, Known.of(policies, Action.SIGN))
    yield from sorted({CHRISTMAS_EVE, *(one for one in likely if one >= HALF_PAST + WEEK)})


def _hours(moments: Sequence[datetime], language: Language) -> str:
    """`Monday–Friday 7:00–18:00`."""
    by_day = defaultdict[int, list[int]](list)
    for one in moments:
        local = one.astimezone(LOCAL)
        by_day[local.isoweekday()].append(local.hour)
    days = defaultdict[tuple[int, ...], list[int]](list)
    for day in sorted(by_day):
        days[tuple(by_day[day])].append(day)
    return "; ".join(
        f"{days_in_words(those, language)} {', '.join(_runs(hours))}" for hours, those in days.items()
    )


def _runs(hours: Sequence[int]) -> Iterator[str]:
    begins = [one for one in hours if one - 1 not in hours]
    ends = [one + 1 for one in hours if one + 1 not in hours]
    return (f"{begin}:00–{end}:00" for begin, end in zip(begins, ends, strict=True))


def _where(codes: Sequence[MunicipalityCode], district: District) -> Text:
    some = ", ".join(sorted(map(district.name, codes), key=alphabetical)[:NAMED])
    if len(codes) <= NAMED:
        return {CS: some, EN: some}
    return {each: OTHERS[each].format(some=some, number=len(codes) - NAMED) for each in (CS, EN)}


def _is_common(name: str) -> bool:
    return name.startswith(f"{REGION.name}/") and name.endswith(POLICIES)


def _is_own(name: str) -> bool:
    return name.startswith(f"{MUNICIPALITIES.name}/") and name.endswith(POLICIES)


def _code(name: str) -> MunicipalityCode:
    return MunicipalityCode(Path(name).name.removesuffix(POLICIES))
