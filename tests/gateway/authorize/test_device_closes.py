"""Which applications a device keeps closed: asked of the real policies, as the library has them."""

from dataclasses import replace
from pathlib import Path

import pytest

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.vocabulary import Action, Language
from gateway.authorize.device_closes import closed_at_best, closed_by
from gateway.authorize.snapshot import Snapshot
from gateway.devices.device import Device
from gateway.sessions.session import Session
from tests.gateway.authorize.conftest import NOW, RECORDS
from tests.gateway.authorize.test_devices import FRESH, knowing, notebook, with_library
from tests.gateway.devices.agent import IN_ORDER

OPEN_DISK = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}


@pytest.fixture
def in_order(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """Records are for devices in order alone."""
    return knowing(with_library(snapshot, tmp_path, "device-posture"), notebook())


READ_ONLY = """
@id("own-work-needs-managed-device") @reason("unmanaged_device")
@title_cs("Jen ze služebního") @title_en("From the office's alone") @advice_cs("Použijte ho.") @advice_en("Use it.")
forbid (principal, action in [Action::"write", Action::"sign"], resource in Application::"records")
unless { context has device && context.device.managed };
"""


@pytest.fixture
def read_only(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """From a device that the office does not manage records may be read, and no more."""
    (tmp_path / "own.cedar").write_text(READ_ONLY, "utf-8")
    return knowing(with_library(snapshot, tmp_path), notebook())


def test_what_a_device_lets_one_only_read_is_told_with_what_stays_closed(
    session: Session, read_only: Snapshot
) -> None:
    own = notebook(managed=False)
    one = of_records(closed(own, session, read_only))
    assert one.only == (Action.WRITE,)
    assert one.title[Language.ENGLISH] == "From the office's alone"
    assert [each.check for each in one.mend] == ["managed"]
    assert closed(notebook(), session, read_only) == ()
    at_best = replace(own, owner=session.subject, municipality=session.municipality)
    assert of_records(closed_at_best(at_best, frozenset(session.roles), read_only, NOW)).only == (
        Action.WRITE,
    )


def test_what_opens_not_at_all_is_told_as_a_whole(session: Session, in_order: Snapshot) -> None:
    assert of_records(closed(notebook(facts=OPEN_DISK), session, in_order)).only == ()


def closed(device: Device, session: Session, snapshot: Snapshot, now=NOW):
    return closed_by(device, session, snapshot, session.address, now)


def of_records(found):
    return next(one for one in found if one.application == RECORDS)


def test_a_device_in_order_keeps_nothing_closed(session: Session, in_order: Snapshot) -> None:
    assert closed(notebook(), session, in_order) == ()


def test_what_is_amiss_is_told_with_the_rule_and_how_it_is_mended(
    session: Session, in_order: Snapshot
) -> None:
    one = of_records(closed(notebook(facts=OPEN_DISK), session, in_order))
    assert all(one.title[each] and one.advice[each] for each in Language)
    assert [each.check for each in one.mend] == ["disk_encrypted"]


def test_a_report_that_is_too_old_closes_as_well(session: Session, in_order: Snapshot) -> None:
    one = of_records(closed(notebook(), session, in_order, NOW + FRESH))
    assert "fresh" in [each.check for each in one.mend]


def test_what_would_stay_closed_with_any_device_is_not_told(session: Session, in_order: Snapshot) -> None:
    """Mending opens nothing to whoever has no role."""
    assert closed(notebook(facts=OPEN_DISK), replace(session, roles=()), in_order) == ()
    assert closed(notebook(facts=OPEN_DISK), replace(session, municipality=None), in_order) == ()


def test_where_no_rule_asks_for_a_device_none_closes_anything(session: Session, snapshot: Snapshot) -> None:
    assert closed(notebook(facts=OPEN_DISK), session, knowing(snapshot)) == ()
    assert closed(notebook(standing=Standing.BLOCKED), session, knowing(snapshot)) == ()


def test_an_administrator_is_told_the_same_without_anybody_signed_in(
    session: Session, in_order: Snapshot
) -> None:
    """At best: in the middle of a working day, with a key, whatever the hour is."""
    roles, night = frozenset(session.roles), NOW.replace(hour=2)
    mine = notebook(owner=session.subject, municipality=session.municipality, reported_at=night)
    amiss = replace(mine, facts=OPEN_DISK)
    assert closed_at_best(mine, roles, in_order, night) == ()
    one = of_records(closed_at_best(amiss, roles, in_order, night))
    told = of_records(closed(replace(amiss, reported_at=NOW), session, in_order))
    assert (one.title, [each.check for each in one.mend]) == (told.title, [each.check for each in told.mend])
    late = of_records(closed_at_best(mine, roles, in_order, night + FRESH))
    assert "fresh" in [each.check for each in late.mend]
    assert closed_at_best(amiss, frozenset(), in_order, night) == ()
    assert closed_at_best(replace(amiss, owner=None), roles, in_order, night) == ()
    assert closed_at_best(replace(amiss, standing=Standing.BLOCKED), roles, in_order, night) == ()
