"""Why nobody signs in with an account, whatever the policies permit its holder. Pure."""

from collections.abc import Mapping

from config.vocabulary import Language
from gateway.authorize.verdict import Refused, Text
from idp.directory.person import AccountState

_CS, _EN = Language.CZECH, Language.ENGLISH
_SAME: Text = {
    _CS: "Ať pravidla dovolují cokoli, s tímto účtem se teď nikdo nepřihlásí. ",
    _EN: "Whatever the policies permit, nobody signs in with this account now. ",
}

SHUT: Mapping[AccountState, tuple[str, Text, Text]] = {
    AccountState.DISABLED: (
        "account_disabled",
        {_CS: "Účet je zakázán", _EN: "The account is disabled"},
        {_CS: "Povolit ho může správce adresáře.", _EN: "An administrator of the directory can enable it."},
    ),
    AccountState.LOCKED: (
        "account_locked",
        {_CS: "Účet je zamčen", _EN: "The account is locked"},
        {
            _CS: "Adresář ho odemkne sám, nebo to udělá jeho správce.",
            _EN: "The directory unlocks it by itself, or its administrator does.",
        },
    ),
    AccountState.EXPIRED: (
        "account_expired",
        {_CS: "Účet teď neplatí", _EN: "The account is not valid now"},
        {
            _CS: "Od kdy do kdy platí, mění správce adresáře.",
            _EN: "An administrator of the directory changes from when and until when it is valid.",
        },
    ),
    AccountState.MUST_CHANGE_PASSWORD: (
        "must_change_password",
        {_CS: "Heslo je třeba nejprve změnit", _EN: "The password has to be changed first"},
        {_CS: "Změnit ho má ten, komu účet patří.", _EN: "Whose account it is has to change it."},
    ),
    AccountState.PASSWORD_EXPIRED: (
        "password_expired",
        {_CS: "Platnost hesla skončila", _EN: "The password has expired"},
        {_CS: "Změnit ho má ten, komu účet patří.", _EN: "Whose account it is has to change it."},
    ),
    AccountState.ROLES_MIXED: (
        "roles_mixed",
        {
            _CS: "Účet má roli správce i jinou roli",
            _EN: "The account has an administrator's role and another",
        },
        {
            _CS: "Správa vyžaduje samostatný účet; role rozdělí správce adresáře.",
            _EN: "Administration needs its own account; an administrator of the directory parts the roles.",
        },
    ),
    AccountState.SUSPENDED: (
        "account_suspended",
        {_CS: "Osoba je pozastavena", _EN: "The person is suspended"},
        {
            _CS: "Zrušit to může manažer kybernetické bezpečnosti nebo správce centra.",
            _EN: "The cyber security manager or an administrator of the centre can lift that.",
        },
    ),
}
"""The same named reasons by which sign-ins are refused: `idp/login/outcome.py`."""


def shut(state: AccountState, policy_version: str) -> Refused | None:
    """None where the account may sign in."""
    if state is AccountState.ACTIVE:
        return None
    reason, title, what_helps = SHUT[state]
    advice = {language: _SAME[language] + what_helps[language] for language in Language}
    return Refused(
        reason=reason, rule="", policy_version=policy_version, title=title, advice=advice, municipality=None
    )
