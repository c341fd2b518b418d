"""What `status` and `doctor` show. Pure: values in, lines out."""

from collections.abc import Iterator
from datetime import datetime

from agents.command.words import CS, KEYS, SAYS, STANDINGS, TROUBLES
from agents.kept.state import Shown
from agents.protocol.checks import Check, passes
from agents.protocol.facts import FactName
from agents.protocol.mending import TITLES, UNKNOWN, how_to_mend
from agents.uplink.telling import Facts
from config.vocabulary import Language

STEP = "  "
CZECH_ZONES = {"CET": "SEČ", "CEST": "SELČ"}


def status(shown: Shown, os: str, tongue: Language) -> Iterator[str]:
    """`os`: as the fact of that name says it; `how_to_mend` goes by it."""
    reported, until = shown.reported_at, shown.certificate_until
    for name, value in (
        ("gateway", shown.url),
        ("device", shown.device),
        ("standing", STANDINGS[shown.standing][tongue]),
        ("key", KEYS[shown.key_kind][tongue]),
        ("reported", SAYS["never"][tongue] if reported is None else moment(reported, tongue)),
        ("certificate", SAYS["none"][tongue] if until is None else moment(until, tongue)),
    ):
        yield f"{SAYS[name][tongue]}: {value}"
    if shown.trouble is not None:
        reason = f" {shown.reason}" if shown.reason else ""
        yield f"{TROUBLES[shown.trouble][tongue]}{reason}"
    for name in shown.failing:
        yield from _failing(name, os, tongue)


def checks(facts: Facts, tongue: Language) -> Iterator[str]:
    """Each check; those that fail with how to mend them. What is true of all that could not be found out is said once,
    behind them.
    """
    fact = facts.get(FactName.OS)
    os = str(fact.value) if fact is not None else None
    for check in Check:
        passed = passes(check, facts)
        if passed:
            yield f"✓ {TITLES[check][tongue]}: {SAYS['well'][tongue]}"
        elif passed is None:
            yield f"? {TITLES[check][tongue]}: {SAYS['unknown'][tongue]}"
        else:
            yield f"✗ {TITLES[check][tongue]}"
            yield f"{STEP}{how_to_mend(check, os)[tongue]}"
    if any(passes(check, facts) is None for check in Check):
        yield f"{SAYS['unknown_together'][tongue]} {UNKNOWN[tongue]}"


def moment(at: datetime, tongue: Language) -> str:
    """By the machine's own time zone, with its name; in Czech as the portal writes it: `28. 11. 2026 15:00 SEČ`."""
    here = at.astimezone()
    if tongue is not CS:
        return f"{here:%Y-%m-%d %H:%M %Z}"
    zone = here.tzname() or ""
    return f"{here.day}. {here.month}. {here.year} {here.hour}:{here:%M} {CZECH_ZONES.get(zone, zone)}"


def _failing(name: str, os: str, tongue: Language) -> Iterator[str]:
    """A gateway that is newer may know checks that have no name here."""
    check = next((one for one in Check if one == name), None)
    yield f"{SAYS['failing'][tongue]}: {name if check is None else TITLES[check][tongue]}"
    if check is not None:
        yield f"{STEP}{how_to_mend(check, os)[tongue]}"
