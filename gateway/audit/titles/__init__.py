"""What each code says to people, in Czech and English.

`{name}` stands for a field of the entry or one of its details; `{who}` for the person (login, else subject).
"""

import re
from collections.abc import Callable

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.acts import SYSTEM
from gateway.audit.anchors import Fault
from gateway.audit.canonical import TEXTS
from gateway.audit.clocks import as_clocks_show
from gateway.audit.entry import Code, Entry
from gateway.audit.reasons import REASONS, Reasons
from gateway.audit.titles.access_review import ACCESS_REVIEW_TITLES
from gateway.audit.titles.altered import ALTERED_TITLES
from gateway.audit.titles.client import CLIENT_TITLES
from gateway.audit.titles.device import DEVICE_TITLES
from gateway.audit.titles.forwarding import FORWARDING_TITLES
from gateway.audit.titles.key import KEY_TITLES
from gateway.audit.titles.operation import OPERATION_TITLES
from gateway.audit.titles.personnel import PERSONNEL_TITLES
from gateway.audit.titles.policy import POLICY_TITLES
from gateway.audit.titles.request import REQUEST_TITLES
from gateway.audit.titles.security_incident import SECURITY_INCIDENT_TITLES
from gateway.audit.titles.shard import SHARD_TITLES
from gateway.audit.titles.sign_in import SIGN_IN_TITLES
from gateway.audit.titles.tunnel import TUNNEL_TITLES
from gateway.audit.titles.witness import WITNESS_TITLES

NOTHING = "–"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

TITLES: dict[Code, Title] = {
    **SIGN_IN_TITLES,
    **PERSONNEL_TITLES,
    **CLIENT_TITLES,
    Code.EXCEPTION_GRANTED: Title(
        cs="Povolena výjimka, přihlášení jen heslem: {who} (povolil(a): {by}, proč: {why})",
        en="Exception granted, password alone: {who} (by: {by}, why: {why})",
    ),
    Code.EXCEPTION_ENDED: Title(
        cs="Výjimka z vícefaktorového ověření ukončena: {who} (ukončil(a): {by})",
        en="Exception from multi-factor authentication ended: {who} (by: {by})",
    ),
    Code.BLOCK_LIFTED: Title(
        cs="Zablokování po chybných pokusech zrušeno: {who} (zrušil(a): {by}, proč: {why})",
        en="Block after wrong guesses lifted: {who} (by: {by}, why: {why})",
    ),
    Code.OFFICER_ACT_REFUSED: Title(
        cs="Úkon manažera bezpečnosti neproveden: {who}, týká se: {of} (důvod: {reason})",
        en="An officer's act was not done: {who}, about: {of} (reason: {reason})",
    ),
    Code.NOTICE_GIVEN_UP: Title(
        cs="Upozornění se nepodařilo doručit: {who}, {kind} (cesta: {channel}, důvod: {reason})",
        en="A notice could not be delivered: {who}, {kind} (by: {channel}, reason: {reason})",
    ),
    Code.RECOVERY_ISSUED: Title(
        cs="POZOR, nouzový správce: vydáno nové tajemství {account} (vydal: {by})",
        en="ATTENTION, recovery administrator: new secret {account} issued (by: {by})",
    ),
    Code.RECOVERY_REVOKED: Title(
        cs="POZOR, nouzový správce: tajemství {account} zneplatněno (zneplatnil: {by})",
        en="ATTENTION, recovery administrator: secret {account} taken back (by: {by})",
    ),
    Code.RECOVERY_USED: Title(
        cs="POZOR, nouzový správce: přihlášení tajemstvím {account}, adresa {address}",
        en="ATTENTION, recovery administrator: signed in with secret {account}, address {address}",
    ),
    Code.RECOVERY_REFUSED: Title(
        cs="POZOR, nouzový správce: přihlášení odmítnuto, adresa {address} (důvod: {reason})",
        en="ATTENTION, recovery administrator: sign-in refused, address {address} (reason: {reason})",
    ),
    Code.CODE_ISSUED: Title(
        cs="Vydán autorizační kód: {who}, aplikace {application}",
        en="Authorization code issued: {who}, application {application}",
    ),
    Code.CODE_REFUSED: Title(
        cs="Vydání autorizačního kódu odmítnuto: aplikace {application} (důvod: {reason})",
        en="Authorization code refused: application {application} (reason: {reason})",
    ),
    Code.SAML_ASSERTION_ISSUED: Title(
        cs="Vydáno potvrzení o přihlášení (SAML): {who}, aplikace {application}",
        en="Assertion of a sign-in issued (SAML): {who}, application {application}",
    ),
    Code.SAML_REQUEST_REFUSED: Title(
        cs="Žádost aplikace odmítnuta (SAML): aplikace {application} (důvod: {reason})",
        en="Request of an application refused (SAML): application {application} (reason: {reason})",
    ),
    Code.TOKEN_ISSUED: Title(
        cs="Vydán token: {who}, aplikace {application}", en="Token issued: {who}, application {application}"
    ),
    Code.TOKEN_REFUSED: Title(
        cs="Vydání tokenu odmítnuto: aplikace {application} (důvod: {reason})",
        en="Token refused: application {application} (reason: {reason})",
    ),
    Code.TOKEN_REVOKED: Title(
        cs="Aplikace vrátila token: {who}, aplikace {application}",
        en="An application gave a token back: {who}, application {application}",
    ),
    Code.CLIENT_REFUSED: Title(
        cs="Dotaz na token nebo jeho vrácení odmítnuto: aplikace {application} (důvod: {reason})",
        en="A question about a token, or giving it back, was refused: application {application} (reason: {reason})",
    ),
    Code.REFRESH_TOKEN_MISUSED: Title(
        cs="POZOR, obnovovací token má i někdo jiný: {who}, aplikace {application} (důvod: {reason})",
        en="ATTENTION, somebody else has a refresh token too: {who}, application {application} (reason: {reason})",
    ),
    Code.DEVICE_AUTHORIZATION_ASKED: Title(
        cs="Program žádá o přihlášení kódem: aplikace {application}, adresa {address}",
        en="A program asks to be let in by a code: application {application}, address {address}",
    ),
    Code.DEVICE_AUTHORIZATION_ALLOWED: Title(
        cs="Program přihlášen kódem: {who}, aplikace {application}, program na adrese {program_address}",
        en="A program was let in by a code: {who}, application {application}, program at {program_address}",
    ),
    Code.DEVICE_AUTHORIZATION_REFUSED: Title(
        cs="Přihlášení programu kódem odmítnuto: {who}, aplikace {application} (důvod: {reason})",
        en="A program was not let in by a code: {who}, application {application} (reason: {reason})",
    ),
    Code.SIGN_OUT_TOLD: Title(
        cs="Aplikace ví o odhlášení: {who}, aplikace {application}",
        en="An application was told of a sign-out: {who}, application {application}",
    ),
    Code.SIGN_OUT_DELAYED: Title(
        cs="Aplikace zatím neví o odhlášení: {who}, aplikace {application} (důvod: {reason})",
        en="An application does not know of a sign-out yet: {who}, application {application} (reason: {reason})",
    ),
    Code.SIGN_OUT_GIVEN_UP: Title(
        cs="POZOR, aplikace se o odhlášení nedozvěděla: {who}, aplikace {application} (důvod: {reason})",
        en="ATTENTION, an application was not told of a sign-out: {who}, application {application} (reason: {reason})",
    ),
    Code.SESSION_OPENED: Title(cs="Zahájena relace: {who}", en="Session opened: {who}"),
    Code.SESSION_ENDED: Title(
        cs="Ukončena relace brány: {who} (důvod: {reason}, ukončil(a): {by})",
        en="Session of the gateway ended: {who} (reason: {reason}, by: {by})",
    ),
    Code.SESSION_LEVEL: Title(
        cs="Totožnost v relaci znovu ověřena: {who}",
        en="Identity shown anew in a session: {who}",
    ),
    Code.SESSION_MUNICIPALITY: Title(
        cs="Změna obce, za kterou osoba jedná: {who}, nově {municipality}",
        en="Municipality acted for was switched: {who}, now {municipality}",
    ),
    Code.DECISION_PERMIT: Title(
        cs="Přístup povolen: {who}, aplikace {application}, obec {municipality}, úkon {action}",
        en="Access permitted: {who}, application {application}, municipality {municipality}, action {action}",
    ),
    Code.DECISION_REFUSE: Title(
        cs="Přístup zamítnut: {who}, aplikace {application}, obec {municipality} (důvod: {reason})",
        en="Access refused: {who}, application {application}, municipality {municipality} (reason: {reason})",
    ),
    Code.REVOCATION: Title(
        cs="Povolení odvolána k novému posouzení: {who} (důvod: {reason})",
        en="Grants revoked for a new decision: {who} (reason: {reason})",
    ),
    Code.STREAM_OPENED: Title(
        cs="Otevřené trvalé spojení: {who}, aplikace {application}, úkon {action}",
        en="Lasting connection opened: {who}, application {application}, action {action}",
    ),
    Code.STREAM_KEPT: Title(
        cs="Trvalé spojení smí zůstat otevřené: {who}, aplikace {application}, úkon {action}",
        en="Lasting connection may stay open: {who}, application {application}, action {action}",
    ),
    Code.STREAM_CUT: Title(
        cs="Trvalé spojení přerušeno: {who}, aplikace {application}, úkon {action} (důvod: {reason})",
        en="Lasting connection cut: {who}, application {application}, action {action} (reason: {reason})",
    ),
    Code.ACCESS: Title(
        cs="Požadavek: {who}, {method} {host}{path}, stav {status}",
        en="Request: {who}, {method} {host}{path}, status {status}",
    ),
    Code.ACCESS_CUT_OFF: Title(
        cs="Požadavek puštěn dál, ale datová část skončila dřív, než na něj doložila odpověď: {who}, "
        "aplikace {application}, {method} {path}",
        en="Request let in, but the data plane ended before it told of an answer: {who}, "
        "application {application}, {method} {path}",
    ),
    Code.ACCESS_SPOOL_DAMAGED: Title(
        cs="Část záznamu přístupů nelze přečíst: soubor {file}, {bytes} B od pozice {offset}",
        en="A part of the access log cannot be read: file {file}, {bytes} B from offset {offset}",
    ),
    Code.FACTS_CHANGED: Title(
        cs="Změna údajů osoby v adresáři úřadu: {who}",
        en="A person's facts changed in the office directory: {who}",
    ),
    Code.PERSON_RECHECKED: Title(
        cs="Nové načtení osoby {of} z adresáře: {who} ({reason})",
        en="{of} read again in the directory: {who} ({reason})",
    ),
    Code.DIRECTORY_UNREACHABLE: Title(
        cs="Adresář {directory} neodpovídá: {server}",
        en="The directory {directory} does not answer: {server}",
    ),
    Code.DIRECTORY_MISCONFIGURED: Title(
        cs="Adresář {directory} odpovídá, ale jinak, než říká nastavení: {server} ({cause})",
        en="The directory {directory} answers, but not as the settings say: {server} ({cause})",
    ),
    Code.DIRECTORY_RECOVERED: Title(
        cs="Adresář {directory} opět odpovídá: {server}",
        en="The directory {directory} answers again: {server}",
    ),
    Code.DIRECTORY_REMOVAL_CONFIRMED: Title(
        cs="Potvrzeno hromadné odebrání v adresáři {directory}: {who} ({removal})",
        en="Removal of many in the directory {directory} confirmed: {who} ({removal})",
    ),
    Code.KEYCLOAK_PROVISIONED: Title(
        cs="Nastavení poskytovatele přihlášení Keycloak: {who} (realm {realm}; {changes})",
        en="The identity provider Keycloak set up: {who} (realm {realm}; {changes})",
    ),
    Code.LOG_SEARCHED: Title(
        cs="Nahlédnutí do auditních záznamů: {who} (dotaz: {query}; zobrazeno: {found})",
        en="Audit records read: {who} (query: {query}; shown: {found})",
    ),
    Code.LOG_VERIFIED: Title(
        cs="Ověření neporušenosti auditních záznamů: {who} ({finding})",
        en="Integrity of the audit records checked: {who} ({finding})",
    ),
    **SHARD_TITLES,
    **KEY_TITLES,
    **ALTERED_TITLES,
    **OPERATION_TITLES,
    **FORWARDING_TITLES,
    **ACCESS_REVIEW_TITLES,
    **POLICY_TITLES,
    Code.TRAVEL_IMPOSSIBLE: Title(
        cs="Nemožný přesun: {who} (z {country_before} do {country}, adresa {address})",
        en="Impossible travel: {who} (from {country_before} to {country}, address {address})",
    ),
    **REQUEST_TITLES,
    **SECURITY_INCIDENT_TITLES,
    **DEVICE_TITLES,
    **TUNNEL_TITLES,
    **WITNESS_TITLES,
}

ENDED_BY_ITSELF = Title(
    cs="Ukončena relace brány: {who} (důvod: {reason}, ukončila: Brána)",
    en="Session of the gateway ended: {who} (reason: {reason}, by: Brána)",
)
SIGN_ON_ENDED_BY = Title(
    cs="Ukončeno přihlášení u přihlašovací služby: {who} (důvod: {reason}, ukončil(a): {by})",
    en="Sign-in at the provider ended: {who} (reason: {reason}, by: {by})",
)
SIGN_ON_ENDED = Title(
    cs="Ukončeno přihlášení u přihlašovací služby: {who} (důvod: {reason})",
    en="Sign-in at the provider ended: {who} (reason: {reason})",
)

OF_A_NEWER_VERSION = Title(
    cs="Událost, kterou tato verze nezná: {code}", en="Something that this version does not know: {code}"
)


def of_gateway(entry: Entry) -> bool:
    """Whether an ended session was the gateway's, with the grants that went with it, and not the provider's."""
    return "revoked" in entry.details


def title_of(entry: Entry) -> Title:
    """One code tells of ends at the gateway and at the provider; the entries of one act must be told apart."""
    if entry.code is not Code.SESSION_ENDED:
        return TITLES.get(entry.code, OF_A_NEWER_VERSION)
    if not of_gateway(entry):
        return SIGN_ON_ENDED_BY if entry.details.get("by") else SIGN_ON_ENDED
    return ENDED_BY_ITSELF if entry.details.get("by_subject") == SYSTEM else TITLES[entry.code]


FAULTS: dict[Fault, Title] = {
    Fault.EDITED: Title(cs="záznam byl změněn", en="the entry was edited"),
    Fault.REMOVED: Title(cs="záznam byl odstraněn", en="the entry was removed"),
    Fault.REORDERED: Title(cs="záznamy byly přeházeny", en="entries were reordered"),
    Fault.FOREIGN: Title(cs="záznam nenapsala brána", en="the log cannot have written this entry"),
    Fault.COLUMNS_DIFFER: Title(
        cs="sloupce pro hledání neodpovídají záznamu", en="searchable columns disagree with the entry"
    ),
    Fault.REWRITTEN: Title(cs="část záznamu byla přepsána", en="part of the log was rewritten"),
    Fault.APPENDED_BY_HAND: Title(cs="záznam byl připsán ručně", en="the entry was appended by hand"),
    Fault.TRUNCATED: Title(cs="konec záznamu chybí", en="the end of the log is missing"),
    Fault.ROLLED_BACK: Title(
        cs="databáze byla vrácena ke starší kopii", en="the database was put back to an older copy"
    ),
    Fault.TAIL_DAMAGED: Title(cs="uložený konec stromu je poškozen", en="the stored tail is damaged"),
    Fault.CHECKPOINT_REMOVED: Title(cs="kontrolní bod chybí", en="a checkpoint was removed"),
    Fault.CHECKPOINT_ALTERED: Title(cs="kontrolní bod byl změněn", en="a checkpoint was altered"),
    Fault.SHARD_ALTERED: Title(
        cs="uložené hranice měsíců záznamu nesouhlasí s tím, co v něm stojí",
        en="the stored bounds of the log's months disagree with what stands in it",
    ),
    Fault.SHARD_NOT_TOLD: Title(
        cs="měsíc záznamu chybí, a žádný záznam neříká, že byl vymazán po uplynutí lhůty",
        en="a month of the log is missing, and no entry says that it was deleted after its time",
    ),
    Fault.SHARD_NOT_GONE: Title(
        cs="v měsíci, který byl vymazán, stojí záznam", en="an entry stands in a month that was deleted"
    ),
    Fault.SHARD_NOT_VOUCHED: Title(
        cs="vymazání měsíce záznamu nepodepsal klíč auditního záznamu",
        en="the log's key did not sign that a month of the log was deleted",
    ),
    Fault.SHARD_NOT_DUE: Title(
        cs="měsíc záznamu byl vymazán před uplynutím lhůty, nebo když byl zadržen",
        en="a month of the log was deleted before its time, or while it was held",
    ),
    Fault.HOLD_ALTERED: Title(
        cs="zadržení záznamů je uloženo jinak, než jak bylo zaznamenáno",
        en="a hold on records is not kept as it was recorded",
    ),
    Fault.KEY_UNKNOWN: Title(
        cs="kontrolní bod podepsal neznámý klíč", en="a checkpoint is signed by an unknown key"
    ),
    Fault.KEY_NOT_IN_FORCE: Title(
        cs="kontrolní bod podepsal klíč, který tehdy neplatil",
        en="a checkpoint is signed by a key that was not in force then",
    ),
    Fault.KEY_NOT_VOUCHED: Title(
        cs="změnu klíče auditního záznamu nic nedokládá", en="nothing vouches for a change of the log's key"
    ),
}


def sentence(
    entry: Entry,
    language: Language,
    reasons: Reasons = REASONS,
    names: Callable[[str, str], str] = lambda _field, value: value,
) -> str:
    """The entry as one sentence; a dash stands for what it does not say, a code for a reason without a name. A moment
    that an entry keeps in UTC is told as the clocks of people show it.

    `names`: what people call the value of a field, as the name of a municipality.
    """
    values = {name: names(name, getattr(entry, name)) for name in TEXTS}
    values["code"] = entry.code
    values["who"] = entry.person or entry.subject
    if (named := reasons.name(entry.reason)) is not None:
        values["reason"] = named.in_language(language)

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1]) or entry.details.get(match[1], "")
        return (
            ", ".join(found) if isinstance(found, list) else as_clocks_show(str(found), language) or NOTHING
        )

    return PLACEHOLDER.sub(value, title_of(entry).in_language(language))
