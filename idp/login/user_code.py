"""The code that somebody types to let a program act for them (RFC 8628 §6.1): short, and never a word by accident."""

import hashlib
import secrets
from typing import NewType

from idp.login.handle import HandleHash

UserCode = NewType("UserCode", str)
"""8 letters without a hyphen. Good for minutes, at the page of somebody who is signed in; kept as a hash."""

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 §6.1: no vowels, no digits that are mistaken for letters
LENGTH = 8  # of 20 letters: 34 bits; five guesses of a person and fifty of an address in a quarter of an hour
GROUP = 4
TYPED_MAX = 40


def new_user_code() -> UserCode:
    return UserCode("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def written(code: UserCode) -> str:
    """As it is shown: `XXXX-XXXX`."""
    return f"{code[:GROUP]}-{code[GROUP:]}"


def read_user_code(typed: str) -> UserCode | None:
    """Whatever case, hyphens and spaces it was typed with; None for what cannot be one."""
    letters = "".join(sign for sign in typed[:TYPED_MAX].upper() if sign not in "-–—_. \t")
    if len(letters) != LENGTH or any(letter not in LETTERS for letter in letters):
        return None
    return UserCode(letters)


def hashed_code(code: UserCode) -> HandleHash:
    """It is drawn of few bits, so its hash hides it from nobody who has the database for minutes; nor need it."""
    return HandleHash(hashlib.sha256(b"user code\0" + code.encode("ascii")).digest())
