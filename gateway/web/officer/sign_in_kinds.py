"""Short names of what is recorded of sign-ins and of what people and programs prove themselves by."""

from config.settings import Title
from gateway.audit.entry import Code

SIGN_IN: tuple[tuple[Title, dict[Code, Title]], ...] = (
    (
        Title(cs="Přihlášení", en="Sign-in"),
        {
            Code.SIGN_IN_STARTED: Title(cs="Zahájené přihlášení", en="Sign-in started"),
            Code.SIGN_IN_NOT_BEGUN: Title(cs="Nezahájené přihlášení", en="Sign-in not begun"),
            Code.SIGN_IN_PASSWORD_ACCEPTED: Title(cs="Přijaté heslo", en="Password accepted"),
            Code.SIGN_IN_PASSWORD_REFUSED: Title(cs="Odmítnuté heslo", en="Password refused"),
            Code.SIGN_IN_CODE_ACCEPTED: Title(
                cs="Přijatý další způsob ověření", en="Further factor accepted"
            ),
            Code.SIGN_IN_CODE_REFUSED: Title(cs="Odmítnutý kód", en="Code refused"),
            Code.SIGN_IN_KEY_REFUSED: Title(cs="Odmítnutý klíč", en="Key refused"),
            Code.SIGN_IN_UPSTREAM_ACCEPTED: Title(
                cs="Přijaté přihlášení u jiného poskytovatele", en="Sign-in at another provider accepted"
            ),
            Code.SIGN_IN_UPSTREAM_NOT_LINKED: Title(
                cs="Nepropojené přihlášení u jiného poskytovatele",
                en="Sign-in at another provider, not linked",
            ),
            Code.SIGN_IN_UPSTREAM_REFUSED: Title(
                cs="Odmítnuté přihlášení u jiného poskytovatele", en="Sign-in at another provider refused"
            ),
            Code.UPSTREAM_LINKED: Title(
                cs="Propojení s jiným poskytovatelem", en="Link with another provider"
            ),
            Code.UPSTREAM_SIGNED_OUT: Title(
                cs="Odhlášení ohlášené jiným poskytovatelem", en="Sign-out told by another provider"
            ),
            Code.UPSTREAM_SIGN_OUT_REFUSED: Title(
                cs="Odmítnuté ohlášení odhlášení od jiného poskytovatele",
                en="Sign-out told by another provider, refused",
            ),
            Code.UPSTREAM_UNLINKED: Title(
                cs="Zrušené propojení s jiným poskytovatelem", en="Link with another provider ended"
            ),
            Code.SIGN_IN_BY_EXCEPTION: Title(cs="Přihlášení podle výjimky", en="Signed in by exception"),
            Code.SIGN_IN_PASSWORD_CHANGED: Title(cs="Změněné heslo", en="Password changed"),
            Code.SIGN_IN_PASSWORD_CHANGING: Title(cs="Zahájená změna hesla", en="Change of password begun"),
            Code.SIGN_IN_PASSWORD_UNCERTAIN: Title(
                cs="Změna hesla s neznámým výsledkem", en="Change of password, outcome unknown"
            ),
            Code.SIGN_IN_PASSWORD_NOT_CHANGED: Title(cs="Nezměněné heslo", en="Password not changed"),
            Code.SIGN_IN_THROTTLED: Title(cs="Příliš mnoho pokusů o přihlášení", en="Too many attempts"),
            Code.SIGN_IN_COMPLETED: Title(cs="Dokončené přihlášení", en="Signed in"),
            Code.NEW_DEVICE: Title(cs="Přihlášení z nového prohlížeče", en="Sign-in with a new browser"),
            Code.NEW_DEVICE_OWNED: Title(cs="Potvrzené přihlášení", en="Sign-in confirmed"),
            Code.NEW_DEVICE_DISOWNED: Title(cs="Nepoznané přihlášení", en="Sign-in disowned"),
            Code.SIGN_IN_FAILED: Title(cs="Nedokončené přihlášení", en="Sign-in failed"),
            Code.SIGN_IN_REFUSED_BY_GATEWAY: Title(
                cs="Přihlášení nepřijaté bránou", en="Sign-in not accepted by the gateway"
            ),
            Code.SIGN_OUT: Title(cs="Odhlášení", en="Signed out"),
            Code.SIGN_OUT_REFUSED: Title(cs="Odmítnuté odhlášení jinde", en="Signing out elsewhere refused"),
            Code.FACTOR_ENROLLED: Title(cs="Přidání způsobu ověření", en="Authenticator added"),
            Code.FACTOR_REMOVED: Title(cs="Odebrání způsobu ověření", en="Authenticator removed"),
            Code.NOTICE_GIVEN_UP: Title(cs="Nedoručené upozornění", en="Notice not delivered"),
            Code.FACTOR_RENAMED: Title(cs="Přejmenování způsobu ověření", en="Authenticator renamed"),
            Code.FACTOR_CHANGE_REFUSED: Title(
                cs="Odmítnutá změna způsobů ověření", en="Change of authenticators refused"
            ),
            Code.ENROLMENT_CODE_ISSUED: Title(cs="Vydaný kód od správce", en="Enrolment code issued"),
            Code.ENROLMENT_CODE_USED: Title(cs="Použitý kód od správce", en="Enrolment code used"),
            Code.ENROLMENT_CODE_REFUSED: Title(cs="Odmítnutý kód od správce", en="Enrolment code refused"),
            Code.RECOVERY_CODES_MADE: Title(cs="Nové záložní kódy", en="New recovery codes"),
            Code.EXCEPTION_GRANTED: Title(cs="Povolená výjimka", en="Exception granted"),
            Code.EXCEPTION_ENDED: Title(cs="Ukončená výjimka", en="Exception ended"),
            Code.BLOCK_LIFTED: Title(cs="Zrušené zablokování", en="Block lifted"),
            Code.OFFICER_ACT_REFUSED: Title(cs="Neprovedený úkon správce", en="Officer's act not done"),
            Code.CODE_ISSUED: Title(cs="Vydaný autorizační kód", en="Authorization code issued"),
            Code.CODE_REFUSED: Title(cs="Odmítnutá žádost o přihlášení", en="Authorization refused"),
            Code.SAML_ASSERTION_ISSUED: Title(
                cs="Vydané potvrzení o přihlášení (SAML)", en="Assertion of a sign-in issued (SAML)"
            ),
            Code.SAML_REQUEST_REFUSED: Title(
                cs="Odmítnutá žádost aplikace (SAML)", en="Request of an application refused (SAML)"
            ),
            Code.TOKEN_ISSUED: Title(cs="Vydaný token", en="Token issued"),
            Code.TOKEN_REFUSED: Title(cs="Odmítnutá žádost o token", en="Token refused"),
            Code.TOKEN_REVOKED: Title(cs="Vrácený token", en="Token given back"),
            Code.CLIENT_REFUSED: Title(
                cs="Odmítnutý dotaz na token nebo jeho vrácení",
                en="Question about a token, or giving it back, refused",
            ),
            Code.REFRESH_TOKEN_MISUSED: Title(cs="Zneužitý obnovovací token", en="Refresh token misused"),
            Code.DEVICE_AUTHORIZATION_ASKED: Title(
                cs="Žádost programu o přihlášení kódem", en="Program asks to be let in by a code"
            ),
            Code.DEVICE_AUTHORIZATION_ALLOWED: Title(
                cs="Program přihlášený kódem", en="Program let in by a code"
            ),
            Code.DEVICE_AUTHORIZATION_REFUSED: Title(
                cs="Odmítnuté přihlášení programu kódem", en="Program not let in by a code"
            ),
            Code.SIGN_OUT_TOLD: Title(cs="Odhlášení sdělené aplikaci", en="Sign-out told to an application"),
            Code.SIGN_OUT_DELAYED: Title(
                cs="Odhlášení aplikaci zatím nesdělené", en="Sign-out not yet told to an application"
            ),
            Code.SIGN_OUT_GIVEN_UP: Title(
                cs="Odhlášení aplikaci nesdělené", en="Sign-out not told to an application"
            ),
        },
    ),
    (
        Title(cs="Nouzový správce", en="Recovery administrator"),
        {
            Code.RECOVERY_USED: Title(
                cs="Přihlášení nouzového správce", en="Recovery administrator signed in"
            ),
            Code.RECOVERY_REFUSED: Title(cs="Odmítnutý nouzový správce", en="Recovery administrator refused"),
            Code.RECOVERY_ISSUED: Title(cs="Vydané nouzové tajemství", en="Recovery secret issued"),
            Code.RECOVERY_REVOKED: Title(cs="Zneplatněné nouzové tajemství", en="Recovery secret taken back"),
        },
    ),
    (
        Title(cs="Technické účty", en="Technical accounts"),
        {
            Code.TECHNICAL_SECRET_ISSUED: Title(
                cs="Vydané tajemství programu", en="Secret of a program issued"
            ),
            Code.TECHNICAL_SECRET_REVOKED: Title(
                cs="Zneplatněné tajemství programu", en="Secret of a program revoked"
            ),
            Code.TECHNICAL_REFUSED: Title(cs="Nevpuštěný technický účet", en="Technical account not let in"),
        },
    ),
)
