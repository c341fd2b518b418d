"""What the forms about incidents hold, as they are typed; times are those of Prague."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.incidents.by import By
from gateway.incidents.incident import Described, Kind, ReportKind, Severity
from gateway.incidents.items import REPORT_FIELDS, Report
from gateway.incidents.refused import ActRefused, Why
from gateway.sessions.officers_act import confirmed
from gateway.web.desk import Refused, origin_of
from gateway.web.entered import MomentUnreadable, entered_since
from gateway.web.identity import ADMIN, Assertion
from gateway.web.officer.filters import sequence_of
from gateway.web.refusal import FORM_UNREADABLE, PAGE_UNKNOWN
from idp.http.arrival import FORM
from idp.http.moments import PRAGUE

LARGEST_FORM = 256 * 1024  # bytes; Envoy's limit of `/incidents` is the same
MOST_FIELDS = 500  # every municipality of a district may be chosen
LARGEST_NUMBER = 2**31 - 1
Fields = Mapping[str, list[str]]


async def fields_of(request: web.Request) -> Fields:
    """All values of each field, as a browser sends them. Raises Refused."""
    try:
        body = await request.clone(client_max_size=LARGEST_FORM).read()
        if request.content_type != FORM:
            raise Refused(FORM_UNREADABLE, 400)
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except (ValueError, web.HTTPRequestEntityTooLarge):
        raise Refused(FORM_UNREADABLE, 400) from None
    if any("\0" in value for _, value in pairs):  # no database keeps it as it was sent
        raise Refused(FORM_UNREADABLE, 400)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def one(fields: Fields, name: str) -> str:
    """Exactly one text. Raises Refused."""
    values = fields.get(name, [])
    if len(values) != 1:
        raise Refused(FORM_UNREADABLE, 400)
    return values[0]


def number_or_none(text: str) -> int | None:
    """An incident's number where one was chosen. Raises Refused."""
    if not text:
        return None
    return number(text)


def number(text: str) -> int:
    """Of an incident. Raises Refused."""
    found = sequence_of(text)
    if found is None or found > LARGEST_NUMBER:
        raise Refused(PAGE_UNKNOWN, 404)
    return found


def sequence(text: str) -> int:
    """Of an entry of the log, as people write it. Raises ActRefused."""
    found = sequence_of("".join(text.split()))
    if found is None:
        raise ActRefused(Why.ENTRY_UNKNOWN)
    return found


def moment(text: str) -> datetime | None:
    """Raises ActRefused."""
    try:
        return entered_since(text)
    except MomentUnreadable:
        raise ActRefused(Why.TIMES_UNUSABLE) from None


def local(at: datetime) -> str:
    """As a field for a time holds it."""
    return f"{at.astimezone(PRAGUE):%Y-%m-%dT%H:%M}"


def described(fields: Fields) -> Described:
    """Raises Refused for what our form does not send, and ActRefused."""
    try:
        kind, severity = Kind(one(fields, "kind")), Severity(one(fields, "severity"))
    except ValueError:
        raise Refused(FORM_UNREADABLE, 400) from None
    noticed = moment(one(fields, "noticed"))
    if noticed is None:
        raise ActRefused(Why.TIMES_UNUSABLE)
    return Described(
        title=one(fields, "title"),
        kind=kind,
        severity=severity,
        noticed_at=noticed,
        began_at=moment(one(fields, "began")),
        municipalities=tuple(MunicipalityCode(each) for each in fields.get("municipality", ())),
        applications=tuple(ApplicationId(each) for each in fields.get("application", ())),
        description=one(fields, "description"),
    )


def report(kind: ReportKind, fields: Fields) -> Report:
    return Report(kind=kind.value, **{name: one(fields, name) for name in REPORT_FIELDS})


def report_kind(text: str) -> ReportKind:
    """Raises Refused."""
    try:
        return ReportKind(text)
    except ValueError:
        raise Refused(PAGE_UNKNOWN, 404) from None


def by(request: web.Request, caller: Assertion, now: datetime) -> By:
    """Whoever acts on these pages."""
    return By(
        subject=caller.subject,
        login=caller.login,
        session=caller.sid,
        own_municipality=caller.municipality,
        application=ADMIN,
        origin=origin_of(request),
        confirmed=confirmed(caller, now),
    )


def conditions(text: str) -> Sequence[tuple[str, str]]:
    """Of a search, as they stand in the address of the log's page. Raises ActRefused."""
    try:
        return parse_qsl(text.lstrip("?"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ActRefused(Why.CONDITIONS_UNREADABLE) from None
