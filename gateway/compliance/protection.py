"""Sessions, proofs, cryptography and incidents (decree 409/2025, § 24 and 25; act 264/2025; GDPR)."""

from collections.abc import Iterator
from datetime import timedelta

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.elsewhere import told
from gateway.compliance.facts import Facts
from gateway.compliance.incident_reports import not_in_time
from gateway.compliance.wording import said
from gateway.envoy.tls import CIPHERS_1_2

QUANTUM_SAFE = "X25519MLKEM768"
KEY_AGE = timedelta(days=366)
PROVABLE = frozenset({"assertion", "openid"})  # ways of telling an application who asks that it can verify


def _sessions(facts: Facts) -> Iterator[Finding]:
    if not facts.settings.public.hsts.max_age:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Prohlížeče nejsou vázány na HTTPS (HSTS je vypnuto).",
                "Browsers are not bound to HTTPS (HSTS is off).",
            ),
            "public.hsts.max_age",
            "365 days",
        )


def _proofs(facts: Facts) -> Iterator[Finding]:
    believing = [one.id for one in facts.settings.applications if one.identity.way not in PROVABLE]
    if believing:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Tyto aplikace se dozvídají, kdo se ptá, bez podpisu, který by mohly ověřit: {names}.",
                "These applications are told who asks without a signature that they could verify: {names}.",
                names=believing,
            ),
            "applications.identity.way",
            "assertion",
        )


def _algorithms(facts: Facts) -> Iterator[Finding]:
    tls = facts.settings.public.tls
    if tls.minimum != "1.3":
        text = said("Připustí se i TLS {minimum}.", "TLS {minimum} is taken too.", minimum=tls.minimum)
        yield Finding(Standing.EXCEPTIONS, text, "public.tls.minimum", "1.3")
    if QUANTUM_SAFE not in tls.curves:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Nenabízí se dohoda klíčů odolná proti kvantovým počítačům.",
                "No key agreement that holds against quantum computers is offered.",
            ),
            "public.tls.curves",
            QUANTUM_SAFE,
        )
    if old := [one.id for one in facts.settings.oidc_clients if one.id_token_algorithm != "ES256"]:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Tyto programy dostávají tokeny podepsané RSA: {names}.",
                "These programs get tokens signed by RSA: {names}.",
                names=old,
            ),
            "oidc_clients.id_token_algorithm",
            "ES256",
        )


def _keys(facts: Facts) -> Iterator[Finding]:
    every = facts.settings.keys.rotate_every
    if every > KEY_AGE:
        text = said(
            "Podepisovací klíče se střídají až po {every:after}.",
            "Signing keys follow each other only after {every}.",
            every=every,
        )
        yield Finding(Standing.EXCEPTIONS, text, "keys.rotate_every", "90 days")
    if number := facts.count(Code.CERTIFICATE_REFUSED):
        text = said(
            "Odmítnuté nové certifikáty v období: {number}.",
            "New certificates refused within the period: {number}.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    yield Finding(
        Standing.OUTSIDE,
        said(
            "Hlavní klíč se v této verzi nestřídá a klíč záznamu jen příkazem (brana audit keys rotate): chraňte "
            "jejich zálohu a mějte postup pro jejich ztrátu.",
            "The master key does not change in this version, and the log's key by a command alone (brana audit keys "
            "rotate): guard their backup and have a plan for their loss.",
        ),
    )


def _incidents(facts: Facts) -> Iterator[Finding]:
    notices = facts.settings.notifications
    if notices.smtp is None and notices.webhook is None:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Nikomu se nic neoznamuje: není nastavena pošta ani jiný příjemce zpráv.",
                "Nobody is told anything: neither mail nor another receiver of notices is set.",
            ),
            "notifications.smtp",
            'host = "…", sender = "…"',
        )
    yield from told(facts)
    yield from not_in_time(facts)
    yield Finding(
        Standing.OUTSIDE,
        said(
            "Hlášení do 24 hodin, oznámení do 72 hodin a závěrečnou zprávu do 30 dnů podává úřad sám.",
            "The warning within 24 hours, the report within 72 hours and the final report within 30 days "
            "the office makes itself.",
        ),
    )


PROTECTION = (
    Demand(
        id="session-identifiers",
        section="§ 24",
        title=Title(cs="Ochrana identifikátorů relace", en="Session identifiers are protected"),
        asks=Title(
            cs="Identifikátor relace je chráněn před vyzrazením a zneužitím.",
            en="A session's identifier is kept from disclosure and misuse.",
        ),
        how=lambda facts: said(
            "Cookie každého hostitele zvlášť, jen přes HTTPS, nečitelná skripty, aplikacím se nepředává; po "
            "přihlášení vždy nová. "
            "HSTS: {hsts}. Svolení platí {grant} a jen pro jednu aplikaci.",
            "A cookie of each host of its own, by HTTPS alone, that no script reads and no application "
            "gets; new at each sign-in. "
            "HSTS: {hsts}. A grant lasts {grant} and is good for one application.",
            hsts=facts.settings.public.hsts.max_age,
            grant=facts.settings.grants.lifetime,
        ),
        check=_sessions,
        codes=(Code.SESSION_OPENED, Code.SESSION_ENDED, Code.REVOCATION),
    ),
    Demand(
        id="non-repudiation",
        section="§ 24",
        title=Title(cs="Nepopiratelnost", en="Non-repudiation"),
        asks=Title(cs="Čin nelze popřít.", en="An act cannot be denied."),
        how=lambda _: said(
            "Aplikace dostává podepsané tvrzení, kdo se ptá, a vedle něj číslo požadavku ze záznamu; důkaz o každém "
            "zápisu ověří auditor "
            "samostatným programem.",
            "An application gets a signed assertion of who asks, and beside it the request number of the log; an "
            "auditor verifies the proof "
            "of any entry by a program of its own.",
        ),
        check=_proofs,
        codes=(Code.DECISION_PERMIT, Code.ACCESS, Code.LOG_VERIFIED),
    ),
    Demand(
        id="algorithms",
        section="§ 25",
        title=Title(cs="Odolné kryptografické algoritmy", en="Resistant cryptographic algorithms"),
        asks=Title(
            cs="Používají se jen algoritmy, které se nyní považují za odolné.",
            en="Only algorithms that are considered resistant now are used.",
        ),
        how=lambda facts: said(
            "TLS {minimum} a novější, dohoda klíčů {curves}{ciphers}; svolení a tvrzení ES256 (P-256, "
            "SHA-256), záznam SHA-256 a "
            "Ed25519, uložená tajemství AES-256-GCM a Argon2id.",
            "TLS {minimum} and newer, key agreement {curves}{ciphers}; grants and assertions ES256 (P-256, "
            "SHA-256), the log SHA-256 "
            "and Ed25519, secrets at rest AES-256-GCM and Argon2id.",
            minimum=facts.settings.public.tls.minimum,
            curves=facts.settings.public.tls.curves,
            ciphers=f" ({', '.join(CIPHERS_1_2)})" if facts.settings.public.tls.minimum == "1.2" else "",
        ),
        check=_algorithms,
    ),
    Demand(
        id="keys",
        section="§ 25",
        title=Title(cs="Životní cyklus klíčů", en="Life cycle of keys"),
        asks=Title(
            cs="Klíče se řízeně vytvářejí, mění, chrání a ruší.",
            en="Keys are made, changed, guarded and ended in a controlled way.",
        ),
        how=lambda facts: said(
            "Podepisovací klíče se samy střídají {every:every}, oznámeny {announce} předem; vyzrazený se "
            "zneplatní hned. Na konec "
            "certifikátu se upozorňuje {warn} předem.",
            "Signing keys follow each other by themselves {every:every}, announced {announce} before; a "
            "stolen one is ended at once. "
            "The end of the certificate is told {warn} before.",
            every=facts.settings.keys.rotate_every,
            announce=facts.settings.keys.announce,
            warn=facts.settings.public.tls.warn_before,
        ),
        check=_keys,
        codes=(
            Code.KEY_CREATED,
            Code.KEY_ROTATED,
            Code.KEY_COMPROMISED,
            Code.LOG_KEY_INTRODUCED,
            Code.LOG_KEY_RETIRED,
            Code.CERTIFICATE_REPLACED,
            Code.CERTIFICATE_REFUSED,
        ),
    ),
    Demand(
        id="incidents",
        section="zákon č. 264/2025 Sb.",
        title=Title(cs="Podklady pro hlášení incidentů", en="Evidence for reports of incidents"),
        asks=Title(
            cs="Incident se hlásí do 24 a 72 hodin a závěrečnou zprávou do 30 dnů.",
            en="An incident is reported within 24 and 72 hours, and finally within 30 days.",
        ),
        how=lambda _: said(
            "Incident se vede se lhůtami hlášení, s důkazy ze záznamu, které se do té doby nemažou, a vydá se jako "
            "balíček, který lze jinde ověřit. Přístup lze hned uzavřít, osobu pozastavit; na podezřelé "
            "upozorní pravidla.",
            "An incident is kept with the deadlines of its reports and with evidence from the log, which is held "
            "meanwhile, and is handed out as a bundle that can be verified elsewhere. Access can be closed at once, a "
            "person suspended; rules alert to what is suspicious.",
        ),
        check=_incidents,
        codes=(
            Code.SECURITY_INCIDENT_OPENED,
            Code.SECURITY_INCIDENT_SENT,
            Code.SECURITY_INCIDENT_CLOSED,
            Code.ALERT_RAISED,
            Code.INCIDENT_CLOSED,
            Code.INCIDENT_OPENED,
            Code.TRAVEL_IMPOSSIBLE,
            Code.NEW_DEVICE_DISOWNED,
            Code.KEY_COMPROMISED,
        ),
    ),
    Demand(
        id="personal-data",
        section="GDPR, zákon č. 110/2019 Sb.",
        title=Title(cs="Osobní údaje v záznamu", en="Personal data in the log"),
        asks=Title(
            cs="Údajů je jen tolik, kolik je třeba, a čtou se jen za určeným účelem.",
            en="There are no more data than needed, and they are read for a stated purpose alone.",
        ),
        how=lambda _: said(
            "Dotazy v adresách, hesla, kódy ani tokeny se nezaznamenávají; z mylně zadaného jména zůstanou "
            "dva znaky. Každé čtení má zápis s účelem; co je starší, než se uchovává, se maže.",
            "Queries of addresses, passwords, codes and tokens are not recorded; of a mistyped name two "
            "characters remain. Each reading "
            "has an entry with its purpose; what is older than it is kept is deleted.",
        ),
        codes=(Code.LOG_SEARCHED,),
    ),
)
