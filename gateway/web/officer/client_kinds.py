"""Short names of what concerns applications that use our sign-in themselves."""

from config.settings import Title
from gateway.audit.entry import Code

CLIENT_KINDS = {
    Code.CODE_ISSUED: Title(cs="Vydaný autorizační kód", en="Authorization code issued"),
    Code.CODE_REFUSED: Title(cs="Odmítnutá žádost o přihlášení", en="Authorization refused"),
    Code.TOKEN_ISSUED: Title(cs="Vydaný token", en="Token issued"),
    Code.TOKEN_REFUSED: Title(cs="Odmítnutá žádost o token", en="Token refused"),
    Code.TOKEN_REVOKED: Title(cs="Vrácený token", en="Token given back"),
    Code.CLIENT_REFUSED: Title(
        cs="Odmítnutý dotaz na token nebo jeho vrácení",
        en="Question about a token, or giving it back, refused",
    ),
    Code.REFRESH_TOKEN_MISUSED: Title(cs="Zneužitý obnovovací token", en="Refresh token misused"),
    Code.SIGN_OUT_TOLD: Title(cs="Odhlášení sdělené aplikaci", en="Sign-out told to an application"),
    Code.SIGN_OUT_DELAYED: Title(
        cs="Odhlášení aplikaci zatím nesdělené", en="Sign-out not yet told to an application"
    ),
    Code.SIGN_OUT_GIVEN_UP: Title(
        cs="Odhlášení aplikaci nesdělené", en="Sign-out not told to an application"
    ),
}
