"""What entries about signing in, by people and programs, and about their factors say to people."""

from config.settings import Title
from gateway.audit.entry import Code

SIGN_IN_TITLES: dict[Code, Title] = {
    Code.SIGN_IN_STARTED: Title(cs="Zahájeno přihlášení", en="Sign-in started"),
    Code.SIGN_IN_NOT_BEGUN: Title(
        cs="Přihlášení nezahájeno (důvod: {reason})", en="Sign-in not begun (reason: {reason})"
    ),
    Code.SIGN_OUT_REFUSED: Title(
        cs="Odhlášení jinde odmítnuto: {who} (důvod: {reason})",
        en="Signing out elsewhere refused: {who} (reason: {reason})",
    ),
    Code.TECHNICAL_SECRET_ISSUED: Title(
        cs="Vydáno tajemství {secret} technického účtu: {who} (vydal(a): {by})",
        en="Secret {secret} of a technical account issued: {who} (by: {by})",
    ),
    Code.TECHNICAL_SECRET_REVOKED: Title(
        cs="Zneplatněno tajemství {secret} technického účtu: {who} (zneplatnil(a): {by})",
        en="Secret {secret} of a technical account revoked: {who} (by: {by})",
    ),
    Code.TECHNICAL_REFUSED: Title(
        cs="Technický účet nevpuštěn: {who}, aplikace {application} (důvod: {reason})",
        en="Technical account not let in: {who}, application {application} (reason: {reason})",
    ),
    Code.SIGN_IN_PASSWORD_ACCEPTED: Title(cs="Heslo přijato: {who}", en="Password accepted: {who}"),
    Code.SIGN_IN_PASSWORD_REFUSED: Title(
        cs="Heslo odmítnuto: {who} (důvod: {reason})", en="Password refused: {who} (reason: {reason})"
    ),
    Code.SIGN_IN_CODE_ACCEPTED: Title(
        cs="Další způsob ověření přijat: {who}", en="Further factor accepted: {who}"
    ),
    Code.SIGN_IN_CODE_REFUSED: Title(
        cs="Kód odmítnut: {who} (důvod: {reason})",
        en="Code refused: {who} (reason: {reason})",
    ),
    Code.SIGN_IN_KEY_REFUSED: Title(
        cs="Přístupový nebo bezpečnostní klíč odmítnut: {who} (důvod: {reason})",
        en="Passkey or security key refused: {who} (reason: {reason})",
    ),
    Code.SIGN_IN_UPSTREAM_ACCEPTED: Title(
        cs="Přijato přihlášení u jiného poskytovatele: {who} ({upstream})",
        en="Sign-in at another provider accepted: {who} ({upstream})",
    ),
    Code.SIGN_IN_UPSTREAM_NOT_LINKED: Title(
        cs="Přihlášení u jiného poskytovatele, které zatím není s nikým propojené ({upstream})",
        en="Sign-in at another provider that is linked with nobody yet ({upstream})",
    ),
    Code.SIGN_IN_UPSTREAM_REFUSED: Title(
        cs="Odmítnuto přihlášení u jiného poskytovatele: {who} ({upstream}, důvod: {reason})",
        en="Sign-in at another provider refused: {who} ({upstream}, reason: {reason})",
    ),
    Code.UPSTREAM_LINKED: Title(
        cs="Propojeno přihlášení u jiného poskytovatele: {who} ({upstream})",
        en="Sign-in at another provider linked: {who} ({upstream})",
    ),
    Code.UPSTREAM_SIGNED_OUT: Title(
        cs="Jiný poskytovatel ({upstream}) ohlásil odhlášení; ukončeno relací: {ended}",
        en="Another provider ({upstream}) told of a sign-out; sessions ended: {ended}",
    ),
    Code.UPSTREAM_SIGN_OUT_REFUSED: Title(
        cs="Ohlášení odhlášení od jiného poskytovatele odmítnuto ({upstream}, důvod: {reason})",
        en="What another provider told of a sign-out was refused ({upstream}, reason: {reason})",
    ),
    Code.UPSTREAM_UNLINKED: Title(
        cs="Zrušeno propojení s jiným poskytovatelem: {who} ({upstream}; zrušil(a): {by})",
        en="Link with another provider ended: {who} ({upstream}; by: {by})",
    ),
    Code.SIGN_IN_BY_EXCEPTION: Title(
        cs="Přihlášení jen heslem podle výjimky: {who} (povolil(a): {granted_by})",
        en="Signed in by password alone, by exception: {who} (granted by: {granted_by})",
    ),
    Code.SIGN_IN_PASSWORD_CHANGED: Title(cs="Heslo změněno: {who}", en="Password changed: {who}"),
    Code.SIGN_IN_PASSWORD_CHANGING: Title(
        cs="Změna hesla předána adresáři: {who}", en="Change of password handed to the directory: {who}"
    ),
    Code.SIGN_IN_PASSWORD_UNCERTAIN: Title(
        cs="Není známo, jak dopadla změna hesla: {who} (spojení nebo program byl přerušen, přihlášení osoby skončila)",
        en="Not known how a change of password ended: {who} (line or program was cut off, the person's sign-ins ended)",
    ),
    Code.SIGN_IN_PASSWORD_NOT_CHANGED: Title(
        cs="Heslo nezměněno: {who} (důvod: {reason})", en="Password not changed: {who} (reason: {reason})"
    ),
    Code.SIGN_IN_THROTTLED: Title(
        cs="Pokusy o přihlášení dočasně pozastaveny: {who}, adresa {address}",
        en="Sign-in attempts paused for a time: {who}, address {address}",
    ),
    Code.SIGN_IN_COMPLETED: Title(cs="Přihlášení dokončeno: {who}", en="Sign-in completed: {who}"),
    Code.NEW_DEVICE: Title(
        cs="Přihlášení z prohlížeče, který osoba dosud nepoužila: {who}, adresa {address}",
        en="Sign-in with a browser the person never used before: {who}, address {address}",
    ),
    Code.NEW_DEVICE_OWNED: Title(
        cs="Osoba potvrdila přihlášení z nového prohlížeče jako své: {who}, adresa prohlížeče {device_address}",
        en="The person confirmed a sign-in with a new browser as their own: {who}, address of the browser "
        "{device_address}",
    ),
    Code.NEW_DEVICE_DISOWNED: Title(
        cs="Osoba nepoznává přihlášení z nového prohlížeče: {who}, adresa prohlížeče {device_address}",
        en="The person disowns a sign-in with a new browser: {who}, address of the browser {device_address}",
    ),
    Code.SIGN_IN_FAILED: Title(
        cs="Přihlášení se nezdařilo: {who} (důvod: {reason})", en="Sign-in failed: {who} (reason: {reason})"
    ),
    Code.SIGN_IN_REFUSED_BY_GATEWAY: Title(
        cs="Brána nepřijala přihlášení: adresa {address}, hostitel {host} (důvod: {reason})",
        en="The gateway accepted no sign-in: address {address}, host {host} (reason: {reason})",
    ),
    Code.SIGN_OUT: Title(cs="Odhlášení: {who}", en="Signed out: {who}"),
    Code.FACTOR_ENROLLED: Title(
        cs="Přidán další způsob ověření: {who}",
        en="Another factor enrolled: {who}",
    ),
    Code.FACTOR_REMOVED: Title(
        cs="Odebrán způsob ověření: {who} (odebral(a): {by})",
        en="A factor removed: {who} (by: {by})",
    ),
    Code.FACTOR_RENAMED: Title(
        cs="Přejmenován způsob ověření: {who}, „{before}“ na „{authenticator}“",
        en="A factor renamed: {who}, “{before}” to “{authenticator}”",
    ),
    Code.FACTOR_CHANGE_REFUSED: Title(
        cs="Změna způsobů ověření odmítnuta: {who} (důvod: {reason})",
        en="A change of factors refused: {who} (reason: {reason})",
    ),
    Code.ENROLMENT_CODE_ISSUED: Title(
        cs="Vydán jednorázový kód od správce: {who} (vydal(a): {by})",
        en="Single-use enrolment code issued: {who} (by: {by})",
    ),
    Code.ENROLMENT_CODE_USED: Title(
        cs="Jednorázový kód od správce použit: {who} (vydal(a): {by})",
        en="Single-use enrolment code used: {who} (issued by: {by})",
    ),
    Code.ENROLMENT_CODE_REFUSED: Title(
        cs="Jednorázový kód od správce odmítnut: {who} (důvod: {reason})",
        en="Single-use enrolment code refused: {who} (reason: {reason})",
    ),
    Code.RECOVERY_CODES_MADE: Title(
        cs="Vytvořeny nové záložní kódy: {who}",
        en="New recovery codes made: {who}",
    ),
}
