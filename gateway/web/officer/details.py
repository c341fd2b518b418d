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
from config.vocabulary import PUBLIC, Action, Language, MunicipalityCode, Role
from gateway.asks.ask import Act as Done
from gateway.asks.named import KINDS, STAGES
from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Entry
from gateway.audit.fields import FACTS
from gateway.audit.granted_along import ROUTES, word_and_path
from gateway.audit.purposes import ROUTINE
from gateway.devices.named import ACTS as ACTS_OF_DEVICES
from gateway.envoy.notices import CONTROL_PLANE, ENVOY, NODE, STREAMS
from gateway.incidents.named import ACTS as ACTS_OF_INCIDENTS
from gateway.incidents.named import KINDS as INCIDENT_KINDS
from gateway.incidents.named import REPORTS, SEVERITIES
from gateway.sessions.officers_act import Act
from gateway.web.officer.details_of_devices import OF_DEVICES, WORDS_OF_DEVICES
from idp.http.moments import moment_text
from idp.http.ways_of_proof import FACTORS, LEVELS, PROOFS

Value = str | int | float | bool | list[str]

IN_PLACE_OF = "in_place_of"
"""No key of an entry: read out of its facts."""

LABELS: Mapping[str, Title] = {
    "activity_role": Title(cs="Činnostní role", en="Activity role"),
    "actions": Title(cs="Činnosti", en="Actions"),
    "agenda": Title(cs="Agenda", en="Agenda"),
    "view": Title(cs="Název pohledu", en="Name of the view"),
    "shared": Title(cs="Sdíleno s ostatními", en="Shared with others"),
    "approvals": Title(cs="Schválení", en="Approvals"),
    "came_from": Title(cs="Přišlo se z", en="Came from"),
    "asked": Title(cs="Oč jde", en="What it is about"),
    "note": Title(cs="Poznámka", en="Note"),
    "request": Title(cs="Označení žádosti", en="Name of the request"),
    "review_by": Title(cs="Přezkoumat do", en="To be reviewed by"),
    "role": Title(cs="Role", en="Role"),
    "since": Title(cs="Od", en="From"),
    "sponsor": Title(cs="Garant", en="Sponsor"),
    "stage": Title(cs="Stav", en="Stage"),
    "acr": Title(cs="Síla ověření", en="How surely recognised"),
    "access": Title(cs="Druh oprávnění", en="Kind of access"),
    "accesses": Title(cs="Počet oprávnění", en="Number of accesses"),
    "added": Title(cs="Přibylo", en="Added"),
    "values": Title(cs="Hodnoty", en="Values"),
    "country": Title(cs="Země", en="Country"),
    "country_before": Title(cs="Země předtím", en="Country before"),
    "decision": Title(cs="Rozhodnutí", en="Decision"),
    "gone": Title(cs="Zaniklo", en="Gone"),
    "of_application": Title(cs="Aplikace, o kterou jde", en="Application concerned"),
    "overdue": Title(cs="Nerozhodnuto včas", en="Not decided in time"),
    "review": Title(cs="Přezkum", en="Review"),
    "scope": Title(cs="Rozsah přezkumu", en="Scope of the review"),
    "account": Title(cs="Jiný účet téže osoby", en="Other account of the person"),
    "act": Title(cs="Úkon", en="Act"),
    "amr": Title(cs="Způsoby ověření", en="Ways of authentication"),
    "attempts": Title(cs="Počet pokusů", en="Attempts"),
    "authenticated_at": Title(cs="Poslední ověření", en="Last authentication"),
    "authenticator": Title(cs="Název způsobu ověření", en="Name of the authenticator"),
    "causes": Title(cs="Co je třeba napravit", en="What must be mended"),
    "ends": Title(cs="Platí do", en="Good until"),
    "incident": Title(cs="Číslo incidentu", en="Number of the incident"),
    "title": Title(cs="Název incidentu", en="Title of the incident"),
    "kind_of_incident": Title(cs="Druh incidentu", en="Kind of incident"),
    "severity": Title(cs="Závažnost", en="Severity"),
    "municipalities": Title(cs="Dotčené obce", en="Municipalities concerned"),
    "applications": Title(cs="Dotčené aplikace", en="Applications concerned"),
    "item": Title(cs="Položka incidentu", en="Item of the incident"),
    "evidence": Title(cs="Důkaz", en="Evidence"),
    "closure": Title(cs="Označení uzavření", en="Name of the closure"),
    "what": Title(cs="Co je uzavřeno", en="What is closed"),
    "report": Title(cs="Hlášení", en="Report"),
    "recipient": Title(cs="Komu", en="To whom"),
    "sent": Title(cs="Odesláno", en="Sent"),
    "suspension": Title(cs="Označení pozastavení", en="Name of the suspension"),
    "keys": Title(cs="Klíče", en="Keys"),
    "serial": Title(cs="Sériové číslo", en="Serial number"),
    "signs_from": Title(cs="Podepisuje od", en="Signs from"),
    "closures": Title(cs="Uzavřeno při incidentu", en="Closed in an incident"),
    "before": Title(cs="Předtím", en="Before"),
    "after": Title(cs="Potom", en="After"),
    "approver": Title(cs="Schválil(a)", en="Approved by"),
    "author": Title(cs="Navrhl(a)", en="Drafted by"),
    "difference": Title(cs="Otisk rozdílu", en="Digest of the difference"),
    "source": Title(cs="Odkud změna přišla", en="Where the change came from"),
    "browser_of_subject": Title(
        cs="Čí je prohlížeč (identifikátor osoby)", en="Whose browser it is (identifier of the person)"
    ),
    "by": Title(cs="Provedl(a)", en="Done by"),
    "by_subject": Title(cs="Identifikátor toho, kdo to provedl", en="Identifier of who did it"),
    "bytes": Title(cs="Bajtů", en="Bytes"),
    "bytes_in": Title(cs="Přijatá data", en="Data received"),
    "bytes_out": Title(cs="Odeslaná data", en="Data sent"),
    "cause": Title(cs="Příčina", en="Cause"),
    "changed": Title(cs="Změněné soubory", en="Changed files"),
    "channel": Title(cs="Cesta upozornění", en="Way of the notice"),
    "detail": Title(cs="Podrobnost", en="Detail"),
    **OF_DEVICES,
    "digest": Title(cs="Otisk zásad", en="Digest of the policies"),
    "directory": Title(cs="Adresář", en="Directory"),
    "displaced": Title(cs="Uvolnilo místo jiné přihlášení", en="Another sign-in made room"),
    "duration_ms": Title(cs="Trvání", en="Duration"),
    "ended": Title(cs="Ukončené relace", en="Sessions ended"),
    "entries": Title(cs="Přepočtené záznamy", en="Entries recomputed"),
    "month": Title(cs="Měsíc", en="Month"),
    "hold": Title(cs="Zadržení", en="Hold"),
    "again": Title(cs="Místo zadržení ze záznamu", en="In place of the hold of entry"),
    "put_back": Title(cs="Vráceno jmen", en="Names put back"),
    "taken_out": Title(cs="Odebráno jmen", en="Names taken out"),
    "checkpoint": Title(cs="Záznamů podle kontrolního bodu", en="Entries by the checkpoint"),
    "objects": Title(cs="Cizí objekty", en="Alien objects"),
    "left": Title(cs="Nalezeno záznamů", en="Entries found"),
    "written": Title(cs="Zapsáno záznamů", en="Entries written"),
    "expires": Title(cs="Povolení platí do", en="Grant valid until"),
    "idle": Title(cs="Od předchozího požadavku", en="Since the request before"),
    "factor": Title(cs="Způsob ověření", en="Authenticator"),
    "file": Title(cs="Soubor", en="File"),
    "files": Title(cs="Soubory zásad", en="Files of policies"),
    "finding": Title(cs="Výsledek ověření", en="Finding"),
    "flags": Title(cs="Průběh v datové části (Envoy)", en="What the data plane did"),
    "form": Title(cs="Kde se nahlíželo", en="Where it was read"),
    "found": Title(cs="Zobrazené záznamy", en="Entries shown"),
    "fresh": Title(cs="Platilo dřívější rozhodnutí", en="An earlier decision still held"),
    "from": Title(cs="Předtím za obec", en="Acted before for"),
    "gained": Title(cs="Přibylé role", en="Roles gained"),
    "generation": Title(cs="Pořadí oprávnění v relaci", en="Generation of the session's grants"),
    "grant": Title(cs="Povolení", en="Grant"),
    "granted_actions": Title(cs="Povolené činnosti", en="Permitted actions"),
    "happened": Title(cs="Kdy se to stalo", en="When it happened"),
    "owner": Title(cs="Kdo za program odpovídá", en="Who answers for the program"),
    "secret": Title(cs="Označení tajemství", en="Name of the secret"),
    "granted_by": Title(cs="Povolil(a)", en="Granted by"),
    "granted_by_subject": Title(cs="Identifikátor toho, kdo to povolil", en="Identifier of who granted it"),
    "head": Title(cs="Začátek dat", en="Beginning of the data"),
    "host": Title(cs="Adresa serveru", en="Host"),
    "jumped_ms": Title(cs="Skok hodin", en="Clock jumped by"),
    "key": Title(cs="Klíč", en="Key"),
    "kind": Title(cs="Druh upozornění", en="Kind of notice"),
    "times": Title(cs="Požadavků dohromady", en="Requests taken together"),
    "kept": Title(cs="Číslo uložené verze zásad", en="Number of the kept version of the policies"),
    "left_out_before": Title(cs="Předtím vynechaných záznamů", en="Entries left out before"),
    "lost": Title(cs="Ztracené role", en="Roles lost"),
    "method": Title(cs="Metoda HTTP", en="HTTP method"),
    "municipal_files": Title(cs="Soubory obcí", en="Files of municipalities"),
    "name": Title(cs="Jméno", en="Name"),
    "number": Title(cs="Počet", en="Number"),
    "of": Title(cs="Přihlašovací jméno osoby", en="Login of the person"),
    "of_subject": Title(cs="Identifikátor osoby", en="Identifier of the person"),
    "offset": Title(cs="Místo v souboru", en="Place in the file"),
    "path": Title(cs="Cesta", en="Path"),
    "policies": Title(cs="Počet zásad", en="Number of policies"),
    "previous": Title(cs="Předchozí verze zásad", en="Version before"),
    "part": Title(cs="Část Brány", en="Part of Brána"),
    "process": Title(cs="Číslo procesu", en="Process number"),
    "proof": Title(cs="Čím byla doložena totožnost", en="How identity was proven"),
    "protocol": Title(cs="Protokol", en="Protocol"),
    "purpose": Title(cs="Účel", en="Purpose"),
    "query": Title(cs="Na co se ptal(a)", en="What was asked for"),
    "region_files": Title(cs="Společné soubory", en="Common files"),
    "revoked": Title(cs="Odvolaná povolení", en="Revoked grants"),
    "roles": Title(cs="Role", en="Roles"),
    "root": Title(cs="Kořen stromu auditního záznamu", en="Root of the log's tree"),
    "alert": Title(cs="Označení upozornění", en="Name of the alert"),
    "alert_of": Title(cs="Koho nebo čeho se týká", en="Whom or what it is about"),
    "alert_rule": Title(cs="Pravidlo upozornění", en="Rule of the alert"),
    "first_entries": Title(cs="První záznamy", en="First entries"),
    "threshold": Title(cs="Mez", en="Threshold"),
    "receiver": Title(cs="Příjemce záznamů", en="Receiver of the log"),
    "first": Title(cs="První záznam", en="First entry"),
    "last": Title(cs="Poslední záznam", en="Last entry"),
    "server": Title(cs="Server", en="Server"),
    "route": Title(cs="Název cesty aplikace", en="Name of the application's route"),
    ROUTES: Title(cs="Povoleno pojmenovanými cestami", en="Permitted by named routes"),
    "sha256": Title(cs="Otisk SHA-256", en="SHA-256"),
    "not_as_recorded": Title(cs="Zápisů, které se neshodují", en="Items that differ"),
    "alerts": Title(cs="Upozornění", en="Alerts"),
    "work": Title(cs="Zaměstnání, útvary a činnostní role", en="Employment, departments and activity roles"),
    IN_PLACE_OF: Title(cs="Zastupuje v roli", en="Stands in, in the role"),
    "standing_in": Title(cs="V zastoupení", en="As a deputy"),
    "kept_bytes": Title(cs="Bajtů pro záznam", en="Bytes kept for the log"),
    "free_bytes": Title(cs="Volných bajtů na disku", en="Bytes free on the disk"),
    "closed_seconds": Title(cs="Zavřeno po dobu", en="Closed for"),
    "refused_at_most": Title(cs="Odmítnuto nejvýše", en="Refused at most"),
    "silent_seconds": Title(cs="Bez známky života", en="Without a sign of life"),
    "status": Title(cs="Stav odpovědi", en="Status"),
    "stopped": Title(cs="Zastavená rozpracovaná přihlášení", en="Sign-ins under way stopped"),
    "until": Title(cs="Do", en="Until"),
    "user_agent": Title(cs="Prohlížeč nebo program", en="Browser or program"),
    "version": Title(cs="Verze Brány", en="Version of Brána"),
    "why": Title(cs="Proč", en="Why"),
    "witness": Title(cs="Svědek", en="Witness"),
    "written_as": Title(cs="Podoba výpisu", en="Form of the export"),
    "with_proofs": Title(cs="S důkazy", en="With proofs"),
    "pseudonymised": Title(cs="Pod pseudonymy", en="Pseudonymised"),
    "origin": Title(cs="Auditní záznam", en="Log"),
    "ours": Title(cs="Záznamů tady", en="Entries here"),
    "sealed": Title(cs="Podepsané záznamy", en="Sealed entries"),
    "receivers": Title(cs="Komu", en="To whom"),
    "theirs": Title(cs="Záznamů u svědka", en="Entries known to the witness"),
}

ACTIONS: Mapping[str, Title] = {
    Action.READ: Title(cs="čtení", en="reading"),
    Action.WRITE: Title(cs="zápis", en="writing"),
    Action.SIGN: Title(cs="podepsání", en="signing"),
    Action.ADMINISTER: Title(cs="správa", en="administration"),
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
    "act": {**ACTS, **ACTS_OF_REQUESTS, **ACTS_OF_INCIDENTS, **ACTS_OF_DEVICES},
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
    "purpose": {ROUTINE: Title(cs="běžný dohled", en="routine supervision")},
    "proof": PROOFS,
    "stage": STAGES,
}
UNITS = {
    "bytes_in": "B",
    "bytes_out": "B",
    "duration_ms": "ms",
    "idle": "s",
    "jumped_ms": "ms",
    "silent_seconds": "s",
    "closed_seconds": "s",
}
PLAIN_NUMBERS = frozenset(
    {"hold", "incident", "item", "status", "process", "generation"}
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
    if key in ("authenticated_at", "expires", "happened", "sent", "until"):
        return _moment(kept, language), ""
    if key == "from":
        shown = municipality(MunicipalityCode(kept))
    elif key in ("roles", "gained", "lost", "standing_in") and isinstance(value, list):
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
