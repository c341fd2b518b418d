"""What no change of policies may bring, told from the texts before and after: a municipality without any policy, a
region without any forbid, pages of policies on which nobody could approve, permits without a name, forbids that speak
for somebody else, and conditions in vain. What stood there before is none of it.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from config.district import District
from config.problem import Problem
from config.vocabulary import MunicipalityCode
from policies.fault import Fault
from policies.forms import read
from policies.kept_by_text import kept_by_text
from policies.load import PoliciesUnusable
from policies.near import offsets
from policies.parsed import parsed
from policies.review_words import LEFT_WITHOUT, PERMIT_UNNAMED, REASON_TAKEN, UNGUARDED
from policies.statements import Statement, annotated, placed_words, split
from policies.texts import MUNICIPALITIES, POLICIES, REGION, Texts
from policies.vain import Found, asked_in_vain

TITLES = ("title_cs", "title_en")
ROOM = 1 << 20  # characters of policies of which it is known what they lack


class LeftWithoutPolicies(PoliciesUnusable):
    """A municipality that had policies would have none: everything there would be closed, these pages too."""


class BringsFaults(PoliciesUnusable):
    """New or changed policies are such as nobody would approve; those of before stay in force."""


def left_without(before: Texts, after: Texts, district: District) -> list[Problem]:
    """Municipalities of the district whose last policy the change takes, each once."""
    return [
        LEFT_WITHOUT.of(name=district.name(code), code=code).at(Path(name), 0)
        for name, code in sorted(_municipal(before))
        if code in district
        and before[name] != after.get(name)
        and _has_policies(before[name])
        and not _has_policies(after.get(name, ""))
    ]


def unguarded(before: Texts, after: Texts) -> list[Problem]:
    """Where the change takes the region its last forbid. A region without any policy is a fault by itself."""
    guarding = next(_guarding(before), None)
    if guarding is None or next(_guarding(after), None) is not None:
        return []
    return [UNGUARDED.of().at(Path(guarding), 0)]


def unnamed(before: Texts, after: Texts) -> list[Problem]:
    """Permits that are new or changed, which no form wrote and which have not a name in each language."""
    return [
        PERMIT_UNNAMED.of(names=", ".join(f"@{title}" for title in missing)).at(
            Path(name), one.line, one.column
        )
        for name, one in _new(before, after)
        if (missing := _missing(name, one.text))
    ]


def in_vain(before: Texts, after: Texts) -> list[Problem]:
    """What policies that are new or changed ask in vain. With nothing before, that of all policies."""
    return [
        fault.at(Path(name), *place)
        for name, one in _new(before, after)
        for fault, place in _placed(one, asked_in_vain(_anywhere(name, one.text)))
    ]


def borrowed(before: Texts, after: Texts, taken: Collection[str]) -> list[Problem]:
    """Forbids that are new or changed and refuse by one of the reasons that are `taken`: whoever reads the log would
    believe that something else happened.
    """
    return [
        REASON_TAKEN.of(reason=reason).at(Path(name), *one.place_of(at))
        for name, one in _new(before, after)
        for at, _ in annotated(one.text, "reason")
        for reason in _reasons(one.text)
        if reason in taken
    ]


def _reasons(text: str) -> list[str]:
    """As Cedar reads them, whatever their spelling; none where it cannot, which is a fault already."""
    try:
        policies = parsed(text)["staticPolicies"].values()
    except ValueError:
        return []
    return [one["annotations"]["reason"] for one in policies if "reason" in one.get("annotations", {})]


def require_fit(before: Texts, after: Texts, district: District, taken: Collection[str]) -> None:
    """`district`: as it is to be, so that who leaves it may leave its policies. `taken`: as in `faults_brought`.

    Raises LeftWithoutPolicies, else BringsFaults with all.
    """
    if left := left_without(before, after, district):
        raise LeftWithoutPolicies(left)
    if found := faults_brought(before, after, district, taken):
        raise BringsFaults(found)


def faults_brought(before: Texts, after: Texts, district: District, taken: Collection[str]) -> list[Problem]:
    """Of the policies that are new or changed. `taken`: reasons by which no policy refuses."""
    return sorted([*left_open_to_nobody(before, after, district), *faults_of_each(before, after, taken)])


def left_open_to_nobody(before: Texts, after: Texts, district: District) -> list[Problem]:
    """What not even a roll back may bring: nothing would guard, or nobody could approve any more."""
    from policies.shutting_out import shut_out  # noqa: PLC0415 - only a change of policies pays for it

    return [*unguarded(before, after), *shut_out(before, after, district)]


def faults_of_each(before: Texts, after: Texts, taken: Collection[str]) -> list[Problem]:
    """Of each that is new or changed by itself: told beside what the schema objects to, in the same run."""
    return sorted([*unnamed(before, after), *borrowed(before, after, taken), *in_vain(before, after)])


def _new(before: Texts, after: Texts) -> Iterator[tuple[str, Statement]]:
    """Statements that did not stand there before, each with the name of its file; of the region, in any file."""
    for name in sorted(after):
        if name.endswith(POLICIES) and before.get(name) != after[name]:
            common = _is_common(name)
            there = [
                text for other, text in before.items() if other == name or (common and _is_common(other))
            ]
            known = {one.text for text in there for one in split(text)}
            yield from ((name, one) for one in split(after[name]) if one.text not in known)


def _placed(statement: Statement, found: Collection[Found]) -> Iterator[tuple[Fault, tuple[int, int]]]:
    """Where the policy begins, if it is not seen where in it."""
    where = offsets(placed_words(statement.text), {near for _, near in found}) if found else {}
    yield from ((fault, statement.place_of(where.get(near, 0))) for fault, near in found)


def _anywhere(name: str, text: str) -> str:
    """As it would stand for another municipality: their policies resemble each other, and are looked at once."""
    code = _code(name)
    return text if code is None else text.replace(f'Municipality::"{code}"', 'Municipality::"itself"')


def _is_common(name: str) -> bool:
    return name.startswith(f"{REGION.name}/") and name.endswith(POLICIES)


def _guarding(texts: Texts) -> Iterator[str]:
    """Names of the region's files that forbid something."""
    common = (name for name in sorted(texts) if _is_common(name))
    return (name for name in common if any(_forbids(one.text) for one in split(texts[name])))


@kept_by_text(ROOM)
def _forbids(text: str) -> bool:
    try:
        return any(one["effect"] == "forbid" for one in parsed(text)["staticPolicies"].values())
    except ValueError:
        return False


def _missing(name: str, text: str) -> tuple[str, ...]:
    """Titles that a permit lacks; a form names what it wrote."""
    missing = _titles_missing(_anywhere(name, text))
    code = _code(name) if missing else None
    return () if code is not None and read(text, code) is not None else missing


@kept_by_text(ROOM)
def _titles_missing(text: str) -> tuple[str, ...]:
    """What cannot be read is a fault by itself, and lacks nothing here."""
    try:
        policies = parsed(text)["staticPolicies"]
    except ValueError:
        return ()
    if len(policies) != 1:
        return ()
    (policy,) = policies.values()
    annotations = policy.get("annotations", {})
    missing = (title for title in TITLES if not (annotations.get(title) or "").strip())
    return () if policy["effect"] == "forbid" else tuple(missing)


def _code(name: str) -> MunicipalityCode | None:
    return dict(_municipal({name: ""})).get(name)


def _municipal(texts: Texts) -> Iterator[tuple[str, MunicipalityCode]]:
    for name in texts:
        folder, _, file = name.partition("/")
        if folder == MUNICIPALITIES.name and file.endswith(POLICIES):
            yield name, MunicipalityCode(file.removesuffix(POLICIES))


def _has_policies(text: str) -> bool:
    return any(True for _ in split(text))
