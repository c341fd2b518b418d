"""How much waits for one person to decide: what is asked for, and what is answered."""

from dataclasses import dataclass

from config.vocabulary import MunicipalityCode, SubjectId

MOST = 100
"""More than this is not counted: a page says "99+"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose, for which municipality, and what the policies let this person decide; nothing else is looked for.

    Orders need no such permit: their sponsor is named in them. One that its sponsor placed is among the requests.
    """

    who: SubjectId
    municipality: MunicipalityCode
    also: frozenset[SubjectId] = frozenset()
    """Other accounts of theirs: what they had a part in by one of these does not wait for them either."""
    orders: bool = False
    requests: bool = False
    uses: bool = False
    """Of emergency access, to review them."""
    uses_everywhere: bool = False
    proposals: frozenset[str] = frozenset()
    """Scopes."""
    accesses: bool = False
    """In reviews of the municipality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Numbers of what waits, none above `MOST`."""

    requests: int = 0
    orders: int = 0
    uses: int = 0
    proposals: int = 0
    common: int = 0
    """Those of the proposals that are about the region's policies."""
    accesses: int = 0
    devices: int = 0
    """To be approved."""


NOTHING = Waiting()
