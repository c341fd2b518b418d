"""Laws between the index and the entries: what an entry is found by is what it says."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Role
from gateway.audit.canonical import Recorded, canonical, settled
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.fields import FIELDS, STATE, values_of
from gateway.audit.fitting import Fitting
from gateway.audit.places import BLOCK, bits_of, packed, part, parts_of, places_of
from gateway.audit.rested_on import details_of
from gateway.audit.search import Having, Hours, Query
from gateway.audit.terms import (
    Group,
    quick,
    sets_of,
    wanted_hours,
    wanted_sizes,
    wanted_values,
    wanted_words,
)
from gateway.audit.words import Wanted, texts_of, words_of
from policies.model import Device, Facts
from tests.gateway.audit.making import NOON, entry, recorded
from tests.policies.world import HULIN, ask

DECISION = entry(
    code=Code.DECISION_PERMIT,
    person="novakova.jana",
    municipality="588296",
    own_municipality="588491",
    application="records",
    details={
        "path": "/spisy/2026/Smlouva_č-42",
        "acr": "mfa",
        "grant": "Gr4nt-of_thatdec",
        "amr": ["pwd", "otp"],
        "roles": ["588491:registrar", "588296:clerk"],
        "facts": '{"country":"SK","device":{"fresh":true,"managed":false,"os":"windows",'
        '"os_version":7,"owner":"urad:jana"},"purpose":"sčítání lidu",'
        '"ticket":{"number":"T-17"},"networks":["office"]}',
    },
)


def terms_of(one: Recorded) -> frozenset[str]:
    return frozenset[str]().union(*sets_of(quick(canonical(one)), microseconds(one.entry.at)))


def of(one: Entry) -> frozenset[str]:
    return terms_of(Recorded(0, NOON, one))


def reached(group: Group, terms: frozenset[str]) -> bool:
    by_beginning = any(term.startswith(begun) for term in terms for begun in group.beginnings)
    between = group.between is not None and any(
        group.between[0] <= term <= group.between[1] for term in terms
    )
    return (bool(group.terms & terms) or by_beginning or between) is not group.without


@given(recorded)
def test_every_value_of_every_field_is_a_term_of_the_entry(one: Recorded):
    said = settled(one.entry)
    terms = terms_of(one)
    for name in FIELDS:
        for value in values_of(name, said):
            if name != "request_id":
                assert reached(wanted_values(name, frozenset({value})), terms)


@given(recorded)
def test_every_word_of_an_entry_finds_it(one: Recorded):
    said = settled(one.entry)
    terms = terms_of(one)
    for text in texts_of(said):
        for word in words_of(text):
            if Wanted(word).stands_in(said):
                assert all(reached(group, terms) for group in wanted_words(word))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("role", "registrar"),
        ("role", "588491:registrar"),
        ("country", "SK"),
        ("purpose", "sčítání lidu"),
        ("ticket", "T-17"),
        ("network", "office"),
        ("factor", "otp"),
        ("level", "mfa"),
        ("posture", "managed"),
        ("posture", "out_of_order"),
        ("os", "windows"),
        ("os_version", "7"),
        ("owner", "urad:jana"),
        ("grant", "Gr4nt-of_thatdec"),
        ("path", "/spisy/*"),
        ("ticket", "*"),
    ],
)
def test_facts_of_a_decision_are_fields(name: str, value: str):
    wanted = Having(name, frozenset({value}))
    assert Fitting(Query(having=(wanted,)))(DECISION, DECISION.at)
    assert reached(wanted_values(name, wanted.values), of(DECISION))
    without = Having(name, wanted.values, without=True)
    assert not Fitting(Query(having=(without,)))(DECISION, DECISION.at)
    assert not reached(wanted_values(name, wanted.values, without=True), of(DECISION))


def _posture(**known: bool | None) -> list[str]:
    device = Device(**dict.fromkeys(STATE, True) | known, os="windows", os_version=7)
    question = ask((HULIN, Role.CLERK), facts=Facts(device=device))
    return values_of("posture", entry(code=Code.DECISION_PERMIT, details=details_of(question)))


def test_a_device_is_in_order_only_where_all_of_it_is_known_to_be():
    assert _posture() == ["in_order"]
    assert _posture(**{name: None for name in STATE if name not in ("managed", "fresh")}) == ["unknown"]
    assert _posture(firewall=None) == ["unknown"]
    assert _posture(firewall=None, disk_encrypted=False) == ["disk_encrypted", "out_of_order"]


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("smlouva", True),
        ("SMLOU", True),
        ("jana registrar", True),
        ("scitani", True),
        ("2026/smlouva", True),
        ("louva", False),
        ("smlouva nobody", False),
        ("/spisy/", True),
        ("country", False),
        ("managed", False),
        ("588296", True),
        ("42", True),
        ("4", False),
        ("2026/", True),
    ],
)
def test_text_is_looked_for_from_where_a_word_begins(typed: str, fits: bool):
    assert Fitting(Query(text=typed))(DECISION, DECISION.at) is fits
    if fits:
        assert all(reached(group, of(DECISION)) for group in wanted_words(typed))


@pytest.mark.parametrize(
    ("begin", "end", "at", "fits"),
    [
        (18, 6, 23, True),
        (18, 6, 5, True),
        (18, 6, 6, False),
        (18, 6, 12, False),
        (7, 18, 7, True),
        (7, 18, 18, False),
        (9, 9, 3, True),
        (18, 0, 23, True),
    ],
)
def test_hours_are_those_of_prague_and_go_over_midnight(begin: int, end: int, at: int, fits: bool):
    moment = datetime(2026, 7, 1, (at - 2) % 24, 30, tzinfo=UTC)  # summer: two hours ahead
    one = Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=moment)
    hours = Hours(time(begin), time(end))
    assert Fitting(Query(hours=hours))(one, moment) is fits
    assert reached(wanted_hours(hours.begin, hours.end), of(one)) is fits


@given(st.times(), st.times(), st.times())
def test_an_hour_that_fits_is_always_among_those_that_are_wanted(begin: time, end: time, clock: time):
    moment = datetime(2026, 1, 5, 12, tzinfo=UTC).replace(hour=clock.hour, minute=clock.minute)
    if Fitting(Query(hours=Hours(begin, end)))(DECISION, moment):
        one = Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=moment)
        assert reached(wanted_hours(begin, end), of(one))


@given(st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1), st.integers(0, 2**54))
def test_a_size_that_fits_is_always_among_those_that_are_wanted(came: int, went: int, least: int):
    one = entry(details={"bytes_in": came, "bytes_out": went})
    assert Fitting(Query(bytes_from=least))(one, NOON) is (came + went >= least)
    if came + went >= least:
        assert reached(wanted_sizes(least, None), of(one))
    if came + went <= least:
        assert reached(wanted_sizes(None, least), of(one))


def test_names_of_requests_and_hashes_are_no_words():
    one = entry(details={"note": "0b1c2d3e4f5a6b7c8d9e smlouva"})
    assert "~smlouva" in of(one)
    assert not any(term.startswith("~0b1c") for term in of(one))


@given(st.sets(st.integers(0, BLOCK - 1)))
def test_places_come_back_as_they_were(places: set[int]):
    assert list(places_of(bits_of(packed(sorted(places))))) == sorted(places, reverse=True)


@pytest.mark.parametrize("kept", [b"\1", b"\xff\xff", b"\0" * 514])
def test_what_are_no_places_is_refused(kept: bytes):
    with pytest.raises(ValueError, match="not"):
        bits_of(kept)


@given(st.dictionaries(st.integers(0, 63), st.sets(st.integers(0, BLOCK - 1), min_size=1, max_size=300)))
def test_what_blocks_have_comes_out_of_their_run_as_it_went_in(blocks: dict[int, set[int]]):
    kept = b"".join(part(one, packed(sorted(places))) for one, places in blocks.items())
    assert {one: set(places_of(bits_of(places))) for one, places in parts_of(kept)} == blocks


@pytest.mark.parametrize("kept", [b"\0", b"\1\2", b"\1\2\0\0", b"\1\2\0\0\0\1"])
def test_what_ends_too_early_is_no_run(kept: bytes):
    with pytest.raises(ValueError, match="run"):
        parts_of(kept)
