"""`brana audit alerts`: what stands; or what a rule would have raised, which is how it is tuned."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from config.settings import AlertRule
from gateway.alerts.delivered import DELIVERED
from gateway.alerts.matching import EVERYTHING
from gateway.alerts.watch import Alert, Watch
from gateway.audit import reading_acts
from gateway.audit.canonical import Recorded
from gateway.commands.alerting import codes_of
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.looking import purpose_option
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import local_time
from gateway.storage.alerts import StoredAlerts
from gateway.storage.audit import append

USUAL = timedelta(days=7)


@click.command(help="Alerts that stand. With --try: what a rule would have raised over the stored log.")
@configuration
@click.option("--try", "tried", default=None, metavar="RULE", help="Name of a rule, also of one that is off.")
@click.option("--since", type=MOMENT, metavar="MOMENT", default=None, help="For --try; left out: a week ago.")
@purpose_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def alerts(
    configuration: Path, tried: str | None, since: datetime | None, purpose: str, *, as_json: bool
) -> None:
    if since is not None and tried is None:
        raise click.UsageError("--since belongs to --try")
    state = existing_state(configuration)
    if tried is None:
        found = asyncio.run(_standing(state, purpose))
        nothing = "no alert stands"
    else:
        rule = _rule(state, tried)
        found = asyncio.run(_tried(state, rule, in_prague(since) or now() - USUAL, purpose))
        nothing = f"{tried} would have raised nothing"
    for one in found:
        click.echo(msgspec.json.encode(one).decode() if as_json else _as_text(one))
    if not found and not as_json:
        click.echo(nothing, err=True)


def _rule(state: State, name: str) -> AlertRule:
    rules = {one.name: one for one in (*DELIVERED, *state.settings.audit.alerts)}
    if name not in rules:
        raise CannotStart(f"--try: there is no rule {name!r}", f"name one of {', '.join(sorted(rules))}")
    return rules[name]


async def _standing(state: State, purpose: str) -> list[Alert]:
    found = await StoredAlerts(state.database, append, state.seal).standing()
    await _record(state, {"command": "alerts"}, len(found), purpose)
    return found


async def _tried(state: State, rule: AlertRule, since: datetime, purpose: str) -> list[Alert]:
    store = StoredAlerts(state.database, append, state.seal)
    place, watch, raised = await store.since(since), Watch([rule]), list[Alert]()
    before: datetime | None = None
    while True:
        span = await store.span(place, codes_of([rule]))
        for recorded in span.found:
            for moment in _between(rule, before, recorded):
                watch.hear((), moment)
            raised += watch.hear([recorded], recorded.received_at).raised
            before = recorded.received_at
        place = span.following
        if span.ends:
            break
    query = {"command": "alerts", "try": rule.name, "since": since.isoformat()}
    await _record(state, query, len(raised), purpose)
    return raised


def _between(rule: AlertRule, before: datetime | None, recorded: Recorded) -> Iterator[datetime]:
    """When an alert could become calm, and over, before the next entry."""
    if before is not None:
        calm = before + rule.within
        for moment in (before, calm, calm + rule.quiet, calm + 2 * rule.quiet):
            if moment < recorded.received_at:
                yield moment


async def _record(state: State, query: dict[str, str], found: int, purpose: str) -> None:
    by = operator()
    entry = reading_acts.searched(
        now(), subject=by, person=by, query=query, found=found, form="command", purpose=purpose.strip()
    )
    await state.record([entry])


def _as_text(one: Alert) -> str:
    of = "" if one.group == EVERYTHING else f" {one.group}"
    entries = ", ".join(map(str, one.entries))
    when = local_time(one.raised_at, seconds=True)
    return f"{when}  {one.rule}{of}: {one.number} (threshold {one.threshold}); first entries {entries}"
