"""What is made of a plain line in one go is what is made of it step by step."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import SessionId
from gateway.audit.access import FIELDS, SEPARATOR, Holder, Line, access_entry, parse_line
from gateway.audit.crowding import TOO_MANY, told
from gateway.audit.plain import Making, sessions_of, words_of
from gateway.audit.prepared import Prepared, prepared
from gateway.audit.spool import pieces
from tests.gateway.audit.test_access import LINE, as_text

HOLDERS = {
    SessionId("abcdefghijklmnopqrstuv"): Holder("subject-1", "novak", "588300"),
    SessionId("s2"): Holder("subject-2", "žluťoučký", ""),
    SessionId("s3"): Holder("cli:root", 'kůň "\\', "588301"),
    SessionId("s4"): Holder("subject-4", "a\x00b", "588301"),
}
USUAL = {
    "time": ["1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
    "request_id": ["", "-", "x"],
    "route": ["-", "", "odd", "spis - read", "spis - read@reports", "spis 588296 public", "a b c d", "  "],
    "fresh": ["-", "", "s2.1 588491", "s3.2 ", "s4.1 588491", "unknown.1 588491", "nodot 1", "a.b.c 1 2"]
    + ["s2.1=g1=p1=clerks-read 588491", "s2.1=g1=p1= 588491", "s2.1=g1=p1 588491", "s2.1=g=p=r=x 1", "=== 1"],
    "decided": ["-", "", "spis 588491 s2.7 e1 own ,read,", "spis - x", "a b"]
    + [
        f"spis 588491 s2.7 e1 own ,read,read@reports,{rest},"
        for rest in ("=g2=p1=a;b", "=g2=p1=a", "=g2", "==")
    ],
    **{name: ["-", "", "x"] for name in ("address", "method", "host", "path", "user_agent", "protocol")},
    "status": ["0", "-", "101", "302", "403", "429", "500", "007", "-7", "+7", "1_0", "9" * 20],
    "reason": ["sign_in_needed", "gateway_unavailable", "stream_watch_lost"],
    "flags": ["UF,DPE", "DC", ""],
    "ended": ["-", "missing_host_header", "brana_cut_ended_by_officer", "ext_proc_error_x", "upstream_reset"],
    **{name: ["-", "0", "9007199254740992", "-1", "01"] for name in ("bytes_in", "bytes_out", "duration_ms")},
}
ODD_TIMES = [
    *("2026-05-04T12:00:00Z", "2026-05-04T12:00:00.1234Z", "2026-05-04T12:00:00.123+01:00", "-", "noon"),
    *("2026-W19-1T12:00:00.123Z", "2026-05-04 12:00:00.123Z", "2026-05-04T24:00:00.000Z", "2026-05-04"),
    *("2026-05-04T12:00:60.000Z", "2026-05-04T12:00:00,123Z", "2026-13-04T12:00:00.123Z"),
]
words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
strange = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=8)
long = st.sampled_from([100, 200, 201, 255, 256, 400, 401, 2048, 2049]).map("x".__mul__)


def _values(name: str) -> st.SearchStrategy[str]:
    usual = st.sampled_from([str(LINE[name] or "-"), *USUAL.get(name, [])])
    if name == "time":
        return usual | st.sampled_from(ODD_TIMES)
    return usual | usual | words | strange | long


lines = st.fixed_dictionaries({}, optional={name: _values(name) for name in FIELDS}).map(
    lambda said: as_text(**said)
)


def parts(one: Prepared) -> tuple[object, ...]:
    return one.facts, one.before, one.between, one.behind, one.entry


def made_alike(each: bytes, making: Making) -> bool:
    """Whether it was made in one go; then it is what any line becomes."""
    said = words_of(each)
    if said is None or (ready := making.ready(said)) is None:
        return False
    parsed = parse_line(each)
    assert isinstance(parsed, Line)
    assert parts(ready) == parts(prepared(access_entry(parsed, HOLDERS)))
    assert sessions_of([said]) == ({parsed.session} if parsed.session else set())
    return True


@given(st.lists(lines | st.binary(max_size=60), min_size=1, max_size=8))
def test_whatever_is_made_in_one_go_is_what_any_line_becomes(data: list[bytes]) -> None:
    making = Making(HOLDERS)
    for each in data:
        made_alike(each, making)


def test_what_envoy_writes_day_by_day_is_made_in_one_go() -> None:
    making = Making(HOLDERS)
    for one, other in combinations(USUAL, 2):
        for first, second in product(USUAL[one], USUAL[other]):
            plain = made_alike(as_text(**{one: first, other: second}), making)
            # of whoever has a name that cannot be printed the log writes what it can
            assert plain != (first.startswith("s4") or second.startswith("s4"))


@pytest.mark.parametrize(
    "changed",
    [
        *({"user_agent": said} for said in ('a"b', "a\\b", "a\tb", "č", "a\x7f", "\\u{41}", "x\r")),
        *({"path": "x" * 2049}, {"user_agent": "x" * 401}, {"host": "x" * 256}, {"request_id": "x" * 201}),
        *({"fresh": f"{'x' * 201}.1 1"}, {"method": "x" * 201}, {"bytes_in": "x"}, {"status": ""}),
        *({"time": time} for time in ODD_TIMES),
    ],
)
def test_what_is_unusual_is_looked_at_as_any_line(changed: dict[str, str]) -> None:
    said = words_of(as_text(**changed))
    assert said is None or Making(HOLDERS).ready(said) is None


@pytest.mark.parametrize("reason", sorted(TOO_MANY))
def test_refusals_of_too_many_are_counted_as_before(reason: str) -> None:
    data = (as_text(reason=reason, status=429) + b"\n") * 3 + as_text() + b"\n"
    found, end = told(pieces(data, window=10**6, complete=False), 10)
    assert [one.times for one in found] == [3, 1]
    assert [type(one.item) for one in found] == [Line, list]
    assert end == len(data)


def test_a_field_more_or_less_is_not_plain() -> None:
    assert words_of(as_text() + SEPARATOR.encode()) is None
    assert words_of(as_text().rpartition(SEPARATOR.encode())[0]) is None
