"""Steps that a person can make alone: sign in, switch, take another device, go elsewhere, wait. Pure."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import product
from typing import Any

from config.holidays import is_public_holiday
from config.vocabulary import AuthenticationLevel, NetworkName
from policies.matrix import DEVICES, FACTORS, DeviceState
from policies.model import LEVELS, Device, Question
from policies.request import LOCAL
from policies.steps import Known, Maker, Step, StepKind, at_time, facts_with

IN_ORDER = DEVICES[DeviceState.IN_ORDER]
MORNING = time(10)
PURPOSE = "vyřízení podání"  # any will do: what a rule can tell is whether there is one
MOST_DAYS = 60  # that policies name, the nearest: each is another question to be asked
LATER = tuple(timedelta(hours=hours) for hours in (6, 12, 18))


def _sign_ins(question: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "sign_in", "age") or known.looks_at("context", "sign_in", "idle"):
        yield Step(StepKind.FRESH_SIGN_IN, "", partial(_signed_in, level=question.level))
    if known.looks_at("context", "sign_in", "level") or known.looks_at("context", "sign_in", "factors"):
        for level in AuthenticationLevel:
            if LEVELS[level] > LEVELS[question.level]:
                yield Step(
                    StepKind.STRONGER_SIGN_IN,
                    str(LEVELS[level]),
                    partial(_signed_in, level=level),
                )


def _signed_in(question: Question, level: AuthenticationLevel) -> Question:
    factors = question.factors if level is question.level else FACTORS[level]
    anew = replace(question, level=level, factors=factors, authenticated_at=question.now)
    return facts_with(anew, idle=timedelta(0))


def _switch(question: Question, _: Known) -> Iterator[Step]:
    yield Step(StepKind.SWITCH, "", partial(replace, own_municipality=question.municipality))


def _look_only(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "download"):
        yield Step(StepKind.LOOK_ONLY, "", partial(facts_with, download=False))


def _devices(question: Question, known: Known) -> Iterator[Step]:
    if not known.looks_at("context", "device"):
        return
    device = question.facts.device
    parts = tuple(one.name for one in fields(Device) if isinstance(getattr(IN_ORDER, one.name), bool))
    if device is not None and device.managed:
        for part in parts:
            if known.looks_at("context", "device", part) and not getattr(device, part):
                yield Step(
                    StepKind.DEVICE_PART,
                    part,
                    partial(_with_device, parts=(part,)),
                )
    yield Step(StepKind.DEVICE, "", partial(_with_device, parts=parts))


def _with_device(question: Question, parts: tuple[str, ...]) -> Question:
    device = question.facts.device or IN_ORDER
    assert device is not None
    mended: dict[str, Any] = dict.fromkeys(parts, True)
    return facts_with(question, device=replace(device, **mended, reported_at=question.now))


def _places(question: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "place", "tunnel"):
        for protocol in known.words_for("context", "place", "protocol") or ("",):
            yield Step(
                StepKind.TUNNEL,
                protocol,
                partial(facts_with, tunnel=True, protocol=protocol or None),
            )
    for name in known.words_for("context", "place", "networks"):
        networks = question.facts.networks | {NetworkName(name)}
        yield Step(StepKind.NETWORK, name, partial(facts_with, networks=networks))
    for written in known.words_for("context", "place", "address"):
        try:
            first = ipaddress.ip_network(written, strict=False).network_address
        except ValueError:
            continue  # Cedar fails there, too
        yield Step(StepKind.NETWORK, written, partial(replace, address=str(first)))


def _countries(_: Question, known: Known) -> Iterator[Step]:
    """Home first: most rules want that."""
    for country in sorted(known.words_for("context", "place", "country"), key=lambda one: (one != "CZ", one)):
        yield Step(StepKind.COUNTRY, country, partial(facts_with, country=country))


def _times(question: Question, known: Known) -> Iterator[Step]:
    if not known.looks_at("context", "time"):
        return
    for moment in sorted(set(likely_moments(question, known))):
        yield Step(StepKind.TIME, moment.isoformat(), partial(at_time, moment=moment))


def likely_moments(question: Question, known: Known) -> Iterator[datetime]:
    """One of each kind that a rule may tell apart: when it is really permitted first is looked for later."""
    now, facts = question.now, question.facts
    today = now.astimezone(LOCAL).date()
    days = [today + timedelta(days=after) for after in range(8)]
    working = [day for day in days if day.isoweekday() <= 5 and not is_public_holiday(day)]
    chosen = [*working[:2], days[1], *_weekend(days)]
    named = {day for word in known.words_for("context", "time", "date") for day in _around(word)}
    chosen += sorted(day for day in named if day > today)[:MOST_DAYS]
    yield from (one for day in chosen if (one := datetime.combine(day, MORNING, LOCAL)) > now)
    whole = now.replace(minute=0, second=0, microsecond=0)
    yield from (whole + after for after in LATER)
    windows = (one for one in (facts.ticket, facts.delegation, facts.requested) if one is not None)
    yield from (one.since for one in windows if one.since > now)


def _weekend(days: Iterable[date]) -> list[date]:
    return [day for day in days if day.isoweekday() > 5][:1]


def _around(word: str) -> Iterator[date]:
    try:
        day = date.fromisoformat(word[:10])
        yield from (day + timedelta(days=1), day)
    except (ValueError, OverflowError):  # nobody waits for the end of the calendar
        return


def _purposes(question: Question, known: Known) -> Iterator[Step]:
    if not any(known.looks_at("context", name) for name in ("purpose", "agenda", "activity_role")):
        return
    own = [
        (one.agenda, one.activity_role)
        for one in question.facts.activity_roles or ()
        if one.municipality == question.municipality
    ]
    agendas = known.words_for("context", "agenda") or ("",)
    acting = known.words_for("context", "activity_role") or ("",)
    for agenda, role in dict.fromkeys((*sorted(own), *product(agendas, acting))):
        yield Step(
            StepKind.PURPOSE,
            f"{agenda} {role}".strip(),
            partial(facts_with, agenda=agenda or None, activity_role=role or None, purpose=PURPOSE),
        )


ONESELF: tuple[Maker, ...] = (
    _sign_ins,
    _switch,
    _look_only,
    _devices,
    _places,
    _countries,
    _times,
    _purposes,
)
"""The easiest first."""
