"""What is shown of the tunnel: what is reached and until when, what is not and what to do. Pure."""

from collections.abc import Iterator

from agents.command.telling import STEP, moment
from agents.command.tunnel_words import TUNNEL
from agents.command.words import CS
from agents.kept.state import ShownTunnel
from agents.protocol.tunnel import NotReached, Reached, Why
from config.vocabulary import Language


def tunnel(shown: ShownTunnel, tongue: Language) -> Iterator[str]:
    if shown.until is None:
        yield TUNNEL["none"][tongue]
    else:
        yield f"{TUNNEL['up'][tongue]} {moment(shown.until, tongue)}"
        if shown.opened_by is not None:
            since = "" if shown.opened_at is None else f" ({moment(shown.opened_at, tongue)})"
            yield f"{TUNNEL['opened_by'][tongue]}: {shown.opened_by}{since}"
    if shown.trouble is not None:
        yield f"{TUNNEL[shown.trouble][tongue]}{f' ({shown.reason})' if shown.reason else ''}"
    if shown.why is not None:
        yield from _why(shown.why, tongue)
    for one in shown.reached:
        yield from _reached(one, shown, tongue)
    for other in shown.not_reached:
        yield from _not_reached(other, tongue)
    if not shown.names_well:
        yield TUNNEL["names"][tongue]
    if shown.until is not None and shown.filed:
        yield TUNNEL["filed"][tongue]
    if shown.until is None and shown.open_at is not None:
        yield f"{TUNNEL['open_at'][tongue]}: {shown.open_at}"


def _reached(one: Reached, shown: ShownTunnel, tongue: Language) -> Iterator[str]:
    host = ", ".join(one.addresses) if one.name is None or shown.filed else one.name
    ports = ", ".join(str(port) for port in one.ports)
    title = one.cs if tongue is CS else one.en
    where = f"{host} {TUNNEL['ports'][tongue]} {ports}"
    yield f"{TUNNEL['reached'][tongue]}: {title} ({where}) {TUNNEL['until'][tongue]} {moment(one.until, tongue)}"


def _not_reached(one: NotReached, tongue: Language) -> Iterator[str]:
    yield f"{TUNNEL['not_reached'][tongue]}: {one.cs if tongue is CS else one.en}"
    for line in _why(one.why, tongue):
        yield f"{STEP}{line}"


def _why(why: Why, tongue: Language) -> Iterator[str]:
    yield f"{why.cs if tongue is CS else why.en} ({why.reason})"
    if why.go_to is not None:
        yield f"{TUNNEL['go_to'][tongue]}: {why.go_to}"
