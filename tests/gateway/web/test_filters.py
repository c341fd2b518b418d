from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Having, Query
from gateway.audit.written import having_of
from gateway.web.officer import filters as module
from gateway.web.officer.filters import READERS, Filters, sequence_of, usual_spans
from tests.gateway.web.people import NOW, OFFICER

ENTERED = st.dictionaries(st.sampled_from([*READERS, "before", "other"]), st.text(max_size=20))


def filters_of(parameters: dict[str, str]) -> Filters:
    return module.filters_of(parameters, OFFICER.subject)


def test_an_address_without_filters_asks_for_everything_but_the_readers_own_reading():
    filters = filters_of({})
    assert filters.query == Query(without_technical=True, without_reading_of=OFFICER.subject)
    assert not filters.chosen


@pytest.mark.parametrize("asked", ["person=novakova", "without_own=0", "without_own=0&person="])
def test_who_asks_for_something_gets_the_own_reading_too_unless_it_is_left_out(asked):
    filters = filters_of(dict(parse_qsl(asked, keep_blank_values=True)))
    assert filters.query.without_reading_of is None
    assert filters.chosen
    older = filters_of(dict(parse_qsl(filters.address(before="7").removeprefix("?"))))
    assert older.query.without_reading_of is None


def test_words_are_looked_for_as_the_log_has_them_and_shown_as_they_were_typed():
    filters = filters_of({"role": "starosta", "action": "čtení", "country": "!cz"})
    assert filters.query.action == "read"
    assert set(filters.query.having) == {
        Having("role", frozenset({"mayor"})),
        Having("country", frozenset({"CZ"}), without=True),
    }
    assert filters.entered["role"] == "starosta"


@pytest.mark.parametrize("asked", [{"municipality": "xx"}, {"role": "nobody"}, {"status": "abc"}])
def test_a_value_that_no_entry_has_is_no_search_without_findings(asked):
    assert filters_of(asked).unreadable == frozenset(asked)


@pytest.mark.parametrize("name", ["municipality", "application", "session", "request_id", "reason"])
@pytest.mark.parametrize("text", ["!588491", "588491|588296", "588*", "*", "!588491|588296"])
def test_what_stands_for_many_values_is_no_single_value_that_nothing_has(name, text):
    """Nothing found would be taken for nothing happened."""
    filters = filters_of({name: text})
    assert not filters.unreadable
    assert getattr(filters.query, name) is None
    assert filters.query.having == (having_of(name, text),)
    assert parse_qsl(filters.address().removeprefix("?")) == [(name, text)]


@pytest.mark.parametrize("name", ["municipality", "application", "session", "request_id", "reason"])
def test_one_value_is_asked_of_the_column(name):
    query = filters_of({name: "588491"}).query
    assert (getattr(query, name), query.having) == ("588491", ())


def test_filters_of_an_address_are_read():
    filters = filters_of(
        {
            "person": " novakova ",
            "municipality": "588491",
            "outcome": "refused",
            "code": "decision.refuse",
            "reason": "role_not_sufficient",
            "since": "2026-11-22T18:00",
            "until": "2026-11-23T06:00",
        }
    )
    assert filters.unreadable == frozenset()
    assert filters.query == Query(
        person="novakova",
        municipality="588491",
        outcome=Outcome.REFUSED,
        codes=frozenset({Code.DECISION_REFUSE}),
        reason="role_not_sufficient",
        without_technical=True,
        since=datetime(2026, 11, 22, 17, tzinfo=UTC),
        until=datetime(2026, 11, 23, 5, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("asked", ["technical=1", "session=s-1", "request_id=r-1"])
def test_requests_that_concern_no_application_are_shown_when_asked_for_or_named(asked):
    assert not filters_of(dict(parse_qsl(asked))).query.without_technical


@pytest.mark.parametrize(
    ("name", "text"), [("outcome", "maybe"), ("code", "decision"), ("since", "tomorrow"), ("until", "25:00")]
)
def test_what_cannot_be_read_is_named_and_not_guessed(name, text):
    filters = filters_of({name: text})
    assert filters.unreadable == {name}
    assert filters.entered[name] == text


def test_a_span_that_ends_before_it_begins_is_said():
    assert filters_of({"since": "2026-11-23", "until": "2026-11-22"}).unreadable == {"until"}


@given(ENTERED)
def test_an_address_made_of_filters_reads_as_the_same_filters(entered):
    filters = filters_of(entered)
    again = filters_of(dict(parse_qsl(filters.address().removeprefix("?"), strict_parsing=False)))
    assert again == filters


@given(ENTERED, st.text(min_size=1, max_size=20))
def test_a_changed_filter_changes_nothing_else(entered, person):
    filters = filters_of(entered)
    changed = filters_of(dict(parse_qsl(filters.address(person=person).removeprefix("?"))))
    assert {**filters.entered, "person": person} == changed.entered


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("127", 127),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("-1", None),
        ("٣", None),
        ("", None),
    ],
)
def test_a_sequence_number_is_read_or_refused(text, number):
    assert sequence_of(text) == number


def test_usual_spans_follow_the_calendar_of_prague():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # past midnight in Prague
    assert usual_spans(late)["today"] == {"since": "2026-11-23T00:00", "until": "2026-11-23T23:59"}
    assert usual_spans(NOW)["week"] == {"since": "2026-11-17T00:00", "until": "2026-11-23T23:59"}


def test_every_field_of_an_entry_is_a_filter_and_comes_back_as_it_was_written():
    written = {
        "q": "smlouva",
        "country": "!CZ",
        "role": "mayor|clerk",
        "ticket": "*",
        "path": "/spisy/*",
        "address": "203.0.113.7",
        "hour_from": "18:00",
        "hour_to": "06:00",
        "mb_from": "1,5",
        "crossing": "1",
    }
    filters = filters_of(written)
    assert filters.unreadable == frozenset()
    query = filters.query
    assert set(query.having) == {
        Having("country", frozenset({"CZ"}), without=True),
        Having("role", frozenset({"mayor", "clerk"})),
        Having("ticket", frozenset({"*"})),
        Having("path", frozenset({"/spisy/*"})),
    }
    assert (query.text, query.address, query.crossing) == ("smlouva", "203.0.113.7", True)
    assert (str(query.hours), query.bytes_from) == ("18:00-06:00", 1_500_000)
    assert filters_of(dict(parse_qsl(filters.address()[1:]))) == filters


@pytest.mark.parametrize(
    ("name", "written"),
    [("hour_from", "25:00"), ("mb_from", "much"), ("mb_to", "-1"), ("mb_to", "nan"), ("hour_to", "<b>")],
)
def test_further_fields_that_cannot_be_read_are_said(name: str, written: str):
    assert filters_of({name: written}).unreadable == {name}
