from typing import Any

from gateway.fleet.gatekeeper import NO_EPOCH, OVERLAP, Gatekeeper
from gateway.fleet.words import Known


def known(*revoked: str, **more: Any) -> Known:
    return Known(**({"version": "1", "revoked": [*revoked], "epoch": "e", "keys": {}, "left": []} | more))


def test_a_node_that_has_heard_nothing_honours_no_grant() -> None:
    gate = Gatekeeper(60.0)
    assert (gate.epoch(0.0), gate.alone(0.0)) == (NO_EPOCH, True)


def test_grants_are_honoured_until_nothing_was_heard_for_the_grace() -> None:
    gate = Gatekeeper(60.0)
    gate.heard(100.0, known())
    assert gate.epoch(159.9) == "e"
    assert gate.epoch(160.0) == NO_EPOCH


def test_a_word_without_news_is_a_word() -> None:
    gate = Gatekeeper(60.0)
    gate.heard(100.0, known("a.1"))
    gate.heard(150.0, None)
    assert (gate.epoch(200.0), gate.revoked()) == ("e", {"a.1"})


def test_a_gate_that_cannot_write_honours_no_grant() -> None:
    gate = Gatekeeper(60.0)
    gate.heard(0.0, known())
    gate.room = False
    assert gate.epoch(1.0) == NO_EPOCH


def test_what_was_revoked_stays_so_when_a_control_plane_that_has_not_heard_of_it_is_asked() -> None:
    gate = Gatekeeper(60.0)
    gate.heard(0.0, known("a.1", "b.1"))
    gate.heard(1.0, known("b.1", version="0"))
    assert gate.revoked() == {"a.1", "b.1"}
    gate.heard(2.0, known("c.1", version="2"))
    assert gate.revoked() == {"a.1", "b.1", "c.1"}
    gate.heard(2.0 + OVERLAP, known("c.1", "d.1", version="3"))
    assert gate.revoked() == {"c.1", "d.1"}


def test_between_two_tables_of_routes_no_grant_is_honoured() -> None:
    gate = Gatekeeper(60.0)
    gate.heard(0.0, known())
    gate.switching = True
    assert gate.epoch(1.0) == NO_EPOCH
    gate.switching = False
    assert gate.epoch(1.0) == "e"


def test_of_an_application_that_whoever_decides_has_otherwise_or_not_at_all_no_grant_counts() -> None:
    gate = Gatekeeper(60.0)
    ours = {"map": "m1", "notes": "n1", "records": "r1"}
    assert gate.unsettled(ours) == ()
    gate.heard(0.0, known(marks={"map": "m2", "records": "r1", "budget": "b1"}))
    assert gate.unsettled(ours) == ("map", "notes")
    gate.heard(1.0, known(version="2"))
    assert gate.unsettled(ours) == (), "a version that does not say"
