import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import PUBLIC, SessionId
from gateway.audit.access import (
    FAILURES,
    FIELDS,
    SEPARATOR,
    Damaged,
    Holder,
    Line,
    access_entry,
    damage_entry,
    parse_line,
)
from gateway.audit.canonical import TEXTS, Recorded, canonical, parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.authorize.response import CANNOT_DECIDE, UNAVAILABLE_REASONS
from gateway.envoy import access_log
from gateway.envoy.reply_texts import REPLIES, UNDECIDED
from tests.gateway.audit.making import NOON

LINE = {
    "time": "2026-05-04T12:00:00.123Z",
    "request_id": "5d3cbe6b-0d7f-4c15-93d6-cf2b8ab0d2ad",
    "route": "spis 588296 read",
    "fresh": "abcdefghijklmnopqrstuv.3 588296",
    "decided": None,
    "address": "10.1.2.3",
    "method": "GET",
    "host": "spis.example.cz",
    "path": "/dokument/1",
    "status": 200,
    "reason": None,
    "flags": "-",
    "ended": "via_upstream",
    "bytes_in": 0,
    "bytes_out": 5000,
    "duration_ms": 12,
    "user_agent": "Mozilla/5.0",
    "protocol": "HTTP/2",
}
HOLDERS = {SessionId("abcdefghijklmnopqrstuv"): Holder("subject-1", "novak", "588300")}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def line(**changed: object) -> bytes:
    return json.dumps({**LINE, **changed}).encode()


def as_text(**changed: object) -> bytes:
    """As Envoy writes it; `line` is what Envoys of earlier versions have written."""
    said = {**LINE, **changed}
    return SEPARATOR.join("-" if said[name] is None else str(said[name]) for name in FIELDS).encode()


def read(data: bytes) -> Entry:
    parsed = parse_line(data)
    assert isinstance(parsed, Line)
    return access_entry(parsed, HOLDERS)


def test_a_line_becomes_an_entry_with_the_sessions_holder() -> None:
    found = read(line())
    assert (found.code, found.outcome) == (Code.ACCESS, Outcome.SUCCESS)
    assert (found.subject, found.person, found.own_municipality) == ("subject-1", "novak", "588300")
    assert (found.application, found.municipality, found.action) == ("spis", "588296", "read")
    assert found.at.isoformat() == "2026-05-04T12:00:00.123000+00:00"
    assert found.session == "abcdefghijklmnopqrstuv"
    assert found.details == {
        **{name: LINE[name] for name in ("method", "host", "path", "status", "flags", "protocol")},
        **{name: LINE[name] for name in ("bytes_in", "bytes_out", "duration_ms", "user_agent")},
        "fresh": True,
        "generation": "3",
    }


def test_what_anybody_may_use_is_nobody_s_and_says_so() -> None:
    found = read(line(route="spis 588491 public", fresh=None))
    assert (found.application, found.municipality, found.action) == ("spis", "588491", PUBLIC)
    assert (found.subject, found.person, found.session, found.outcome) == ("", "", "", Outcome.SUCCESS)


def test_who_was_let_in_by_a_decision_is_read_from_its_gate_text() -> None:
    found = read(
        line(route="spis - read", fresh=None, decided="spis 588491 abcdefghijklmnopqrstuv.7 e1 own ,read,")
    )
    assert (found.session, found.municipality) == ("abcdefghijklmnopqrstuv", "588491")
    assert (found.details["generation"], found.details["fresh"]) == ("7", False)


@pytest.mark.parametrize(
    "said",
    [
        {"fresh": "abcdefghijklmnopqrstuv.3=g-1=0f25=clerks-write 588296"},
        {
            "fresh": None,
            "decided": "spis 588296 abcdefghijklmnopqrstuv.3 e1 own ,read,write,=g-1=0f25=clerks-read;clerks-write,",
        },
        {
            "fresh": None,
            "decided": "spis 588296 abcdefghijklmnopqrstuv.3 e1 own ,write,=g-1=0f25=clerks-write, ~device.2",
        },
    ],
    ids=["fresh", "decided", "decided for a device"],
)
def test_a_request_names_its_grant_the_version_and_the_rule_of_what_was_asked(
    said: dict[str, object],
) -> None:
    found = read(line(route="spis - write", **said))
    assert (found.details["grant"], found.policy_version, found.rule) == ("g-1", "0f25", "clerks-write")
    assert (found.session, found.details["generation"]) == ("abcdefghijklmnopqrstuv", "3")
    assert (found.person, found.municipality) == ("novak", "588296")


def test_nothing_that_a_client_says_is_taken_for_what_a_request_rests_on() -> None:
    forged = "abcdefghijklmnopqrstuv.3=g-1=0f25=clerks-write 588296"
    said = dict.fromkeys(("path", "user_agent", "host", "method", "request_id"), forged)
    found = read(line(**said, fresh=None))
    assert (found.rule, found.policy_version, found.session) == ("", "", "")
    assert "grant" not in found.details


def test_a_session_that_nobody_knows_is_kept_by_its_name() -> None:
    found = read(line(fresh="unknown.1 588491"))
    assert (found.session, found.subject, found.person) == ("unknown", "", "")


def test_what_envoy_could_not_say_is_empty() -> None:
    found = read(json.dumps({"time": LINE["time"]} | dict.fromkeys(set(LINE) - {"time"})).encode())
    assert (found.session, found.application, found.municipality) == ("", "", "")
    assert found.outcome is Outcome.FAILURE


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "success"),
        (101, "success"),
        (302, "success"),
        (401, "refused"),
        (403, "refused"),
        (429, "refused"),
        (404, "failure"),
        (500, "failure"),
        (0, "failure"),
    ],
)
def test_the_status_decides_the_outcome(status: int, outcome: str) -> None:
    assert read(line(status=status)).outcome == outcome


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, "refused"), (404, "refused"), (303, "refused"), (503, "failure")]
)
def test_a_refusal_of_ours_is_kept_with_its_reason(status: int, outcome: str) -> None:
    found = read(line(status=status, reason="request_malformed"))
    assert (found.reason, found.outcome) == ("request_malformed", outcome)


def test_a_page_load_that_is_sent_to_the_sign_in_was_not_let_in() -> None:
    found = read(line(status=302, reason="sign_in_needed", fresh=None, decided=None))
    assert (found.outcome, found.reason, found.person) == (Outcome.REFUSED, "sign_in_needed", "")


def test_a_broken_protocol_that_has_no_answer_has_its_reason_all_the_same() -> None:
    found = read(line(status=0, flags="UF,DPE"))
    assert (found.reason, found.outcome) == ("request_malformed", Outcome.REFUSED)
    assert read(line(status=0, flags="DC")).reason == ""


def test_a_stream_that_was_cut_has_the_reason_of_the_cut() -> None:
    found = read(line(status=101, ended="brana_cut_ended_by_officer", bytes_in=7))
    assert (found.reason, found.outcome) == ("ended_by_officer", Outcome.REFUSED)
    assert (found.details["status"], found.details["bytes_in"]) == (101, 7)


def test_a_stream_whose_watch_died_ended_by_a_failure() -> None:
    found = read(line(status=101, ended="ext_proc_error_gRPC_error_14{connection_termination}"))
    assert (found.reason, found.outcome) == ("stream_watch_lost", Outcome.FAILURE)


def test_what_is_answered_200_to_a_grpc_client_is_a_refusal_or_a_failure_by_its_reason() -> None:
    refused = read(line(status=200, reason="sign_in_needed", fresh=None, decided=None))
    assert (refused.outcome, refused.details["status"]) == (Outcome.REFUSED, 200)
    failed = [one.reason for one in (*REPLIES, UNDECIDED) if one.status >= 500]
    assert {CANNOT_DECIDE, *UNAVAILABLE_REASONS, *failed} < FAILURES
    for reason in FAILURES:
        assert read(line(status=200, reason=reason)).outcome is Outcome.FAILURE


@pytest.mark.parametrize(
    "changed", [{}, {"status": 0, "duration_ms": None}, {"protocol": None, "address": "::1"}]
)
def test_a_line_of_text_says_the_same_as_one_of_json(changed: dict[str, object]) -> None:
    assert read(as_text(**changed)) == read(line(**changed))


def test_its_fields_are_in_the_order_in_which_envoy_is_told_to_write_them() -> None:
    assert (tuple(access_log.FIELDS), access_log.SEPARATOR) == (FIELDS, SEPARATOR)


@pytest.mark.parametrize("more", ["\r", "\rx", "x\r"])
def test_a_text_of_more_or_fewer_fields_is_damage(more: str) -> None:
    assert isinstance(parse_line(as_text(user_agent=more)), Damaged)
    assert isinstance(parse_line(as_text().rpartition(b"\r")[0]), Damaged)


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_whatever_a_client_says_stays_in_its_field(said: str) -> None:
    found = parse_line(as_text(path=said, user_agent=said, host=said, method=said))
    assert isinstance(found, Line)
    meant = None if said == "-" else said
    assert [found.path, found.user_agent, found.host, found.method] == 4 * [meant]
    assert (found.status, found.fresh) == (LINE["status"], LINE["fresh"])


@pytest.mark.parametrize("number", ["forged", "two words", "", "x 203.0.113.66 200 - 1 2 3 HTTP/2"])
@pytest.mark.parametrize("ended", ["missing_host_header", "path_normalization_failed", "what_is_not_known"])
def test_the_number_that_a_client_said_before_there_was_one_of_ours_is_in_no_entry(
    number: str, ended: str
) -> None:
    for written in (line, as_text):
        found = read(written(request_id=number, route=None, ended=ended, status=400))
        assert (found.request_id, found.address, found.details["status"]) == ("", "10.1.2.3", 400)


@pytest.mark.parametrize("said", [{"route": "spis - read"}, {"ended": "via_upstream"}])
def test_a_number_of_ours_is_in_the_entry(said: dict[str, str]) -> None:
    assert read(line(**{"route": None, "ended": None} | said)).request_id == LINE["request_id"]


@pytest.mark.parametrize("number", ["x", "1.5", "", "0x1"])
def test_a_number_in_a_text_that_is_none_is_damage(number: str) -> None:
    assert isinstance(parse_line(as_text(status=number)), Damaged)


def test_the_municipality_of_the_route_serves_where_none_was_resolved() -> None:
    assert read(line(fresh=None)).municipality == "588296"
    assert read(line(fresh=None, route="spis - read")).municipality == ""


def test_the_name_of_a_route_stands_beside_its_action() -> None:
    found = read(line(route="spis - read@reports"))
    assert (found.action, found.details["route"]) == ("read", "reports")
    assert "route" not in read(line(route="spis - read")).details


def test_a_route_of_another_form_is_kept_as_it_is() -> None:
    assert read(line(route="odd")).application == "odd"


def test_a_terminal_escape_in_a_header_is_marked() -> None:
    found = read(line(user_agent="\x1b]0;evil\x07", path="/a\u202e"))
    assert found.details["user_agent"] == r"\u{1b}]0;evil\u{7}"
    assert found.details["path"] == r"/a\u{202e}"


def test_bytes_that_are_not_utf_8_are_marked_and_the_line_is_kept() -> None:
    found = read(line(user_agent="AGENT").replace(b"AGENT", b"a\xff\xfeb"))
    assert found.details["user_agent"] == r"a\u{dcff}\u{dcfe}b"
    assert read(as_text(user_agent="AGENT").replace(b"AGENT", b"a\xff\xfeb")) == found


def test_a_lone_surrogate_is_marked_and_the_line_is_kept() -> None:
    assert read(line(user_agent="\ud800")).details["user_agent"] == r"\u{d800}"


def test_a_huge_value_is_cut_and_says_so() -> None:
    shown = read(line(path="/" + "x" * 60_000)).details["path"]
    assert isinstance(shown, str)
    assert len(shown) < 2200
    assert "cut 60001 characters" in shown


def test_an_absurd_number_is_bounded() -> None:
    found = read(line(bytes_out=2**62, bytes_in=-5))
    assert (found.details["bytes_out"], found.details["bytes_in"]) == (2**53 - 1, 0)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"{}", line(status="x"), line(time="noon"), line(time="2026-05-04T12:00:00")],
)
def test_what_is_not_a_line_is_kept_as_damage_with_size_and_hash(data: bytes) -> None:
    found = parse_line(data)
    assert isinstance(found, Damaged)
    assert found.size == len(data)
    assert len(found.digest) == 64
    kept = damage_entry(found, "access-1.log", 7, NOON)
    assert kept.details["offset"] == 7
    assert kept.code is Code.ACCESS_SPOOL_DAMAGED


def test_deep_nesting_is_damage_and_not_a_crash() -> None:
    assert isinstance(parse_line(b'{"time":' + b"[" * 100_000), Damaged)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_an_entry_that_can_be_recorded(data: bytes) -> None:
    found = parse_line(data)
    kept = damage_entry(found, "f", 0, NOON) if isinstance(found, Damaged) else access_entry(found, {})
    assert parse(canonical(Recorded(0, NOON, kept))).entry == kept


@given(
    st.fixed_dictionaries(
        {"time": st.just(LINE["time"])}, optional=dict.fromkeys(set(LINE) - {"time"}, json_values)
    )
)
def test_any_values_in_a_line_give_an_entry_that_can_be_recorded(values: dict) -> None:
    found = parse_line(json.dumps(values).encode())
    kept = damage_entry(found, "f", 0, NOON) if isinstance(found, Damaged) else access_entry(found, {})
    assert parse(canonical(Recorded(0, NOON, kept))).entry == kept
    assert all(getattr(kept, name).isprintable() for name in TEXTS)


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("/spis/2;jsessionid=TAJNE", "/spis/2"),
        ("/spis;jsessionid=TAJNE;a=b/2;v=1", "/spis/2"),
        ("/;", "/"),
        ("/spis/2", "/spis/2"),
    ],
)
def test_parameters_of_a_path_are_in_no_entry(asked: str, recorded: str) -> None:
    assert read(line(path=asked)).details["path"] == recorded
