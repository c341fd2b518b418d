"""Codes that people read, write down and type: 100 random bits in letters that are not mistaken for others."""

import secrets
from typing import NewType

SpokenCode = NewType("SpokenCode", str)
"""20 characters of Crockford's base32, without hyphens. A credential: kept as a keyed hash only, never logged."""

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
LETTER_OF = LETTERS.encode() * 8
"""Of each byte, all letters alike: one question for randomness, as a step of a sign-in draws ten codes."""
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})  # what Crockford's decoding forgives
LENGTH = 20  # characters of 5 bits: 100 bits
GROUP = 5
TYPED_MAX = 100


def new_spoken_code() -> SpokenCode:
    return SpokenCode(secrets.token_bytes(LENGTH).translate(LETTER_OF).decode())


def written(code: SpokenCode) -> str:
    """As it is shown: `XXXXX-XXXXX-XXXXX-XXXXX`."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read_spoken_code(typed: str) -> SpokenCode | None:
    """Whatever case, hyphens and spaces it was typed with; None for what cannot be one."""
    bare = "".join(character for character in typed[:TYPED_MAX].upper() if character not in "-– \t")
    letters = bare.translate(MISREAD)
    if len(letters) != LENGTH or any(letter not in LETTERS for letter in letters):
        return None
    return SpokenCode(letters)
