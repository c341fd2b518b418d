"""What an administrator may do about a device, as pages name it: a table, and which of it a device allows. Pure."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agents.protocol.messages import Standing
from config.vocabulary import DeviceId
from gateway.devices.device import Device
from gateway.devices.office import DeviceOffice, Owner, Reach
from gateway.devices.records import By


@dataclass(frozen=True, slots=True)
class Doing:
    """`owner`: to whom it is handed over, where it is."""

    office: DeviceOffice
    name: DeviceId
    by: By
    now: datetime
    reach: Reach
    fields: Mapping[str, str] = field(default_factory=dict)
    owner: Owner | None = None


Done = Callable[[Doing], Awaitable[object]]
IN_USE = frozenset({Standing.ACTIVE, Standing.BLOCKED})
HERE = IN_USE | {Standing.WAITING}
NOT_LOST = HERE | {Standing.RETIRED}


@dataclass(frozen=True, slots=True)
class Act:
    """`path`: last part of its address, and what its page is told by `?done=`; `opens`: lets the device do more."""

    path: str
    done: Done
    fields: tuple[str, ...]
    standings: frozenset[Standing]
    asked_first: bool = True
    """On a page of its own that says what is going to happen."""
    opens: bool = False
    managed: bool | None = None
    """Only of those that are, or are not; None: of either."""


def _approve(doing: Doing) -> Awaitable[object]:
    return doing.office.approve(doing.name, doing.by, doing.now, doing.reach)


def _turn_down(doing: Doing) -> Awaitable[object]:
    return doing.office.turn_down(doing.name, doing.fields["why"], doing.by, doing.now, doing.reach)


def _rename(doing: Doing) -> Awaitable[object]:
    return doing.office.rename(doing.name, doing.fields["name"], doing.by, doing.now, doing.reach)


def _block(doing: Doing) -> Awaitable[object]:
    return doing.office.block(doing.name, doing.fields["why"], doing.by, doing.now, doing.reach)


def _unblock(doing: Doing) -> Awaitable[object]:
    return doing.office.unblock(doing.name, doing.fields["why"], doing.by, doing.now, doing.reach)


def _take_over(doing: Doing) -> Awaitable[object]:
    asset = doing.fields["asset"]
    return doing.office.take_over(doing.name, asset, doing.by, doing.now, doing.reach)


def _hand_over(doing: Doing) -> Awaitable[object]:
    assert doing.owner is not None
    return doing.office.hand_over(doing.name, doing.owner, doing.by, doing.now, doing.reach)


def _retire(doing: Doing) -> Awaitable[object]:
    return doing.office.retire(doing.name, doing.fields["why"], doing.by, doing.now, doing.reach)


def _lose(doing: Doing) -> Awaitable[object]:
    return doing.office.lose(doing.name, doing.fields["why"], doing.by, doing.now, doing.reach)


WAITING, BLOCKED = frozenset({Standing.WAITING}), frozenset({Standing.BLOCKED})
ACTS: Sequence[Act] = (
    Act("approve", _approve, (), WAITING, asked_first=False, opens=True),
    Act("name", _rename, ("name",), HERE, asked_first=False),
    Act("turn-down", _turn_down, ("why",), WAITING),
    Act("unblock", _unblock, ("why",), BLOCKED, opens=True),
    Act("take-over", _take_over, ("asset",), HERE, opens=True, managed=False),
    Act("hand-over", _hand_over, ("login",), HERE),
    Act("block", _block, ("why",), HERE - {Standing.BLOCKED}),
    Act("retire", _retire, ("why",), HERE),
    Act("lost", _lose, ("why",), NOT_LOST),
)
ASKED_FIRST = tuple(one.path for one in ACTS if one.asked_first)
HANDS_OVER = "hand-over"


def possible(device: Device, *, theirs: bool) -> Sequence[str]:
    """`theirs`: it is a device of whoever looks, by any account; nobody lets their own do more."""
    return [
        one.path
        for one in ACTS
        if device.standing in one.standings
        and one.managed in (None, device.managed)
        and not (theirs and one.opens)
    ]
