"""What is handed out of an incident: files that somebody elsewhere can read and verify. Pure.

Each entry is there in the very bytes that are hashed, with its proof, beside a page to read. One that cannot be proven
is told of by name, in the readme, in the manifest and on the page, and is never left out in silence. So is what was
written down of the incident where it is not what the log has of it.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from config.vocabulary import Language
from gateway.audit.proof_text import SUFFIX
from gateway.incidents.bundle_pages import entries_page, incident_page, readme, report_markdown, report_page
from gateway.incidents.bundle_signed import STATEMENT, Signing, signed
from gateway.incidents.called import Called
from gateway.incidents.held_against import Difference
from gateway.incidents.incident import ReportKind
from gateway.incidents.items import digest, newest_report
from gateway.incidents.office import Shown
from gateway.incidents.suspension import Suspension

KEYS = "log-keys.txt"
VERIFIER, CHECKPOINT, MANIFEST, SUMS = "brana_verify.py", "checkpoint.txt", "manifest.json", "SHA256SUMS"
ENTRIES, PROOFS, DAMAGED = "entries/entries.jsonl", "entries/proofs", "entries/not-proven"
NOTHING_CALLED = Called()
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip file


@dataclass(frozen=True, slots=True)
class Handed:
    """One entry that is evidence. `proof`: its text; empty where `trouble` says why there is none."""

    sequence: int
    content: bytes
    sentence: str
    """What it says to people; empty where it cannot be read."""
    proof: str
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a bundle is made of."""

    shown: Shown
    suspensions: Sequence[Suspension]
    entries: Sequence[Handed]
    checkpoint: str
    """The newest signed note; empty where nothing is sealed."""
    key: str
    """The log's, as the verifier reads it."""
    verifier: bytes
    language: Language
    by: str
    purpose: str
    at: datetime
    key_notes: str = ""
    """What tells of keys before it, or beside it; empty where there never was another."""
    called: Called = NOTHING_CALLED
    signing: Signing | None = None
    """None only where there is no log."""


@dataclass(frozen=True, slots=True)
class Bundle:
    name: str
    content: bytes
    damaged: tuple[int, ...]
    """Numbers of the entries that are not proven."""
    differences: tuple[Difference, ...] = ()
    """Where what is written down is not what the log has of it."""


def bundle(wanted: Wanted) -> Bundle:
    number = wanted.shown.incident.number
    damaged = tuple(one.sequence for one in wanted.entries if one.trouble)
    files = dict(sorted(_files(wanted).items()))
    files[MANIFEST] = _json(_manifest(wanted, files))
    if wanted.signing is not None:
        files[STATEMENT] = signed(number, files[MANIFEST], wanted.at, wanted.signing)
    files[SUMS] = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in files.items()).encode()
    return Bundle(
        f"incident-{number}.zip",
        _zipped(f"incident-{number}", files),
        damaged,
        tuple(wanted.shown.differences),
    )


def _files(wanted: Wanted) -> dict[str, bytes]:
    shown, language = wanted.shown, wanted.language
    damaged = [(one.sequence, one.trouble) for one in wanted.entries if one.trouble]
    proven = [one for one in wanted.entries if not one.trouble]
    files = {
        "README.txt": readme(shown, language, wanted.by, wanted.purpose, wanted.at, damaged).encode(),
        "incident.json": _json(_told(wanted)),
        "incident.html": incident_page(shown, wanted.suspensions, language, wanted.called).encode(),
        ENTRIES: b"".join(one.content + b"\n" for one in proven),
        "entries/entries.html": entries_page(
            shown,
            [
                (one.sequence, one.sentence, one.content.decode("utf-8", "replace"), one.trouble)
                for one in wanted.entries
            ],
            language,
        ).encode(),
        CHECKPOINT: wanted.checkpoint.encode(),
        "log-key.txt": f"{wanted.key}\n".encode(),
        VERIFIER: wanted.verifier,
    }
    if wanted.key_notes:
        files[KEYS] = wanted.key_notes.encode()
    for one in wanted.entries:
        if one.trouble:
            files[f"{DAMAGED}/entry-{one.sequence}.bin"] = one.content
        else:
            files[f"{PROOFS}/entry-{one.sequence}{SUFFIX}"] = one.proof.encode()
    for kind in ReportKind:
        if (found := newest_report(shown.items, kind)) is not None:
            name, text = f"reports/{kind.value}", found[1]
            files[f"{name}.json"] = _json(msgspec.to_builtins(text) | {"version": found[0].number})
            files[f"{name}.md"] = report_markdown(shown, kind, text, language).encode()
            files[f"{name}.html"] = report_page(shown, kind, text, language).encode()
    return files


def _told(wanted: Wanted) -> dict[str, Any]:
    one, said = wanted.shown.incident, wanted.shown.incident.described
    return {
        "number": one.number,
        "title": said.title,
        "kind": said.kind.value,
        "severity": said.severity.value,
        "noticed_at": said.noticed_at.isoformat(),
        "began_at": said.began_at.isoformat() if said.began_at else None,
        "municipalities": list(said.municipalities),
        "applications": list(said.applications),
        "description": said.description,
        "opened_at": one.opened_at.isoformat(),
        "opened_by": one.opened_by.name,
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "closed_by": one.closed_by.name if one.closed_by else None,
        "conclusion": one.conclusion,
        "reports": [
            {
                "report": due.kind.value,
                "due_at": due.at.isoformat(),
                "sent_at": due.sent_at.isoformat() if due.sent_at else None,
            }
            for due in wanted.shown.dues
        ],
        "suspensions": [
            {
                "login": each.login,
                "name": each.name,
                "subject": each.subject,
                "why": each.why,
                "by": each.by.name,
                "since": each.since.isoformat(),
                "until": each.until.isoformat() if each.until else None,
                "lifted_at": each.lifted_at.isoformat() if each.lifted_at else None,
            }
            for each in wanted.suspensions
        ],
        "not_as_recorded": _differences(wanted.shown),
        "items": [
            {
                "item": each.number,
                "at": each.at.isoformat(),
                "by": each.by.name,
                "entry": each.entry,
                "sha256": digest(each.body),
                **msgspec.to_builtins(each.body),
            }
            for each in wanted.shown.items
        ],
    }


def _differences(shown: Shown) -> list[dict[str, Any]]:
    return [{"item": one.item, "what": one.what.value, "entry": one.entry} for one in shown.differences]


def _manifest(wanted: Wanted, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "incident": wanted.shown.incident.number,
        "made_at": wanted.at.isoformat(),
        "made_by": wanted.by,
        "purpose": wanted.purpose,
        "log": wanted.key.partition("+")[0],
        "not_proven": [{"entry": one.sequence, "why": one.trouble} for one in wanted.entries if one.trouble],
        "not_as_recorded": _differences(wanted.shown),
        "files": {
            name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
        },
    }


def _json(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", EARLIEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, data)
    return out.getvalue()
