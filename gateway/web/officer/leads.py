"""Where an entry leads: all of its request, session, person, device and rule, and the pages of what it names. Pure.

Who sees one municipality alone is led to its log and to no page of the centre.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from config.settings import Title
from config.vocabulary import DeviceId, SubjectId
from gateway.audit.entry import Code, Entry
from gateway.audit.fields import facts_of
from gateway.audit.let_in import GRANT
from gateway.incidents.suspension import is_person
from gateway.web.officer.filters import hours_of

AROUND = timedelta(minutes=15)
SAME: Mapping[str, str] = {
    "device": "device",
    "country": "country",
    "path": "path",
    "host": "host",
    "route": "route",
    "grant": "grant",
    "number": "ticket",
    "request": "request",
    "agenda": "agenda",
    "activity_role": "activity_role",
    "node": "node",
    "author": "author",
    "approver": "approver",
    "difference": "difference",
    "by": "by",
    "by_subject": "by",
    "of": "of",
    "of_subject": "of",
}
"""Details of an entry that lead to others with the same, and by which filter."""
OF_FACTS: Mapping[str, Title] = {
    "device": Title(cs="Vše z tohoto zařízení", en="All from this device"),
    "network": Title(cs="Vše z této sítě", en="All from this network"),
    "ticket": Title(cs="Vše k této zakázce", en="All about this order"),
    "in_place_of": Title(cs="Vše v tomto zastoupení", en="All as this deputy"),
    "agenda": Title(cs="Vše v této agendě", en="All in this agenda"),
}
"""What a decision rested on, by which others are found."""
REQUEST = Title(cs="Celý požadavek", en="The whole request")
SESSION = Title(cs="Celá relace", en="The whole session")
PERSON = Title(cs="Vše o této osobě", en="All of this person")
ABOUT = Title(cs="Vše, co se této osoby týká od druhých", en="All that others did about this person")
NEAR = Title(
    cs="Tato osoba čtvrt hodiny předtím a potom", en="This person a quarter of an hour before and after"
)
ADDRESS = Title(cs="Vše z této adresy", en="All from this address")
DECISION = Title(cs="Rozhodnutí, podle kterého se pustilo", en="The decision by which it was let in")
UNDER_GRANT = Title(cs="Vše na základě tohoto povolení", en="All under this grant")
RULE = Title(
    cs="Vše podle tohoto pravidla v této verzi zásad", en="All by this rule in this version of the policies"
)
VERSION = Title(cs="Vše podle této verze zásad", en="All by this version of the policies")
LOADED = Title(
    cs="Kdy tato verze zásad začala platit", en="When this version of the policies came into force"
)
PAGE_OF_DEVICE = Title(cs="Stránka zařízení {name}", en="The page of the device {name}")
PAGE_OF_PERSON = Title(cs="Stránka osoby", en="The person's page")
VERSIONS = Title(cs="Verze zásad", en="Versions of the policies")
PROPOSAL = Title(cs="Návrh změny zásad", en="The proposal of the policies")
CLOSURE = Title(cs="Uzavření přístupu", en="The closure of access")
INCIDENT = Title(cs="Incident", en="The incident")
REVIEW = Title(cs="Přezkum oprávnění", en="The access review")
ALERTS = Title(cs="Upozornění", en="Alerts")
HOLDS = Title(cs="Měsíce a zadržení", en="Months and holds")
SUSPENSIONS = Title(cs="Pozastavení", en="Suspensions")
NAMED_ENTRY = Title(cs="Záznam {number}", en="Entry {number}")
KEPT = Title(
    cs="Společné zásady, jak platily tehdy (verze číslo {number})",
    en="The common policies as they were then (version number {number})",
)
CLOSED_THEN = Title(cs="Tehdy uzavřeno při incidentu: {what}", en="Closed in an incident then: {what}")
OF_CLOSURES = frozenset({Code.INCIDENT_CLOSED, Code.INCIDENT_OPENED})
EVIDENCE = "entry "


@dataclass(frozen=True, slots=True)
class Machine:
    """A device with an agent: what it is called, and where its page is."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Lead:
    title: Title
    address: str


def same_of(entry: Entry) -> Mapping[str, str]:
    """Of the details that this entry has. A count is no name: nothing has the same."""
    return {key: name for key, name in SAME.items() if isinstance(entry.details.get(key), str)}


def leads(
    entry: Entry,
    policies: str,
    *,
    bounded: bool,
    loaded: Entry | None = None,
    device: DeviceId | None = None,
    machine: Machine | None = None,
) -> Sequence[Lead]:
    """`policies`: origin of the policies' pages; `bounded`: to the log of one municipality. `loaded`: the entry that
    says when the version of the policies came into force by which this one was decided. `device`: the entry's, or its
    session's; `machine`: the same, where it is enrolled and the reader sees its page.
    """
    if bounded:
        return [*_in_log(entry, device)]
    of_device = [] if machine is None else [Lead(_with(PAGE_OF_DEVICE, name=machine.name), machine.address)]
    pages = [*_pages(entry, policies), *of_device]
    return [*_in_log(entry, device), *pages, *_rests_on(loaded or entry, policies)]


def _rests_on(loaded: Entry, policies: str) -> Iterator[Lead]:
    """While something is closed in an incident, or after an upgrade, the version is none of those that are kept."""
    if loaded.code is not Code.POLICIES_LOADED:
        return
    kept, closures = loaded.details.get("kept"), loaded.details.get("closures")
    if isinstance(kept, int):
        yield Lead(
            _with(KEPT, number=kept), f"{policies}/versions?{urlencode({'of': 'region', 'before': kept + 1})}"
        )
    if isinstance(closures, list):
        yield Lead(_with(CLOSED_THEN, what=", ".join(closures)), f"{policies}/incidents")


def _in_log(entry: Entry, device: DeviceId | None) -> Iterator[Lead]:
    if entry.request_id:
        yield _log(REQUEST, request_id=entry.request_id)
    if entry.session:
        yield _log(SESSION, session=entry.session)
    if is_person(SubjectId(entry.subject)):
        yield _log(PERSON, person=entry.subject)
        yield _log(ABOUT, of=entry.person or entry.subject)
        yield _log(NEAR, person=entry.subject, **hours_of(entry.at - AROUND, entry.at + AROUND))
    if entry.address:
        yield _log(ADDRESS, address=entry.address)
    yield from _decided(entry)
    seen = set[str]()
    for name, value in [*_device(device), *facts_of(entry)]:
        if name in OF_FACTS and name not in seen:
            seen.add(name)
            yield _log(OF_FACTS[name], **{name: value})
    for number in _entries(entry):
        yield Lead(_numbered(number), f"/log/{number}")


def _decided(entry: Entry) -> Iterator[Lead]:
    if grant := str(entry.details.get(GRANT, "")):
        if entry.code is not Code.DECISION_PERMIT:
            yield _log(DECISION, grant=grant, code=Code.DECISION_PERMIT)
        yield _log(UNDER_GRANT, grant=grant)
    if entry.rule and entry.policy_version:
        yield _log(RULE, rule=entry.rule, policy_version=entry.policy_version)
    if entry.policy_version:
        yield _log(VERSION, policy_version=entry.policy_version)
        yield _log(LOADED, policy_version=entry.policy_version, code=Code.POLICIES_LOADED)


def _device(device: DeviceId | None) -> Iterator[tuple[str, str]]:
    """As a fact."""
    if device is not None:
        yield "device", device


def _pages(entry: Entry, policies: str) -> Iterator[Lead]:
    if is_person(SubjectId(entry.subject)) and entry.person:
        yield Lead(PAGE_OF_PERSON, f"/people?{urlencode({'login': entry.person})}")
    if entry.rule or entry.code is Code.POLICIES_LOADED:
        yield Lead(VERSIONS, f"{policies}/versions")
    for key, found in NAMED.items():
        text = str(entry.details.get(key, ""))
        if text and (lead := found(entry, text, policies)) is not None:
            yield lead


def _incident(entry: Entry, text: str, policies: str) -> Lead | None:
    """One of the office's own, by its number, or a class of access that is closed, by its name."""
    if entry.code in OF_CLOSURES:
        return Lead(CLOSURE, f"{policies}/incidents")
    return Lead(INCIDENT, f"/incidents/{text}") if text.isascii() and text.isdigit() else None


NAMED: Mapping[str, Callable[[Entry, str, str], Lead | None]] = {
    "proposal": lambda _, text, policies: Lead(PROPOSAL, f"{policies}/proposals/{quote(text, safe='')}"),
    "incident": _incident,
    "review": lambda _, text, policies: Lead(REVIEW, f"{policies}/reviews/{quote(text, safe='')}"),
    "alert": lambda *_: Lead(ALERTS, "/alerts"),
    "hold": lambda *_: Lead(HOLDS, "/holds"),
    "suspension": lambda *_: Lead(SUSPENSIONS, "/suspensions"),
}
"""Details that name something with a page of its own."""


def _entries(entry: Entry) -> Iterator[int]:
    """Other entries that it names."""
    first = entry.details.get("first_entries")
    named = [*first] if isinstance(first, list) else []
    evidence = str(entry.details.get("evidence", ""))
    named += [evidence.removeprefix(EVIDENCE)] if evidence.startswith(EVIDENCE) else []
    return (int(one) for one in named if one.isascii() and one.isdigit() and len(one) < 19)


def _numbered(number: int) -> Title:
    return _with(NAMED_ENTRY, number=number)


def _with(title: Title, **holes: str | int) -> Title:
    return Title(cs=title.cs.format(**holes), en=title.en.format(**holes))


def _log(title: Title, **filters: str) -> Lead:
    return Lead(title, f"/log?{urlencode(filters)}")
