"""What a tunnel is told of decisions, and the log: what its device may reach, and what of that has changed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address

from config.settings import TunnelTarget
from gateway.audit.entry import Entry
from gateway.authorize.through_tunnel import Decided, NotReached, Reached
from gateway.authorize.tunnel_held import Held
from gateway.authorize.tunnel_words import WORDS
from gateway.authorize.verdict import Refused
from gateway.tunnel_sessions import records
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.targets import Targets, places_of
from gateway.tunnels.permits import Admitted, Named, Target


def admitted_by(opened: Opened, decided: Decided, targets: Targets) -> Admitted:
    """Nothing reached: it is suspended, and goes on in its handshake as soon as something is."""
    reached: dict[Target, datetime] = {
        place: min(one.until, opened.until)
        for name, one in decided.reached().items()
        for place in places_of(targets.by_id[name])
    }
    until = max(reached.values(), default=None)
    return Admitted(
        opened.key, opened.addresses, until, reached, _names(opened, decided, targets), targets.domains
    )


def _names(opened: Opened, decided: Decided, targets: Targets) -> dict[str, Named]:
    """An address to which the tunnel has no way would be looked for outside of it."""
    versions = {one.version for one in opened.addresses}
    found = {}
    for id_, one in decided.reached().items():
        target = targets.by_id[id_]
        addresses = frozenset(map(ip_address, target.addresses))
        within = frozenset(each for each in addresses if each.version in versions)
        if target.name is not None and within:
            found[target.name] = Named(within, min(one.until, opened.until))
    return found


def without_place(decided: Decided, why: Why, targets: Targets, version: str) -> Decided:
    """Nothing is reached by a device of which nobody knows where it is. `version`: of the policies."""
    answers = dict(decided.answers)
    for name in decided.reached():
        title, advice = WORDS[why]
        whose = targets.by_id[name].municipality
        answers[name] = NotReached(
            Refused(
                reason=why, rule="", policy_version=version, title=title, advice=advice, municipality=whose
            )
        )
    return replace(decided, answers=answers)


def narrowed_to(before: Admitted, after: Admitted) -> Admitted:
    """What of it is still permitted."""
    left: Mapping[Target, datetime] = {
        place: min(end, after.targets[place])
        for place, end in before.targets.items()
        if place in after.targets
    }
    names = {name: one for name, one in before.names.items() if name in after.names}
    pages = before.pages & after.pages
    if (left, names, pages) == (before.targets, before.names, before.pages):
        return before
    until = before.until if left or pages else None
    return replace(before, until=until, targets=left, names=names, pages=pages)


def why_in_vain(held: Held | None, one: Opened, target: TunnelTarget | None) -> str:
    """Why a device got no answer. `held`: the tunnel that it has by now; `one`: that it had then."""
    if target is None:
        return Why.UNKNOWN_TARGET
    if held is None or held.opened.id != one.id or held.decided is None or held.ending:
        return Why.NOT_OPENED
    answer = held.decided.answers.get(target.id)
    return answer.reason if isinstance(answer, NotReached) else Why.NOT_OPENED


def entries_of(
    opened: Opened, before: Decided | None, after: Decided, targets: Targets, now: datetime
) -> Iterable[Entry]:
    """Of what is other than it was: by which policy something is reached, or why not."""
    known = {} if before is None else before.answers
    for name, answer in after.answers.items():
        target = targets.by_id[name]
        match answer, known.get(name):
            case Reached(), Reached() as was if (was.rule, was.version) == (answer.rule, answer.version):
                pass
            case Reached(), _:
                yield records.reached(
                    opened, target, answer.rule, answer.version, answer.until, answer.question, now
                )
            case NotReached(), NotReached() as was if was.reason == answer.reason:
                pass
            case NotReached(refused), _:
                told = refused.reason, refused.rule, refused.policy_version, refused.question
                yield records.not_reached(opened, target, *told, now)
