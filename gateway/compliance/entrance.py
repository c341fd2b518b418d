"""The way in and how surely people are known (decree 409/2025, § 18, § 19 par. 1 to 2)."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from config.settings import Title
from config.vocabulary import ApplicationId
from gateway.audit.entry import Code
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.facts import Facts
from gateway.compliance.wording import said
from idp.http.moments import PRAGUE

IDLE = timedelta(minutes=15)  # the product's own profile: the decree gives no number
ABSOLUTE = timedelta(hours=10)
ABSOLUTE_OF_ADMINISTRATORS = timedelta(hours=4)
ATTEMPTS = 10
ATTEMPTS_WINDOW = timedelta(minutes=5)


def unprotected(facts: Facts) -> list[ApplicationId]:
    """Applications that are reached over a network without TLS."""
    return [
        one.id
        for one in facts.settings.applications
        if any(urlsplit(each).scheme == "http" and not _here(each) for each in one.upstreams)
    ]


def _here(upstream: str) -> bool:
    host = urlsplit(upstream).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _traffic(facts: Facts) -> Iterator[Finding]:
    if names := unprotected(facts):
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Mezi Bránou a těmito aplikacemi se nešifruje; chrání je jen síť: {names}.",
                "Between Brána and these applications nothing is encrypted; the network alone protects "
                "them: {names}.",
                names=names,
            ),
            "applications.upstreams",
            "https://",
        )


def _time(facts: Facts) -> Iterator[Finding]:
    signing = facts.settings.sign_in
    for value, most, name, write in (
        (signing.absolute, ABSOLUTE, "sign_in.absolute", "10 h"),
        (
            signing.absolute_administrators,
            ABSOLUTE_OF_ADMINISTRATORS,
            "sign_in.absolute_administrators",
            "4 h",
        ),
    ):
        if value > most:
            text = said(
                "Relace trvá {value}, déle než {most}.",
                "A session lasts {value}, more than {most}.",
                value=value,
                most=most,
            )
            yield Finding(Standing.EXCEPTIONS, text, name, write)


def _verified_first(facts: Facts) -> Iterator[Finding]:
    public = [one.id for one in facts.settings.applications if any(route.public for route in one.routes)]
    if public:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Tyto aplikace mají části, které smí používat kdokoli bez ověření: {names}.",
                "These applications have parts that anybody may use unverified: {names}.",
                names=public,
            ),
            "applications.routes.public",
            "false",
        )


def _attempts(facts: Facts) -> Iterator[Finding]:
    signing = facts.settings.sign_in
    if signing.attempts > ATTEMPTS:
        text = said(
            "Účet snese {number} chybných pokusů, než musí čekat.",
            "An account takes {number} wrong attempts before it must wait.",
            number=signing.attempts,
        )
        yield Finding(Standing.EXCEPTIONS, text, "sign_in.attempts", "5")
    if signing.attempts_window < ATTEMPTS_WINDOW:
        text = said(
            "Chybné pokusy se zapomínají už po {window:after}.",
            "Wrong attempts are forgotten after {window}.",
            window=signing.attempts_window,
        )
        yield Finding(Standing.EXCEPTIONS, text, "sign_in.attempts_window", "15 min")


def _idle(facts: Facts) -> Iterator[Finding]:
    if (idle := facts.settings.sign_in.idle) > IDLE:
        text = said(
            "Nové ověření se žádá až po {idle:after} nečinnosti.",
            "Verification is asked again only after {idle} idle.",
            idle=idle,
        )
        yield Finding(Standing.EXCEPTIONS, text, "sign_in.idle", "15 min")


def _directories(facts: Facts) -> Iterator[Finding]:
    if number := facts.count(Code.DIRECTORY_MISCONFIGURED):
        text = said(
            "V období adresář odpovídal jinak, než říká nastavení: {number}×.",
            "Within the period a directory answered otherwise than the settings say: {number}×.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)


def _factors(facts: Facts) -> Iterator[Finding]:
    for one in facts.exceptions:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "{login} se do {day} smí přihlásit jen heslem. Důvod: {reason}. Povolil(a): {by}.",
                "{login} may sign in by password alone until {day}. Why: {reason}. Granted by: {by}.",
                login=one.login,
                day=(one.ends_at - timedelta.resolution).astimezone(PRAGUE),
                reason=one.reason,
                by=one.granted_by.name,
            ),
        )


ENTRANCE = (
    Demand(
        id="remote-access",
        section="§ 18",
        title=Title(
            cs="Řízený vzdálený přístup, jen nutný provoz",
            en="Controlled remote access, necessary traffic alone",
        ),
        asks=Title(
            cs="Vzdálený přístup a správa jdou jen řízenou cestou a jen tím, co je nutné.",
            en="Remote access and administration go by a controlled way alone, and only what is necessary.",
        ),
        how=lambda facts: said(
            "Jediná cesta k aplikacím ({applications}) vede Bránou přes TLS {tls} a novější; co neodpovídá "
            "žádné trase, je odmítnuto. Cíle, ke kterým prohlížeč nestačí (soubory, databáze, vzdálená plocha; zde "
            "{targets}), jsou dostupné jen šifrovaným tunelem evidovaného zařízení, každý podle pravidel. Jedna adresa "
            "smí nejvýše {requests} požadavků za sekundu bez platného svolení.",
            "The only way to the applications ({applications}) leads through Brána by TLS {tls} and newer; "
            "what fits no route is refused. Targets for which a browser will not do (files, databases, remote "
            "desktops; here {targets}) are reached through the encrypted tunnel of an enrolled device alone, each "
            "by the policies. One address may make {requests} requests a second at most without a good grant.",
            applications=len(facts.settings.applications),
            targets=0 if facts.settings.tunnels is None else len(facts.settings.tunnels.targets),
            tls=facts.settings.public.tls.minimum,
            requests=facts.settings.limits.requests_per_address,
        ),
        check=_traffic,
        codes=(
            *(Code.ACCESS, Code.DECISION_REFUSE, Code.STREAM_CUT),
            *(Code.TUNNEL_OPENED, Code.TUNNEL_PERMITTED, Code.TUNNEL_REFUSED, Code.TUNNEL_CONNECTED),
        ),
    ),
    Demand(
        id="limited-in-time",
        section="§ 18",
        title=Title(cs="Časově omezená komunikace", en="Communication limited in time"),
        asks=Title(
            cs="Vzdálený přístup má konec; po určené době se ověřuje znovu.",
            en="Remote access has an end; after a set time people are verified again.",
        ),
        how=lambda facts: said(
            "Relace trvá nejvýše {absolute}, správců {administrators}; přístup dodavatele nejvýše {order}, "
            "zastupování {delegation}.",
            "A session lasts {absolute} at most, administrators' {administrators}; a supplier's access "
            "{order} at most, a "
            "delegation {delegation}.",
            absolute=facts.settings.sign_in.absolute,
            administrators=facts.settings.sign_in.absolute_administrators,
            order=facts.settings.requests.longest_order,
            delegation=facts.settings.requests.longest_delegation,
        ),
        check=_time,
        codes=(Code.SESSION_OPENED, Code.SESSION_ENDED, Code.SESSION_LEVEL, Code.ORDER_PLACED),
    ),
    Demand(
        id="verified-first",
        section="§ 19 odst. 1",
        title=Title(cs="Ověření před každou činností", en="Verification before any activity"),
        asks=Title(
            cs="Nic se neotevře tomu, kdo nebyl ověřen.", en="Nothing opens to anybody who was not verified."
        ),
        how=lambda facts: said(
            "Každý požadavek nese podepsané svolení, nebo se o něm rozhoduje znovu ({lifetime} nejdéle); "
            "bez relace vede jen k "
            "přihlášení.",
            "Each request bears a signed grant, or is decided anew ({lifetime} at most); without a session "
            "it leads to the sign-in "
            "alone.",
            lifetime=facts.settings.grants.lifetime,
        ),
        check=_verified_first,
        codes=(
            Code.SIGN_IN_STARTED,
            Code.SIGN_IN_COMPLETED,
            Code.SIGN_IN_FAILED,
            Code.SIGN_IN_REFUSED_BY_GATEWAY,
        ),
    ),
    Demand(
        id="attempts",
        section="§ 19 odst. 1",
        title=Title(cs="Omezení chybných pokusů", en="Limit of failed attempts"),
        asks=Title(
            cs="Počet chybných pokusů o přihlášení je omezen.",
            en="The number of failed attempts to sign in is limited.",
        ),
        how=lambda facts: said(
            "Po {attempts} chybných pokusech během {window:of} účet čeká; z jedné adresy se jich přijme "
            "{address}, z jedné sítě {network}.",
            "After {attempts} wrong attempts within {window} an account waits; of one address {address} are "
            "taken, of one network "
            "{network}.",
            attempts=facts.settings.sign_in.attempts,
            window=facts.settings.sign_in.attempts_window,
            address=facts.settings.sign_in.attempts_per_address,
            network=facts.settings.sign_in.attempts_per_network,
        ),
        check=_attempts,
        codes=(
            Code.SIGN_IN_PASSWORD_REFUSED,
            Code.SIGN_IN_CODE_REFUSED,
            Code.SIGN_IN_KEY_REFUSED,
            Code.SIGN_IN_UPSTREAM_REFUSED,
            Code.SIGN_IN_THROTTLED,
            Code.BLOCK_LIFTED,
        ),
    ),
    Demand(
        id="idle",
        section="§ 19 odst. 1",
        title=Title(cs="Nové ověření po nečinnosti", en="Verification again after inactivity"),
        asks=Title(
            cs="Po určené době nečinnosti se identita ověřuje znovu.",
            en="After a set time of inactivity the identity is verified again.",
        ),
        how=lambda facts: said(
            "Relace skončí po {idle:after} nečinnosti; přísnějších pravidel pro role: {stricter}.",
            "A session ends after {idle} without a request; stricter limits of roles: {stricter}.",
            idle=facts.settings.sign_in.idle,
            stricter=sum(one.idle is not None for one in facts.settings.sign_in.limits),
        ),
        check=_idle,
        codes=(Code.SESSION_ENDED,),
    ),
    Demand(
        id="central-identity",
        section="§ 19 odst. 1",
        title=Title(cs="Centrální správa identit", en="Central identity"),
        asks=Title(
            cs="Identity se spravují a ověřují na jednom místě.",
            en="Identities are kept and verified in one place.",
        ),
        how=lambda facts: said(
            "Lidi zná adresář úřadu ({directories}), vždy přes ověřené TLS; všechny aplikace sdílejí jedno "
            "přihlášení. Dalších "
            "programů, které mu věří: {clients}.",
            "The office directory knows the people ({directories}), always by verified TLS; all "
            "applications share one sign-in. "
            "Other programs that trust it: {clients}.",
            directories=[one.name for one in facts.settings.directories],
            clients=len(facts.settings.oidc_clients),
        ),
        check=_directories,
        codes=(
            Code.DIRECTORY_UNREACHABLE,
            Code.DIRECTORY_MISCONFIGURED,
            Code.DIRECTORY_RECOVERED,
            Code.PERSON_RECHECKED,
        ),
    ),
    Demand(
        id="two-factors",
        section="§ 19 odst. 2",
        title=Title(
            cs="Nejméně dva různé druhy faktorů a evidence výjimek",
            en="At least two different factors, and a register of exceptions",
        ),
        asks=Title(
            cs="Přihlášení používá nejméně dva různé druhy faktorů; výjimky jsou evidovány a odůvodněny.",
            en="Signing in takes at least two different kinds of factors; exceptions are kept in a register "
            "with reasons.",
        ),
        how=lambda facts: said(
            "Heslo s jednorázovým kódem nebo klíčem, nebo přístupový klíč, který osobu ověří sám. Výjimku "
            "povolí bezpečnostní "
            "správce s důvodem, nejdéle na {longest}; nyní jich běží {running}.",
            "Password with a one-time code or a key, or a passkey that verifies its user by itself. An "
            "exception is granted by a "
            "security officer with a reason, for {longest} at most; {running} run now.",
            longest=facts.settings.sign_in.longest_exception,
            running=len(facts.exceptions),
        ),
        check=_factors,
        codes=(
            Code.FACTOR_ENROLLED,
            Code.FACTOR_REMOVED,
            Code.EXCEPTION_GRANTED,
            Code.EXCEPTION_ENDED,
            Code.SIGN_IN_BY_EXCEPTION,
        ),
    ),
)
