"""How surely and by what somebody was recognised, in words for people."""

from collections.abc import Mapping

from config.settings import Title
from config.vocabulary import AuthenticationLevel, Language
from idp.events import Factor
from idp.login.level import POSSESSION, PRESENCE, WITH

LEVELS: Mapping[str, Title] = {
    AuthenticationLevel.PASSWORD: Title(cs="jen heslo", en="password only"),
    AuthenticationLevel.TWO_FACTORS: Title(cs="dva faktory", en="two factors"),
    AuthenticationLevel.PHISHING_RESISTANT: Title(cs="odolné proti phishingu", en="resists phishing"),
}
FACTORS: Mapping[str, Title] = {  # RFC 8176 §2
    "pwd": Title(cs="heslo", en="password"),
    "fed": Title(cs="jiný poskytovatel přihlášení", en="other identity provider"),
    "otp": Title(cs="jednorázový kód", en="one-time code"),
    "one_time_code": Title(cs="jednorázový kód", en="one-time code"),
    "mfa": Title(cs="více faktorů", en="several factors"),
    "hwk": Title(cs="bezpečnostní klíč", en="security key"),
    "pop": Title(cs="přístupový nebo bezpečnostní klíč", en="passkey or security key"),
    "user": Title(cs="přítomnost osoby", en="presence of the person"),
    "key": Title(cs="přístupový nebo bezpečnostní klíč", en="passkey or security key"),
    "recovery_code": Title(cs="záložní kód", en="recovery code"),
}
PROOFS: Mapping[str, Title] = {
    "officers_code": Title(
        cs="heslo a jednorázový kód od správce", en="password and an officer's single-use code"
    ),
    "existing_factor": Title(cs="dříve zavedený způsob ověření", en="a factor enrolled before"),
    "password_only": Title(cs="jen heslo", en="password only"),
    "prepared": Title(cs="připravil provozovatel", en="prepared by the operator"),
}


UNSAID = frozenset({"mfa", PRESENCE})
"""Methods that say nothing beside the others."""


def methods_in_words(methods: tuple[str, ...], language: Language) -> str:
    """`heslo, jednorázový kód`; a method without words is shown as RFC 8176 names it."""
    said = [one for one in methods if one not in UNSAID]
    if methods == WITH[Factor.RECOVERY_CODE]:  # has no name of its own
        said.append(Factor.RECOVERY_CODE)
    elif PRESENCE in methods and POSSESSION not in methods:  # a key that does not count in full yet
        said.append(Factor.KEY)
    return ", ".join(FACTORS[one].in_language(language) if one in FACTORS else one for one in said)
