from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from gateway.tunnels.connections import Began, Ended, Flow, FlowId, Ledger
from gateway.tunnels.permits import Target, Transport

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
POOLS = (ip_network("10.90.0.0/16"),)
SHARE = Target(ip_address("10.1.0.5"), Transport.TCP, 445)
FLOW = Flow(FlowId(7), ip_address("10.90.0.2"), 40000, SHARE)
COUNTED = replace(FLOW, began=NOW, sent=100, received=9000)


def test_a_connection_begins_and_ends_with_its_octets() -> None:
    ledger = Ledger(POOLS)
    assert list(ledger.began(FLOW, NOW)) == [Began(FLOW, NOW)]
    assert ledger.of(FLOW.device) == (FLOW,)
    (ended,) = ledger.ended(COUNTED, LATER)
    assert ended == Ended(COUNTED, NOW, LATER)
    assert ended.known
    assert ledger.open == ()


def test_what_is_told_twice_is_recorded_once() -> None:
    ledger = Ledger(POOLS)
    list(ledger.began(FLOW, NOW))
    assert list(ledger.began(COUNTED, LATER)) == []
    list(ledger.ended(COUNTED, LATER))
    assert ledger.open == ()


def test_other_connections_of_the_machine_are_none_of_its() -> None:
    other = replace(FLOW, device=ip_address("192.0.2.1"))
    ledger = Ledger(POOLS)
    assert [*ledger.began(other, NOW), *ledger.ended(other, NOW), *ledger.there_are([other], NOW)] == []


def test_an_end_whose_beginning_was_missed_is_told_with_both() -> None:
    assert list(Ledger(POOLS).ended(COUNTED, LATER)) == [Began(COUNTED, NOW), Ended(COUNTED, NOW, LATER)]


def test_what_ended_while_nobody_looked_ends_without_octets() -> None:
    ledger = Ledger(POOLS, [Began(FLOW, NOW)])
    new = replace(COUNTED, id=FlowId(8), port=40001)
    ended, began = ledger.there_are([new], LATER)
    assert ended == Ended(FLOW, NOW, LATER)
    assert not ended.known
    assert began == Began(new, NOW)


def test_what_is_still_there_after_a_restart_is_not_told_again() -> None:
    ledger = Ledger(POOLS, [Began(FLOW, NOW)])
    assert list(ledger.there_are([COUNTED], LATER)) == []
    assert list(ledger.ended(COUNTED, LATER)) == [Ended(COUNTED, NOW, LATER)]


def test_a_number_that_the_kernel_gave_to_another_one_ends_the_first() -> None:
    other = replace(FLOW, port=40001)
    ledger = Ledger(POOLS, [Began(FLOW, NOW)])
    assert list(ledger.began(other, LATER)) == [Ended(FLOW, NOW, LATER), Began(other, LATER)]
    assert list(Ledger(POOLS, [Began(FLOW, NOW)]).there_are([other], LATER)) == [
        Ended(FLOW, NOW, LATER),
        Began(other, LATER),
    ]


def test_what_is_open_is_bounded_and_what_was_too_much_is_counted() -> None:
    ledger = Ledger(POOLS, most=1)
    list(ledger.began(FLOW, NOW))
    other = replace(COUNTED, id=FlowId(8))
    assert list(ledger.began(other, NOW)) == []
    assert list(ledger.ended(other, NOW)) == []
    assert ledger.overlooked == 2
    assert len(ledger.open) == 1


@given(st.lists(st.tuples(st.sampled_from(["began", "ended", "all"]), st.integers(1, 3), st.integers(1, 2))))
def test_whatever_the_kernel_says_each_begins_before_it_ends_and_ends_once(told) -> None:
    ledger, open_ = Ledger(POOLS), set()
    for what, number, port in told:
        flow = replace(FLOW, id=FlowId(number), port=port)
        match what:
            case "began":
                said = ledger.began(flow, NOW)
            case "ended":
                said = ledger.ended(flow, NOW)
            case _:
                said = ledger.there_are([flow], NOW)
        for one in said:
            which = one.flow.id, one.flow.port
            if isinstance(one, Began):
                assert which not in open_
                open_.add(which)
            else:
                open_.remove(which)
        assert open_ == {(one.flow.id, one.flow.port) for one in ledger.open}
