"""What people type: what is refused before the directory sees it."""

import unicodedata

from idp.login.refusal import Refusal

LOGIN_MAX = 256  # characters; RFC 5321 §4.5.3.1 bounds an address by 254
PASSWORD_MAX = 1024  # characters; 64 and more must be accepted, a megabyte need not
SHOWN_OF_A_STRANGER = 2  # characters of a login that is nobody's
CODE_DIGITS = 6  # RFC 6238 with the usual parameters


def login_fault(login: str) -> Refusal | None:
    if not login.strip():
        return Refusal.LOGIN_EMPTY
    if len(login) > LOGIN_MAX or any(_unprintable(character) for character in login):
        return Refusal.LOGIN_UNUSABLE
    return None


def password_fault(password: str) -> Refusal | None:
    """An empty password would be an anonymous bind (RFC 4513 §5.1.2), which proves nothing."""
    if not password:
        return Refusal.PASSWORD_EMPTY
    if len(password) > PASSWORD_MAX or any(_unprintable(character) for character in password):
        return Refusal.PASSWORD_UNUSABLE
    return None


def fault(login: str, password: str) -> Refusal | None:
    return login_fault(login) or password_fault(password)


def concealed(login: str) -> str:
    """What may stand in the log of a text that is perhaps a password: two characters and the length."""
    typed = login.strip()
    return f"{typed[:SHOWN_OF_A_STRANGER]}…({len(typed)})"


def code_digits(typed: str) -> str | None:
    """The six digits of a typed code, spaces allowed between them; None for anything else."""
    digits = "".join(typed[:32].split())
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def _unprintable(character: str) -> bool:
    """Controls, lone surrogates and line separators: no keyboard makes them, some parsers end at them."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp", "Co", "Cn"}
