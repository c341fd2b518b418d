"""A demand of the decrees, how it is judged, and what the judgement may be. Values only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.facts import Facts


class Standing(StrEnum):
    """How a demand stands here; the worst that was found counts. In the order of the report."""

    NOT_MET = "not_met"
    EXCEPTIONS = "exceptions"
    """Met, but for what is listed."""
    OUTSIDE = "outside"
    """Met as far as it is Brána's; the rest somebody has to do elsewhere."""
    MET = "met"


TITLES = {
    Standing.NOT_MET: Title(cs="nesplněno", en="not met"),
    Standing.EXCEPTIONS: Title(cs="splněno s výjimkami", en="met with exceptions"),
    Standing.OUTSIDE: Title(cs="zčásti mimo Bránu", en="partly outside Brána"),
    Standing.MET: Title(cs="splněno", en="met"),
}
WORST_FIRST = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a demand from being simply met."""

    weight: Standing
    said: Title
    setting: str = ""
    """Path of the setting that causes it, where one does."""
    write: str = ""
    """What to write there."""


Check = Callable[[Facts], Iterable[Finding]]


def nothing(_: Facts) -> Iterable[Finding]:
    """Of what no setting can break."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    id: str
    """Stable: part of addresses within the report."""
    section: str
    """Of decree 409/2025, or of another act, as lawyers write it."""
    lower: bool = True
    """Whether the lighter decree 410/2025 asks for it too."""
    title: Title
    asks: Title
    how: Callable[[Facts], Title]
    check: Check = nothing
    codes: tuple[Code, ...] = ()
    """Entries of the log that show it."""


def standing_of(findings: Iterable[Finding]) -> Standing:
    return min((one.weight for one in findings), key=WORST_FIRST.index, default=Standing.MET)
