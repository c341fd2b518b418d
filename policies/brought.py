"""What no change of policies may bring, told from the texts before and after: a municipality without any policy, and
permits without a name. What stood there before is none of the change.
"""

from collections.abc import Iterator
from pathlib import Path

from config.district import District
from config.problem import Problem
from config.vocabulary import MunicipalityCode
from policies.forms import read
from policies.load import PoliciesUnusable
from policies.parsed import parsed
from policies.review_words import LEFT_WITHOUT, PERMIT_UNNAMED
from policies.statements import Statement, split
from policies.texts import MUNICIPALITIES, POLICIES, REGION, Texts

TITLES = ("title_cs", "title_en")


class LeftWithoutPolicies(PoliciesUnusable):
    """A municipality that had policies would have none: everything there would be closed, these pages too."""


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


def unnamed(before: Texts, after: Texts) -> list[Problem]:
    """Permits that are new or changed, which no form wrote and which have not a name in each language."""
    return [problem for name in sorted(after) for problem in _unnamed(name, before, after)]


def _unnamed(name: str, before: Texts, after: Texts) -> Iterator[Problem]:
    if not name.endswith(POLICIES) or before.get(name) == after[name]:
        return
    common = _is_common(name)
    there = [text for other, text in before.items() if other == name or (common and _is_common(other))]
    known = {one.text for text in there for one in split(text)}
    for one in split(after[name]):
        if one.text not in known and (missing := _missing(name, one)):
            fault = PERMIT_UNNAMED.of(names=", ".join(f"@{title}" for title in missing))
            yield fault.at(Path(name), one.line, one.column)


def _is_common(name: str) -> bool:
    return name.startswith(f"{REGION.name}/") and name.endswith(POLICIES)


def _missing(name: str, statement: Statement) -> list[str]:
    """Titles that a permit lacks; what cannot be read is a fault by itself, and a form names what it wrote."""
    try:
        (policy,) = parsed(statement.text)["staticPolicies"].values()
    except ValueError:
        return []
    annotations = policy.get("annotations", {})
    missing = [title for title in TITLES if not (annotations.get(title) or "").strip()]
    if policy["effect"] == "forbid" or not missing:
        return []
    code = dict(_municipal({name: ""})).get(name)
    return [] if code is not None and read(statement.text, code) is not None else missing


def _municipal(texts: Texts) -> Iterator[tuple[str, MunicipalityCode]]:
    for name in texts:
        folder, _, file = name.partition("/")
        if folder == MUNICIPALITIES.name and file.endswith(POLICIES):
            yield name, MunicipalityCode(file.removesuffix(POLICIES))


def _has_policies(text: str) -> bool:
    return any(True for _ in split(text))
