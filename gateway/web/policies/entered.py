"""What the forms about policies hold: a few short fields, or a whole text of policies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web

from gateway.policy_office.refusal import Refusal
from gateway.web.desk import Refused
from gateway.web.policies.not_done import REFUSALS
from gateway.web.refusal import FORM_UNREADABLE
from idp.http.arrival import FORM
from idp.http.moments import PRAGUE

LARGEST_FORM = 256 * 1024  # bytes of a form that holds a text; Envoy's limit of its route is the same
MOST_FIELDS = 500  # of a form: every role, application and action ticked are some sixty
YEARS = range(2000, 2100)
NUMBER_LENGTH = 9  # digits of a revision, a version or a place in a text


async def fields_of(request: web.Request) -> dict[str, list[str]]:
    """All values of each field, as a browser sends them. Raises Refused."""
    try:
        body = await request.clone(client_max_size=LARGEST_FORM).read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(*REFUSALS[Refusal.TOO_LARGE]) from None
    if request.content_type != FORM:
        raise Refused(FORM_UNREADABLE, 400)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
    if any("\0" in value for _, value in pairs):  # no database keeps it as it was sent
        raise Refused(FORM_UNREADABLE, 400)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


async def texts_of(request: web.Request, names: Sequence[str]) -> dict[str, str]:
    """Exactly one text for each of these names; whatever else was sent is not looked at. Raises Refused."""
    return single_of(await fields_of(request), names)


def single_of(fields: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Of fields that were read, in the same way. Raises Refused."""
    if any(len(fields.get(name, ())) != 1 for name in names):
        raise Refused(FORM_UNREADABLE, 400)
    return {name: fields[name][0] for name in names}


def number(text: str) -> int:
    """Raises Refused."""
    found = number_or_none(text)
    if found is None:
        raise Refused(FORM_UNREADABLE, 400)
    return found


def number_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_LENGTH else None


def moment(text: str) -> datetime | None:
    """As `<input type="datetime-local">` writes it, in Prague; None where it is none, or in no year of ours."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    ours = local.tzinfo is None and local.year in YEARS
    return local.replace(tzinfo=PRAGUE).astimezone(UTC) if ours else None


def lines_of(text: str) -> str:
    """Browsers end the lines of a textarea by CR LF (WHATWG HTML §4.10.11); files have LF, and one at the end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return plain + "\n" if plain else ""
