"""A person's NSS databases: of Chromium and its kin, and of each profile of Firefox. All by `certutil` and `pk12util`,
run as the person.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from agents.browsers.people import Person, as_person
from agents.keys.browser import BrowserKey

CHROMIUM = (".local/share/pki/nssdb", ".pki/nssdb")
"""The first where it is there; else the second, which is made."""
FIREFOX = (".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox")
MOST_PROFILES = 20


PROFILES = f'find -L "$1/" -mindepth 2 -maxdepth 2 -name cert9.db 2>/dev/null | head -n {MOST_PROFILES}'


def of(person: Person) -> Iterator[Path]:
    """Looked for as the person: what lies in a home is of that person's making. Raises NoAnswer."""
    chromium = [person.home / one for one in CHROMIUM]
    yield next((one for one in chromium if _is_made(one, person)), chromium[-1])
    for folder in FIREFOX:
        found = as_person(person, "sh", "-c", PROFILES, "sh", str(person.home / folder)) or b""
        yield from sorted(Path(os.fsdecode(line)).parent for line in found.splitlines())


def give(store: Path, person: Person, nickname: str, one: BrowserKey) -> bool:
    """Whether it is there now. A store with a password of its own takes nothing. Raises NoAnswer, OSError."""
    if _has(store, person, nickname, one):
        return True
    made = as_person(person, "mkdir", "-p", "-m", "0700", str(store)) is not None
    if not made or (
        not _is_made(store, person)
        and as_person(person, "certutil", "-N", "-d", f"sql:{store}", "--empty-password") is None
    ):
        return False
    take_away(store, person, nickname)
    # A folder of the person's own, so that nobody else reads the key and no name is guessed.
    with tempfile.TemporaryDirectory(prefix="brana-agent-") as beside:
        password = secrets.token_urlsafe(24)
        bundle, word = Path(beside, "one.p12"), Path(beside, "word")
        bundle.write_bytes(_pkcs12(nickname, one, password))
        word.write_text(password)
        if os.geteuid() == 0:
            for path in (bundle, word, Path(beside)):
                os.chown(path, person.uid, person.gid)
        command = ("pk12util", "-i", str(bundle), "-w", str(word), "-d", f"sql:{store}", "-K", "")
        return as_person(person, *command) is not None


def take_away(store: Path, person: Person, nickname: str) -> None:
    """Each that bears the name, with its key: a renewal that was ended in the middle may have left one."""
    for _ in range(10):
        if as_person(person, "certutil", "-F", "-d", f"sql:{store}", "-n", nickname) is None:
            return


def _is_made(store: Path, person: Person) -> bool:
    return as_person(person, "test", "-e", f"{store}/cert9.db") is not None


def _has(store: Path, person: Person, nickname: str, one: BrowserKey) -> bool:
    said = as_person(person, "certutil", "-L", "-d", f"sql:{store}", "-n", nickname, "-a")
    if said is None:
        return False
    try:
        there = {kept.fingerprint(SHA256()) for kept in x509.load_pem_x509_certificates(said)}
    except ValueError:
        return False
    return one.leaf.fingerprint(SHA256()) in there


def _pkcs12(nickname: str, one: BrowserKey, password: str) -> bytes:
    protection = BestAvailableEncryption(password.encode())
    return serialize_key_and_certificates(nickname.encode(), one.key, one.leaf, None, protection)
