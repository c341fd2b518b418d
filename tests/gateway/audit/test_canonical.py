import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import NotCanonical, Recorded, Unrecordable, canonical, parse
from tests.gateway.audit.making import NOON, entries, entry, recorded


@given(recorded)
def test_what_is_printed_is_parsed_back(item: Recorded) -> None:
    assert parse(canonical(item)) == item


@given(recorded)
def test_any_json_reader_reads_the_bytes_and_finds_the_keys_sorted(item: Recorded) -> None:
    data = json.loads(canonical(item))
    assert data["v"] == 1
    assert data["sequence"] == item.sequence
    assert list(data) == sorted(data)
    assert list(data.get("details", {})) == sorted(data.get("details", {}))


@given(recorded)
def test_the_same_facts_with_spaces_are_refused(item: Recorded) -> None:
    spaced = json.dumps(json.loads(canonical(item)), ensure_ascii=False).encode()
    with pytest.raises(NotCanonical):
        parse(spaced)


@given(recorded, st.data())
def test_no_byte_can_be_changed_unnoticed(item: Recorded, data: st.DataObject) -> None:
    written = bytearray(canonical(item))
    at = data.draw(st.integers(0, len(written) - 1))
    written[at] = data.draw(st.integers(0, 255).filter(lambda value: value != written[at]))
    try:
        other = parse(bytes(written))
    except NotCanonical:
        return
    assert other != item


@given(st.binary(max_size=80))
def test_other_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)


@given(entries(st.text(max_size=10)))
def test_whatever_text_an_entry_holds_its_bytes_are_canonical(item: object) -> None:
    data = canonical(Recorded(0, NOON, item))
    assert canonical(parse(data)) == data


def test_the_bytes_are_these() -> None:
    item = Recorded(7, NOON, entry(1, person="novák", details={"b": 1, "a": 1.5}))
    assert canonical(item).decode() == (
        '{"at":"2026-05-04T12:00:00.001000Z","code":"access.request","details":{"a":1.5,"b":1},'
        '"outcome":"success","person":"novák","received_at":"2026-05-04T12:00:00.000000Z",'
        '"request_id":"request-1","sequence":7,"v":1}'
    )


def test_a_key_given_twice_is_refused() -> None:
    data = canonical(Recorded(7, NOON, entry(person="a")))
    with pytest.raises(NotCanonical):
        parse(data.replace(b'"person":"a"', b'"person":"b","person":"a"'))


def test_an_unknown_version_is_refused() -> None:
    data = canonical(Recorded(7, NOON, entry()))
    with pytest.raises(NotCanonical, match="version 2"):
        parse(data.replace(b'"v":1', b'"v":2'))


@pytest.mark.parametrize("other", ["2026-05-04T14:00:00.000000+02:00", "2026-05-04T12:00:00Z", "noon"])
def test_another_spelling_of_the_time_is_refused(other: str) -> None:
    data = canonical(Recorded(7, NOON, entry()))
    with pytest.raises(NotCanonical):
        parse(data.replace(b"2026-05-04T12:00:00.000000Z", other.encode()))


def test_control_characters_are_marked_wherever_they_stand() -> None:
    item = entry(person="a\x1b", details={"k\n": "v\r", "list": ["\x00"], "number": 3})
    again = parse(canonical(Recorded(0, NOON, item))).entry
    assert again.person == r"a\u{1b}"
    assert again.details == {r"k\u{a}": r"v\u{d}", "list": [r"\u{0}"], "number": 3}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**60)])
def test_a_number_that_json_would_not_keep_is_refused_by_name(value: float) -> None:
    with pytest.raises(Unrecordable, match=r"details\.bytes"):
        canonical(Recorded(0, NOON, entry(details={"bytes": value})))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Unrecordable, match="`at`"):
        canonical(Recorded(0, NOON, replace(entry(), at=NOON.replace(tzinfo=None))))


def test_a_number_outside_what_a_parser_keeps_is_refused() -> None:
    data = canonical(Recorded(0, NOON, entry(details={"bytes": 1})))
    with pytest.raises(NotCanonical):
        parse(data.replace(b'"bytes":1', b'"bytes":9007199254740993'))


def test_what_a_newer_version_has_recorded_is_read_and_printed_as_it_stands() -> None:
    written = canonical(Recorded(7, NOON, entry(person="a"))).replace(
        b"access.request", b"access.of_tomorrow"
    )
    read = parse(written)
    assert read.entry.code == "access.of_tomorrow"
    assert canonical(read) == written


@pytest.mark.parametrize("other", ["", "access", "Access.Request", "access.request ", ".a", "a." + "b" * 70])
def test_what_no_version_calls_an_event_is_refused(other: str) -> None:
    written = canonical(Recorded(7, NOON, entry()))
    with pytest.raises(NotCanonical):
        parse(written.replace(b"access.request", other.encode()))
