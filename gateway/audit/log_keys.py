"""Keys of the log that follow each other, and what each of them vouches for. Pure.

Laws: a key signs the checkpoints of a run of entries; while two stand, both sign. Whoever comes is vouched for by a
note that the key before and the new one signed; whoever goes, by a note of the one that stays. Each note is in the log
too, as an entry. So whoever believes one key knows the others, whatever the database says; but for a key that somebody
else may have: it vouches for nobody that comes after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.audit.note import DASH, NoteRefused, Signer, Verifier, opened_by, sign

CONTEXT = "brana.log-key/v1"
"""First line of such a note: no checkpoint begins so."""
ALWAYS = -1


class Why(StrEnum):
    PLANNED = "planned"
    COMPROMISED = "compromised"
    """Somebody else may have the keys before."""


@dataclass(frozen=True, slots=True)
class LogKey(Verifier):
    """It signs, with every other that does, the checkpoints of more than `since` entries and at most `until`."""

    since: int = ALWAYS
    until: int | None = None

    def signs(self, reach: int) -> bool:
        return self.since < reach and (self.until is None or reach <= self.until)


class KeyNotInForce(NoteRefused):
    """A key of the log signed what is beyond its time, or before it."""

    def __init__(self, key: LogKey, reach: int) -> None:
        bound = (
            f"at most {key.until}"
            if key.until is not None and reach > key.until
            else f"more than {key.since}"
        )
        super().__init__(f"the key {key.key_id.hex()} signed {reach} entries, and signs for {bound} alone")


@dataclass(frozen=True, slots=True)
class Introduced:
    """`key` signs whatever is more than `written` entries."""

    key: Verifier
    before: Verifier
    written: int
    why: Why

    def text(self) -> str:
        return _text("introduces", self.key, "after", self.before, self.written, f"why {self.why}")


@dataclass(frozen=True, slots=True)
class Retired:
    """`key` signs nothing of more than `written` entries; `by` goes on."""

    key: Verifier
    by: Verifier
    written: int

    def text(self) -> str:
        return _text("retires", self.key, "by", self.by, self.written)


Change = Introduced | Retired


def introduce(change: Introduced, signers: Sequence[Signer]) -> str:
    """`signers`: of the key before and of the new one."""
    return sign(change.text(), *signers)


def retire(change: Retired, signer: Signer) -> str:
    return sign(change.text(), signer)


def opened(note: str) -> Change:
    """What a note says of keys, when all whose word it needs have signed it. Raises NoteRefused."""
    lines = note.partition("\n\n")[0].split("\n")
    if len(lines) not in (4, 5) or lines[0] != CONTEXT:
        raise NoteRefused("it says nothing of keys of a log")
    verb, key = _worded(lines[1])
    other, second = _worded(lines[2])
    word, _, number = lines[3].partition(" ")
    if word != "written" or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise NoteRefused("it does not say from which entry on it counts")
    change: Change
    if (verb, other, len(lines)) == ("introduces", "after", 5):
        change = Introduced(key, second, int(number), _why(lines[4]))
        needed = [second, key]
    elif (verb, other, len(lines)) == ("retires", "by", 4):
        change = Retired(key, second, int(number))
        needed = [second]
    else:
        raise NoteRefused("it neither introduces nor retires a key")
    text, signed_by = opened_by(note, needed)
    if len(signed_by) < len(needed):
        raise NoteRefused("not everybody whose word it needs has signed it")
    if key.name != second.name or key == second or change.text() != text:
        raise NoteRefused("it is not in its form")
    return change


@dataclass(frozen=True, slots=True)
class Unfit:
    """A change of keys that nobody vouches for; it would have counted from `written` entries on."""

    written: int
    what: str


@dataclass(frozen=True, slots=True)
class Known:
    """The keys of a log, the first one first, what tells of them, and what is wrong with that."""

    keys: tuple[Verifier, ...]
    notes: tuple[str, ...] = ()
    unfit: tuple[Unfit, ...] = ()


def known(notes: Iterable[str], roots: Sequence[Verifier]) -> Known:
    """`notes` in the order in which they were made; `roots`: keys that are believed anyway."""
    told = tuple(notes)
    if not told:
        return Known(tuple(roots))
    chain: list[LogKey] = []
    unfit: list[Unfit] = []
    for note in told:
        try:
            change = opened(note)
            _apply(change, chain)
        except NoteRefused as refused:
            unfit.append(
                Unfit(written_in(note), f"a change of the log's key is not vouched for: {refused.why}")
            )
    ours = {one.public for one in roots}
    if not unfit and not any(one.public in ours and one.until is None for one in chain):
        at = max((one.since for one in chain), default=ALWAYS)
        unfit.append(Unfit(max(at, 0), "the keys that the database tells of lead to none that is kept here"))
    return Known(tuple(chain) or tuple(roots), told, tuple(unfit))


def written_in(note: str) -> int:
    """What a note claims, whoever made it."""
    for line in note.split("\n"):
        word, _, number = line.partition(" ")
        if word == "written" and number.isascii() and number.isdigit() and len(number) <= 18:
            return int(number)
    return 0


def signatures(note: str) -> list[str]:
    """The lines below the text."""
    return [line for line in note.split("\n") if line.startswith(DASH)]


def _apply(change: Change, chain: list[LogKey]) -> None:
    key = change.key
    standing = {one.public: number for number, one in enumerate(chain) if one.until is None}
    if isinstance(change, Introduced):
        if not chain:
            chain.append(LogKey(change.before.name, change.before.public))
        elif change.before.public not in standing or any(one.public == key.public for one in chain):
            raise NoteRefused("the key that vouches for it does not sign then, or it was there before")
        chain.append(LogKey(key.name, key.public, change.written))
        return
    if key.public not in standing or change.by.public not in standing:
        raise NoteRefused("the key that it retires, or the one that says so, does not sign then")
    at = standing[key.public]
    chain[at] = LogKey(key.name, key.public, chain[at].since, change.written)


def _text(verb: str, key: Verifier, other: str, second: Verifier, written: int, *more: str) -> str:
    lines = (CONTEXT, f"{verb} {key}", f"{other} {second}", f"written {written}", *more)
    return "".join(f"{line}\n" for line in lines)


def _worded(line: str) -> tuple[str, Verifier]:
    word, _, rest = line.partition(" ")
    return word, Verifier.parse(rest)


def _why(line: str) -> Why:
    try:
        return Why(line.removeprefix("why "))
    except ValueError as error:
        raise NoteRefused("it says no reason that is known") from error
