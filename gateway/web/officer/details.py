"""The further facts of an entry as people read them: a label, words instead of codes, nothing that is empty.

What is kept stays beside the words, so that a reader finds it by either. A key without a label is shown as it is.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.numbers import format_decimal

from config.asked_word import parts_of
from config.settings import Title
from config.vocabulary import PUBLIC, Language, MunicipalityCode, Role
from gateway.asks.ask import Act as Done
from gateway.asks.named import KINDS, STAGES
from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Entry
from gateway.audit.fields import DETAILS, FACTS
from gateway.audit.granted_along import ROUTES, word_and_path
from gateway.audit.purposes import ROUTINE, ROUTINE_TITLE
from gateway.clients.named import ACTS as ACTS_OF_CLIENTS
from gateway.devices.named import ACTS as ACTS_OF_DEVICES
from gateway.envoy.notices import CONTROL_PLANE, ENVOY, NODE, STREAMS
from gateway.incidents.named import ACTS as ACTS_OF_INCIDENTS
from gateway.incidents.named import KINDS as INCIDENT_KINDS
from gateway.incidents.named import REPORTS, SEVERITIES
from gateway.sessions.officers_act import Act
from gateway.web.officer.details_of_devices import WORDS_OF_DEVICES
from gateway.web.officer.labels import IN_PLACE_OF, LABELS
from idp.http.moments import moment_text
from idp.http.ways_of_proof import FACTORS, LEVELS, PROOFS
from policies.reasons import ACTION_NAMES

Value = str | int | float | bool | list[str]

ACTIONS: Mapping[str, Title] = {
    **{one: Title(cs=name[Language.CZECH], en=name[Language.ENGLISH]) for one, name in ACTION_NAMES.items()},
    PUBLIC: Title(cs="bez přihlášení", en="without signing in"),
}
FORMS: Mapping[str, Title] = {
    "page": Title(cs="stránka s více záznamy", en="a page of entries"),
    "entry": Title(cs="jeden záznam", en="one entry"),
    "export": Title(cs="výpis", en="an export"),
    "command": Title(cs="příkaz na serveru", en="a command on the server"),
}
FLAGS: Mapping[str, Title] = {  # Envoy, "Response flags" of its access log
    "UAEX": Title(cs="zadržen rozhodnutím o přístupu", en="held back by the access decision"),
    "NR": Title(cs="taková adresa tu není", en="no such address here"),
    "DPE": Title(cs="prohlížeč porušil protokol", en="the client broke the protocol"),
    "DC": Title(cs="prohlížeč spojení ukončil", en="the client went away"),
    "UF": Title(cs="aplikace nepřijala spojení", en="the application took no connection"),
    "UH": Title(cs="aplikace neběží", en="the application is down"),
    "UC": Title(cs="aplikace spojení ukončila", en="the application broke off"),
    "UT": Title(cs="aplikace neodpověděla včas", en="the application was too slow"),
    "SI": Title(cs="spojení bylo dlouho nečinné", en="the connection was idle too long"),
    "DT": Title(cs="uplynula nejdelší doba spojení", en="the longest time of a connection was over"),
}
ACTS: Mapping[str, Title] = {
    Act.REMOVAL: Title(cs="odebrání způsobu ověření", en="removing an authenticator"),
    Act.CODE: Title(cs="vydání kódu od správce", en="issuing an enrolment code"),
    Act.EXCEPTION: Title(cs="povolení výjimky", en="granting an exception"),
    Act.LIFT: Title(cs="zrušení zablokování", en="lifting a block"),
    Act.END: Title(cs="ukončení výjimky", en="ending an exception"),
}
ACTS_OF_REQUESTS: Mapping[str, Title] = {
    Done.ASK: Title(cs="podání žádosti", en="asking"),
    Done.APPROVE: Title(cs="schválení", en="approving"),
    Done.REFUSE: Title(cs="zamítnutí", en="declining"),
    Done.WITHDRAW: Title(cs="ukončení", en="ending"),
    Done.LOSE_SPONSOR: Title(cs="ztráta garanta", en="losing the sponsor"),
    Done.REVIEW: Title(cs="přezkum", en="reviewing"),
}
YES, NO = Title(cs="ano", en="yes"), Title(cs="ne", en="no")
ITSELF = Title(cs="Brána", en="Brána")
PARTS: Mapping[str, Title] = {
    CONTROL_PLANE: Title(cs="Řídicí proces", en="Control plane"),
    ENVOY: Title(cs="Datová část (Envoy)", en="Data plane (Envoy)"),
    NODE: Title(cs="Proces uzlu", en="Process of the node"),
    STREAMS: Title(cs="Hlídač otevřených spojení", en="Watch of open streams"),
}
WORDS: Mapping[str, Mapping[str, Title]] = {
    "acr": LEVELS,
    "act": {**ACTS, **ACTS_OF_REQUESTS, **ACTS_OF_INCIDENTS, **ACTS_OF_DEVICES, **ACTS_OF_CLIENTS},
    **WORDS_OF_DEVICES,
    "actions": ACTIONS,
    "asked": KINDS,
    "amr": FACTORS,
    "by": {SYSTEM: ITSELF},
    "by_subject": {SYSTEM: ITSELF},
    "factor": FACTORS,
    "form": FORMS,
    "flags": FLAGS,
    "kind_of_incident": INCIDENT_KINDS,
    "report": REPORTS,
    "severity": SEVERITIES,
    "granted_actions": ACTIONS,
    "part": PARTS,
    "purpose": {ROUTINE: ROUTINE_TITLE},
    "proof": PROOFS,
    "stage": STAGES,
}
UNITS = {
    "bytes_in": "B",
    "bytes_out": "B",
    "bytes_received": "B",
    "bytes_sent": "B",
    "duration_ms": "ms",
    "idle": "s",
    "jumped_ms": "ms",
    "silent_seconds": "s",
    "closed_seconds": "s",
}
PLAIN_NUMBERS = frozenset(
    {"hold", "incident", "item", "status", "process", "generation", "source_port"}
)  # names made of digits, not amounts


@dataclass(frozen=True, slots=True)
class Detail:
    """One further fact: its key, its label if it has one, its words, and what is kept where that differs."""

    key: str
    label: str
    shown: str
    kept: str


def details_of(
    entry: Entry, language: Language, municipality: Callable[[MunicipalityCode], str]
) -> Iterator[Detail]:
    """The details that say something, by their labels; of a decision's facts see `facts_shown`."""
    found = [
        Detail(key, LABELS[key].in_language(language) if key in LABELS else "", shown, kept)
        for key, value in entry.details.items()
        if value not in ("", "-", []) and key != FACTS
        for shown, kept in (_words(key, value, language, municipality),)
    ]
    found += _in_whose_place(entry, language)
    return iter(sorted(found, key=lambda one: (not one.label, one.label or one.key)))


def _in_whose_place(entry: Entry, language: Language) -> Iterator[Detail]:
    """Of a decision that rested on a delegation: the roles that were lent, and by whom."""
    try:
        known = json.loads(str(entry.details.get(FACTS, "{}")))
        lent = known["delegation"]
        roles, by = [Role(one) for one in lent["roles"]], str(lent["by"])
    except (ValueError, KeyError, TypeError):
        return  # none, or kept by a version that wrote facts otherwise
    shown = ", ".join(one.title_in(language) for one in roles)
    yield Detail(IN_PLACE_OF, LABELS[IN_PLACE_OF].in_language(language), shown, by)


def action_title(action: str, language: Language) -> str:
    return ACTIONS[action].in_language(language) if action in ACTIONS else action


def field_in_words(field: str, value: str, language: Language) -> str:
    """A value of a field of `gateway.audit.fields`, as the details that it is of are shown."""
    if field == "valid_until":
        return _moment(value, language)
    return next(
        (shown for key in DETAILS.get(field, ()) if (shown := _word(key, value, language)) != value), value
    )


def _words(
    key: str, value: Value, language: Language, municipality: Callable[[MunicipalityCode], str]
) -> tuple[str, str]:
    """What is shown, and what is kept; the second is empty where it is the same or says no more."""
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language), ""
    if isinstance(value, int):
        return _number(key, value, language), ""
    if isinstance(value, float):
        return str(value), ""
    kept = ", ".join(value) if isinstance(value, list) else value
    if key in ("authenticated_at", "began", "expires", "happened", "sent", "since", "until"):
        return _moment(kept, language), ""
    if key == "from":
        shown = municipality(MunicipalityCode(kept))
    elif key in ("roles", "gained", "lost", "standing_in", "pushed") and isinstance(value, list):
        shown = ", ".join(_role(one, language, municipality) for one in value)
    elif key == ROUTES and isinstance(value, list):
        shown = ", ".join(_by_route(one, language) for one in value)
    else:
        parts = value if isinstance(value, list) else [value]
        shown = ", ".join(_word(key, part, language) for part in parts)
    return shown, "" if shown == kept else kept


def _word(key: str, text: str, language: Language) -> str:
    words = WORDS.get(key, {})
    parts = text.split(",") if key == "flags" else [text]
    return ", ".join(words[part].in_language(language) if part in words else part for part in parts)


def _by_route(text: str, language: Language) -> str:
    """`read@reports /records/reports` as `čtení (reports: /records/reports)`."""
    word, path = word_and_path(text)
    action, name = parts_of(word)
    if not name:
        return text
    where = f"{name}: {path}" if path else name
    return f"{action_title(action, language)} ({where})"


def _role(text: str, language: Language, municipality: Callable[[MunicipalityCode], str]) -> str:
    """`588491:clerk` as `Hulín: referent`; with `:login` behind it, in whose place."""
    where, colon, rest = text.partition(":")
    role, _, other = rest.partition(":")
    if not colon or role not in list(Role):
        return text
    held = f"{municipality(MunicipalityCode(where))}: {Role(role).title_in(language)}"
    return f"{held} ({other})" if other else held


def _moment(text: str, language: Language) -> str:
    try:
        return moment_text(datetime.fromisoformat(text), language)
    except ValueError:
        return text


def _number(key: str, value: int, language: Language) -> str:
    if key in PLAIN_NUMBERS:
        return str(value)
    text = format_decimal(value, locale=language.value)
    return f"{text}\u00a0{UNITS[key]}" if key in UNITS else text
