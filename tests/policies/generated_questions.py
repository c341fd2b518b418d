"""Questions that nobody thought of: every fact, known or not, at moments where days, years and summer time begin."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    Action,
    ApplicationId,
    AuthenticationLevel,
    NetworkName,
    Role,
    SubjectId,
)
from policies.model import (
    ActivityRole,
    Delegation,
    Device,
    Emergency,
    Facts,
    Question,
    Requested,
    Route,
    Ticket,
)
from policies.request import LOCAL
from tests.policies.world import HULIN, KROMERIZ, NOW

NAMED, STRANGERS = SubjectId("urad:named"), (SubjectId("urad:one"), SubjectId("urad:two"))
PROGRAM = SubjectId("technical:program")
PEOPLE = (NAMED, *STRANGERS, RECOVERY_ADMINISTRATOR)
MOMENTS = (
    NOW,
    *(
        datetime.fromisoformat(at).astimezone(UTC)
        for at in (
            "2026-10-25T02:30:00+02:00",  # shown twice by the clock
            "2026-10-25T02:30:00+01:00",
            "2026-03-29T01:59:59+01:00",  # and half past two not at all
            "2026-03-29T03:00:00+02:00",
            "2026-07-05T23:30:00+02:00",  # a Sunday, a holiday, of which the next day is one too
            "2026-12-06T23:59:59+01:00",  # before, in and after a dated window
            "2026-12-07T00:00:00+01:00",
            "2026-12-11T23:59:59+01:00",
            "2026-12-12T00:00:00+01:00",
            "2026-12-31T23:59:59.999999+01:00",
            "2027-01-01T00:00:00+01:00",
        )
    ),
)
AROUND = tuple(
    (timedelta(minutes=since), timedelta(minutes=until))
    for since, until in ((-60, 60), (0, 60), (-60, 0), (-120, -60), (60, 120), (-60 * 24 * 40, 60 * 24 * 40))
)
"""Windows: running, from now on, over just now, over, to come, and over a change of the clocks."""
RECORDS, MAP = ApplicationId("records"), ApplicationId("map")
Drawn = st.SearchStrategy
KNOWN_OR_NOT = st.sampled_from([None, True, False])
SOMEBODY = st.sampled_from([None, *PEOPLE])
SOMEWHERE = st.sampled_from([RECORDS, MAP])
SOME_ROLES = st.sampled_from([frozenset[Role](), frozenset({Role.MAYOR}), frozenset({Role.REGISTRAR})])
SOME_ACTIONS = st.frozensets(st.sampled_from(Action))


def _windows(now: datetime) -> Drawn[tuple[datetime, datetime]]:
    return st.sampled_from(AROUND).map(lambda window: (now + window[0], now + window[1]))


def _past(now: datetime, *seconds: float) -> Drawn[datetime]:
    return st.sampled_from(seconds).map(lambda age: now - timedelta(seconds=age))


def _days(now: datetime) -> Drawn[object]:
    today = now.astimezone(LOCAL).date()
    return st.sampled_from([None, *(today + timedelta(days=days) for days in (-1, 0, 1))])


def _devices(now: datetime) -> Drawn[Device]:
    return st.builds(
        Device,
        managed=st.booleans(),
        fresh=st.booleans(),
        disk_encrypted=KNOWN_OR_NOT,
        firewall=KNOWN_OR_NOT,
        updates_installed=KNOWN_OR_NOT,
        screen_lock=KNOWN_OR_NOT,
        antivirus=KNOWN_OR_NOT,
        os=st.sampled_from([None, "windows", "linux"]),
        os_version=st.sampled_from([None, 0, 10, 11]),
        owner=SOMEBODY,
        agent=KNOWN_OR_NOT,
        reported_at=st.none() | _past(now, 0, 60, 61),
    )


def _emergencies(now: datetime) -> Drawn[Emergency]:
    return st.builds(
        Emergency,
        asked_at=_past(now, 0, 3600, 3601),
        justification=st.sampled_from(["povodeň, hledáme plán", "nutné", ""]),
        reviewed_late=st.booleans(),
        application=st.none() | SOMEWHERE,
    )


def _tickets(now: datetime) -> Drawn[Ticket]:
    return st.builds(
        lambda window, **others: Ticket(since=window[0], until=window[1], **others),
        _windows(now),
        approved=st.booleans(),
        application=SOMEWHERE,
        sponsor_present=st.booleans(),
        actions=SOME_ACTIONS,
        sponsor=SOMEBODY,
        number=st.sampled_from([None, "7"]),
    )


def _delegations(now: datetime) -> Drawn[Delegation]:
    return st.builds(
        lambda window, by, roles: Delegation(since=window[0], until=window[1], by=by, roles=roles),
        _windows(now),
        SOMEBODY,
        st.none() | SOME_ROLES,
    )


def _requested(now: datetime) -> Drawn[Requested]:
    return st.builds(
        lambda window, application, actions: Requested(
            since=window[0], until=window[1], application=application, actions=actions
        ),
        _windows(now),
        SOMEWHERE,
        SOME_ACTIONS,
    )


def _anything(*values: object) -> Callable[[datetime], Drawn[object]]:
    return lambda _: st.sampled_from(values)


CR22, CR31 = (
    ActivityRole(municipality=HULIN, agenda="A115", activity_role="CR22"),
    ActivityRole(municipality=KROMERIZ, agenda="A121", activity_role="CR31"),
)
FACT: dict[str, Callable[[datetime], Drawn[object]]] = {
    "country": _anything(None, "CZ", "DE"),
    "tunnel": _anything(False, True),
    "protocol": _anything(None, "postgresql", "smb"),
    "impossible_travel": _anything(None, False, True),
    "idle": _anything(None, timedelta(seconds=899), timedelta(seconds=900)),
    "device": lambda now: st.none() | _devices(now),
    "emergency": lambda now: st.none() | _emergencies(now),
    "ticket": lambda now: st.none() | _tickets(now),
    "delegation": lambda now: st.none() | _delegations(now),
    "purpose": _anything(None, "", "ověření údajů"),
    "agenda": _anything(None, "A115", "A121"),
    "activity_role": _anything(None, "CR22", "CR31"),
    "download": _anything(None, False, True),
    "author": _anything(None, *PEOPLE),
    "approved_by": lambda _: st.none() | st.frozensets(st.sampled_from(PEOPLE), max_size=2),
    "requested": lambda now: st.none() | _requested(now),
    "route": _anything(None, Route(id="seal", path="/seal"), Route(id="reports", path="/reports")),
    "networks": _anything(frozenset(), frozenset({NetworkName("office")})),
    "activity_roles": _anything(None, frozenset(), frozenset({CR22}), frozenset({CR22, CR31})),
    "employed_since": _days,
    "employed_until": _days,
    "departments": _anything(None, frozenset(), frozenset({"finance"})),
    "department": _anything(None, "finance"),
}
"""Of each fact the values that it may have at a moment."""
assert FACT.keys() == {one.name for one in fields(Facts)}, "each fact is drawn"


@st.composite
def _facts(draw: st.DrawFn, now: datetime, known: frozenset[str]) -> Facts:
    """All or some of them: where most are unknown, what is asked for first is tried too."""
    names = draw(st.just(frozenset(FACT)) | st.frozensets(st.sampled_from(sorted(FACT)), max_size=12))
    drawn = {name: draw(FACT[name](now)) for name in sorted(names - known)}
    drawn |= {name: draw(FACT[name](now).filter(lambda one: one is not None)) for name in sorted(known)}
    return Facts(**drawn)  # type: ignore[arg-type]


FACTS_OF_PEOPLE = st.builds(
    lambda author, approved_by, deputised, sponsor, owner: Facts(
        author=author,
        device=Device(managed=True, fresh=True, owner=owner),
        approved_by=approved_by and frozenset({approved_by}),
        delegation=Delegation(since=NOW, until=NOW, by=deputised),
        ticket=Ticket(
            approved=True,
            since=NOW,
            until=NOW,
            application=RECORDS,
            sponsor_present=True,
            sponsor=sponsor,
        ),
    ),
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
    SOMEBODY,
)
"""Whoever may be told apart."""
SIGN_IN: dict[str, Drawn[Any]] = {
    "level": st.sampled_from(AuthenticationLevel),
    "factors": st.sampled_from([frozenset({"pwd"}), frozenset({"pwd", "otp"})]),
    "address": st.sampled_from(["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "unknown"]),
}
CODES = st.sampled_from([HULIN, KROMERIZ])
ROLES = st.sampled_from([Role.CLERK, Role.MAYOR, Role.AUDITOR, Role.SUPPLIER, Role.CENTRE_ADMINISTRATOR])


@st.composite
def questions(draw: st.DrawFn, known: frozenset[str] = frozenset()) -> Question:
    """`known`: facts that are known in each of them."""
    now = draw(st.sampled_from(MOMENTS))
    subject = draw(st.sampled_from([*PEOPLE, PROGRAM]))
    return Question(
        subject=subject,
        roles=draw(st.frozensets(st.tuples(CODES, ROLES), max_size=3)),
        own_municipality=draw(CODES),
        application=draw(SOMEWHERE),
        action=draw(st.sampled_from(Action)),
        municipality=draw(CODES),
        level=draw(SIGN_IN["level"]),
        factors=draw(SIGN_IN["factors"]),
        authenticated_at=draw(_past(now, 0, 60, 600, 36_000)),
        address=draw(SIGN_IN["address"]),
        now=now,
        facts=draw(_facts(now, known)),
    )


QUESTIONS = questions()
LENT = ("ticket", "emergency", "delegation", "requested")
"""What opens something to somebody for a time."""
LENT_SOMETHING = questions(frozenset(LENT))


@st.composite
def nearly_the_same(draw: st.DrawFn, of: st.SearchStrategy[Question]) -> list[Question]:
    """One, and some that differ from it by one fact or by how the person signed in."""
    one = draw(of)
    names = draw(st.lists(st.sampled_from([*SIGN_IN, *SIGN_IN, *FACT]), min_size=1, max_size=2))
    signed_in = [replace(one, **{name: draw(SIGN_IN[name])}) for name in names if name in SIGN_IN]
    known = [
        replace(one, facts=replace(one.facts, **{name: draw(FACT[name](one.now))}))
        for name in names
        if name in FACT
    ]
    return [one, *signed_in, *known]
