"""Recorded decisions asked again of the policies in force and of a draft."""

import pickle
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Role, SubjectId
from policies import simulate
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import Device, Emergency, Facts, Permitted, Question, Ticket
from policies.simulate import Asked, Change, Decided, Row, Simulation, Tally, Whose
from policies.simulated import Report, report
from policies.texts import MUNICIPALITIES as OF_MUNICIPALITIES
from policies.texts import REGION as OF_REGION
from policies.texts import InHand, texts_of
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, KROMERIZ, MUNICIPALITIES, NOW, REGION, ask

TEXTS = texts_of(REGION, MUNICIPALITIES)
LIBRARY = REGION.parents[3] / "policies" / "library"
HULINS = f"municipalities/{HULIN}.cedar"
WORK = '[Role::"clerk", Role::"registrar", Role::"mail_room"]'
CLERK, SUPPLIER = (HULIN, Role.CLERK), (HULIN, Role.SUPPLIER)


def book(*changes: Callable[[dict[str, str]], None]) -> PolicyBook:
    texts = dict(TEXTS)
    for change in changes:
        change(texts)
    return load(OF_REGION, OF_MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts))


def only_registrars(texts: dict[str, str]) -> None:
    assert WORK in texts[HULINS]
    texts[HULINS] = texts[HULINS].replace(WORK, '[Role::"registrar", Role::"accountant"]')


def office_hours(texts: dict[str, str]) -> None:
    texts["region/90-hours.cedar"] = """
    @id("hours") @reason("outside_hours")
    @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
    forbid (principal, action, resource) unless { context.time.hour < 18 && context.sign_in.age <= 3600 };
    """


@pytest.fixture(scope="module")
def today() -> PolicyBook:
    return book()


@pytest.fixture(scope="module")
def draft() -> PolicyBook:
    return book(only_registrars)


def decided(
    question: Question, *, permitted: bool = True, along: Iterable[Action] = (), sequence: int = 1
) -> Decided:
    asked = Asked(question, frozenset(along), "somebody")
    return Decided(asked, question.now, question.authenticated_at, permitted, sequence)


def found(today: PolicyBook, draft: PolicyBook, *decisions: Decided) -> Report:
    return report(Simulation(today, draft).take(decisions), today, draft)


def test_a_draft_that_changes_nothing_changes_nothing(today: PolicyBook) -> None:
    told = found(today, today, decided(ask(CLERK)), decided(ask(SUPPLIER), permitted=False))
    assert (told.decisions, told.unchanged, told.changes, told.rows) == (2, 2, False, ())


def test_who_would_lose_is_told_with_the_rule_before_and_the_reason_after(
    today: PolicyBook, draft: PolicyBook
) -> None:
    clerk = ask(CLERK)
    told = found(today, draft, *(decided(clerk, sequence=number) for number in range(5)))
    (row,) = told.rows
    assert (told.losses, told.gains, told.losing, told.gaining, told.unchanged) == (5, 0, 1, 0, 0)
    assert (row.change, row.asked, row.along, row.otherwise_recorded) == (Change.LOSES, 5, 0, 0)
    assert (row.login, row.subject, row.municipality) == ("somebody", clerk.subject, HULIN)
    assert row.examples == (0, 1, 2)
    assert (row.before.permitted, row.before.rule) == (True, "records-work")
    assert (row.after.permitted, row.after.reason) == (False, "role_not_sufficient")


def test_who_would_gain_is_told_too(today: PolicyBook, draft: PolicyBook) -> None:
    accountant = ask((HULIN, Role.ACCOUNTANT))
    told = found(today, draft, decided(accountant, permitted=False))
    (row,) = told.rows
    assert (told.gains, told.losses, row.change) == (1, 0, Change.GAINS)
    assert (row.before.permitted, row.after.rule) == (False, "records-work")


def test_what_a_grant_carried_along_is_asked_again_and_counted_apart(
    today: PolicyBook, draft: PolicyBook
) -> None:
    map_reader = ask(CLERK, (HULIN, Role.MAYOR))
    told = found(today, draft, decided(map_reader, along=[Action.WRITE]))
    (row,) = told.rows
    assert (told.in_part, told.losses, row.action) == (1, 0, Action.WRITE)
    assert (row.asked, row.along) == (0, 1)


def test_what_changed_since_it_was_recorded_is_not_the_drafts_doing(
    today: PolicyBook, draft: PolicyBook
) -> None:
    supplier = ask(SUPPLIER)
    told = found(today, draft, decided(supplier, permitted=True))
    assert (told.already, told.unchanged, told.changes) == (1, 0, False)
    told = found(today, draft, decided(ask(CLERK), permitted=False))
    assert (told.losses, told.rows[0].otherwise_recorded) == (1, 1)


def test_a_permit_whose_grant_carried_more_than_today_has_changed_already(today: PolicyBook) -> None:
    told = found(today, today, decided(ask(CLERK), along=[Action.ADMINISTER]))
    assert (told.already, told.unchanged) == (1, 0)


def test_a_decision_is_asked_again_as_of_its_own_time(today: PolicyBook) -> None:
    """Ten in the morning in Hulín, and five, six and seven in the evening; one asker, whose time alone differs."""
    asked = Asked(ask(CLERK), frozenset(), "somebody")
    moments = [NOW + timedelta(hours=hour) for hour in (0, 7, 8, 9)]
    decisions = [Decided(asked, at, at - timedelta(minutes=1), True, 1) for at in moments]
    told = found(today, book(office_hours), *decisions)
    assert (told.losses, told.unchanged) == (2, 2)
    assert told.rows[0].after.reason == "outside_hours"


def test_an_act_from_the_future_is_refused_by_both(today: PolicyBook) -> None:
    asked = Asked(ask(CLERK), frozenset(), "somebody")
    late = Decided(asked, NOW, NOW + timedelta(minutes=5), True, 1)
    unborn = replace(
        ask(CLERK), facts=Facts(emergency=Emergency(asked_at=NOW + timedelta(1), justification=""))
    )
    told = found(book(office_hours), today, late, late, decided(ask(CLERK)), decided(unborn))
    refused = int(not isinstance(today.decide(unborn), Permitted))  # where that fact is looked at
    assert (told.already, told.unchanged) == (2 + refused, 2 - refused)


def emergencies(which: str) -> Callable[[dict[str, str]], None]:
    def change(texts: dict[str, str]) -> None:
        texts["region/90-emergency.cedar"] = f"""
        @id("emergency") @reason("emergency")
        @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
        forbid (principal, action, resource) when {{ context has emergency{which} }};
        """

    return change


def test_a_fact_that_was_not_yet_at_another_time_is_refused_by_both_then() -> None:
    at = NOW + timedelta(hours=2)
    known = Facts(emergency=Emergency(asked_at=NOW + timedelta(hours=1), justification="povodeň"))
    clerk = Asked(ask(CLERK, now=at, authenticated_at=NOW, facts=known), frozenset(), "somebody")
    some, every = book(emergencies(" && context.emergency.reviewed_late")), book(emergencies(""))
    told = found(some, every, *(Decided(clerk, now, NOW, True, 1) for now in (at, NOW, at)))
    assert (told.losses, told.already) == (2, 1)


def test_a_question_is_evaluated_once_however_often_it_was_asked(
    today: PolicyBook, draft: PolicyBook
) -> None:
    clerk = Asked(ask(CLERK), frozenset(), "somebody")
    of_the_same = Asked(replace(clerk.question, address="192.0.2.99"), frozenset(), "somebody")
    each = [
        Decided(asked, NOW + timedelta(seconds=number), NOW, True, number)
        for number, asked in product(range(100), (clerk, of_the_same))
    ]
    simulation = Simulation(today, draft)
    assert simulation.take(each).changed == {Change.LOSES: 200}
    assert simulation.evaluated == 1


def test_what_passes_with_time_is_evaluated_once_for_each_way_that_it_can_be_told_apart(
    today: PolicyBook,
) -> None:
    clerk = Asked(ask(CLERK), frozenset(), "somebody")
    each = [Decided(clerk, NOW + timedelta(minutes=2 * n), NOW, True, n) for n in range(300)]
    simulation = Simulation(today, book(office_hours))
    assert simulation.take(each).changed[Change.LOSES] == 269  # 31 within the first hour
    assert simulation.evaluated == 3  # fresh and before six, older, older and after six


def wakes(texts: dict[str, str]) -> None:
    texts["region/90-idle.cedar"] = """
    @id("idle") @reason("idle_too_long")
    @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
    forbid (principal, action, resource)
    unless { context.sign_in has idle && context.sign_in.idle <= 900 };
    """


def test_an_idle_time_costs_nothing_where_no_policy_looks_at_it_and_is_told_apart_where_one_does(
    today: PolicyBook, draft: PolicyBook
) -> None:
    clerk = Asked(ask(CLERK, facts=Facts(country="CZ")), frozenset(), "somebody")
    spans = [timedelta(seconds=seconds) for seconds in (*range(50), 900, 901, 902)]
    each = [Decided(clerk, NOW, NOW, True, 1, idle) for idle in (*spans, None)]
    simulation = Simulation(today, draft)
    assert simulation.take(each).changed == {Change.LOSES: len(each)}
    assert simulation.evaluated == 1
    looking = Simulation(today, book(wakes))
    tally = looking.take(each)
    assert (tally.changed, tally.unchanged) == ({Change.LOSES: 3}, 51)
    assert looking.evaluated == 3  # awake, idle, and not known
    (row,) = report(tally, today, book(wakes)).rows
    assert row.after.reason == "idle_too_long"


def test_parts_add_up(today: PolicyBook, draft: PolicyBook) -> None:
    """Also those that other processes found."""
    each = [decided(ask(CLERK), sequence=number) for number in range(4)]
    each += [decided(ask(SUPPLIER), sequence=9), decided(ask((HULIN, Role.ACCOUNTANT)), permitted=False)]
    together = Simulation(today, draft).take(each)
    parts = Tally()
    for one in each:
        parts.add(pickle.loads(pickle.dumps(Simulation(today, draft).take([one]))))
    unable = Tally(not_replayable=Counter({"unreadable": 3}))
    parts.add(unable)
    assert replace(parts, not_replayable=Counter()) == together
    told = report(parts, today, draft)
    assert told.decisions == 9
    assert told.not_replayable == {"unreadable": 3}


def test_all_that_was_counted_adds_up() -> None:
    question = ask(CLERK)
    whose = Whose(Change.GAINS, question.subject, HULIN, question.application, Action.READ)
    other = replace(whose, change=Change.LOSES)

    def some(number: int, *rows: Whose) -> Tally:
        row = Row("a", question, number, 10 * number, 100 * number, (number, number + 1))
        return Tally(
            unchanged=number,
            already=10 * number,
            changed=Counter({Change.LOSES: number}),
            in_part=100 * number,
            not_replayable=Counter({"unreadable": 1000 * number}),
            rows={one: replace(row) for one in rows},
            left_out=Counter({Change.GAINS: number}),
            people={Change.LOSES: {SubjectId(f"urad:{number}")}, Change.GAINS: {SubjectId("urad:a")}},
        )

    whole = some(1, whose)
    whole.add(some(2, whose, other))
    assert whole == replace(
        some(3),
        rows={
            whose: Row("a", question, 3, 30, 300, (1, 2, 2)),
            other: Row("a", question, 2, 20, 200, (2, 3)),
        },
        people={Change.LOSES: {"urad:1", "urad:2"}, Change.GAINS: {"urad:a"}},
    )
    assert (whole.replayed, whole.decisions) == (3 + 30 + 3 + 300, 336 + 3000)


def test_rows_are_bounded_and_what_is_left_out_is_counted(
    monkeypatch: pytest.MonkeyPatch, today: PolicyBook, draft: PolicyBook
) -> None:
    monkeypatch.setattr(simulate, "ROWS", 3)
    people = [replace(ask(CLERK), subject=SubjectId(f"urad:{number}")) for number in range(5)]
    tally = Simulation(today, draft).take([decided(one) for one in people])
    assert (len(tally.rows), tally.left_out) == (3, {Change.LOSES: 2})
    told = report(tally, today, draft, most=2)
    assert (len(told.rows), told.left_out, told.losses, told.losing) == (2, 3, 5, 5)


def test_little_memory_costs_time_and_no_answer(
    monkeypatch: pytest.MonkeyPatch, today: PolicyBook, draft: PolicyBook
) -> None:
    monkeypatch.setattr(simulate, "ASKERS", 1)
    monkeypatch.setattr(simulate, "ANSWERS", 1)
    each = [decided(ask(role)) for role in (CLERK, (HULIN, Role.MAYOR), SUPPLIER) * 2]
    assert Simulation(today, draft).take(each).changed == {Change.LOSES: 2}


def test_no_more_is_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch, today: PolicyBook, draft: PolicyBook
) -> None:
    monkeypatch.setattr(simulate, "ASKERS", 3)
    monkeypatch.setattr(simulate, "ANSWERS", 2)
    simulation = Simulation(today, draft)
    most = [0, 0, 0]
    roles = [(HULIN, role) for role in Role]
    for one in [Asked(ask(role), frozenset(), "somebody") for role in roles]:
        simulation.take([Decided(one, NOW, NOW, True, 1)])
        askers = simulation._askers.values()
        kept = len(askers), sum(len(asker.answers) for asker in askers), len(simulation._answers)
        most = [max(both) for both in zip(most, kept, strict=True)]
    assert most == [2, 2, 2]  # an answer of each is more than there is room for three of
    monkeypatch.setattr(simulate, "ANSWERS", 100)
    roomy = Simulation(today, draft)
    for one in [Asked(ask(role), frozenset(), "somebody") for role in roles]:
        roomy.take([Decided(one, NOW, NOW, True, 1)])
        assert len(roomy._askers) <= 3
    assert len(roomy._askers) == len(roles) % 3 or 3


LIBRARIES = {f"region/{file.name}": file.read_text("utf-8") for file in sorted(LIBRARY.glob("*.cedar"))}
TIMES = st.sampled_from(
    [NOW + timedelta(hours=hour, seconds=second) for hour in (0, 9, 10, 100, 690) for second in (-1, 0, 1)]
)
SPANS = st.sampled_from([timedelta(seconds=one) for one in (-61, 0, 899, 900, 3600, 3601, 14_400, 28_801)])
FACTS = st.builds(
    Facts,
    idle=st.none() | SPANS.filter(lambda one: one >= timedelta()),
    country=st.sampled_from([None, "CZ", "DE"]),
    device=st.sampled_from([None, Device(managed=True, fresh=True, disk_encrypted=True)]),
    emergency=st.none() | st.builds(Emergency, asked_at=TIMES, justification=st.just("je povodeň tady")),
    ticket=st.none()
    | st.builds(
        Ticket,
        approved=st.just(True),
        since=TIMES,
        until=TIMES,
        application=st.just(ApplicationId("map")),
        sponsor_present=st.just(True),
    ),
)
ROLES = st.sampled_from(
    [CLERK, SUPPLIER, (HULIN, Role.ACCOUNTANT), (KROMERIZ, Role.MAYOR), (HULIN, Role.DEPUTY_MAYOR)]
)
ASKED = st.builds(
    lambda role, application, action, level, facts, also: Asked(
        ask(
            role,
            application=ApplicationId(application),
            action=action,
            level=level,
            factors=frozenset({"hwk"}),
            facts=facts,
        ),
        frozenset(also),
    ),
    ROLES,
    st.sampled_from(["records", "map", "budget", "portal"]),
    st.sampled_from(list(Action)),
    st.sampled_from(list(AuthenticationLevel)),
    FACTS,
    st.sets(st.sampled_from(list(Action)), max_size=1),
)  # fmt: skip


@pytest.fixture(scope="module")
def strict() -> PolicyBook:
    """With every rule of the library that this district can have beside the others."""
    texts = dict(TEXTS)
    taken = "\n".join(texts.values())
    for name, text in LIBRARIES.items():
        other = text.replace('@id("', f'@id("{name[7:-6]}-') if '@id("' in text else text
        if 'Municipality::"' not in other and other not in taken:
            texts[name] = other
    return load(OF_REGION, OF_MUNICIPALITIES, DISTRICT, None, InHand(texts))


@settings(max_examples=60)
@given(
    st.lists(ASKED, min_size=1, max_size=3),
    st.lists(st.tuples(TIMES, SPANS, st.none() | SPANS), min_size=2, max_size=6),
)
def test_it_finds_what_asking_each_by_itself_finds(
    today: PolicyBook,
    strict: PolicyBook,
    askers: list[Asked],
    times: list[tuple[datetime, timedelta, timedelta | None]],
) -> None:
    decisions = [
        Decided(asked, now, now - age, True, number, idle)
        for number, (asked, (now, age, idle)) in enumerate(product(askers, times))
    ]
    tally = Simulation(today, strict).take(decisions)
    plainly: Counter[str] = Counter()
    for one in decisions:
        question = replace(one.asked.question, now=one.now, authenticated_at=one.authenticated_at)
        if one.idle is not None:
            question = replace(question, facts=replace(question.facts, idle=one.idle))
        before, after = (
            isinstance(of.decide_and_look(question, one.asked.along)[0], Permitted) for of in (today, strict)
        )
        plainly[f"{before} {after}"] += 1
    assert tally.changed[Change.LOSES] == plainly["True False"]
    assert tally.changed[Change.GAINS] == plainly["False True"]
    assert tally.replayed == len(decisions)
