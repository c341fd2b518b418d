"""What opens outside the hours of the forms, by the boxes that are ticked; and what their refusals promise."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role
from policies.forms import forms, read, render
from policies.model import Emergency, Facts, Requested, Ticket
from tests.policies.test_forms import filled, permits
from tests.policies.world import HULIN, KROMERIZ, REGION, ask

CLERK = (HULIN, Role.CLERK)
MAP = ApplicationId("map")
PRAGUE = ZoneInfo("Europe/Prague")
SATURDAY = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RECORDS = ApplicationId("records")
FLOOD = Emergency(
    asked_at=SATURDAY - timedelta(minutes=59), justification="povodeň v obci", application=RECORDS
)
APPROVED = Requested(
    since=SATURDAY - timedelta(hours=1),
    until=SATURDAY + timedelta(hours=1),
    application=RECORDS,
    actions=frozenset({Action.SIGN}),
)


@pytest.mark.parametrize("name", ["hours", "night-hours"])
def test_emergency_access_reads_and_writes_outside_the_hours_where_that_is_chosen(name: str) -> None:
    form = forms()[name]

    def may(action: Action = Action.READ, **other: Any) -> bool:
        facts = Facts(emergency=replace(FLOOD, **other))
        question = ask(CLERK, now=SATURDAY, action=action, facts=facts, authenticated_at=SATURDAY)
        return permits(form, question, emergency=True)

    assert may()
    assert may(Action.WRITE)
    assert not may(Action.SIGN)
    assert not may(asked_at=SATURDAY - timedelta(hours=1))
    assert not may(application=MAP)
    assert not may(justification="povodeň")
    assert not may(reviewed_late=True)
    without = ask(CLERK, now=SATURDAY, facts=Facts(emergency=FLOOD), authenticated_at=SATURDAY)
    assert not permits(form, without)
    assert not permits(form, without, requested=True)


@pytest.mark.parametrize("name", ["hours", "night-hours"])
def test_no_supplier_and_none_of_the_products_own_pages_is_let_in_by_an_emergency(name: str) -> None:
    form = forms()[name]

    def may(*roles: tuple[MunicipalityCode, Role], where: str = "records", **question: Any) -> bool:
        facts = Facts(emergency=replace(FLOOD, application=ApplicationId(where)), **question)
        asked = ask(
            *roles, now=SATURDAY, facts=facts, authenticated_at=SATURDAY, application=ApplicationId(where)
        )
        return permits(form, asked, emergency=True, applications=[where])

    assert may(CLERK)
    assert not may(CLERK, (HULIN, Role.SUPPLIER))
    assert not may(CLERK, (KROMERIZ, Role.SUPPLIER)), "a supplier elsewhere is one"
    order = Ticket(
        approved=True,
        since=SATURDAY - timedelta(days=1),
        until=SATURDAY + timedelta(days=1),
        application=RECORDS,
        actions=frozenset({Action.READ}),
        sponsor_present=True,
    )
    assert not may(CLERK, (HULIN, Role.SUPPLIER), ticket=order)
    for own in ("portal", "audit", "policies", "requests", "devices"):
        assert not may(CLERK, where=own), own


def test_the_hours_are_lifted_on_every_condition_of_the_examples_emergency_access() -> None:
    rule = (
        (REGION / "46-requests.cedar").read_text("utf-8").split('@id("emergency-access")')[1].split("\n};")[0]
    )
    when, unless = re.split(r"\}\s*unless\s*\{", rule.split("when\n{")[1])
    when = when.replace("context has emergency &&", "").replace(
        "context.emergency has application", "context has emergency.application"
    )
    wanted = {*(_plain(one) for one in when.split("&&")), f"!({_plain(unless)})"}
    for name in ("hours", "night-hours"):
        (lifts,) = (one.text for one in forms()[name].parts if (one.name, one.when) == ("lets", "emergency"))
        assert wanted <= {_plain(one).removeprefix("||(") for one in lifts.removesuffix(")").split("&&")}


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", ["hours", "night-hours"])
def test_an_approved_request_opens_outside_the_hours_where_that_is_chosen(name: str) -> None:
    form = forms()[name]

    def may(action: Action = Action.SIGN, *, chosen: bool = True, **other: Any) -> bool:
        facts = Facts(requested=replace(APPROVED, **other))
        question = ask(CLERK, now=SATURDAY, action=action, facts=facts, authenticated_at=SATURDAY)
        return permits(form, question, requested=chosen, emergency=not chosen)

    assert may()
    assert not may(Action.READ)
    assert not may(until=SATURDAY)
    assert not may(since=SATURDAY + timedelta(seconds=1))
    assert not may(application=MAP)
    assert not may(chosen=False)


@pytest.mark.parametrize(
    ("days", "at", "permitted"),
    [
        (["7"], datetime(2026, 11, 22, 23, tzinfo=PRAGUE), True),  # a Sunday
        (["7"], datetime(2026, 11, 23, 2, tzinfo=PRAGUE), True),
        (["7"], datetime(2026, 11, 22, 2, tzinfo=PRAGUE), False),
        (["6"], datetime(2026, 11, 23, 2, tzinfo=PRAGUE), False),
        (["1"], datetime(2026, 11, 23, 2, tzinfo=PRAGUE), False),
        (["1"], datetime(2026, 11, 24, 2, tzinfo=PRAGUE), True),
        (["7"], datetime(2026, 11, 23, 12, tzinfo=PRAGUE), False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(
    days: list[str], at: datetime, permitted: bool
) -> None:
    form = forms()["night-hours"]
    question = ask(CLERK, now=at, authenticated_at=at)
    assert permits(form, question, days=days, since="22", until="6") is permitted


def test_a_text_of_hours_from_before_there_were_ways_around_them_is_still_the_forms() -> None:
    form = forms()["hours"]
    text = render(form, filled(form), HULIN)
    assert "emergency" not in text.replace("emergency access does not help", "")
    at, end = text.index('@advice_cs("') + len('@advice_cs("'), text.index('")\n@advice_en')
    former = text.replace(
        text[at:end],
        "Povolená doba: 7:00–18:00, pondělí–pátek, mimo státní svátky. Přihlaste se v té době, nebo požádejte "
        "místního správce o výjimku.",
    )
    at, end = former.index('@advice_en("') + len('@advice_en("'), former.index('")\nforbid')
    former = former.replace(
        former[at:end],
        "Permitted: 7:00–18:00, Monday–Friday, not on public holidays. Come back then, or ask the municipality's "
        "administrator for an exception.",
    )
    opened = read(former, HULIN)
    assert opened is not None
    assert opened[1]["emergency"] is False


def test_no_form_and_no_rule_to_take_over_promises_an_exception_that_nobody_can_ask_for() -> None:
    library = [*Path("policies/library").glob("*.cedar"), *Path("config/examples/policies").rglob("*.cedar")]
    said = [line for file in library for line in file.read_text("utf-8").splitlines() if "@advice_" in line]
    said += [
        text
        for form in forms().values()
        for text in (*(form.advice[0] if form.advice else {}).values(), form.text)
    ]
    assert len(said) > 100
    assert [one for one in said if "výjimk" in one or "exception" in one] == []
