"""Verify what was handed out of an audit log of Brána, without any part of Brána.

Needs Python 3.9 and the package `cryptography`. Reads exports (`brana audit export`), proofs of one entry
(`.tlog-proof`, C2SP tlog-proof) and checkpoints kept elsewhere (C2SP signed notes). What it rests on: SHA-256,
Ed25519 (RFC 8032), the Merkle tree of RFC 9162 §2.1, and the log's key, which came to you by another way than the
export.

    python3 brana_verify.py --key 'log.example+0123abcd+…' export.jsonl [--checkpoint kept.txt …]
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
MOST_KEPT = 256
EMPTY = hashlib.sha256(b"").digest()
DASH = "\u2014 "
TIME = re.compile(r"[-0-9]{10}T[:.0-9]{15}Z")
HEAD, BETWEEN, END = b'{"leaf":"', b'","entry":', b"}"
"""Around the bytes of an entry in a line of an export, which are hashed as they stand."""

CZECH = {
    "whole": (
        "V pořádku: záznamy {begin} až {last} ({count}) jsou v {origin}, podepsáno při {size}; žádný nechybí.\n"
        "    přijaty od {since} do {until}"
    ),
    "one": "V pořádku: záznam {index} je v logu {origin}, jak ho podepsal o {size} záznamech.",
    "kept": "Odložený kontrolní bod o {size} záznamech: log na něj navazuje.",
    "unheld": "S důkazem jednoho záznamu lze porovnat jen kontrolní bod téže velikosti; jiných bylo {count}.",
    "broken": "NENÍ V POŘÁDKU: {where}: {what}",
    "entry": "záznam {at}",
    "span": "záznamy {begin} až {end}",
    "file": "soubor {name}",
    "edited": "byl změněn: jeho obsah nedává uložený otisk",
    "missing": "chybí; následuje záznam {found}",
    "order": "je na jiném místě: stojí tu záznam {found}",
    "unreadable": "nejde přečíst",
    "time": "je podle času přijetí starší než předchozí",
    "rewritten": "nedávají kořen stromu, který log podepsal o {size} záznamech",
    "short": "soubor má {found} záznamů, a měl jich mít {wanted}",
    "rolled": "odložený kontrolní bod zná {size} záznamů, export jen {last}: log se vrátil, nebo je export starší",
    "apart": "odložený kontrolní bod o {size} záznamech má jiný kořen: log byl přepsán",
    "early": "odložený bod o {size} záznamech je před začátkem exportu; chtějte export s --checkpoint",
    "signature": "kontrolní bod není podepsán klíčem {key}",
    "format": "není to export ani důkaz, kterému tato verze rozumí",
    "proof": "důkaz nedává podepsaný kořen",
    "witnessed": "Kontrolní bod o {size} záznamech potvrdil svědek {name} v čase {at} (UTC).",
    "unwitnessed": "nejnovější kontrolní bod o {size} záznamech nepotvrdil svědek {witness}",
}
ENGLISH = {
    "whole": (
        "Whole: entries {begin} to {last} ({count}) are in {origin} as signed at {size} entries; none is missing.\n"
        "    received from {since} to {until}"
    ),
    "one": "Right: entry {index} is in the log {origin} as it signed it at {size} entries.",
    "kept": "Checkpoint kept elsewhere, of {size} entries: the log grew out of it.",
    "unheld": "A proof of one entry can be held against a checkpoint of its size alone; of others there were {count}.",
    "broken": "NOT WHOLE: {where}: {what}",
    "entry": "entry {at}",
    "span": "entries {begin} to {end}",
    "file": "file {name}",
    "edited": "was altered: its content does not give the hash that is stored",
    "missing": "is missing; entry {found} follows",
    "order": "stands in another place: entry {found} is here",
    "unreadable": "cannot be read",
    "time": "was received before the one ahead of it, as it says",
    "rewritten": "do not give the root that the log signed at {size} entries",
    "short": "the file has {found} entries and should have {wanted}",
    "rolled": "a checkpoint kept elsewhere knows {size} entries, the export {last}: put back, or it is older",
    "apart": "a checkpoint kept elsewhere, of {size} entries, has another root: the log was rewritten",
    "early": "a checkpoint kept elsewhere ({size} entries) is before the export: have it made with --checkpoint",
    "signature": "the checkpoint is not signed by the key {key}",
    "format": "this is no export and no proof that this version understands",
    "proof": "the proof does not give the signed root",
    "witnessed": "The checkpoint of {size} entries was cosigned by the witness {name} at {at} (UTC).",
    "unwitnessed": "the newest checkpoint, of {size} entries, is not cosigned by the witness {witness}",
}


class Broken(Exception):
    def __init__(self, what: str, where: str = "file", **facts: object) -> None:
        super().__init__(what)
        self.what, self.where, self.facts = what, where, facts


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A growing tree as the roots of its perfect subtrees, with the level of each, from the left."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[tuple[int, bytes]] = []

    def add(self, level: int, root: bytes) -> None:
        self.size += 1 << level
        while self.parts and self.parts[-1][0] == level:
            root = node_hash(self.parts.pop()[1], root)
            level += 1
        self.parts.append((level, root))

    def root(self) -> bytes:
        if not self.parts:
            return EMPTY
        root = self.parts[-1][1]
        for _, larger in reversed(self.parts[:-1]):
            root = node_hash(larger, root)
        return root

    def add_range(self, begin: int, end: int, roots: list[bytes]) -> None:
        """The leaves of a range, given as the fewest perfect subtrees that cover it."""
        for root in roots:
            if begin >= end:
                raise Broken("format")
            level = (end - begin).bit_length() - 1
            if begin:
                level = min(level, (begin & -begin).bit_length() - 1)
            self.add(level, root)
            begin += 1 << level
        if begin != end:
            raise Broken("format")


class Key:
    """A verifier key of the signed-note specification: `name+id+base64(1, key)`."""

    def __init__(self, text: str) -> None:
        self.name, _, rest = text.strip().partition("+")
        said, _, encoded = rest.partition("+")
        data = unbase64(encoded)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if data[:1] != b"\1" or len(data) != 33 or said != self.id.hex():
            raise SystemExit("--key: this is no Ed25519 key of a log, `name+id+key`")
        self.public = Ed25519PublicKey.from_public_bytes(data[1:])
        self.witnesses: list[Witness] = []

    def witnessed(self, note: str) -> list[tuple[str, dict[str, object]]]:
        """What each witness that is demanded says of the newest checkpoint. Raises Broken."""
        _, size, _ = self.open(note)
        return [("witnessed", one.said(note, size)) for one in self.witnesses]

    def open(self, note: str) -> tuple[str, int, bytes]:
        """Origin, size and root of a checkpoint that this key signed."""
        body, gap, below = note.rpartition("\n\n")
        for line in below.split("\n") if gap else []:
            words = line[len(DASH) :].split(" ")
            if not line.startswith(DASH) or len(words) != 2 or words[0] != self.name:
                continue
            data = unbase64(words[1])
            if data[:4] == self.id and self._signed((body + "\n").encode(), data[4:]):
                origin, size, root, *_ = body.split("\n")
                if origin == self.name and size.isdigit():
                    return origin, int(size), unbase64(root)
        raise Broken("signature", key=self.name)

    def _signed(self, text: bytes, signature: bytes) -> bool:
        try:
            self.public.verify(signature, text)
        except InvalidSignature:
            return False
        return True


class Witness:
    """The key of a witness, `name+id+base64(4, key)`, and its cosignatures (C2SP tlog-cosignature, Ed25519)."""

    def __init__(self, text: str) -> None:
        self.name, _, rest = text.strip().partition("+")
        said, _, encoded = rest.partition("+")
        data = unbase64(encoded)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if data[:1] != b"\4" or len(data) != 33 or said != self.id.hex():
            raise SystemExit("--witness: this is no Ed25519 key of a witness, `name+id+key`")
        self.public = Ed25519PublicKey.from_public_bytes(data[1:])

    def said(self, note: str, size: int) -> dict[str, object]:
        """When it cosigned the checkpoint. Raises Broken where it did not."""
        body, _, below = note.rpartition("\n\n")
        for line in below.split("\n"):
            name, _, encoded = line[len(DASH) :].partition(" ")
            if not line.startswith(DASH) or name != self.name:
                continue
            data = unbase64(encoded)
            at = int.from_bytes(data[4:12], "big")
            try:
                if data[:4] == self.id and len(data) == 76:
                    self.public.verify(data[12:], f"cosignature/v1\ntime {at}\n{body}\n".encode())
                    return {"size": size, "name": self.name, "at": moment_of(at)}
            except InvalidSignature:
                continue
        raise Broken("unwitnessed", size=size, witness=self.name)


def moment_of(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("format") from None


def notes_of(text: str) -> Iterator[str]:
    """The notes of a file, one after another, as `checkpoints.log` has them."""
    note: list[str] = []
    for line in text.splitlines(keepends=True):
        if not line.startswith(DASH) and note and note[-1].startswith(DASH):
            yield "".join(note)
            note = []
        if note or line.strip():
            note.append(line)
    if note:
        yield "".join(note)


def thinned(kept: dict[int, bytes]) -> dict[int, bytes]:
    """Of very many checkpoints some, the smallest and the largest among them: each may cost a proof."""
    sizes = sorted(kept)
    steps = [round(one * (len(sizes) - 1) / (MOST_KEPT - 1)) for one in range(MOST_KEPT)]
    return kept if len(sizes) <= MOST_KEPT else {sizes[step]: kept[sizes[step]] for step in steps}


class Export:
    """One reading of an export; every line is looked at in the order in which it stands."""

    def __init__(self, key: Key, kept: dict[int, bytes]) -> None:
        self.key, self.kept, self.tree = key, dict(kept), Tree()
        self.told: list[tuple[str, dict[str, object]]] = []
        self.since = self.received = ""
        self.sealed = 0

    def read(self, lines: Iterator[bytes]) -> None:
        head = json.loads(next(lines))
        self.begin, self.end = int(head["begin"]), int(head["end"])
        if head["brana_export"] != FORMAT or not 0 <= self.begin <= self.end:
            raise Broken("format")
        self.tree.add_range(0, self.begin, [unbase64(one) for one in head["left"]])
        self.sealed = self.begin
        if self.begin in self.kept:
            self.hold(self.begin)
        final: dict[str, object] | None = None
        for line in lines:
            if final is not None:
                raise Broken("format")
            if line.startswith(HEAD):
                self.entry(line)
                continue
            said = json.loads(line)
            if "grew_from" in said:
                self.grew(said["grew_from"], said["path"], head)
            elif "right" in said:
                final = said
            else:
                self.note(said["note"])
        if final is None or self.tree.size != self.end:
            found, wanted = self.tree.size - self.begin, self.end - self.begin
            raise Broken("short", found=found, wanted=wanted)
        self.last(str(head["checkpoint"]), final["right"])

    def entry(self, line: bytes) -> None:
        """Its bytes give the leaf hash that stands beside them, and its number is the next."""
        at = self.tree.size
        stated, between, rest = line[len(HEAD) :].rstrip(b"\n").partition(BETWEEN)
        if not between or not rest.endswith(END):
            raise Broken("unreadable", "entry", at=at)
        data = rest[: -len(END)]
        try:
            entry = json.loads(data)
            number, received = entry["sequence"], entry["received_at"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Broken("unreadable", "entry", at=at) from None
        if type(number) is not int or type(received) is not str or not TIME.fullmatch(received):
            raise Broken("unreadable", "entry", at=at)
        leaf = leaf_hash(data)
        if leaf != unbase64(stated.decode("ascii", "replace")):
            raise Broken("edited", "entry", at=at)
        if number != at:
            raise Broken("missing" if number > at else "order", "entry", at=at, found=number)
        if received < self.received:
            raise Broken("time", "entry", at=at)
        self.since, self.received = self.since or received, received
        self.tree.add(0, leaf)
        if self.kept and self.tree.size in self.kept:
            self.hold(self.tree.size)

    def note(self, text: str) -> None:
        _, size, root = self.key.open(text)
        if size != self.tree.size or root != self.tree.root():
            self.rewritten(size)
        self.sealed = size

    def rewritten(self, size: int) -> NoReturn:
        raise Broken(
            "rewritten", "span", begin=self.sealed, end=max(self.tree.size - 1, self.sealed), size=size
        )

    def hold(self, size: int) -> None:
        """Against a checkpoint that was kept elsewhere."""
        if self.kept.pop(size) != self.tree.root():
            raise Broken("apart", "span", begin=self.sealed, end=size - 1, size=size)
        self.told.append(("kept", {"size": size}))

    def grew(self, older: str, path: list[str], head: dict[str, object]) -> None:
        _, first, root = self.key.open(older)
        _, second, newer = self.key.open(str(head["checkpoint"]))
        if first not in self.kept:
            return
        if self.kept[first] != root or not consistent(
            first, root, second, newer, [unbase64(one) for one in path]
        ):
            raise Broken("apart", size=first)
        del self.kept[first]
        self.told.append(("kept", {"size": first}))

    def last(self, note: str, right: object) -> None:
        origin, size, root = self.key.open(note)
        if not isinstance(right, list):
            raise Broken("format")
        self.tree.add_range(self.end, size, [unbase64(one) for one in right])
        if self.tree.root() != root:
            self.rewritten(size)
        if self.kept and size in self.kept:
            self.hold(size)
        for kept in sorted(self.kept):
            raise Broken("rolled" if kept > size else "early", size=kept, last=size)
        count = self.end - self.begin
        facts = {"begin": self.begin, "last": self.end - 1, "count": count, "origin": origin, "size": size}
        facts |= {"since": self.since or "-", "until": self.received or "-"}
        self.told = [("whole", facts), *self.told, *self.key.witnessed(note)]


def consistent(first: int, older: bytes, second: int, newer: bytes, path: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2."""
    if first in (0, second):
        return not path and older == (newer if first else EMPTY)
    hashes = [older, *path] if first & (first - 1) == 0 else path
    if not hashes or first > second:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (old, new) == (older, newer)


def root_by(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162 §2.1.3.2; None where the path has not the length of one."""
    at, last, root = index, size - 1, leaf
    for one in path:
        if last <= 0:
            return None
        if at & 1 or at == last:
            root = node_hash(one, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, one)
        at, last = at >> 1, last >> 1
    return root if last == 0 and index < size else None


def read_proof(text: str, key: Key, kept: dict[int, bytes]) -> list[tuple[str, dict[str, object]]]:
    """A proof of one entry (C2SP tlog-proof), whose bytes are its `extra`."""
    proof, _, note = text.partition("\n\n")
    first, *lines = proof.split("\n")
    extra = lines.pop(0)[len("extra ") :] if lines and lines[0].startswith("extra ") else ""
    if first != "c2sp.org/tlog-proof@v1" or not lines or not lines[0].startswith("index "):
        raise Broken("format")
    index = int(lines.pop(0)[len("index ") :])
    origin, size, root = key.open(note)
    data = unbase64(extra)
    if root_by(leaf_hash(data), index, size, [unbase64(one) for one in lines]) != root:
        raise Broken("proof", "entry", at=index)
    number = json.loads(data)["sequence"]
    if type(number) is not int or number != index:
        raise Broken("unreadable", "entry", at=index)
    if kept.get(size, root) != root:
        raise Broken("apart", "entry", at=index, size=size)
    told: list[tuple[str, dict[str, object]]] = [("one", {"index": index, "origin": origin, "size": size})]
    told += key.witnessed(note)
    others = len(kept.keys() - {size})
    return [*told, ("unheld", {"count": others})] if others else told


def verified(file: BinaryIO, key: Key, kept: dict[int, bytes]) -> list[tuple[str, dict[str, object]]]:
    """What was found to be right, in words' names and facts. Raises Broken."""
    begins = file.read(1)
    file.seek(0)
    try:
        if begins == b"c":
            return read_proof(file.read().decode(), key, kept)
        export = Export(key, kept)
        export.read(iter(file))
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        StopIteration,
        RecursionError,
    ):
        raise Broken("format") from None
    return export.told


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="an export or a proof")
    parser.add_argument("--key", required=True, help="the log's key: name+id+key")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="kept elsewhere")
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="must have cosigned the newest checkpoint",
    )
    parser.add_argument("--english", action="store_true", help="say it in English")
    given = parser.parse_args(arguments)
    words, status = ENGLISH if given.english else CZECH, 0

    def say(broken: Broken, name: str) -> None:
        facts = {"name": name, **broken.facts}
        where = words[broken.where].format(**facts)
        print(words["broken"].format(where=where, what=words[broken.what].format(**facts)))

    name = "--key"
    try:
        key = Key(given.key)
        key.witnesses = [Witness(one) for one in given.witness]
        kept: dict[int, bytes] = {}
        for name in given.checkpoint:
            kept_elsewhere(name, key, kept)
    except (Broken, ValueError, OSError) as error:  # what to hold the log against is not there: no verdict
        say(error if isinstance(error, Broken) else Broken("format"), name)
        return 2
    for name in given.files:
        try:
            with Path(name).open("rb") as file:
                for what, facts in verified(file, key, thinned(kept)):
                    print(words[what].format(**facts))
        except Broken as broken:
            say(broken, name)
            status = 1
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            return 2
    return status


def kept_elsewhere(path: str, key: Key, kept: dict[int, bytes]) -> None:
    """Add sizes and roots. Raises Broken where one is not signed, or two of one size differ; ValueError, OSError."""
    for note in notes_of(Path(path).read_text("utf-8")):
        _, size, root = key.open(note)
        if kept.setdefault(size, root) != root:
            raise Broken("apart", size=size)


if __name__ == "__main__":
    sys.exit(main())
