"""What the watch of streams and the control plane tell each other: JSON, one object a line, over one connection.

The watch sends `Asked`; the control plane `Revoked` whenever there is news, `Everything` when other routes or policies
count, and `Answered`. There are no other words. The two may be of versions one step apart (decision 77): a field is
never renamed or taken away, a new one has a default, and a new kind of word is understood a version before it is said.

In a fleet the process beside Envoy, of the same machine and version, says `Gone`, once on a connection of its own.
"""

import msgspec

from gateway.streams.stream import Stream

ENVOY_ASKS, CONTROL_PLANE_ANSWERS, NODE_TELLS = "streams.sock", "watch.sock", "gone.sock"
MOST = 100  # questions in a line: some milliseconds of the control plane, so that others need not wait longer
LONGEST_ASKED = 1024 * 1024  # bytes of such a line, of which it needs a twentieth
LONGEST_LINE = 16 * 1024 * 1024  # bytes: 200,000 revoked ids at once


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May this stream stay open?"""

    number: int
    turn: int
    first: bool
    """It has just begun."""
    stream: Stream
    gone: bool = False
    """It has just been ended, as no route leads there any more: to be recorded."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    turn: int
    allowed: bool
    seconds: float = 0.0
    """How long a "yes" holds."""
    revocation_id: str = ""
    """What a "yes" rests on."""
    device: str = ""
    """The revocation id of the enrolled device on which it rests too; empty: on none."""
    reason: str = ""
    """Of a "no"."""


class Asked(msgspec.Struct, frozen=True, tag="asked"):
    questions: list[Question]


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    answers: list[Answer]


class Revoked(msgspec.Struct, frozen=True, tag="revoked"):
    ids: list[str]


class Everything(msgspec.Struct, frozen=True, tag="everything"):
    """Every stream has to be asked about: what any "yes" rested on may have changed."""


class Gone(msgspec.Struct, frozen=True):
    """What a reload of this node has taken away or changed."""

    asked: list[tuple[str, str]]
    """What no route asks for any more: pairs of application and action, as a stream says it."""
    marks: dict[str, str]
    """Of applications that stay, with other settings (`config.marks`)."""


Said = Answered | Revoked | Everything
"""What the control plane says."""
