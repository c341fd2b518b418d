"""Values of facts in the languages of people: names, local times, no word of the schema."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import Action, ApplicationId, Language, Role, SubjectId
from policies.examine import SCHEMA_FILE
from policies.fact_values import Called
from policies.model import LEVELS, Delegation, Facts, Text, Ticket
from policies.moments_said import at_said, day_said, moment_said, span_said
from policies.reasons import Names
from policies.seen import facts_of
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, NOW, ask

CS, EN = Language.CZECH, Language.ENGLISH
EVA = SubjectId("urad:eva")
CALLED = Called(Names(DISTRICT, APPLICATIONS), {EVA: dict.fromkeys(Language, "Eva Malá")})
TICKET = Ticket(
    approved=True,
    since=NOW - timedelta(hours=1),
    until=NOW + timedelta(hours=1),
    application=ApplicationId("map"),
    actions=frozenset({Action.READ, Action.WRITE}),
    sponsor_present=True,
    sponsor=EVA,
)


def value(path: str, **facts: object) -> Text:
    question = ask((HULIN, Role.SUPPLIER), facts=Facts(**facts))  # type: ignore[arg-type]
    read = [fact for fact in facts_of(question, [tuple(path.split("."))], CALLED) if fact.name == path]
    return read[0].value


def test_actions_and_people_within_a_fact_are_called_as_elsewhere() -> None:
    assert value("context.ticket.actions", ticket=TICKET) == {CS: "zápis, čtení", EN: "reading, writing"}
    assert value("context.ticket.sponsor", ticket=TICKET)[CS] == "Eva Malá"
    lent = Delegation(since=NOW, until=NOW, by=SubjectId("urad:nobody"))
    assert value("context.delegation.by", delegation=lent)[CS] == "urad:nobody"


def test_a_whole_record_is_told_by_the_titles_of_its_parts() -> None:
    told = value("context.ticket", ticket=TICKET)
    assert "zakázka schválena: ano" in told[CS]
    assert "order approved: yes" in told[EN]
    assert "approved:" not in told[CS]


def test_how_somebody_signed_in_is_told_in_words() -> None:
    assert value("context.sign_in.factors")[CS] == "heslo, jednorázový kód"
    assert value("context.sign_in.level")[EN] == "2 – password and a second factor"
    assert value("context.sign_in.age")[CS].endswith("min")


@pytest.mark.parametrize("language", Language)
def test_every_way_of_proof_and_every_level_that_a_policy_may_compare_has_a_name(language: Language) -> None:
    (listed,) = re.findall(r"entity Factor enum \[(.*?)\];", SCHEMA_FILE.read_text("utf-8"), re.DOTALL)
    factors = re.findall(r'"(\w+)"', listed)
    assert len(factors) > 20
    for name in factors:
        word = CALLED.said({"type": "Factor", "id": name}, ("context", "sign_in", "factors"))[language]
        assert word not in ("", name), name
    levels = [CALLED.said(level, ("context", "sign_in", "level"))[language] for level in LEVELS.values()]
    assert [word.partition(" – ")[0] for word in levels] == ["1", "2", "3"]
    assert all(word.partition(" – ")[2] for word in levels)


@pytest.mark.parametrize(
    ("moment", "czech", "english"),
    [
        (
            datetime(2026, 11, 23, 8, 41, 7, tzinfo=UTC),
            "23. 11. 2026 9:41:07 SEČ",
            "23 Nov 2026, 09:41:07 CET",
        ),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2. 7. 2026 0:00:00 SELČ", "2 Jul 2026, 00:00:00 CEST"),
        (
            datetime(1880, 1, 1, tzinfo=UTC),
            "1. 1. 1880 0:57:44 UTC+005744",
            "1 Jan 1880, 00:57:44 UTC+005744",
        ),
        (
            datetime(1946, 12, 31, tzinfo=UTC),
            "31. 12. 1946 0:00:00 UTC+0000",
            "31 Dec 1946, 00:00:00 UTC+0000",
        ),
    ],
)
def test_a_moment_is_that_of_a_clock_here(moment: datetime, czech: str, english: str) -> None:
    assert (moment_said(moment, CS), moment_said(moment, EN)) == (czech, english)


def test_days_spans_and_moments_in_a_sentence_are_told_as_people_write_them() -> None:
    day, moment = date(2026, 3, 5), datetime(2026, 3, 5, 6, tzinfo=UTC)
    assert (day_said(day, CS), day_said(day, EN)) == ("5. 3. 2026", "5 Mar 2026")
    assert (at_said(moment, CS), at_said(moment, EN)) == ("5. 3. 2026 v 7:00", "5 Mar 2026 at 07:00")
    assert [span_said(timedelta(seconds=each)) for each in (0, 59, 60, 29_100, 90_000)] == [
        "0 s", "59 s", "1 min", "8 h 5 min", "1 d 1 h",
    ]  # fmt: skip


def test_a_day_is_a_day_and_the_time_of_the_day_a_clock() -> None:
    assert value("context.time.date")[CS].count(". ") == 2
    assert value("context.time.of_day")[CS].count(":") == 2
    assert value("context.time.weekday")[CS] in ("pondělí", "úterý", "středa", "čtvrtek", "pátek")
