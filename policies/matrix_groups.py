"""Thousands of cells of a matrix as the few lines that a person reads, and what differs between two of them. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role
from policies.matrix import Answer, Case, DeviceState, Matrix
from policies.model import Route

Spots = frozenset[tuple[AuthenticationLevel, DeviceState]]
"""How one may come: from which sign-in on, with which device."""
NOT_ASKED = Answer(permits=False, rule="", reason="")


@dataclass(frozen=True, slots=True)
class Group:
    """Cells that are one thing to a person: these roles, these actions there, if they come so."""

    roles: tuple[Role, ...]
    application: ApplicationId
    actions: tuple[Action, ...]
    spots: Spots
    rules: tuple[str, ...]
    """`@id`s of what permits it: in what is lost, of what did."""
    reasons: tuple[str, ...] = ()
    """Of what is lost: why it is refused from now on."""
    part: Route | None = None
    """Of the application, where it is about a named one."""

    @property
    def cells(self) -> int:
        return len(self.roles) * len(self.actions) * len(self.spots)


@dataclass(frozen=True, slots=True)
class Difference:
    municipality: MunicipalityCode
    before: str
    """Version of the policies."""
    after: str
    gained: tuple[Group, ...]
    lost: tuple[Group, ...]
    otherwise: int
    """Cells that are permitted or refused as before, but by another rule or for another reason."""

    @property
    def nobody_notices(self) -> bool:
        return not (self.gained or self.lost)


def permits(matrix: Matrix) -> tuple[Group, ...]:
    return _grouped({case: (answer, NOT_ASKED) for case, answer in matrix.cells.items() if answer.permits})


def closed(matrix: Matrix) -> tuple[Group, ...]:
    """What an incident closes, whether or not it would be permitted else."""
    return _grouped({case: (answer, NOT_ASKED) for case, answer in matrix.cells.items() if answer.closed})


def difference(before: Matrix, after: Matrix) -> Difference:
    """What the change gives and takes. A cell that one of them does not have is refused there, so both are to be
    asked about the same applications and their same parts.
    """
    gained: dict[Case, tuple[Answer, Answer]] = {}
    lost: dict[Case, tuple[Answer, Answer]] = {}
    otherwise = 0
    for case in dict.fromkeys((*before.cells, *after.cells)):
        was, becomes = before.cells.get(case, NOT_ASKED), after.cells.get(case, NOT_ASKED)
        if was.permits and not becomes.permits:
            lost[case] = was, becomes
        elif becomes.permits and not was.permits:
            gained[case] = becomes, NOT_ASKED
        else:
            otherwise += was != becomes
    return Difference(
        after.municipality, before.version, after.version, _grouped(gained), _grouped(lost), otherwise
    )


def _grouped(cells: Mapping[Case, tuple[Answer, Answer]]) -> tuple[Group, ...]:
    """Ways to come of one role and action; then actions that share them, then roles that share all of it."""
    spots = _gathered(
        ((case.role, case.application, case.part, case.action), (case.level, case.device)) for case in cells
    )
    actions = _gathered(
        ((role, application, part, frozenset(ways)), action)
        for (role, application, part, action), ways in spots.items()
    )
    roles = _gathered(
        ((application, part, tuple(those), ways), role)
        for (role, application, part, ways), those in actions.items()
    )
    return tuple(
        _group(cells, tuple(those), application, acts, ways, part)
        for (application, part, acts, ways), those in roles.items()
    )


def _group(
    cells: Mapping[Case, tuple[Answer, Answer]],
    roles: tuple[Role, ...],
    application: ApplicationId,
    actions: tuple[Action, ...],
    spots: Spots,
    part: Route | None,
) -> Group:
    found = [
        cells[Case(role, application, action, *spot, part)]
        for role in roles
        for action in actions
        for spot in spots
    ]
    rules = sorted({permitting.rule for permitting, _ in found})
    reasons = sorted({refusing.reason for _, refusing in found} - {""})
    return Group(roles, application, actions, spots, tuple(rules), tuple(reasons), part)


Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")


def _gathered(pairs: Iterable[tuple[Key, One]]) -> dict[Key, list[One]]:
    found: dict[Key, list[One]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return found
