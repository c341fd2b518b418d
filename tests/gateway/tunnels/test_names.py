"""What a device is answered when it asks for a name: whatever octets come, and names of what it reaches alone."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from dns import flags, message, opcode, rcode, rdatatype
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.names import DATAGRAM, MOST, answer
from gateway.tunnels.permits import Admitted, Named
from gateway.tunnels.resolving import Resolver

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHARE, BOOKS = "spis.sluzby.brana.example", "ucto.oddeleni.sluzby.brana.example"
OVER = "stare.sluzby.brana.example"
PLACES = frozenset(map(ip_address, ("10.1.0.5", "10.1.0.6", "fd00:1::5")))
WHO = Admitted(
    PrivateKey(b"\x01" * 32).public,
    frozenset({ip_address("10.90.0.2")}),
    NOW + HOUR,
    {},
    {
        SHARE: Named(PLACES, NOW + HOUR),
        BOOKS: Named(frozenset({ip_address("10.1.0.9")}), NOW + timedelta(seconds=7)),
        OVER: Named(PLACES, NOW),
    },
    frozenset({"sluzby.brana.example"}),
)


def asked(name: str, kind: str = "A", who: Admitted = WHO, **more) -> message.Message:
    question = message.make_query(name, kind, **more)
    told = answer(question.to_wire(), who, NOW)
    assert told is not None
    response = message.from_wire(told)
    assert question.is_response(response)
    assert not response.flags & flags.RA, "nobody else is asked on"
    return response


def texts(response: message.Message) -> set[str]:
    return {record.to_text() for records in response.answer for record in records}


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("A", {"10.1.0.5", "10.1.0.6"}),
        ("AAAA", {"fd00:1::5"}),
        ("ANY", {"10.1.0.5", "10.1.0.6", "fd00:1::5"}),
        ("MX", set()),
        ("TXT", set()),
        ("CNAME", set()),
    ],
)
def test_addresses_of_what_it_reaches_are_told(kind: str, told: set[str]) -> None:
    response = asked(SHARE, kind)
    assert (response.rcode(), texts(response)) == (rcode.NOERROR, told)
    assert response.flags & flags.AA


def test_letters_of_a_name_are_as_they_were_asked() -> None:
    response = asked("Spis.SLUZBY.brana.example")
    assert texts(response) == {"10.1.0.5", "10.1.0.6"}
    assert response.answer[0].name.to_text() == "Spis.SLUZBY.brana.example."


def test_an_answer_is_kept_for_no_longer_than_what_it_rests_on() -> None:
    assert asked(SHARE).answer[0].ttl == 30
    assert asked(BOOKS).answer[0].ttl == 7


@pytest.mark.parametrize(
    "name",
    ["neni.sluzby.brana.example", OVER, f"x.{SHARE}", "a.b.sluzby.brana.example"],
)
def test_what_it_does_not_reach_is_to_it_as_what_is_not_there(name: str) -> None:
    response = asked(name)
    assert (response.rcode(), response.answer, response.authority) == (rcode.NXDOMAIN, [], [])


@pytest.mark.parametrize("name", ["sluzby.brana.example", "oddeleni.sluzby.brana.example"])
def test_what_names_stand_below_is_there_without_an_address(name: str) -> None:
    response = asked(name)
    assert (response.rcode(), response.answer) == (rcode.NOERROR, [])


@pytest.mark.parametrize("name", ["brana.example", "example", ".", "www.seznam.cz", "xsluzby.brana.example"])
def test_other_names_are_refused_and_asked_of_nobody(name: str) -> None:
    assert asked(name).rcode() == rcode.REFUSED


@pytest.mark.parametrize("kind", ["AXFR", "IXFR", "MAILB", "OPT", "TSIG"])
def test_a_whole_zone_and_what_is_no_record_is_refused(kind: str) -> None:
    assert asked("sluzby.brana.example", kind).rcode() == rcode.REFUSED


def test_another_class_is_refused() -> None:
    assert asked(SHARE, rdclass="CH").rcode() == rcode.REFUSED


def test_a_later_version_of_edns_is_told_which_there_is() -> None:
    response = asked(SHARE, use_edns=1)
    assert (response.rcode(), response.edns, response.answer) == (rcode.BADVERS, 0, [])


def test_nobody_who_sleeps_is_answered() -> None:
    asleep = Admitted(WHO.key, WHO.addresses, None, {}, WHO.names, WHO.domains)
    assert answer(message.make_query(SHARE, "A").to_wire(), asleep, NOW) is None
    assert answer(message.make_query(SHARE, "A").to_wire(), WHO, NOW + HOUR) is None


def test_whoever_is_no_device_of_the_tunnel_hears_nothing() -> None:
    """Also where the filter of packets would let their question through."""
    resolver, octets = Resolver(lambda: {WHO.key: WHO}, lambda: NOW), message.make_query(SHARE, "A").to_wire()
    assert resolver.answers("10.90.0.2", octets) is not None
    for other in ("10.90.0.3", "10.90.0.1", "192.0.2.7", "fd00:90::2"):
        assert resolver.answers(other, octets) is None


def test_whoever_is_let_in_later_is_known_at_once() -> None:
    holds: dict = {}
    resolver, octets = Resolver(lambda: holds, lambda: NOW), message.make_query(SHARE, "A").to_wire()
    assert resolver.answers("10.90.0.2", octets) is None
    holds = {WHO.key: WHO}
    assert resolver.answers("10.90.0.2", octets) is not None
    holds = {}
    assert resolver.answers("10.90.0.2", octets) is None


def test_a_device_without_domains_is_told_nothing() -> None:
    plain = Admitted(WHO.key, WHO.addresses, NOW + HOUR, {}, WHO.names)
    assert asked(SHARE, who=plain).rcode() == rcode.REFUSED


def test_a_response_is_never_answered() -> None:
    """Or two resolvers would speak with each other for ever."""
    response = message.make_response(message.make_query(SHARE, "A"))
    assert answer(response.to_wire(), WHO, NOW) is None


@pytest.mark.parametrize("asks", [opcode.IQUERY, opcode.STATUS, opcode.NOTIFY, opcode.UPDATE])
def test_what_is_no_question_is_not_done(asks: opcode.Opcode) -> None:
    told = answer(struct.pack("!6H", 7, asks << 11, 0, 0, 0, 0), WHO, NOW)
    assert told is not None
    assert message.from_wire(told).rcode() == rcode.NOTIMP


@pytest.mark.parametrize("questions", [0, 2, 65535])
def test_one_question_is_asked_at_a_time(questions: int) -> None:
    octets = bytearray(message.make_query(SHARE, "A").to_wire())
    octets[4:6] = struct.pack("!H", questions)
    told = answer(bytes(octets), WHO, NOW)
    assert told is not None
    assert told[3] & 0xF == rcode.FORMERR


def test_the_longest_answer_fits_into_every_datagram() -> None:
    """So none is ever cut, and nobody has to ask again over TCP."""
    longest = ".".join([*("a" * 63 for _ in range(3)), "b" * 40, "sluzby.brana.example"])
    assert len(longest) == 253
    addresses = frozenset(ip_address(f"fd00:1::{number}") for number in range(1, 9))
    who = Admitted(
        WHO.key,
        WHO.addresses,
        NOW + HOUR,
        {},
        {longest: Named(addresses, NOW + HOUR)},
        frozenset({"sluzby.brana.example"}),
    )
    told = answer(message.make_query(longest, "AAAA", use_edns=0).to_wire(), who, NOW)
    assert told is not None
    assert len(told) <= DATAGRAM
    assert len(texts(message.from_wire(told))) == 8


WIRES = st.builds(
    lambda name, kind, edns, cut: message.make_query(name, kind, use_edns=edns).to_wire()[:cut],
    st.sampled_from([SHARE, BOOKS, "neni.sluzby.brana.example", "www.seznam.cz"]),
    st.sampled_from(sorted(rdatatype.RdataType, key=int)),
    st.sampled_from([-1, 0, 1, 255]),
    st.integers(0, 120),
)


@st.composite
def spoilt(draw) -> bytes:
    octets = bytearray(draw(st.one_of(WIRES, st.binary(max_size=MOST + 40))))
    for _ in range(draw(st.integers(0, 6))):
        if octets:
            octets[draw(st.integers(0, len(octets) - 1))] = draw(st.integers(0, 255))
    return bytes(octets) + draw(st.binary(max_size=20))


@settings(max_examples=1500)
@given(spoilt())
def test_whatever_comes_is_answered_by_its_number_or_not_at_all(octets: bytes) -> None:
    """And never with more than what the device may know, nor much longer than it asked."""
    told = answer(octets, WHO, NOW)
    if told is None:
        return
    response = message.from_wire(told)
    assert told[:2] == octets[:2]
    assert response.flags & flags.QR
    assert not response.flags & flags.RA
    assert len(told) <= DATAGRAM
    assert texts(response) <= {str(one) for one in PLACES} | {"10.1.0.9"}
    if response.answer:
        assert response.answer[0].name.canonicalize().to_text(omit_final_dot=True) in {SHARE, BOOKS}


@pytest.mark.parametrize("name", ["spis.brana.example", "588491.spis.brana.example"])
def test_pages_are_at_the_gateways_own_address_for_whoever_is_awake(name: str) -> None:
    with_pages = replace(WHO, pages=frozenset({"spis.brana.example"}))
    own, pools = {"10.90.0.1"}, (ip_network("10.90.0.0/16"), ip_network("fd00:90::/64"))
    resolver = Resolver(lambda: {WHO.key: with_pages}, lambda: NOW, pools)

    def said(kind: str) -> tuple[rcode.Rcode, set[str]]:
        told = resolver.answers("10.90.0.2", message.make_query(name, kind).to_wire())
        assert told is not None
        response = message.from_wire(told)
        return response.rcode(), texts(response)

    assert said("A") == (rcode.NOERROR, own)
    assert said("AAAA") == said("TXT") == (rcode.NOERROR, set())  # it has no address of the other pool
    assert asked(name).rcode() == rcode.REFUSED
    assert asked("brana.example", who=with_pages).rcode() == rcode.REFUSED
    sleeping = replace(with_pages, until=NOW)
    assert answer(message.make_query(name, "A").to_wire(), sleeping, NOW) is None
