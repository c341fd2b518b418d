"""What is asked of the log, said in words, and a kept search asked again."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from config.vocabulary import Language
from gateway.audit.entry import Code, Outcome
from gateway.audit.field_titles import FIELD_TITLES
from gateway.audit.search import Counted, Having, Hours, Query
from gateway.web.officer.conditions import asked_again, closure_said, conditions_shown
from gateway.web.officer.filters import READERS, filters_of
from tests.gateway.web.people import OFFICER
from tests.gateway.web.sample import NAMES

CZECH, ENGLISH = Language.CZECH, Language.ENGLISH


def said(**given: str) -> list[tuple[str, str]]:
    return conditions_shown(given, NAMES, CZECH)


def test_filters_are_said_as_their_fields_and_choices_are_called():
    assert said(
        person="=novakova",
        municipality="588491",
        outcome="refused",
        code="decision.refuse|sign_in.throttled",
        reason="!role_not_sufficient",
        since="2026-11-22T18:00",
        until="2026-11-23",
        without_own="1",
    ) == [
        ("Osoba", "novakova"),
        ("Obec, o kterou jde", "Hulín"),
        ("Výsledek", "zamítnuto"),
        ("Událost", "Zamítnutý přístup, Příliš mnoho pokusů o přihlášení"),
        ("Důvod", "jiné než role osoby nestačí"),
        ("Od", "22. 11. 2026 18:00 SEČ"),
        ("Do (včetně)", "23. 11. 2026"),
        ("Bez mého vlastního čtení těchto stránek", ""),
    ]


def test_what_is_switched_off_is_no_condition():
    assert said(without_own="0") == []


def test_every_filter_and_every_condition_of_a_query_has_a_title():
    unnamed = {name for name in READERS if conditions_shown({name: "1"}, NAMES, ENGLISH)[0][0] == name}
    kept = {name for name in Query.__slots__ if conditions_shown({name: "1"}, NAMES, ENGLISH)[0][0] == name}
    assert unnamed == kept == set()


def test_a_kept_search_is_asked_again_for_the_same():
    asked = Query(
        person="=novakova",
        codes=frozenset({Code.DECISION_REFUSE, Code.SIGN_IN_THROTTLED}),
        outcome=Outcome.REFUSED,
        since=datetime(2026, 11, 22, 17, tzinfo=UTC),
        until=datetime(2026, 11, 23, 5, 1, tzinfo=UTC),
        text="spisy",
        counted=Counted.REFUSED,
        without_technical=True,
    )
    for query in (asked, Query(session="s-1"), Query(action="read")):
        address = asked_again(query.described())
        again = filters_of(dict(parse_qsl(address.partition("?")[2])), OFFICER.subject)
        assert again.unreadable == frozenset()
        assert again.query == query


def test_a_search_that_no_filter_says_wholly_leads_nowhere():
    hours = Hours(datetime(2026, 1, 1, 18, tzinfo=UTC).time(), datetime(2026, 1, 1, 6, tzinfo=UTC).time())
    for query in (Query(having=(Having("role", frozenset({"mayor"})),)), Query(hours=hours)):
        assert asked_again(query.described()) == ""


def test_a_closure_is_said_as_the_switch_says_it():
    assert closure_said("application records", NAMES, CZECH).startswith("jedna aplikace: ")
    assert closure_said("suppliers", NAMES, CZECH) == "všichni dodavatelé"
    assert closure_said("role mayor", NAMES, ENGLISH) == "one role: mayor"
    assert "Hulín" in closure_said("municipality_application 588491/records", NAMES, CZECH)
    assert closure_said("something_newer x", NAMES, CZECH) == "something_newer x"


def test_fields_are_called_as_in_the_form():
    assert conditions_shown({"path": "/spisy*"}, NAMES, CZECH) == [(FIELD_TITLES["path"].cs, "/spisy*")]
