"""Reports of incidents that went late, or did not go: which, of which incident, due when, and how late."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.settings import Title
from config.vocabulary import Language
from gateway.compliance.demand import Finding, Standing
from gateway.compliance.facts import Facts, Owed
from gateway.compliance.wording import Value, said, shown
from idp.http.moments import PRAGUE

MOST = 20  # told one by one


def not_in_time(facts: Facts) -> Iterator[Finding]:
    """What is owed now first."""
    found = sorted(facts.owed, key=lambda one: (_weight(one) is not Standing.NOT_MET, one.incident, one.due))
    for one in found[:MOST]:
        yield _finding(one, facts.now)
    if more := found[MOST:]:
        text = said(
            "Dalších hlášení, která nebyla odeslána včas: {number}.",
            "Other reports that were not sent in time: {number}.",
            number=len(more),
        )
        yield Finding(min((_weight(one) for one in more), key=[*Standing].index), text)


def _weight(one: Owed) -> Standing:
    return Standing.NOT_MET if one.sent is None and one.closed is None else Standing.EXCEPTIONS


def _finding(one: Owed, now: datetime) -> Finding:
    told: dict[str, Value] = {"incident": str(one.incident), "report": one.report, "due": _moment(one.due)}
    if one.sent is not None:
        text = said(
            "Incident {incident}, {report}: termín {due}, odesláno {sent}, o {late} po termínu.",
            "Incident {incident}: {report} was due by {due} and went at {sent}, late by {late}.",
            sent=_moment(one.sent),
            late=_late(one.sent - one.due),
            **told,
        )
    elif one.closed is not None:
        text = said(
            "Incident {incident}, {report}: termín {due}, neodesláno; incident byl uzavřen {closed}.",
            "Incident {incident}: {report} was due by {due}; the incident was closed at {closed} without it.",
            closed=_moment(one.closed),
            **told,
        )
    else:
        text = said(
            "Incident {incident}, {report}: termín {due}, dosud neodesláno, o {late} po termínu.",
            "Incident {incident}: {report} was due by {due} and has not been sent, overdue by {late}.",
            late=_late(now - one.due),
            **told,
        )
    return Finding(_weight(one), text)


def _moment(at: datetime) -> Title:
    here = at.astimezone(PRAGUE)
    cs, en = (f"{shown(here, language)} {here:%H:%M}" for language in (Language.CZECH, Language.ENGLISH))
    return Title(cs=cs, en=en)


def _late(by: timedelta) -> timedelta:
    """In whole days, or hours, or minutes."""
    units = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
    unit = next((one for one in units if by >= one), units[-1])
    return max(by // unit, 1) * unit
