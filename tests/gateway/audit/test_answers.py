"""The ready answers, each out of entries that the product's own acts make."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.settings.questions import AuditFollowUp, AuditGroup, AuditQuestion
from config.settings.setting import Title
from config.vocabulary import SessionId
from gateway.asks.ask import Act, Kind
from gateway.asks.records import entry_of as entry_of_ask
from gateway.audit.access import Holder, access_entry, parse_line
from gateway.audit.answers import LISTED, Answer, answered
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.fields import values_of
from gateway.audit.identity_events import entry_of
from gateway.audit.questions import faults, questions, ready
from gateway.audit.reading_acts import searched, verified, verifying
from gateway.audit.rested_on import FIELDS, details_of
from gateway.audit.search import NotSearched
from gateway.policy_office.actor import Actor
from gateway.policy_office.entries import activated
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Source, Version
from gateway.storage.audit_search import LogSearch
from idp import events
from idp.events import Origin
from policies.model import Device, Facts
from tests.gateway.asks.town import PETR, ask, party
from tests.gateway.audit.making import Log, open_log
from tests.gateway.audit.test_access import LINE
from tests.policies.world import HULIN, KROMERIZ
from tests.policies.world import ask as question

NOW = datetime.fromisoformat("2026-05-06T09:00:00+02:00")
YESTERDAY = datetime.fromisoformat("2026-05-05T00:00:00+02:00")
JANA = Holder("d:jana", "novakova.jana", HULIN)
KUCERA = events.Actor(subject="d:k", name="Martin Kučera")
SID = "abcdefghijklmnopqrstuv"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


def opened(
    at: datetime, route: str = f"records {HULIN} read", holder: Holder = JANA, **said: object
) -> Entry:
    """As the ingest of Envoy's access log makes it."""
    municipality = route.split()[1]
    line = LINE | {"time": at.isoformat(), "route": route, "fresh": f"{SID}.1 {municipality}"} | said
    return access_entry(parse_line(json.dumps(line).encode()), {SessionId(SID): holder})


def decided(outcome: Outcome = Outcome.SUCCESS, **facts: object) -> Entry:
    asked = replace(question(facts=Facts(**facts)), now=YESTERDAY + timedelta(hours=10))
    refused = outcome is Outcome.REFUSED
    return Entry(
        code=Code.DECISION_REFUSE if refused else Code.DECISION_PERMIT,
        outcome=outcome,
        at=asked.now,
        person="novakova.jana",
        reason="role_not_sufficient" if refused else "",
        rule="records-write" if refused else "records-read",
        policy_version="7d1f0c",
        details=details_of(asked),
        **{name: str(getattr(asked, name)) for name in FIELDS},
    )


async def asked(log: Log, name: str, entries: list[Entry], **bounds: object) -> Answer:
    log.append(entries)
    one = questions([])[name]
    return await answered(one, one.asked(NOW, **bounds), LogSearch(log.database))


def keys(answer: Answer) -> list[list[tuple[str, ...]]]:
    return [[row.key for row in counts.rows] for counts in answer.counts]


def codes(answer: Answer) -> list[Code]:
    return [one.found.entry.code for one in answer.entries if isinstance(one.found, Recorded)]


async def test_who_opened_records_of_hulin_in_the_night_of_yesterday(log: Log):
    hours = [17.9, 18, 23, 29.9, 30]
    entries = [opened(YESTERDAY + timedelta(hours=hour), path=f"/spis/{hour}") for hour in hours]
    entries.append(opened(YESTERDAY + timedelta(hours=20), f"records {KROMERIZ} read"))
    entries.append(opened(YESTERDAY + timedelta(hours=20), f"map {HULIN} read"))
    entries.append(opened(YESTERDAY + timedelta(hours=20), status=403, reason="no_role"))
    answer = await asked(log, "records-at-night", entries, municipality=HULIN)
    [rows] = [counts.rows for counts in answer.counts]
    who = ("novakova.jana", HULIN, "10.1.2.3")
    found = {row.key: (row.entries, row.different) for row in rows}
    assert found == {("records", *who): (3, 3), ("map", *who): (1, 1)}


async def test_a_span_of_several_days_is_asked_for_its_nights(log: Log):
    entries = [opened(YESTERDAY + timedelta(hours=hour)) for hour in (3, 12, 20, 34)]
    answer = await asked(log, "records-at-night", entries, since=YESTERDAY, until=NOW + timedelta(days=1))
    assert [row.entries for counts in answer.counts for row in counts.rows] == [2]


async def test_who_came_from_outside_czechia(log: Log):
    entries = [
        decided(country="SK"),
        decided(country="CZ"),
        decided(),
        decided(Outcome.REFUSED, country="RU"),
    ]
    answer = await asked(log, "from-abroad", entries)
    address = entries[0].address
    assert keys(answer) == [
        [
            ("novakova.jana", "RU", address, "", "refused"),
            ("novakova.jana", "SK", address, "", "success"),
        ]
    ]


async def test_why_this_person_was_refused(log: Log):
    answer = await asked(log, "why-refused", [decided(Outcome.REFUSED), decided()], person="novakova.jana")
    [one] = [one.found.entry for one in answer.entries]
    assert (one.reason, one.rule, one.policy_version) == ("role_not_sufficient", "records-write", "7d1f0c")
    nobody = await asked(log, "why-refused", [], person="nobody")
    assert nobody.found == 0


async def test_why_this_person_does_not_even_get_in(log: Log):
    wrong = events.PasswordRefused(at=YESTERDAY, person="novakova.jana", reason="wrong_password")
    answer = await asked(
        log, "why-refused", [entry_of(wrong), opened(YESTERDAY, status=403, reason="no_role")]
    )
    assert [one.found.entry.reason for one in answer.entries] == ["wrong_password"], (
        "a request once, by its decision"
    )


async def test_emergency_access_with_its_review_or_without(log: Log):
    reviewed, waiting = ask(Kind.EMERGENCY, id="a" * 22), ask(Kind.EMERGENCY, id="b" * 22)
    origin = Origin(address="192.0.2.1")
    at = [YESTERDAY + timedelta(hours=hour) for hour in (1, 2, 3)]
    entries = [
        entry_of_ask(reviewed, Act.ASK, reviewed.asker, at[0], origin=origin),
        entry_of_ask(waiting, Act.ASK, waiting.asker, at[1], origin=origin),
        entry_of_ask(reviewed, Act.REVIEW, party(PETR), at[2], origin=origin, note="v pořádku"),
    ]
    answer = await asked(log, "emergency-access", entries)
    told = {one.found.entry.details["request"]: one.closed for one in answer.entries}
    assert told["b" * 22] is None
    closed = told["a" * 22]
    assert closed is not None
    assert closed.entry.person == party(PETR).login


async def test_who_changed_a_policy_what_and_who_approved(log: Log):
    new = Version(
        number=2,
        version="7d1f0c",
        texts={f"municipalities/{HULIN}.cedar": "permit"},
        source=Source.PROPOSAL,
        scope=Scope(HULIN),
        base=1,
        author="d:vanek",
        approver="d:dvorak",
        at=YESTERDAY,
        node="a",
    )
    entry = activated(new, {}, Actor(subject="d:dvorak", login="dvorak.petr"), YESTERDAY, number_before=1)
    answer = await asked(log, "policy-changes", [entry, replace(entry, code=Code.POLICIES_LOADED)])
    assert codes(answer) == [Code.POLICY_ACTIVATED]
    shown = {name: values_of(name, answer.entries[0].found.entry) for name in answer.question.form.shows}
    assert shown["author"] == ["d:vanek"]
    assert shown["approver"] == ["d:dvorak"]
    assert HULIN in shown["changed"][0]
    assert shown["difference"]


async def test_who_goes_without_a_second_factor_by_which_exception(log: Log):
    given = {"origin": Origin(), "person": "lucie", "by": KUCERA}
    entries = [
        entry_of(
            events.ExceptionGranted(at=YESTERDAY, subject="d:1", why="čeká na klíč", until=NOW, **given)
        ),
        entry_of(events.ExceptionGranted(at=YESTERDAY, subject="d:2", why="dovolená", until=NOW, **given)),
        entry_of(events.ExceptionEnded(at=YESTERDAY + timedelta(hours=1), subject="d:2", **given)),
    ]
    answer = await asked(log, "without-second-factor", entries)
    assert {one.found.entry.subject: one.closed is not None for one in answer.entries} == {
        "d:1": False,
        "d:2": True,
    }


async def test_who_has_no_factor_at_all_is_among_them_until_one_is_enrolled(log: Log):
    """The last factor was taken away, or a code was issued to who has none: whether they enrolled one since."""

    def given(subject: str, hours: int = 0) -> dict[str, object]:
        at = YESTERDAY + timedelta(hours=hours)
        return {"at": at, "subject": subject, "origin": Origin(), "person": "lucie"}

    entries = [
        entry_of(events.FactorRemoved(by=KUCERA, why="ztracený telefon", **given("d:1"))),
        entry_of(events.FactorRemoved(by=KUCERA, why="ztracený telefon", **given("d:2"))),
        entry_of(events.EnrolmentCodeIssued(by=KUCERA, until=NOW, **given("d:2", 1))),
        entry_of(events.EnrolmentCodeIssued(by=KUCERA, until=NOW, **given("d:3", 1))),
        ended(YESTERDAY + timedelta(hours=2), "d:1"),  # of an exception: no factor comes by it
        entry_of(events.FactorEnrolled(proof="officers_code", **given("d:2", 3))),
    ]
    answer = await asked(log, "without-second-factor", entries)
    told = [(one.found.entry.code, one.found.entry.subject, one.closed is not None) for one in answer.entries]
    assert sorted(told) == [
        (Code.ENROLMENT_CODE_ISSUED, "d:2", True),
        (Code.ENROLMENT_CODE_ISSUED, "d:3", False),
        (Code.FACTOR_REMOVED, "d:1", False),
        (Code.FACTOR_REMOVED, "d:2", True),
    ]
    closed = {one.closed.entry.code for one in answer.entries if one.closed is not None}
    assert closed == {Code.FACTOR_ENROLLED}


def granted(at: datetime, subject: str = "d:1") -> Entry:
    given = {"origin": Origin(), "person": "lucie", "by": KUCERA}
    return entry_of(events.ExceptionGranted(at=at, subject=subject, why="čeká", until=NOW, **given))


def ended(at: datetime, subject: str = "d:1") -> Entry:
    return entry_of(events.ExceptionEnded(at=at, subject=subject, origin=Origin(), person="lucie", by=KUCERA))


async def test_what_was_closed_in_the_same_moment_and_opened_again_behind_it_is_open(log: Log):
    log.append([granted(YESTERDAY - timedelta(hours=1)), ended(YESTERDAY)])
    answer = await asked(log, "without-second-factor", [granted(YESTERDAY)])
    assert [one.closed is not None for one in answer.entries] == [False, True]  # the newest first


async def test_of_many_entries_that_close_it_the_first_one_is_told(log: Log):
    log.append([granted(YESTERDAY)])
    later = [ended(YESTERDAY + timedelta(minutes=number)) for number in range(1, 2 * LISTED + 2)]
    answer = await asked(log, "without-second-factor", later)
    (one,) = answer.entries
    assert one.closed is not None
    assert one.closed.entry.at == YESTERDAY + timedelta(minutes=1)


async def test_what_may_be_closed_where_nothing_was_searched_is_told_as_not_searched(log: Log):
    class Unindexed:
        """The search of a log whose index does not know its newest entries yet."""

        async def page(self, query, after=None, limit=50):
            found = await LogSearch(log.database).page(query, after, limit)
            of_closing = query.codes == {Code.EXCEPTION_ENDED}
            return replace(found, not_searched=NotSearched(5, NOW)) if of_closing else found

    log.append([granted(YESTERDAY)])
    one = questions([])["without-second-factor"]
    answer = await answered(one, one.asked(NOW), Unindexed())
    assert answer.not_searched == NotSearched(5, NOW)
    log.append([ended(YESTERDAY + timedelta(hours=1))])
    answer = await answered(one, one.asked(NOW), Unindexed())
    assert answer.not_searched is None


async def test_devices_that_were_out_of_order_at_the_moment(log: Log):
    good = Device(managed=True, fresh=True, disk_encrypted=True)
    bad = replace(good, disk_encrypted=False)
    answer = await asked(log, "devices-out-of-order", [decided(device=good), decided(device=bad), decided()])
    assert keys(answer) == [[("", "disk_encrypted, out_of_order", "novakova.jana")]]


async def test_bursts_of_failed_sign_ins_by_account_and_by_address(log: Log):
    def failed(seconds: int, person: str, address: str) -> Entry:
        at = YESTERDAY + timedelta(hours=8, seconds=seconds)
        origin = Origin(address=address)
        return entry_of(
            events.PasswordRefused(at=at, origin=origin, person=person, reason="wrong_credentials")
        )

    of_one = [failed(100 * number, "jana", f"192.0.2.{number}") for number in range(5)]
    of_many = [failed(number, f"someone{number}", "198.51.100.7") for number in range(6)]
    slowly = [failed(200 * number, "petr", "192.0.2.99") for number in range(5)]
    answer = await asked(log, "failed-sign-ins", [*of_one, *of_many, *slowly])
    assert keys(answer) == [[("jana",)], [("198.51.100.7",)]]


async def test_who_read_the_log_and_what_for(log: Log):
    entry = searched(
        YESTERDAY, subject="d:k", person="kucera", query={}, found=3, form="export", purpose="NÚKIB"
    )
    bundle = Entry(
        code=Code.SECURITY_INCIDENT_EXPORTED, outcome=Outcome.SUCCESS, at=YESTERDAY, subject="d:v",
        person="vesela", details={"incident": 1, "purpose": "hlášení"},
    )  # fmt: skip
    assert keys(await asked(log, "who-read-the-log", [entry, decided(), bundle])) == [
        [("kucera", "export", "NÚKIB"), ("vesela", "", "hlášení")]
    ]


async def test_what_verifications_found(log: Log):
    by = verifying(YESTERDAY, subject="d:k", person="kucera")
    entry = verified(by, YESTERDAY, whole=False, entries=7, finding="entry 4 was edited")
    answer = await asked(log, "log-whole", [entry])
    assert [one.found.entry.details["finding"] for one in answer.entries] == ["entry 4 was edited"]
    assert answer.question.form.leads_to == "integrity"


async def test_who_moved_more_than_a_hundred_documents_or_a_gigabyte(log: Log):
    many, large, few = (Holder(f"d:{name}", name, HULIN) for name in ("many", "large", "few"))
    entries = [
        opened(YESTERDAY, holder=many, path=f"/dokument/{number}", bytes_out=10) for number in range(101)
    ]
    entries += [opened(YESTERDAY, holder=few, path=f"/dokument/{number}") for number in range(100)]
    entries += [opened(YESTERDAY, holder=few, path="/dokument/1") for _ in range(50)]
    entries += [opened(YESTERDAY, holder=large, path="/zaloha", bytes_out=600_000_000) for _ in range(2)]
    deep = Holder("d:deep", "deep", HULIN)
    entries += [opened(YESTERDAY, holder=deep, path=f"/{'s' * 400}/{number}") for number in range(101)]
    entries += [opened(YESTERDAY, "portal - read", few, path=f"/{number}") for number in range(200)]
    answer = await asked(log, "moved-much", entries)
    assert sorted(keys(answer)[0]) == [("deep",), ("large",), ("many",)]


async def test_who_crossed_municipalities(log: Log):
    elsewhere = Holder("d:jana", "novakova.jana", KROMERIZ)
    answer = await asked(
        log, "across-municipalities", [opened(YESTERDAY), opened(YESTERDAY, holder=elsewhere)]
    )
    assert keys(answer) == [[("novakova.jana", KROMERIZ, HULIN, "success")]]


def test_there_are_the_twelve_questions_of_officers_and_all_can_be_asked():
    assert len(ready()) == 12
    assert list(faults([])) == []
    assert all(one.title.cs and one.title.en and one.about for one in ready())
    assert set(questions([])) == {one.name for one in ready()}


def own(**given: object) -> AuditQuestion:
    usual = {"name": "own", "title": Title(cs="Vlastní", en="Own"), "where": ["code=access.request"]}
    return AuditQuestion(**(usual | given))


async def test_an_operators_own_question_is_asked_like_the_others(log: Log):
    log.append([opened(YESTERDAY), opened(YESTERDAY, path="/jine")])
    one = questions([own(where=["path=/dokument/*", "method!=POST", "hour_to=12:00"])])["own"]
    answer = await answered(one, one.asked(NOW), LogSearch(log.database))
    assert [found.found.entry.details["path"] for found in answer.entries] == ["/dokument/1"]


@pytest.mark.parametrize(
    ("given", "at", "what"),
    [
        ({"name": "moved-much"}, "audit.questions[0].name", "already"),
        ({"where": ["colour=red"]}, "audit.questions[0].where", "no entry has such a field"),
        ({"where": ["code=access.reqest"]}, "audit.questions[0].where", "no code"),
        ({"where": ["outcome=good"]}, "audit.questions[0].where", "no outcome"),
        ({"where": ["person"]}, "audit.questions[0].where", "no condition"),
        ({"where": ["hour_from=6pm"]}, "audit.questions[0].where", "cannot be read"),
        ({"night": "evening"}, "audit.questions[0].night", "no hours"),
        ({"shows": ["colour"]}, "audit.questions[0]", "colour"),
        ({"groups": [AuditGroup(by=["colour"])]}, "audit.questions[0]", "colour"),
        (
            {"followed_by": AuditFollowUp(code="x.y", same="request")},
            "audit.questions[0].followed_by.code",
            "x.y",
        ),
        (
            {
                "followed_by": AuditFollowUp(
                    code="exception.ended", same="subject", instead=["x.y=factor.enrolled"]
                )
            },
            "audit.questions[0].followed_by.instead",
            "x.y",
        ),
    ],
)
def test_what_an_operator_wrote_wrong_is_said_with_its_place(given: dict[str, object], at: str, what: str):
    [(place, said, mend)] = list(faults([own(**given)]))
    assert place == at
    assert what in said
    assert mend
