"""What a receiver gets of one entry. Pure.

Syslog: a message of RFC 5424 in the frame of RFC 5425 §4.3.1, its length before it, so that nothing in a message can
end it. Values are quoted as §6.3.3 says. The structured data stand under `brana@32473`, the number that RFC 5612 keeps
for documentation, as the product has no enterprise number of its own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from config.vocabulary import Language
from gateway.audit.canonical import Recorded, time_text
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.forms import json_line
from gateway.audit.neutral import printable
from gateway.audit.ocsf import event
from gateway.audit.titles import sentence

FACILITY = 13  # log audit, RFC 5424 §6.2.1
SEVERITIES = {Outcome.SUCCESS: 6, Outcome.REFUSED: 4, Outcome.FAILURE: 3}
OF_US = "brana@32473"
BOM = b"\xef\xbb\xbf"  # §6.4: before text that is UTF-8
LONGEST_HOST, LONGEST_ID = 255, 32
TEXTS = ("subject", "person", "municipality", "application", "action", "address", "reason", "rule")
ALWAYS = frozenset({Code.RECEIVER_MISSED, Code.RECEIVER_GOT_LESS})
"""Sent whatever a receiver is narrowed to: it could not know otherwise that something is missing."""

Make = Callable[[Recorded], bytes | None]
"""What one entry is on the wire; None where the receiver does not want it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries a receiver gets, and as what."""

    form: str
    origin: str
    """The name of the log."""
    only: Sequence[str] = ()
    language: Language = Language.ENGLISH

    def takes(self, recorded: Recorded) -> bool:
        code = str(recorded.entry.code)
        return (
            not self.only
            or recorded.entry.code in ALWAYS
            or any(code == one or code.startswith(f"{one}.") for one in self.only)
        )

    def syslog(self, recorded: Recorded) -> bytes | None:
        return (
            framed(syslog_message(recorded, self.origin, self.body(recorded)))
            if self.takes(recorded)
            else None
        )

    def line(self, recorded: Recorded) -> bytes | None:
        return self.body(recorded).removeprefix(BOM) + b"\n" if self.takes(recorded) else None

    def mail(self, recorded: Recorded) -> bytes | None:
        """Number and kind on the first line, which nobody outside chose; the sentence behind it."""
        if not self.takes(recorded):
            return None
        told = printable(sentence(recorded.entry, self.language))
        return f"{recorded.sequence} {recorded.entry.code}\n{told}".encode()

    def body(self, recorded: Recorded) -> bytes:
        match self.form:
            case "ocsf":
                return json.dumps(event(recorded, self.origin), separators=(",", ":")).encode()
            case "json":
                return json.dumps(json.loads(json_line(recorded)), separators=(",", ":")).encode()
            case _:
                return BOM + printable(sentence(recorded.entry, self.language)).encode()


def bare(recorded: Recorded) -> Recorded:
    """What it is, without any text that somebody else chose."""
    entry = recorded.entry
    return replace(recorded, entry=Entry(code=entry.code, outcome=entry.outcome, at=entry.at))


def syslog_message(recorded: Recorded, host: str, body: bytes) -> bytes:
    entry = recorded.entry
    priority = FACILITY * 8 + SEVERITIES[entry.outcome]
    name = _ascii(host, LONGEST_HOST)
    kind = _ascii(str(entry.code), LONGEST_ID)
    header = f"<{priority}>1 {time_text(entry.at)} {name} brana - {kind} {structured(recorded)} "
    return header.encode() + body


def structured(recorded: Recorded) -> str:
    entry = recorded.entry
    facts = {
        "sequence": str(recorded.sequence),
        "code": str(entry.code),
        "outcome": str(entry.outcome),
        "requestId": entry.request_id,
        **{name: getattr(entry, name) for name in TEXTS},
    }
    told = " ".join(f'{name}="{_quoted(value)}"' for name, value in facts.items() if value)
    return f"[{OF_US} {told}]"


def framed(message: bytes) -> bytes:
    return b"%d " % len(message) + message


def _quoted(value: str) -> str:
    return "".join(f"\\{one}" if one in '"\\]' else one for one in printable(value))


def _ascii(text: str, longest: int) -> str:
    """PRINTUSASCII of RFC 5424 §6; `-` where nothing is left."""
    return "".join(one for one in text if "!" <= one <= "~")[:longest] or "-"
