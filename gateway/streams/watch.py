"""Which streams are open, which must be asked about now, and which have to end. Pure: time is an argument.

Laws:

- a stream is asked about soon after it began, whenever what it rests on is revoked, when the last "yes" runs out, and
  after every time the control plane was away or took other settings: nobody knows what was missed;
- a "no" ends it; a "yes" that was given before something was revoked is worth nothing;
- what no route of this machine asks for any more ends, whatever a control plane knows of it;
- without an answer it stays for the grace, counted from when it had to be asked about, and then ends;
- of one session no more are open at once than `most`: nobody takes the room of everybody else.

Times are seconds of a clock that never goes back.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from gateway.streams.stream import Stream
from gateway.streams.words import Answer, Question

SETTLE = 0.5  # seconds: what has ended by then was a short answer, and its line in the access log says all
AGAIN = 1.0  # seconds until a question without an answer is asked again
DOUBT = "gateway_unavailable"  # the reason when nobody could say
TOO_MANY = "too_many_streams"  # and when its session has too many
GONE = "unknown_application"  # and when no route leads there any more, as a control plane says of it


@dataclass(slots=True)
class Watched:
    stream: Stream
    due: float
    """When to ask (again)."""
    doubted: float | None = None
    """Since when there is a question without an answer."""
    turn: int = 0
    """Raised by each revocation: answers to an earlier turn permit nothing."""
    first: bool = True
    device: str = ""
    """Revocation id of the device on which the last "yes" rests too."""

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(one for one in (self.stream.revocation_id, self.device) if one)


@dataclass(slots=True)
class Watch:
    grace: float
    """Seconds."""
    most: int
    """Streams of one session."""
    _open: dict[int, Watched] = field(default_factory=dict)
    _under: dict[str, set[int]] = field(default_factory=dict)
    """By revocation id."""
    _held: Counter[str] = field(default_factory=Counter)
    """How many, by session."""
    _last: int = 0

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, stream: Stream, now: float) -> int | None:
        """Its number, by which it is known from now on; None where it is one too many."""
        if self._held[stream.session] >= self.most:
            return None
        self._held[stream.session] += 1
        self._last += 1
        self._open[self._last] = Watched(stream, now + SETTLE)
        self._under.setdefault(stream.revocation_id, set()).add(self._last)
        return self._last

    def closed(self, number: int) -> None:
        if (watched := self._open.pop(number, None)) is not None:
            self._leave(number, watched)
            session = watched.stream.session
            self._held[session] -= 1
            if not self._held[session]:
                del self._held[session]

    def revoked(self, ids: Collection[str], now: float) -> None:
        for name in ids:
            for number in self._under.get(name, ()):
                self._ask_anew(self._open[number], now)

    def everything(self, now: float) -> None:
        """The control plane is back, or decides by other settings."""
        for watched in self._open.values():
            self._ask_anew(watched, now)

    def to_ask(self, now: float) -> list[Question]:
        """Questions whose time has come; each is asked again until there is an answer."""
        due = [(number, one) for number, one in self._open.items() if one.due <= now]
        for _, one in due:
            one.due = now + AGAIN
            if one.doubted is None:
                one.doubted = now
        return [
            Question(number=number, turn=one.turn, first=one.first, stream=one.stream) for number, one in due
        ]

    def answered(self, answer: Answer, now: float) -> bool:
        """Whether the stream may stay."""
        watched = self._open.get(answer.number)
        if watched is None or (answer.allowed and answer.turn != watched.turn):
            return True
        if not answer.allowed:
            return False
        watched.due, watched.doubted, watched.first = now + answer.seconds, None, False
        self._leave(answer.number, watched)
        watched.stream = replace(watched.stream, revocation_id=answer.revocation_id)
        watched.device = answer.device
        for name in watched.rests_on:
            self._under.setdefault(name, set()).add(answer.number)
        return True

    def gone(self, asked: Collection[tuple[str, str]]) -> list[Question]:
        """Streams of what is served here no more (pairs of application and action), for the log: they have to end."""
        over = set(asked)
        return [
            Question(number=number, turn=one.turn, first=one.first, stream=one.stream, gone=True)
            for number, one in self._open.items()
            if (one.stream.application, one.stream.action) in over
        ]

    def marked(self, marks: Mapping[str, str], now: float) -> None:
        """These applications have other settings from now on: whether their streams may stay is asked by those."""
        for one in self._open.values():
            if (mark := marks.get(one.stream.application)) is not None:
                one.stream = replace(one.stream, mark=mark)
                self._ask_anew(one, now)

    def in_doubt_too_long(self, now: float) -> list[int]:
        return [
            number
            for number, one in self._open.items()
            if one.doubted is not None and now - one.doubted >= self.grace
        ]

    def _ask_anew(self, watched: Watched, now: float) -> None:
        watched.turn, watched.due = watched.turn + 1, now
        if watched.doubted is None:
            watched.doubted = now

    def _leave(self, number: int, watched: Watched) -> None:
        for name in watched.rests_on:
            numbers = self._under[name]
            numbers.discard(number)
            if not numbers:
                del self._under[name]
