"""The facts of a decision in words: whatever a decision may rest on has a name in both languages."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest

from config.named_networks import NetworkName
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, Role, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.rested_on import details_of
from gateway.web.officer.facts_shown import Fact, facts_shown
from policies.model import ActivityRole, Delegation, Device, Emergency, Facts, Requested, Route, Ticket
from tests.policies.world import HULIN, ask

CS, EN = Language.CZECH, Language.ENGLISH
SINCE = datetime(2026, 11, 23, 8, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
WINDOW = {"since": SINCE, "until": UNTIL}
JANA, RECORDS = SubjectId("urad:jana"), ApplicationId("records")
ALL = Facts(
    country="SK",
    tunnel=True,
    protocol="smb",
    impossible_travel=False,
    device=Device(
        managed=True,
        fresh=True,
        disk_encrypted=False,
        updates_installed=True,
        os="windows",
        os_version=7,
        owner=JANA,
        agent=True,
        reported_at=SINCE,
    ),
    emergency=Emergency(asked_at=SINCE, justification="povodeň", reviewed_late=True, application=RECORDS),
    ticket=Ticket(
        approved=True,
        application=RECORDS,
        sponsor_present=True,
        actions=frozenset({Action.READ}),
        sponsor=JANA,
        number="Z-12",
        **WINDOW,
    ),
    delegation=Delegation(by=JANA, roles=frozenset({Role.MAYOR}), **WINDOW),
    purpose="sčítání",
    agenda="A1",
    activity_role="CR1",
    download=True,
    author=JANA,
    approved_by=frozenset({JANA}),
    requested=Requested(application=RECORDS, actions=frozenset({Action.SIGN}), **WINDOW),
    route=Route(id="reports", path="/reports"),
    networks=frozenset({NetworkName("office")}),
    activity_roles=frozenset({ActivityRole(municipality=HULIN, agenda="A1", activity_role="CR1")}),
    employed_since=date(2020, 1, 2),
    employed_until=date(2030, 1, 2),
    departments=frozenset({"mail"}),
    department="mail",
)


KEPT = details_of(ask((MunicipalityCode(HULIN), Role.CLERK), facts=ALL))


def _entry(**details: object) -> Entry:
    return Entry(code=Code.DECISION_PERMIT, outcome=Outcome.SUCCESS, at=SINCE, details=details)


def _named(field: str, value: str) -> str:
    return f"{field} {value}"


def _shown(facts: Facts, language: Language = CS) -> dict[str, Fact]:
    kept = details_of(ask((MunicipalityCode(HULIN), Role.CLERK), facts=facts))
    return {one.name: one for one in facts_shown(_entry(**kept), language, _named)}


@pytest.mark.parametrize("language", Language)
def test_every_fact_that_a_decision_may_rest_on_has_a_name(language: Language) -> None:
    assert all(getattr(ALL, one.name) != one.default for one in fields(ALL) if one.name != "idle")
    shown = _shown(ALL, language)
    assert [one.name for one in shown.values() if not one.title] == []
    assert len(shown) > len(fields(ALL))


def test_facts_are_told_in_words_with_what_finds_others_like_them() -> None:
    czech, english = _shown(ALL), _shown(ALL, EN)
    encrypted = "context.device.disk_encrypted"
    assert (czech[encrypted].title, czech[encrypted].value) == ("šifrovaný disk", "ne")
    assert (english[encrypted].title, english[encrypted].value) == ("disk encrypted", "no")
    assert czech["context.device.firewall"].value == "není známo"
    assert czech["context.ticket.since"].value == "23. 11. 2026 9:00:00 SEČ"
    assert czech["context.ticket.actions"].value == "action read"
    assert czech["context.requested.application"].value == "application records"
    assert czech["context.delegation.roles"].value == "starosta"
    assert czech["principal.employed_since"].value == "2. 1. 2020"
    assert czech["principal.activity_roles"].value == "municipality 588491 A1 CR1"
    version = czech["context.device.os_version"]
    assert (version.value, version.filter, version.kept) == ("7", "os_version", "7")
    country = czech["context.place.country"]
    assert (country.filter, country.kept, czech[encrypted].filter) == ("country", "SK", "")


@pytest.mark.parametrize("kept", ["", "{", "[]", "7", '"x"', "[" * 100_000])
def test_what_cannot_be_read_is_no_list(kept: str) -> None:
    assert facts_shown(_entry(facts=kept), CS, _named) == ()


def test_a_fact_of_another_version_is_shown_as_it_is() -> None:
    kept = '{"delegation":{"roles":["wizard"],"since":"soon"},"employed_since":"soon","moon":{"full":null}}'
    shown = facts_shown(_entry(facts=kept), EN, _named)
    assert [(one.name, one.title, one.value) for one in shown] == [
        ("context.delegation.roles", "delegated roles", "wizard"),
        ("context.delegation.since", "delegation since", "soon"),
        ("principal.employed_since", "employed since", "soon"),
        ("context.moon.full", "", "None"),
    ]
