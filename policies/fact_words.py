"""What facts are called for people, by their paths in a policy. A fact without a name is shown by its path."""

from config.vocabulary import Language
from policies.level_words import LEVEL_TITLES
from policies.model import Text
from policies.parameters import DAYS
from policies.reading import Path

CS, EN = Language.CZECH, Language.ENGLISH


def _named(table: dict[str, tuple[str, str]]) -> dict[Path, Text]:
    return {tuple(path.split(".")): {CS: czech, EN: english} for path, (czech, english) in table.items()}


FACT_TITLES: dict[Path, Text] = _named(
    {
        "action": ("činnost", "action"),
        "principal": ("kdo žádá", "who asks"),
        "principal.municipality": ("obec, za kterou jedná", "acts for"),
        "principal.roles": ("role v obci, za kterou jedná", "roles where the person acts"),
        "principal.memberships": ("obce, kde má roli", "municipalities with a role"),
        "principal.roles_anywhere": ("role ve všech obcích", "roles anywhere"),
        "principal.offices": ("role podle obcí", "roles by municipality"),
        "principal.departments": ("útvary osoby", "the person's departments"),
        "principal.activity_roles": ("činnostní role osoby", "the person's activity roles"),
        "principal.employed_since": ("zaměstnání od", "employed since"),
        "principal.employed_until": ("zaměstnání do", "employed until"),
        "principal.recovery": ("nouzový správce", "recovery administrator"),
        "resource": ("aplikace obce", "application of a municipality"),
        "resource.municipality": ("obec aplikace", "municipality of the application"),
        "resource.department": ("útvar, jemuž patří", "department it belongs to"),
        "context.sign_in": ("přihlášení", "sign-in"),
        "context.sign_in.level": ("úroveň přihlášení", "level of the sign-in"),
        "context.sign_in.age": ("stáří přihlášení", "age of the sign-in"),
        "context.sign_in.factors": ("faktory přihlášení", "factors of the sign-in"),
        "context.sign_in.idle": ("doba nečinnosti", "idle for"),
        "context.place": ("místo", "place"),
        "context.place.address": ("adresa", "address"),
        "context.place.country": ("země", "country"),
        "context.place.networks": ("známé sítě", "known networks"),
        "context.place.tunnel": ("tunelem", "through the tunnel"),
        "context.place.protocol": ("protokol v tunelu", "protocol in the tunnel"),
        "context.place.impossible_travel": ("nemožný přesun", "impossible travel"),
        "context.time": ("čas", "time"),
        "context.time.now": ("okamžik", "moment"),
        "context.time.date": ("den", "day"),
        "context.time.month": ("měsíc", "month"),
        "context.time.day": ("den v měsíci", "day of the month"),
        "context.time.of_day": ("čas na hodinách", "time of the day"),
        "context.time.hour": ("hodina", "hour"),
        "context.time.minute": ("minuta", "minute"),
        "context.time.weekday": ("den v týdnu", "weekday"),
        "context.time.holiday": ("státní svátek", "public holiday"),
        "context.device": ("zařízení", "device"),
        "context.device.managed": ("spravované zařízení", "managed device"),
        "context.device.fresh": ("čerstvý stav zařízení", "state of the device is fresh"),
        "context.device.disk_encrypted": ("šifrovaný disk", "disk encrypted"),
        "context.device.firewall": ("zapnutá brána firewall", "firewall on"),
        "context.device.updates_installed": ("nainstalované aktualizace", "updates installed"),
        "context.device.screen_lock": ("zámek obrazovky", "screen lock"),
        "context.device.antivirus": ("antivirová ochrana", "antivirus"),
        "context.device.os": ("operační systém", "operating system"),
        "context.device.os_version": ("verze systému", "version of the system"),
        "context.device.owner": ("komu je zařízení svěřeno", "whose device it is"),
        "context.device.agent": ("agent úřadu", "the office's agent"),
        "context.device.age": ("stáří hlášení zařízení", "age of the device's report"),
        "context.emergency": ("nouzový přístup", "emergency access"),
        "context.emergency.age": ("nouzový přístup trvá", "age of the emergency access"),
        "context.emergency.justification": ("odůvodnění nouzového přístupu", "its justification"),
        "context.emergency.reviewed_late": ("dřívější užití nepřezkoumáno", "earlier use not reviewed"),
        "context.emergency.application": ("aplikace nouzového přístupu", "its application"),
        "context.ticket": ("zakázka", "order"),
        "context.ticket.approved": ("zakázka schválena", "order approved"),
        "context.ticket.since": ("zakázka od", "order since"),
        "context.ticket.until": ("zakázka do", "order until"),
        "context.ticket.application": ("aplikace zakázky", "application of the order"),
        "context.ticket.actions": ("činnosti v zakázce", "actions of the order"),
        "context.ticket.sponsor_present": ("garant zakázky je přítomen", "sponsor present"),
        "context.ticket.sponsor": ("garant zakázky", "sponsor"),
        "context.ticket.number": ("číslo zakázky", "number of the order"),
        "context.delegation": ("zastupování", "delegation"),
        "context.delegation.since": ("zastupování od", "delegation since"),
        "context.delegation.until": ("zastupování do", "delegation until"),
        "context.delegation.by": ("zastupovaný", "delegated by"),
        "context.delegation.roles": ("role při zastupování", "delegated roles"),
        "context.requested": ("schválená žádost o přístup", "approved request for access"),
        "context.requested.since": ("přístup na žádost od", "requested access since"),
        "context.requested.until": ("přístup na žádost do", "requested access until"),
        "context.requested.application": ("aplikace žádosti", "application of the request"),
        "context.requested.actions": ("činnosti žádosti", "actions of the request"),
        "context.purpose": ("účel", "purpose"),
        "context.agenda": ("agenda", "agenda"),
        "context.activity_role": ("činnostní role", "activity role"),
        "context.download": ("stahování", "download"),
        "context.author": ("autor", "author"),
        "context.approved_by": ("kdo už schválil", "approved by"),
        "context.route": ("část aplikace", "part of the application"),
        "context.route.id": ("název části aplikace", "name of the part"),
        "context.route.path": ("začátek cesty této části", "beginning of the part's path"),
    }
)
NOT_KNOWN: Text = {CS: "není známo", EN: "not known"}
NONE_OF_THEM: Text = {CS: "žádné", EN: "none"}
EMPTY: Text = {CS: "prázdné", EN: "empty"}
YES: Text = {CS: "ano", EN: "yes"}
NO: Text = {CS: "ne", EN: "no"}


def _of(*words: tuple[str, str, str]) -> dict[str, Text]:
    return {value: {CS: czech, EN: english} for value, czech, english in words}


FACTORS: dict[str, Text] = _of(
    ("pwd", "heslo", "password"),
    ("otp", "jednorázový kód", "one-time code"),
    ("hwk", "klíč", "key"),
    ("swk", "klíč chráněný programem", "key protected by software"),
    ("pop", "důkaz o držení klíče", "proof that the key is held"),
    ("user", "ověření osoby klíčem", "the key verified its person"),
    ("pin", "PIN", "PIN"),
    ("fpt", "otisk prstu", "fingerprint"),
    ("face", "podoba tváře", "recognised face"),
    ("iris", "oční duhovka", "iris of the eye"),
    ("retina", "oční sítnice", "retina of the eye"),
    ("vbm", "hlas", "voice"),
    ("sc", "čipová karta", "smart card"),
    ("sms", "kód v textové zprávě", "code in a text message"),
    ("tel", "potvrzení telefonickým hovorem", "confirmation by telephone"),
    ("mca", "potvrzení jinou cestou", "confirmation by another channel"),
    ("mfa", "více faktorů", "several factors"),
    ("kba", "odpovědi na otázky", "answers to questions"),
    ("rba", "vyhodnocení rizika", "assessment of the risk"),
    ("wia", "přihlášení do systému Windows", "sign-in to Windows"),
    ("geo", "poloha", "location"),
)
"""All that the schema has: RFC 8176 §2."""
OF_VALUES: dict[Path, dict[str, Text]] = {
    ("context", "sign_in", "level"): {
        str(level): {language: f"{level} – {word}" for language, word in words.items()}
        for level, words in LEVEL_TITLES.items()
    },
    ("context", "time", "weekday"): {str(number): words for number, words in DAYS.items()},
}
"""What values of closed sets are called, by the fact's path."""
