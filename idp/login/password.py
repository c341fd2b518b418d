"""What we ask of a new password before the directory does: decree 409/2025 §19(4), whose names stand in its reasons.

At least 12 characters, 17 for administrators; any characters, and 64 of them and more; common and derived ones are
refused. Derived means: little is left when what everybody knows is taken away. Words that many use count little,
the person's own names nothing; repetition, rows of a keyboard and numbers count little, also interleaved.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum

from config.vocabulary import ADMINISTRATORS
from idp.directory.person import Person
from idp.login.common_words import COMMON_WORDS

SHORTEST = 12  # characters
SHORTEST_OF_ADMINISTRATORS = 17
SUBSTANCE = 8  # what must be left, in unpredictable characters
WORD_COUNTS = 2  # characters: one of a thousand words is about two of the usual letters and signs
LONGEST_LOOKED_AT = 128  # characters; more is strong or repetition, and shows it by then
OWN_AT_LEAST = 3  # letters of a name that is looked for

LOOKALIKES = str.maketrans("013457@$!|€", "oieastasiie")
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    *("1qaz", "1qay", "2wsx", "3edc", "4rfv", "5tgb", "6zhn", "6yhn", "7ujm"),
)
ROW_AT_LEAST = 4
DISTINCT = 6  # different characters, as typed: fewer are one character or a short piece over and over
REPEATED = re.compile(r"(.{1,16}?)\1+")
NUMBER = re.compile(r"[0-9][0-9 .,:/_-]*")  # dates and telephone numbers too


class WeakPassword(StrEnum):
    TOO_SHORT = "password_too_short"
    TOO_SHORT_OF_ADMINISTRATOR = "password_too_short_of_administrator"
    OWN_NAMES = "password_of_own_names"
    """Little is left without the person's names, login and mail, and without `others`."""
    TOO_COMMON = "password_too_common"


def shortest_of(person: Person) -> int:
    """How many characters a new password of this person has at the least."""
    administers = any(held.role in ADMINISTRATORS for held in person.roles)
    return SHORTEST_OF_ADMINISTRATORS if administers else SHORTEST


def weakness(password: str, person: Person, others: Iterable[str] = ()) -> WeakPassword | None:
    """Why `password` is refused, None when it will do. `others`: words that are as good as known, of the office."""
    shortest = shortest_of(person)
    if len(password) < shortest:
        return WeakPassword.TOO_SHORT if shortest == SHORTEST else WeakPassword.TOO_SHORT_OF_ADMINISTRATOR
    own = _words([person.name, person.login, person.mail, *others])
    if substance(password, own) >= SUBSTANCE:
        return None
    plain = folded(password)
    named = any(word in plain or word in plain.translate(LOOKALIKES) for word in own)
    return WeakPassword.OWN_NAMES if named else WeakPassword.TOO_COMMON


def substance(password: str, own: Collection[str] = ()) -> int:
    """How many characters are left that cannot be foreseen, as typed or with digits read as letters alike."""
    looked_at = password[:LONGEST_LOOKED_AT]
    if len(set(looked_at.casefold())) < DISTINCT:
        return 0
    plain = folded(looked_at)
    woven = f"{plain[::2]} {plain[1::2]}"  # 1q2w3e4r is 1234 and qwer
    return min(_left(each, own) for each in (plain, plain.translate(LOOKALIKES), woven))


def _left(text: str, own: Collection[str]) -> int:
    for word in sorted(own, key=len, reverse=True):
        text = text.replace(word, " ")
    text = _without_rows(text)
    words = 0
    for word in sorted((each for each in COMMON_WORDS if each in text), key=len, reverse=True):
        if word in text:
            words += 1
            text = text.replace(word, " ")
    text = REPEATED.sub(r"\1", text)
    return words * WORD_COUNTS + len(NUMBER.sub("0", text).replace(" ", ""))


def _without_rows(text: str) -> str:
    """Neighbours on the keyboard or in the alphabet, forwards or backwards: four and more count as one."""
    for row in ROWS:
        for line in (row, row[::-1]):
            for length in range(len(line), ROW_AT_LEAST - 1, -1):
                for begin in range(len(line) - length + 1):
                    text = text.replace(line[begin : begin + length], line[begin])
    return text


def _words(texts: Iterable[str]) -> set[str]:
    """The letters of names, each by itself: `novakova.jana` gives two."""
    found = {word for text in texts for word in re.split(r"[^a-z]+", folded(text))}
    return {word for word in found if len(word) >= OWN_AT_LEAST}


def folded(text: str) -> str:
    """Lower case without accents: `Žaneta` gives `zaneta`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
