"""Why an approved proposal did not come into force at its time, as its history keeps it.

The first line is the named reason; each further one is a problem in both languages, as JSON.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from config.vocabulary import Language
from policies.model import Text

LONGEST = 400  # characters of a problem in one language; the proposal's page tells all of it while it is so
CS, EN = Language.CZECH, Language.ENGLISH


class Line(msgspec.Struct, frozen=True):
    cs: str
    en: str


READER = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True)
class Failure:
    reason: str
    said: tuple[Text, ...]


def kept(reason: str, said: Iterable[Text], most: int) -> str:
    """As much of it as `most` characters hold; whole lines, so that it can be read again."""
    text = reason
    for one in said:
        line = msgspec.json.encode(Line(one[CS][:LONGEST], one[EN][:LONGEST])).decode()
        if len(text) + 1 + len(line) > most:
            break
        text = f"{text}\n{line}"
    return text


def read(text: str) -> Failure:
    """What an older version kept is one text, and stands so in each language."""
    reason, _, rest = text.partition("\n")
    if not rest:
        return Failure(reason, ())
    try:
        lines = [READER.decode(line) for line in rest.split("\n")]
    except msgspec.DecodeError:
        return Failure(reason, ({CS: rest, EN: rest},))
    return Failure(reason, tuple({CS: one.cs, EN: one.en} for one in lines))
