"""Verify what was handed out of an audit log of Brána, without any part of Brána.

Needs Python 3.9 and the package `cryptography`. Reads exports (`brana audit export`), the proofs of a selection
(`proofs.jsonl` of an export with proofs), proofs of one entry (`.tlog-proof`, C2SP tlog-proof) and checkpoints kept
elsewhere (C2SP signed notes). What it rests on: SHA-256,
Ed25519 (RFC 8032), the Merkle tree of RFC 9162 §2.1, and the log's key, which came to you by another way than the
export. A log has a tree for each month, `<log>/2026-12`; the first entry of each names the tree before it, and a month
that the law let go has left its last checkpoint.

    python3 brana_verify.py --key 'log.example+0123abcd+…' export.jsonl [--checkpoint kept.txt …]

A log may change its key. The notes that tell of it stand in an export, and for proofs are a file (`--keys`); each is
signed by the key before and the new one, so any of the log's keys will do, but for one that was compromised.

Ends with 0 where everything is right, 1 where something is not, 2 where nothing could be verified, and 3 where nothing
is wrong, but less is proven than a file of its kind proves; which is said.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, NoReturn
from urllib.parse import unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMATS = (1, 2)
MOST_KEPT = 256
EMPTY = hashlib.sha256(b"").digest()
DASH = "\u2014 "
MONTH = re.compile(r"/[0-9]{4}-(0[1-9]|1[0-2])")
FIRST = re.compile(r"first ([1-9][0-9]{0,17})")
"""In the checkpoint of a month's tree: the number of its first entry in the log."""
Kept = dict[int, tuple[str, int, bytes]]
"""Checkpoints from elsewhere by how many entries the log had then: origin, first entry and root of the tree."""
TIME = re.compile(r"[-0-9]{10}T[:.0-9]{15}Z")
OF_KEYS = "brana.log-key/v1"
"""First line of a note that tells of the log's keys."""
OF_DROPS = "brana.log-drop/v1"
"""First line of a note that tells which months the log let go."""
DROPS_SIGNED = "drops signed"
"""In a checkpoint: whoever made it signs each deletion."""
LESS = ("beside", "unsigned", "doubted", "leaned")
"""What is said where less is proven than could be."""
CODES_OF_KEYS = ("audit.key_introduced", "audit.key_retired")
HEAD, BETWEEN, END = b'{"leaf":"', b'","entry":', b"}"
"""Around the bytes of an entry in a line of an export, which are hashed as they stand."""
SELECTION, PATH, LEAF = b'{"brana_selection":', b'{"path":', b',"leaf":"'
BUNDLE = b'{"brana_bundle":'
BESIDE_ALL = frozenset({"manifest.json", "SHA256SUMS", "statement.json"})
"""Files of the bundle of an incident that its manifest does not name."""
NAME = re.compile(r"entries\.[.a-z]{1,20}")
LONGEST_HEAD = 1 << 24
"""Bytes of the first line: that of a selection has up to a million numbers."""

CZECH = {
    "whole": (
        "V pořádku: záznamy {begin} až {last} ({count}) jsou v {origin}, podepsáno při {size}; žádný nechybí.\n"
        "    přijaty od {since} do {until}"
    ),
    "one": "V pořádku: záznam {index} je v logu {origin}, jak ho podepsal o {size} záznamech.",
    "kept": "Odložený kontrolní bod o {size} záznamech: log na něj navazuje.",
    "dropped": "Záznamy {begin} až {last} log vymazal po uplynutí lhůty; jejich poslední kontrolní bod navazuje.",
    "earlier": "Záznamy {begin} až {last} vymazala starší verze bez podpisu; log to podepsal až později.",
    "doubted": "NEDOLOŽENO: že záznamy {begin} až {last} log vymazal, říká jen klíč, který byl později vyzrazen.",
    "unsigned": (
        "NEDOLOŽENO: záznamy {begin} až {last} v souboru nejsou. Že je log vymazal po lhůtě, nedokládá podpis;\n"
        "    soubor je od verze, která vymazání nepodepisovala."
    ),
    "leaned": (
        "NEDOLOŽENO: kontrolní bod o {size} záznamech podepsal jen klíč, který byl později ohlášen jako vyzrazený."
    ),
    "other": "Kontrolních bodů jiných měsíců, než jsou v souboru: {count}; s nimi je porovnat nelze.",
    "unheld": "S důkazem jednoho záznamu lze porovnat jen kontrolní bod téže velikosti; jiných bylo {count}.",
    "selected": (
        "V pořádku: {count} vybraných záznamů je v {origin}, podepsáno při {size}; žádný z vydaných nechybí.\n"
        "    hledáno: {asked}"
    ),
    "stated": (
        "Podepsáno: {origin} při {size} záznamech prohlásil, že jich vydal {count}, těchto čísel.\n    hledáno: {asked}"
    ),
    "content": "Soubor {file} je takový, jak ho log vydal.",
    "beside": "Soubor {file} vedle důkazů není, takže s nimi nebyl porovnán.",
    "pseudonyms": "Výpis je pod pseudonymy: čísla záznamů a text dokládá jen podpis, žádný záznam sám o sobě.",
    "bounded": "Výpis je pro jednu obec: čísla záznamů a text dokládá jen podpis, žádný záznam sám o sobě.",
    "bundle": (
        "Podepsáno: {origin} při {size} záznamech vydal balíček incidentu {incident}; žádný z {count} "
        "souborů se nezměnil."
    ),
    "differs": "POZOR: log v balíčku sám uvádí, co nedoložil nebo co se s ním neshoduje: {count}; viz README.txt.",
    "absent": "v balíčku chybí",
    "alien": "do balíčku nepatří",
    "broken": "NENÍ V POŘÁDKU: {where}: {what}",
    "option": "{option}",
    "no_key": "tohle není klíč záznamu, `jméno+označení+klíč`; zkopírujte ho celý, nic nebylo ověřeno",
    "no_witness_key": "tohle není klíč svědka, `jméno+označení+klíč`; zkopírujte ho celý, nic nebylo ověřeno",
    "entry": "záznam {at}",
    "span": "záznamy {begin} až {end}",
    "file": "soubor {name}",
    "edited": "byl změněn: jeho obsah nedává uložený otisk",
    "missing": "chybí; následuje záznam {found}",
    "order": "je na jiném místě: stojí tu záznam {found}",
    "unreadable": "nejde přečíst",
    "time": "je podle času přijetí starší než předchozí",
    "chain": "nezačíná strom, který navazuje na předchozí",
    "rewritten": "nedávají kořen stromu, který log podepsal o {size} záznamech",
    "short": "soubor má {found} záznamů, a měl jich mít {wanted}",
    "rolled": "odložený kontrolní bod zná {size} záznamů, export jen {last}: log se vrátil, nebo je export starší",
    "apart": "odložený kontrolní bod o {size} záznamech má jiný kořen: log byl přepsán",
    "early": "odložený bod o {size} záznamech je před začátkem exportu; chtějte export s --checkpoint",
    "signature": "kontrolní bod není podepsán klíčem {key}",
    "retired": "kontrolní bod o {size} záznamech podepsal klíč {id}, který tehdy neplatil",
    "keys": "co se v něm říká o klíčích logu, ty klíče nepodepsaly",
    "elsewhere": "klíče, o kterých se v něm říká, nevedou ke klíči {key}, který máte",
    "compromised": "klíč {key} byl po záznamu {at} ohlášen jako vyzrazený; o nový požádejte jinou cestou",
    "stolen": (
        "nejnovější kontrolní bod o {size} záznamech podepsal jen klíč, který byl později ohlášen jako vyzrazený; "
        "chtějte výpis, který sahá za jeho výměnu, nebo přidejte --checkpoint či --witness"
    ),
    "sealed": "prohlášení mluví o {size} záznamech, nejnovější kontrolní bod o {found}",
    "gone": "v souboru chybějí, a podpis logu nedokládá, že je log vymazal",
    "bare": "nemá v důkazech obsah, ač výpis není pseudonymizovaný",
    "untold": "mluví o změně klíče, o které nic nedokládá podpis",
    "changed": "Log má po záznamu {at} klíč {key}; doložil ho klíč předchozí.",
    "ended": "Klíč {key} po záznamu {at} už nepodepisuje.",
    "format": "není to export ani důkaz, kterému tato verze rozumí",
    "proof": "důkaz nedává podepsaný kořen",
    "unproven": "log ho nedokázal doložit",
    "added": "podle podepsaného prohlášení do výpisu nepatří",
    "numbers": "čísla záznamů nejsou ta, která log podepsal",
    "altered": "není takový, jak ho log vydal",
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
    "dropped": "Entries {begin} to {last} were deleted by the log after their time; their last checkpoint fits.",
    "earlier": "Entries {begin} to {last} were deleted by an older version, unsigned; the log signed that later.",
    "doubted": "NOT PROVEN: that entries {begin} to {last} were deleted, a key alone says that was compromised later.",
    "unsigned": (
        "NOT PROVEN: entries {begin} to {last} are not in the file. That the log deleted them after their time, no\n"
        "    signature says; the file is of a version that signed no deletion."
    ),
    "leaned": (
        "NOT PROVEN: the checkpoint of {size} entries is signed by a key alone that was reported compromised later."
    ),
    "other": "Checkpoints of other months than the file has: {count}; it cannot be held against them.",
    "unheld": "A proof of one entry can be held against a checkpoint of its size alone; of others there were {count}.",
    "selected": (
        "Right: {count} selected entries are in {origin} as signed at {size} entries; of those given none is missing.\n"
        "    asked for: {asked}"
    ),
    "stated": (
        "Signed: {origin}, at {size} entries, says that it handed out {count}, of these numbers.\n"
        "    asked for: {asked}"
    ),
    "content": "The file {file} is as the log handed it out.",
    "beside": "The file {file} does not lie beside the proofs, so it was not held against them.",
    "pseudonyms": "Under pseudonyms: numbers and text are the word of the signature; no entry is proven by itself.",
    "bounded": "For one municipality: numbers and text are the word of the signature; no entry is proven by itself.",
    "bundle": (
        "Signed: {origin}, at {size} entries, handed out the bundle of incident {incident}; all {count} files are as "
        "they were."
    ),
    "differs": "BEWARE: the log itself tells in it what it could not prove, or what differs: {count}; see README.txt.",
    "absent": "is missing from the bundle",
    "alien": "is no file of the bundle",
    "broken": "NOT WHOLE: {where}: {what}",
    "option": "{option}",
    "no_key": "this is no Ed25519 key of a log, `name+id+key`; copy all of it, nothing was verified",
    "no_witness_key": "this is no Ed25519 key of a witness, `name+id+key`; copy all of it, nothing was verified",
    "entry": "entry {at}",
    "span": "entries {begin} to {end}",
    "file": "file {name}",
    "edited": "was altered: its content does not give the hash that is stored",
    "missing": "is missing; entry {found} follows",
    "order": "stands in another place: entry {found} is here",
    "unreadable": "cannot be read",
    "time": "was received before the one ahead of it, as it says",
    "chain": "does not begin a tree behind the one before",
    "rewritten": "do not give the root that the log signed at {size} entries",
    "short": "the file has {found} entries and should have {wanted}",
    "rolled": "a checkpoint kept elsewhere knows {size} entries, the export {last}: put back, or it is older",
    "apart": "a checkpoint kept elsewhere, of {size} entries, has another root: the log was rewritten",
    "early": "a checkpoint kept elsewhere ({size} entries) is before the export: have it made with --checkpoint",
    "signature": "the checkpoint is not signed by the key {key}",
    "retired": "the checkpoint of {size} entries is signed by the key {id}, which was not in force then",
    "keys": "what it says of the log's keys is not signed by them",
    "elsewhere": "the keys that it tells of do not lead to the key {key}, which you have",
    "compromised": "the key {key} was reported compromised after entry {at}; get the new one by another way",
    "stolen": (
        "the newest checkpoint, of {size} entries, is signed by a key alone that was reported compromised later; have "
        "an export that reaches beyond its change, or give --checkpoint or --witness"
    ),
    "sealed": "the statement speaks of {size} entries, the newest checkpoint of {found}",
    "gone": "are missing from the file, and no signature of the log says that it deleted them",
    "bare": "has no content among the proofs, though the export is not pseudonymised",
    "untold": "it tells of a change of keys that no signature vouches for",
    "changed": "Behind entry {at} the log has the key {key}; the key before vouched for it.",
    "ended": "The key {key} signs nothing behind entry {at}.",
    "format": "this is no export and no proof that this version understands",
    "proof": "the proof does not give the signed root",
    "unproven": "the log could not prove it",
    "added": "is none of those that the signed statement names",
    "numbers": "the numbers of the entries are not those that the log signed",
    "altered": "is not as the log handed it out",
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
        data = key_bytes(encoded)
        if data[:1] != b"\1" or len(data) != 33 or said != self.id_of(self.name, data).hex():
            raise Broken("no_key", "option", option="--key")
        self.data = data
        self.keys: list[Follower] = [Follower(data)]
        self.notes: list[str] = []  # that tell of them
        self.witnesses: list[Witness] = []
        self.signing: list[int] = []  # sizes of checkpoints kept elsewhere that say `drops signed`

    def learn(self, notes: object) -> None:
        """Keys that the one we were given vouches for, or that vouch for it. Raises Broken."""
        if not isinstance(notes, list) or not all(isinstance(one, str) for one in notes):
            raise Broken("format")
        shorter, longer = sorted((self.notes, notes), key=len)
        if longer[: len(shorter)] != shorter:
            raise Broken("keys")
        if longer == self.notes:
            return
        chain: list[Follower] = []
        for note in longer:
            change(note, self.name, chain)
        ours = next((number for number, one in enumerate(chain) if one.data == self.data), None)
        if ours is None:
            raise Broken("elsewhere", key=self.name)
        for one in chain[ours + 1 :]:
            if one.why != "planned":
                raise Broken("compromised", key=self.hex_of(self.data), at=one.since - 1)
        for at, one in enumerate(chain):
            one.compromised = any(later.why != "planned" for later in chain[at + 1 :])
        self.keys, self.notes = chain, longer

    def require_told(self, entry: dict[str, object], at: int) -> None:
        """An entry about the log's keys says what a note says that they signed. Raises Broken."""
        if entry.get("code") in CODES_OF_KEYS and note_told(entry) not in self.notes:
            raise Broken("untold", "entry", at=at)

    def changes(self) -> list[tuple[str, dict[str, object]]]:
        told: list[tuple[str, dict[str, object]]] = []
        for one in self.keys:
            if one.since >= 0:
                told.append(("changed", {"key": self.hex_of(one.data), "at": one.since - 1}))
            if one.until is not None:
                told.append(("ended", {"key": self.hex_of(one.data), "at": one.until - 1}))
        return told

    def hex_of(self, data: bytes) -> str:
        return self.id_of(self.name, data).hex()

    def witnessed(self, note: str) -> list[tuple[str, dict[str, object]]]:
        """What each witness that is demanded says of the newest checkpoint. Raises Broken."""
        _, first, size, _ = self.open(note)
        return [("witnessed", one.said(note, first + size)) for one in self.witnesses]

    @staticmethod
    def id_of(name: str, data: bytes) -> bytes:
        return hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]

    def open(self, note: str) -> tuple[str, int, int, bytes]:
        """Origin, first entry, size and root of a checkpoint of one of the log's trees that its keys signed."""
        body, gap, _ = note.rpartition("\n\n")
        origin, _, rest = body.partition("\n")
        month = MONTH.fullmatch(origin, len(self.name)) if origin.startswith(self.name) else None
        size, root, *more = rest.split("\n") if rest.count("\n") else ("", "")
        first = FIRST.fullmatch(more[0]) if month and more else None
        if not gap or not (month or origin == self.name) or not size.isdigit() or (month and not first):
            raise Broken("signature", key=self.name)
        found = (origin, int(first[1]) if first else 0, int(size), unbase64(root))
        reach = found[1] + found[2]
        signed = [one for one in self.keys if signed_by(note, origin, one.data)]
        if not signed or any(one.signs(reach) and one not in signed for one in self.keys):
            alien = next((one for one in signed if not one.signs(reach)), None)
            if alien is not None:
                raise Broken("retired", size=reach, id=self.hex_of(alien.data))
            raise Broken("signature", key=self.name)
        return found

    def leans(self, note: str) -> bool:
        """Whether nobody but keys that were compromised later signed that checkpoint."""
        origin, _, _ = note.partition("\n")
        return all(one.compromised for one in self.keys if signed_by(note, origin, one.data))

    def require_current(self, note: str, kept: Kept) -> None:
        """The newest checkpoint of a file is not of a compromised key alone, unless somebody else knows it.

        Raises Broken.
        """
        _, first, size, root = self.open(note)
        known = kept.get(first + size, ("", -1, b""))[1:] == (first, root)
        if self.leans(note) and not known and not self.witnesses:
            raise Broken("stolen", size=first + size)

    def drop(self, note: str, first: int, size: int, root: bytes) -> str:
        """What a signed note says of a month that is gone. Raises Broken."""
        lines = note.rpartition("\n\n")[0].split("\n")
        said = dict(line.split(" ", 1) for line in lines[1:] if " " in line)
        span = Broken("gone", "span", begin=first, end=first + size - 1)
        if lines[:2] != [OF_DROPS, f"log {self.name}"] or not said.get("written", "").isdigit():
            raise span
        needed = [one for one in self.keys if one.signs(int(said["written"]))]
        if not needed or not all(signed_by(note, self.name, one.data) for one in needed):
            raise span
        for line in lines[2:]:
            words = line.split(" ")
            if len(words) == 8 and words[3:6] == [str(first), str(size), root.hex()]:
                return "doubted" if all(one.compromised for one in needed) else words[0]
        raise span

    def statement(self, note: str) -> list[str]:
        """The lines of what all keys that were in force then signed about a selection."""
        origin, _, rest = note.rpartition("\n\n")[0].partition("\n")
        lines = rest.split("\n")
        sealed = next((one[len("sealed ") :] for one in lines if one.startswith("sealed ")), "")
        if origin != self.name + "/export" or not sealed.isdigit():
            raise Broken("signature", key=self.name)
        signed = [one for one in self.keys if signed_by(note, origin, one.data)]
        needed = [one for one in self.keys if one.signs(int(sealed))]
        if needed and all(one in signed and not one.compromised for one in needed):
            return lines
        alien = next((one for one in signed if not one.signs(int(sealed)) or one.compromised), None)
        if alien is not None:
            raise Broken("retired", size=int(sealed), id=self.hex_of(alien.data))
        raise Broken("signature", key=self.name)


class Follower:
    """One of the keys of a log: it signs checkpoints of more than `since` entries and of at most `until`."""

    def __init__(self, data: bytes, since: int = -1, why: str = "") -> None:
        self.data, self.since, self.why = data, since, why
        self.until: int | None = None
        self.compromised = False

    def signs(self, reach: int) -> bool:
        return self.since < reach and (self.until is None or reach <= self.until)


def signs_drops(note: str) -> bool:
    """Whether a checkpoint says that whoever made it signs each deletion."""
    return DROPS_SIGNED in note.rpartition("\n\n")[0].split("\n")


def signed_by(note: str, name: str, data: bytes) -> bool:
    body, _, below = note.rpartition("\n\n")
    for line in below.split("\n"):
        words = line[len(DASH) :].split(" ")
        if not line.startswith(DASH) or len(words) != 2 or words[0] != name:
            continue
        signature = unbase64(words[1])
        if signature[:4] != Key.id_of(name, data):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(data[1:]).verify(signature[4:], (body + "\n").encode())
        except InvalidSignature:
            continue
        return True
    return False


def change(note: str, name: str, chain: list[Follower]) -> None:
    """A change of keys behind those of the chain, signed by whose word it needs. Raises Broken."""
    lines = note.partition("\n\n")[0].split("\n")
    said = dict(line.split(" ", 1) for line in lines[1:] if " " in line)
    if lines[0] != OF_KEYS or not said.get("written", "").isdigit():
        raise Broken("keys")
    at, names = int(said["written"]), ("introduces", "after") if "introduces" in said else ("retires", "by")
    one, other = (key_data(said.get(word, ""), name) for word in names)
    standing = {key.data: key for key in chain if key.until is None}
    if not signed_by(note, name, other) or (chain and other not in standing):
        raise Broken("keys")
    if "introduces" not in said:
        if one not in standing or one == other:
            raise Broken("keys")
        standing[one].until = at
        return
    if not signed_by(note, name, one) or any(key.data == one for key in chain):
        raise Broken("keys")
    if not chain:
        chain.append(Follower(other))
    chain.append(Follower(one, at, said.get("why", "")))


def key_data(text: str, name: str) -> bytes:
    """Of a key of that log, `name+id+key`. Raises Broken."""
    said, _, rest = text.partition("+")
    data = unbase64(rest.partition("+")[2])
    if said != name or data[:1] != b"\1" or len(data) != 33:
        raise Broken("keys")
    return data


def note_told(entry: dict[str, object]) -> str:
    """The note of a change of keys that an entry tells of."""
    said = entry.get("details")
    details = said if isinstance(said, dict) else {}
    names = ["introduces key", "after before", "written written", "why why"]
    if entry.get("code") != "audit.key_introduced":
        names = ["retires key", "by by", "written written"]
    lines = [f"{word} {details.get(name)}" for word, name in (one.split() for one in names)]
    signed = details.get("signed")
    return "\n".join([OF_KEYS, *lines, "", *(signed if isinstance(signed, list) else []), ""])


class Witness:
    """The key of a witness, `name+id+base64(4, key)`, and its cosignatures (C2SP tlog-cosignature, Ed25519)."""

    def __init__(self, text: str) -> None:
        self.name, _, rest = text.strip().partition("+")
        said, _, encoded = rest.partition("+")
        data = key_bytes(encoded)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if data[:1] != b"\4" or len(data) != 33 or said != self.id.hex():
            raise Broken("no_witness_key", "option", option="--witness")
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
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")  # noqa: UP017 - Python 3.9
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("format") from None


def key_bytes(encoded: str) -> bytes:
    """Of a key as somebody typed or copied it; none where it is no base64."""
    try:
        return unbase64(encoded)
    except (Broken, ValueError):
        return b""


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


def thinned(kept: Kept) -> Kept:
    """Of very many checkpoints some, the smallest and the largest among them: each may cost a proof."""
    sizes = sorted(kept)
    steps = [round(one * (len(sizes) - 1) / (MOST_KEPT - 1)) for one in range(MOST_KEPT)]
    return kept if len(sizes) <= MOST_KEPT else {sizes[step]: kept[sizes[step]] for step in steps}


class Export:
    """One reading of an export; every line is looked at in the order in which it stands. Numbers are the log's own."""

    def __init__(self, key: Key, kept: Kept) -> None:
        self.key, self.kept, self.given, self.tree = key, dict(kept), kept, Tree()
        self.gone: set[int] = set()  # first entries of trees that are said to be gone
        self.unsigned: list[tuple[int, int]] = []  # months that are said to be gone, and no note says so
        self.signing = list(key.signing)  # sizes of checkpoints that say so of each deletion
        self.told: list[tuple[str, dict[str, object]]] = []
        self.since = self.received = ""
        self.first = self.sealed = 0
        self.newest = ""  # the note of the last tree, whose first entry names the one before
        self.before: tuple[int, int, bytes] | None = None  # first, size and root of the tree that ends here
        self.trees: list[tuple[str, int, int]] = []  # origin, first and reach of each one read

    @property
    def at(self) -> int:
        return self.first + self.tree.size

    def read(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            head = json.loads(line)
            version = head["brana_export"]
            if type(version) is not int or version not in FORMATS or (self.trees and self.before is None):
                raise Broken("format")
            self.key.learn(head.get("keys", []))
            if "dropped" in head:
                self.dropped(str(head["dropped"]), head.get("signed"))
            else:
                self.section(head, lines)
        if not self.trees:
            raise Broken("format")
        self.others()
        self.absent()
        self.told += self.key.changes() + self.key.witnessed(self.newest)
        self.key.require_current(self.newest, self.given)

    def section(self, head: dict[str, object], lines: Iterator[bytes]) -> None:
        """What is handed out of one tree."""
        self.newest = str(head["checkpoint"])
        origin, first, size, root = self.key.open(self.newest)
        self.heard(self.newest, first + size)
        begin, end = int(str(head["begin"])), int(str(head["end"]))
        if not first <= begin <= end or (self.before is not None and (first, begin) != (self.at, self.at)):
            raise Broken("format")
        self.tree, self.first, self.since = Tree(), first, ""
        self.tree.add_range(0, begin - first, hashes(head["left"]))
        self.sealed = begin
        if begin in self.kept and begin > first:
            self.hold(begin)
        for line in lines:
            if line.startswith(HEAD):
                self.entry(line)
                continue
            said = json.loads(line)
            if "grew_from" in said:
                self.grew(said["grew_from"], said["path"], (first, size, root))
            elif "right" in said:
                break
            else:
                self.note(said["note"])
        else:
            raise Broken("short", found=self.at - begin, wanted=end - begin)
        if self.at != end:
            raise Broken("short", found=self.at - begin, wanted=end - begin)
        self.last((begin, end), (origin, size, root), hashes(said["right"]))

    def entry(self, line: bytes) -> None:
        """Its bytes give the leaf hash that stands beside them, and its number is the next."""
        at = self.at
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
        if self.before is not None:
            self.chained(entry, at)
        self.key.require_told(entry, at)
        self.since, self.received = self.since or received, received
        self.tree.add(0, leaf)
        if self.kept and self.at in self.kept:
            self.hold(self.at)

    def chained(self, entry: dict[str, object], at: int) -> None:
        """The first entry of a tree names the one before it."""
        said, before, self.before = entry.get("details"), self.before, None
        names = ("before_first", "before_size", "before_root")
        if entry.get("code") != "audit.shard_opened" or not isinstance(said, dict) or before is None:
            raise Broken("chain", "entry", at=at)
        if tuple(said.get(name) for name in names) != (before[0], before[1], before[2].hex()):
            raise Broken("chain", "entry", at=at)

    def note(self, text: str) -> None:
        _, first, size, root = self.key.open(text)
        self.heard(text, first + size)
        if (first, size, root) != (self.first, self.tree.size, self.tree.root()):
            self.rewritten(first + size)
        self.sealed = self.at

    def rewritten(self, size: int) -> NoReturn:
        raise Broken("rewritten", "span", begin=self.sealed, end=max(self.at - 1, self.sealed), size=size)

    def hold(self, reach: int) -> None:
        """Against a checkpoint that was kept elsewhere."""
        if self.kept.pop(reach)[1:] != (self.first, self.tree.root()):
            raise Broken("apart", "span", begin=self.sealed, end=reach - 1, size=reach)
        self.told.append(("kept", {"size": reach}))

    def grew(self, older: str, path: object, newer: tuple[int, int, bytes]) -> None:
        _, first, size, root = self.key.open(older)
        self.heard(older, first + size)
        kept = self.kept.get(first + size)
        if kept is None:
            return
        grown = consistent(size, root, newer[1], newer[2], hashes(path))
        if first != newer[0] or kept[1:] != (first, root) or not grown:
            raise Broken("apart", size=first + size)
        del self.kept[first + size]
        self.told.append(("kept", {"size": first + size}))

    def last(self, span: tuple[int, int], said: tuple[str, int, bytes], right: list[bytes]) -> None:
        (begin, end), (origin, size, root), reach = span, said, self.first + said[1]
        self.tree.add_range(end - self.first, size, right)
        if self.tree.root() != root:
            self.rewritten(reach)
        if reach in self.kept:
            self.hold(reach)
        facts = {"begin": begin, "last": end - 1, "count": end - begin, "origin": origin, "size": reach}
        facts |= {"since": self.since or "-", "until": (self.received if self.since else "") or "-"}
        self.told.insert(len(self.trees), ("whole", facts))
        self.before = (self.first, size, root) if end == reach else None
        self.trees.append((origin, self.first, reach))

    def absent(self) -> None:
        """Months of which no signature says that they were deleted: an older version signed none, and said so by the
        newest checkpoint. The last one has nothing behind it that would name it. Raises Broken.
        """
        signing = signs_drops(self.newest)
        for begin, end in self.unsigned:
            if signing or self.signed_each(end + 1) or end == self.trees[-1][2] - 1:
                raise Broken("gone", "span", begin=begin, end=end)
            self.told.append(("unsigned", {"begin": begin, "last": end}))

    def dropped(self, note: str, signed: object) -> None:
        """Of a tree that the log let go this is left; the next one has to name it. `signed`: the note that says so."""
        origin, first, size, root = self.key.open(note)
        self.newest = note
        self.heard(note, first + size)
        if not size or (self.before is not None and first != self.at):
            raise Broken("format")
        self.tree, self.first = Tree(), first + size
        if first + size in self.kept and self.kept.pop(first + size)[1:] != (first, root):
            raise Broken("apart", size=first + size)
        self.before = (first, size, root)
        self.gone.add(first)
        span: dict[str, object] = {"begin": first, "last": first + size - 1}
        if signed is None:
            self.unsigned.append((first, first + size - 1))
        else:
            said = self.key.drop(str(signed), first, size, root)
            if said == "earlier" and self.signed_each(first + size):
                raise Broken("gone", "span", begin=first, end=first + size - 1)
            self.told.insert(len(self.trees), (said, span))
        self.trees.append((origin, first, first + size))

    def heard(self, note: str, reach: int) -> None:
        """Of a checkpoint that the log's keys signed."""
        if signs_drops(note):
            self.signing.append(reach)

    def signed_each(self, end: int) -> bool:
        """Whether each deletion was signed when the month of the entries before `end` was over: then no older version
        can have deleted it.
        """
        return any(one <= end for one in self.signing)

    def others(self) -> None:
        """Checkpoints that were kept and nothing was held against yet."""
        origin, _, end = self.trees[-1]
        alien = 0
        for reach, (name, first, _) in sorted(self.kept.items()):
            own = [one for one in self.trees if one[1] == first]
            gone = own and first in self.gone
            if (own and reach > own[0][2]) or (first > end and follows(name, origin)):
                raise Broken("rolled", size=reach, last=end)
            if any(begin < first < until for _, begin, until in self.trees):
                raise Broken("apart", size=reach)
            if own and not gone:
                raise Broken("early", size=reach, last=end)
            alien += 1
        if alien:
            self.told.append(("other", {"count": alien}))


class Selection:
    """One reading of the proofs of a selection: what the log said that it holds, then each entry by itself."""

    def __init__(self, key: Key, kept: Kept, folder: Path | None) -> None:
        self.key, self.kept, self.folder = key, kept, folder
        self.bare = False  # whether entries are given by their hashes alone
        self.told: list[tuple[str, dict[str, object]]] = []

    def read(self, lines: Iterator[bytes]) -> None:
        head = json.loads(next(lines))
        self.key.learn(head.get("keys", []))
        count, digest, *more = self.key.statement(str(head["statement"]))
        said = dict(line.split(" ", 1) for line in more)
        self.bare = said["pseudonyms"] == "yes" or said.get("proofs") == "no"
        numbers = head["numbers"]
        if head["brana_selection"] != 1 or said["version"] != "1":
            raise Broken("format")
        text = ",".join(str(int(one)) for one in numbers)
        if len(numbers) != int(count) or hashlib.sha256(text.encode()).hexdigest() != digest:
            raise Broken("numbers")
        left, newest, tree = iter(numbers), "", ("", 0, 0, b"")
        held: set[int] = set()
        for line in lines:
            if line.startswith(PATH):
                self.entry(line, next(left, None), tree)
                continue
            other = json.loads(line)
            if "not_proven" in other:
                raise Broken("unproven", "entry", at=int(other["not_proven"]))
            newest = str(other["checkpoint"])
            tree = self.key.open(newest)
            if self.key.leans(newest) and tree[1] + tree[2] not in self.kept:
                self.told.append(("leaned", {"size": tree[1] + tree[2]}))
            held |= self.hold(tree)
        stated_alone = self.bare and not newest  # a hash would name whom somebody suspects
        reach = tree[1] + tree[2]
        if not stated_alone and reach != int(said["sealed"]):
            raise Broken("sealed", size=int(said["sealed"]), found=reach)
        missing = None if stated_alone else next(left, None)
        if missing is not None:
            raise Broken("short", found=numbers.index(missing), wanted=len(numbers))
        self.conclude(said, len(numbers), newest, len(self.kept.keys() - held))

    def conclude(self, said: dict[str, str], count: int, newest: str, others: int) -> None:
        facts = {
            "count": count,
            "origin": self.key.name,
            "size": int(said["sealed"]),
            "asked": plain(said["asked"]),
        }
        self.told.insert(0, ("selected" if newest or not self.bare else "stated", facts))
        self.content(said["file"])
        if self.bare:
            self.told.append(("pseudonyms" if said["pseudonyms"] == "yes" else "bounded", {}))
        self.told += self.key.changes()
        if newest or not self.bare:
            self.told += self.key.witnessed(newest)
        elif self.key.witnesses:
            raise Broken("unwitnessed", size=int(said["sealed"]), witness=self.key.witnesses[0].name)
        self.told += [("unheld", {"count": others})] if others else []

    def entry(self, line: bytes, wanted: int | None, tree: tuple[str, int, int, bytes]) -> None:
        """It is the next that was named, and its path leads from its hash to the checkpoint."""
        path, _, rest = line[len(PATH) :].partition(LEAF)
        stated, _, data = rest.rstrip(b"\n").partition(b'",')
        name, _, data = data.partition(b":")
        if name not in (b'"entry"', b'"sequence"') or not data.endswith(END):
            raise Broken("format")
        if name == b'"sequence"' and not self.bare:
            raise Broken("bare", "entry", at=-1 if wanted is None else wanted)
        data, leaf = data[: -len(END)], unbase64(stated.decode("ascii", "replace"))
        known = json.loads(data)
        number = known["sequence"] if name == b'"entry"' else known
        if type(number) is not int:
            raise Broken("format")
        if wanted is None or number < wanted:
            raise Broken("added", "entry", at=number)
        if number > wanted:
            raise Broken("missing", "entry", at=wanted, found=number)
        if name == b'"entry"':
            if leaf != leaf_hash(data):
                raise Broken("edited", "entry", at=number)
            self.key.require_told(known, number)
        _, first, size, root = tree
        if not first <= number or root_by(leaf, number - first, size, hashes(json.loads(path))) != root:
            raise Broken("proof", "entry", at=number)

    def hold(self, tree: tuple[str, int, int, bytes]) -> set[int]:
        """Against a checkpoint of the same size that was kept elsewhere."""
        reach = tree[1] + tree[2]
        if reach not in self.kept:
            return set()
        if self.kept[reach][1:] != (tree[1], tree[3]):
            raise Broken("apart", size=reach)
        self.told.append(("kept", {"size": reach}))
        return {reach}

    def content(self, said: str) -> None:
        """The file for people, where it lies beside the proofs."""
        name, _, digest = said.partition(" ")
        beside = self.folder / name if self.folder is not None and NAME.fullmatch(name) else None
        if beside is None or not beside.is_file():
            self.told.append(("beside", {"file": name}))
            return
        found = hashlib.sha256()
        with beside.open("rb") as file:
            for part in iter(lambda: file.read(1 << 20), b""):
                found.update(part)
        if found.hexdigest() != digest:
            raise Broken("altered", name=name)
        self.told.append(("content", {"file": name}))


def plain(asked: str) -> str:
    """Conditions as people read them, with nothing that a terminal would do something by."""
    pairs = [unquote_plus(one) for one in asked.split("&")]
    return ", ".join(map(shown, pairs))


def shown(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


def follows(later: str, earlier: str) -> bool:
    """Whether the one tree is of the month right behind that of the other, so that nothing can be between them."""
    months = [[int(one) for one in name[-7:].split("-")] for name in (later, earlier) if MONTH.search(name)]
    return len(months) == 2 and months[0][0] * 12 + months[0][1] == months[1][0] * 12 + months[1][1] + 1


def keys_in(file: Path) -> object:
    """The notes about the log's keys that an export begins with: checkpoints kept elsewhere are opened before it."""
    try:
        with file.open("rb") as opened:
            return json.loads(opened.readline(LONGEST_HEAD)).get("keys", [])
    except (ValueError, AttributeError, RecursionError, OSError):
        return []  # what the file is, is said when it is read


def hashes(said: object) -> list[bytes]:
    if not isinstance(said, list):
        raise Broken("format")
    return [unbase64(one) for one in said]


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


def read_proof(text: str, key: Key, kept: Kept) -> list[tuple[str, dict[str, object]]]:
    """A proof of one entry (C2SP tlog-proof), whose bytes are its `extra`."""
    proof, _, note = text.partition("\n\n")
    first, *lines = proof.split("\n")
    extra = lines.pop(0)[len("extra ") :] if lines and lines[0].startswith("extra ") else ""
    if first != "c2sp.org/tlog-proof@v1" or not lines or not lines[0].startswith("index "):
        raise Broken("format")
    index = int(lines.pop(0)[len("index ") :])
    origin, begins, size, root = key.open(note)
    data = unbase64(extra)
    if root_by(leaf_hash(data), index, size, [unbase64(one) for one in lines]) != root:
        raise Broken("proof", "entry", at=begins + index)
    number = json.loads(data)["sequence"]
    if type(number) is not int or number != begins + index:
        raise Broken("unreadable", "entry", at=begins + index)
    reach = begins + size
    if reach in kept and kept[reach][1:] != (begins, root):
        raise Broken("apart", "entry", at=number, size=reach)
    told: list[tuple[str, dict[str, object]]] = [("one", {"index": number, "origin": origin, "size": reach})]
    told += key.witnessed(note)
    key.require_current(note, kept)
    others = len(kept.keys() - {reach})
    return [*told, ("unheld", {"count": others})] if others else told


def read_bundle(line: bytes, key: Key, folder: Path | None) -> list[tuple[str, dict[str, object]]]:
    """Every file beside a statement is one that the log signed, and none is missing. Raises Broken."""
    head = json.loads(line)
    key.learn(head.get("keys", []))
    what, digest, *more = key.statement(str(head["statement"]))
    said = dict(one.split(" ", 1) for one in more)
    word, _, incident = what.partition(" ")
    if folder is None or head["brana_bundle"] != 1 or said["version"] != "1" or word != "incident":
        raise Broken("format")
    manifest = same(folder, "manifest.json", digest)
    told = json.loads(manifest)
    for name, facts in told["files"].items():
        same(folder, name, facts["sha256"])
    require_sums(folder, told["files"], digest)
    every = [
        one for one in folder.rglob("*") if one.is_symlink() or not one.is_dir()
    ]  # nothing behind a link
    there = {one.relative_to(folder).as_posix() for one in every}
    links = {one.relative_to(folder).as_posix() for one in every if one.is_symlink()}
    for name in sorted((there - told["files"].keys() - BESIDE_ALL) | links):
        raise Broken("alien", name="".join(one if one.isprintable() else "?" for one in name))
    facts = {
        "incident": int(incident),
        "origin": key.name,
        "size": int(said["sealed"]),
        "count": len(told["files"]),
    }
    differs = len(told["not_proven"]) + len(told["not_as_recorded"])
    found = [("bundle", facts), *([("differs", {"count": differs})] if differs else []), *key.changes()]
    return found + (key.witnessed((folder / "checkpoint.txt").read_text("utf-8")) if key.witnesses else [])


def require_sums(folder: Path, files: dict[str, dict[str, object]], manifest: str) -> None:
    """SHA256SUMS says what the signed manifest says. Raises Broken."""
    said = {"manifest.json": manifest, **{name: str(facts["sha256"]) for name, facts in files.items()}}
    statement, sums = folder / "statement.json", folder / "SHA256SUMS"
    if statement.is_file():
        said["statement.json"] = hashlib.sha256(statement.read_bytes()).hexdigest()
    if not sums.is_file():
        raise Broken("absent", name=sums.name)
    lines = sums.read_bytes().decode("utf-8", "replace").splitlines()
    if sorted(lines) != sorted(f"{digest}  {name}" for name, digest in said.items()):
        raise Broken("altered", name=sums.name)


def same(folder: Path, name: str, digest: str) -> bytes:
    """What is in the file. Raises Broken where it is not what was signed."""
    file = folder / name
    if not file.is_file():
        raise Broken("absent", name=name)
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Broken("altered", name=name)
    return data


def verified(
    file: BinaryIO, key: Key, kept: Kept, folder: Path | None = None
) -> list[tuple[str, dict[str, object]]]:
    """What was found to be right, in words' names and facts. `folder`: where it lies. Raises Broken."""
    start = file.read(len(SELECTION))
    begins, is_selection = start[:1], start == SELECTION
    file.seek(0)
    try:
        if begins == b"c":
            return read_proof(file.read().decode(), key, kept)
        if start.startswith(BUNDLE):
            return read_bundle(file.readline(LONGEST_HEAD), key, folder)
        if is_selection:
            selection = Selection(key, kept, folder)
            selection.read(iter(file))
            return selection.told
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


def asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="an export, proofs of a selection, a proof, or a bundle's statement.json",
    )
    parser.add_argument("--key", required=True, help="the log's key: name+id+key")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="kept elsewhere")
    parser.add_argument(
        "--keys", metavar="FILE", help="notes that tell how keys of the log followed each other"
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="must have cosigned the newest checkpoint",
    )
    parser.add_argument("--english", action="store_true", help="say it in English")
    return parser.parse_args(arguments)


def for_any_console() -> None:
    """One that knows no such letters is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main(arguments: list[str] | None = None) -> int:
    given = asked(arguments)
    for_any_console()
    words, status = ENGLISH if given.english else CZECH, 0

    def say(broken: Broken, name: str) -> None:
        facts = {"name": shown(name), **broken.facts}
        where = words[broken.where].format(**facts)
        print(words["broken"].format(where=where, what=words[broken.what].format(**facts)))

    name = "--key"
    try:
        key = Key(given.key)
        key.witnesses = [Witness(one) for one in given.witness]
        if given.keys is not None:
            name = given.keys
            key.learn(list(notes_of(Path(name).read_text("utf-8"))))
        for each in given.files:
            with suppress(Broken, ValueError):  # it is said when the file is read
                key.learn(keys_in(Path(each)))
        kept: Kept = {}
        for name in given.checkpoint:
            kept_elsewhere(name, key, kept)
    except (Broken, ValueError, OSError) as error:  # what to hold the log against is not there: no verdict
        say(error if isinstance(error, Broken) else Broken("format"), name)
        return 2
    for name in given.files:
        try:
            with Path(name).open("rb") as file:
                for what, facts in verified(file, key, thinned(kept), Path(name).parent):
                    print(words[what].format(**facts))
                    status = status or (3 if what in LESS else 0)
        except Broken as broken:
            say(broken, name)
            status = 1
        except OSError as error:
            print(f"{shown(name)}: {error.strerror}", file=sys.stderr)
            return 2
    return status


def kept_elsewhere(path: str, key: Key, kept: Kept) -> None:
    """Add sizes and roots. Raises Broken where one is not signed, or two of one size differ; ValueError, OSError."""
    for note in notes_of(Path(path).read_text("utf-8")):
        origin, first, size, root = key.open(note)
        if signs_drops(note):
            key.signing.append(first + size)
        if kept.setdefault(first + size, (origin, first, root))[1:] != (first, root):
            raise Broken("apart", size=first + size)


if __name__ == "__main__":
    sys.exit(main())
