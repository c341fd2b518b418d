"""Each demand is judged both ways: by an office that meets it, and by one thing that breaks it."""

import string
from collections.abc import Callable, Mapping
from dataclasses import replace as with_fields
from datetime import date, datetime, timedelta
from functools import reduce

import msgspec
import pytest
from msgspec.structs import replace

from config.settings import Notifications, RoleMapping, Route, Settings, Title
from config.settings.sign_in import OidcClient
from config.vocabulary import Language, Role
from gateway.asks.emergencies import Emergencies
from gateway.audit.entry import Code
from gateway.audit.search import Count
from gateway.compliance.demand import TITLES, Demand, Finding, Standing
from gateway.compliance.demands import ALL, DECREES, demands_of
from gateway.compliance.facts import Facts, Owed, Resting, Tally, Unapproved, Verdict, Vouches
from gateway.compliance.report import judge
from tests.gateway.compliance.making import (
    NOW,
    application,
    enrolled,
    excepted,
    facts,
    program,
    review,
    settings,
)

DEMANDS = {one.id: one for one in ALL}
BY_NATURE = {
    **dict.fromkeys(("devices", "password-length", "password-age", "first-password"), Standing.OUTSIDE),
    **dict.fromkeys(("clock", "keys", "incidents"), Standing.OUTSIDE),
    "fields": Standing.EXCEPTIONS,
}
"""How a demand stands at best."""


def table(name: str, **values: object) -> Facts:
    """With one table of the settings changed."""
    before = settings()
    return facts(settings=replace(before, **{name: replace(getattr(before, name), **values)}))


def having(**lists: object) -> Facts:
    return facts(settings=settings(**lists))


def counted(code: Code, number: int = 3) -> Facts:
    return facts(tallies={code: Tally(Count(number, at_least=False))})


def owing(number: int = 1, late: timedelta = timedelta(days=4), **told: datetime | None) -> Facts:
    """`told`: when the report went after all, or its incident was closed."""
    report = Title(cs="závěrečná zpráva", en="final report")
    ending = {"sent": None, "closed": None, **told}
    return facts(owed=[Owed(3 + each, report, NOW - late, **ending) for each in range(number)])


def vouching(how: Vouches) -> Facts:
    return facts(witnesses={"svedek": how})


def mailed() -> Facts:
    return table("audit", witnesses=[], mail_checkpoints_to=["auditor@brana.test"])


def receiving(only: list[str]) -> Facts:
    (one,) = settings().audit.receivers
    return table("audit", receivers=[replace(one, only=only)])


def excepting() -> Facts:
    return facts(exceptions=[excepted()])


def directory_of_one() -> Facts:
    (one,) = settings().directories
    return having(directories=[replace(one, roles=[RoleMapping(person="novak", role=Role.MAYOR)])])


def tls(**values: object) -> Facts:
    before = settings().public
    return table("public", tls=replace(before.tls, **values))


def hsts_off() -> Facts:
    return table("public", hsts=replace(settings().public.hsts, max_age=timedelta(0)))


def client() -> Facts:
    return having(
        oidc_clients=[OidcClient(id="old", redirect_uris=["https://x"], id_token_algorithm="RS256")]
    )


def told_by(way: str) -> Facts:
    one = application()
    return having(applications=[replace(one, identity=replace(one.identity, way=way))])


HOURS, DAYS, MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ALONE = Unapproved(7, "cli:root")
BROKEN: tuple[tuple[str, Callable[[], Facts], Standing, str], ...] = (
    ("roles", directory_of_one, Standing.EXCEPTIONS, "mayor (novak)"),
    ("identifiers", lambda: told_by("basic"), Standing.EXCEPTIONS, "records"),
    (
        "administrators",
        lambda: table("sign_in", administrators_separate=False),
        Standing.NOT_MET,
        "other roles",
    ),
    (
        "technical",
        lambda: having(technical_accounts=[program(ends=date(2026, 11, 1))]),
        Standing.EXCEPTIONS,
        "ais ended",
    ),
    (
        "technical",
        lambda: having(technical_accounts=[program(ends=date(2030, 1, 1))]),
        Standing.EXCEPTIONS,
        "18 months",
    ),
    ("review", lambda: facts(reviews=[]), Standing.NOT_MET, "No access review"),
    ("review", lambda: facts(reviews=[review(closed=400 * DAYS)]), Standing.NOT_MET, "within the last year"),
    (
        "review",
        lambda: facts(municipalities={"588491": "Hulín", "588296": "Kroměříž"}),
        Standing.EXCEPTIONS,
        "Kroměříž",
    ),
    (
        "review",
        lambda: facts(reviews=[review(), review(closed=None)]),
        Standing.EXCEPTIONS,
        "past their deadline (1): Hulín",
    ),
    ("end-of-role", lambda: table("facts", grace=2 * HOURS), Standing.EXCEPTIONS, "2 hours"),
    ("end-of-role", lambda: table("streams", grace=5 * MINUTES), Standing.EXCEPTIONS, "5 minutes"),
    ("documented", lambda: table("policies", from_files="activate"), Standing.EXCEPTIONS, "without a second"),
    (
        "documented",
        lambda: facts(unapproved=[ALONE]),
        Standing.EXCEPTIONS,
        "second person: 1; the last is no. 7",
    ),
    ("documented", lambda: having(separation=[]), Standing.EXCEPTIONS, "may not meet"),
    (
        "emergency",
        lambda: facts(emergencies=Emergencies(waiting=1, overdue=1)),
        Standing.NOT_MET,
        "in time: 1",
    ),
    ("emergency", lambda: facts(emergencies=Emergencies(waiting=2)), Standing.EXCEPTIONS, "still in time: 2"),
    ("emergency", lambda: facts(emergencies=Emergencies(running=1)), Standing.EXCEPTIONS, "open now: 1"),
    (
        "remote-access",
        lambda: having(applications=[application(upstreams=["http://10.0.0.7:80"])]),
        Standing.EXCEPTIONS,
        "records",
    ),
    (
        "limited-in-time",
        lambda: table("sign_in", absolute=12 * HOURS),
        Standing.EXCEPTIONS,
        "12 hours, more than 10 hours",
    ),
    (
        "limited-in-time",
        lambda: table("sign_in", absolute_administrators=8 * HOURS),
        Standing.EXCEPTIONS,
        "8 hours",
    ),
    (
        "verified-first",
        lambda: having(applications=[application(routes=[Route(public=True)])]),
        Standing.EXCEPTIONS,
        "records",
    ),
    ("attempts", lambda: table("sign_in", attempts=20), Standing.EXCEPTIONS, "takes 20"),
    ("attempts", lambda: table("sign_in", attempts_window=MINUTES), Standing.EXCEPTIONS, "after 1 minute"),
    ("idle", lambda: table("sign_in", idle=90 * MINUTES), Standing.EXCEPTIONS, "90 minutes"),
    ("central-identity", lambda: counted(Code.DIRECTORY_MISCONFIGURED), Standing.EXCEPTIONS, "3×"),
    ("two-factors", excepting, Standing.EXCEPTIONS, "mala.lucie"),
    ("recovery", lambda: table("office", municipality=None), Standing.NOT_MET, "no recovery account"),
    ("recovery", lambda: facts(recovery=False), Standing.NOT_MET, "brana recovery-admin issue"),
    ("record-access", lambda: counted(Code.ACCESS_SPOOL_DAMAGED), Standing.EXCEPTIONS, "3"),
    ("record-access", lambda: counted(Code.ACCESS_CUT_OFF), Standing.EXCEPTIONS, "3"),
    ("record-access", lambda: facts(resting=Resting(200, 7)), Standing.EXCEPTIONS, "Of the last 200"),
    ("whole", lambda: facts(verdict=Verdict(whole=False, at=NOW, sequence=9)), Standing.NOT_MET, "no. 9"),
    ("whole", lambda: facts(verdict=None), Standing.EXCEPTIONS, "Nobody has verified"),
    ("whole", lambda: table("audit", checkpoint_every=10 * MINUTES), Standing.EXCEPTIONS, "10 minutes"),
    ("whole", lambda: counted(Code.LOG_GAP), Standing.EXCEPTIONS, "gaps were found in the log 3×"),
    ("whole", lambda: counted(Code.LOG_INDEX_ALTERED), Standing.EXCEPTIONS, "the index of searches by hand"),
    ("whole", lambda: counted(Code.LOG_NAMES_ALTERED), Standing.EXCEPTIONS, "the names of people"),
    (
        "whole",
        lambda: counted(Code.LOG_PLACE_MOVED),
        Standing.EXCEPTIONS,
        "read on by hand in the database: 3×",
    ),
    ("whole", lambda: counted(Code.LOG_END_ALTERED), Standing.NOT_MET, "behind the end of the log"),
    ("whole", lambda: counted(Code.LOG_ALERTS_RESTORED), Standing.EXCEPTIONS, "alerts that stand"),
    ("whole", lambda: counted(Code.LOG_SHARD_NOT_DROPPED), Standing.EXCEPTIONS, "was kept"),
    ("whole", lambda: counted(Code.WITNESS_REFUSED), Standing.NOT_MET, "refused to cosign"),
    ("whole", lambda: counted(Code.LOG_FULL), Standing.EXCEPTIONS, "nobody was let in: 3×"),
    ("whole", lambda: counted(Code.LOG_HOLD_RESTORED), Standing.EXCEPTIONS, "a hold of entries"),
    ("whole", lambda: counted(Code.RECEIVER_MISSED), Standing.EXCEPTIONS, "before a receiver had them: 3×"),
    (
        "whole",
        lambda: table("audit", witnesses=[]),
        Standing.OUTSIDE,
        "no witness, and checkpoints go nowhere",
    ),
    ("whole", mailed, Standing.OUTSIDE, "by mail once a day (addresses: 1)"),
    ("whole", lambda: vouching(Vouches.REFUSES), Standing.NOT_MET, "another history of it: svedek"),
    ("whole", lambda: vouching(Vouches.AWAY), Standing.EXCEPTIONS, "does not vouch for the log now: svedek"),
    (
        "whole",
        lambda: vouching(Vouches.NOT_YET),
        Standing.EXCEPTIONS,
        "does not vouch for the log now: svedek",
    ),
    ("whole", lambda: table("audit", receivers=[]), Standing.OUTSIDE, "forwarded nowhere"),
    ("whole", lambda: receiving(["alert"]), Standing.OUTSIDE, "forwarded nowhere"),
    ("whole", lambda: facts(receivers_waiting={"siem": NOW}), Standing.EXCEPTIONS, "siem (2026-11-23)"),
    ("kept", lambda: table("audit", kept_months=6), Standing.NOT_MET, "6 months"),
    ("clock", lambda: counted(Code.CLOCK_JUMPED), Standing.EXCEPTIONS, "3×"),
    ("session-identifiers", hsts_off, Standing.EXCEPTIONS, "HSTS is off"),
    ("non-repudiation", lambda: told_by("headers"), Standing.EXCEPTIONS, "records"),
    ("algorithms", lambda: tls(minimum="1.2"), Standing.EXCEPTIONS, "TLS 1.2"),
    ("algorithms", lambda: tls(curves=["P-256"]), Standing.EXCEPTIONS, "quantum"),
    ("algorithms", client, Standing.EXCEPTIONS, "old"),
    ("devices", lambda: table("devices", enabled=True), Standing.EXCEPTIONS, "No device is enrolled"),
    ("devices", lambda: enrolled(silent=2), Standing.EXCEPTIONS, "nothing fresh of their state: 2"),
    ("keys", lambda: table("keys", rotate_every=500 * DAYS), Standing.EXCEPTIONS, "500 days"),
    ("keys", lambda: counted(Code.CERTIFICATE_REFUSED), Standing.EXCEPTIONS, "refused within the period: 3"),
    ("incidents", lambda: having(notifications=Notifications()), Standing.EXCEPTIONS, "Nobody is told"),
    ("incidents", lambda: table("audit", receivers=[]), Standing.EXCEPTIONS, "Alerts go nowhere"),
    ("incidents", lambda: receiving(["sign_in"]), Standing.EXCEPTIONS, "Alerts go nowhere"),
    (
        "incidents",
        owing,
        Standing.NOT_MET,
        "Incident 3: final report was due by 19 Nov 2026 09:41 and has",
    ),
    ("incidents", owing, Standing.NOT_MET, "overdue by 4 days"),
    (
        "incidents",
        lambda: owing(sent=NOW - DAYS),
        Standing.EXCEPTIONS,
        "went at 22 Nov 2026 09:41, late by 3 days",
    ),
    ("incidents", lambda: owing(closed=NOW), Standing.EXCEPTIONS, "closed at 23 Nov 2026 09:41 without it"),
)


@pytest.mark.parametrize("demand", ALL, ids=lambda one: one.id)
def test_an_office_that_meets_a_demand_is_told_so(demand: Demand) -> None:
    judged = judge(demand, facts())
    assert judged.standing is BY_NATURE.get(demand.id, Standing.MET), judged.findings


@pytest.mark.parametrize(("name", "made", "standing", "words"), BROKEN, ids=[one[0] for one in BROKEN])
def test_what_breaks_a_demand_is_told(
    name: str, made: Callable[[], Facts], standing: Standing, words: str
) -> None:
    judged = judge(DEMANDS[name], made())
    assert judged.standing is standing
    said = [one for one in judged.findings if one.weight is standing]
    assert [one for one in said if words in one.said.en], [one.said.en for one in said]


def test_of_many_reports_that_are_owed_the_rest_is_counted() -> None:
    findings = judge(DEMANDS["incidents"], owing(23)).findings
    owed = [one.said.en for one in findings if one.weight is Standing.NOT_MET]
    assert (len(owed), owed[-1]) == (21, "Other reports that were not sent in time: 3.")


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (timedelta(days=30, hours=5), "30 days"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(seconds=1), "1 minute"),
    ],
)
def test_how_late_is_told_in_what_people_count_by(late: timedelta, told: str) -> None:
    (first, *_) = [one.said.en for one in judge(DEMANDS["incidents"], owing(late=late)).findings]
    assert first.endswith(f"overdue by {told}.")


@pytest.mark.parametrize("only", [[], ["alert"], ["sign_in", "alert.raised"]])
def test_a_receiver_of_alerts_is_enough_for_incidents(only: list[str]) -> None:
    assert judge(DEMANDS["incidents"], receiving(only)).standing is Standing.OUTSIDE


def test_each_finding_about_other_machines_names_the_setting_that_mends_it() -> None:
    alone = table("audit", witnesses=[], receivers=[])
    found = [*judge(DEMANDS["whole"], alone).findings, *judge(DEMANDS["incidents"], alone).findings]
    assert {one.setting for one in found if one.setting} == {"audit.witnesses", "audit.receivers"}
    assert all(one.write for one in found if one.setting)


def test_every_check_is_broken_by_something_here() -> None:
    untouched = {one.id for one in ALL if one.check(facts()) or one.codes} - {name for name, *_ in BROKEN}
    kept_by_the_product = {"record-sign-ins", "record-privileged", "record-operation", "record-reading"} | {
        "personal-data"
    }
    assert untouched == kept_by_the_product | {
        "password-length",
        "password-age",
        "first-password",
        "fields",
    }


def findings() -> list[Finding]:
    return [one for name, made, *_ in BROKEN for one in judge(DEMANDS[name], made()).findings]


def test_what_is_told_to_be_written_names_a_setting_that_there_is() -> None:
    named = {one.setting for one in findings() if one.setting}
    assert len(named) > 20
    for path in named:
        reduce(_within, path.split("."), Settings)


def _within(kind: type, name: str) -> type:
    """The type of one of its fields, or of what a list of them holds."""
    field = next(one for one in msgspec.structs.fields(kind) if one.name == name)
    inner = msgspec.inspect.type_info(field.type)
    options = [inner, *getattr(inner, "types", ())]
    options += [one.item_type for one in options if isinstance(one, msgspec.inspect.ListType)]
    return next((one.cls for one in options if isinstance(one, msgspec.inspect.StructType)), str)


def test_everything_is_said_in_both_languages() -> None:
    titles = [*TITLES.values(), *DECREES.values(), *(one.said for one in findings())]
    for one in ALL:
        titles += [one.title, one.asks, one.how(facts())]
    for title in titles:
        assert title.cs
        assert title.en
        assert title.cs != title.en
        assert "{" not in title.cs + title.en


def test_both_languages_tell_the_same_values() -> None:
    holes = {one.id: [_numbers(one.how(facts()).in_language(each)) for each in Language] for one in ALL}
    assert {name: both for name, both in holes.items() if both[0] != both[1]} == {}


def _numbers(text: str) -> list[str]:
    return sorted(
        word
        for word in text.translate(str.maketrans(dict.fromkeys(string.punctuation, " "))).split()
        if word.isdigit()
    )


def test_what_is_said_changes_with_the_settings() -> None:
    before, after = facts(), table("sign_in", idle=7 * MINUTES)
    assert "15 minutes" in DEMANDS["idle"].how(before).en
    assert "7 minut" in DEMANDS["idle"].how(after).cs


def test_the_lighter_decree_asks_for_less_of_the_same() -> None:
    higher, lower = demands_of("higher"), demands_of("lower")
    assert set(lower) < set(higher)
    assert {one.id for one in higher} - {one.id for one in lower} == {"password-age", "recovery", "kept"}


def test_every_demand_has_an_address_and_names_codes_once() -> None:
    assert len(DEMANDS) == len(ALL)
    shown: Mapping[str, Demand] = DEMANDS
    for one in shown.values():
        assert len(set(one.codes)) == len(one.codes)


def test_an_exception_that_ends_at_midnight_is_told_by_its_last_day() -> None:
    running = excepted()
    ends = with_fields(running, ends_at=NOW.replace(day=26, hour=23, minute=0))
    said = judge(DEMANDS["two-factors"], facts(exceptions=[ends])).findings[0].said
    assert "26 Nov 2026" in said.en
    assert "26. 11. 2026" in said.cs
