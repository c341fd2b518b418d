"""What is kept of an enrolment, by names of files. One file is one step: whatever happens, each is whole.

device.key, device.tpm   the device's key, before it is said to anybody
next.key                 the key that a certificate is being asked for
authorities.pem          those that are believed alone, where some were named
enrolment.json           that there is a device; its nonce, its first certificate
browser.pem              key and certificate for browsers
uplink.json              the last number said, the nonce, the standing
tunnel.key               the tunnel's own key
tunnel.wanted            there where the tunnel is wanted, across restarts
tunnel.over              there where it is not any more, and the gateway has not heard so
"""

from base64 import b64encode
from datetime import datetime
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agents.kept.folder import Folder
from agents.keys import browser
from agents.keys.key import KeyLost, read, written
from agents.protocol.messages import Enrolled, KeyKind, Standing
from agents.protocol.tunnel import NotReached, Reached, Why
from agents.tunnel.plan import OCTETS
from agents.uplink.uplink import Uplink

Trouble = Literal["unreachable", "refused", "not_kept", "key_lost", "chip_fails"]
KEYS = {KeyKind.SOFTWARE: "device.key", KeyKind.TPM: "device.tpm"}
NEXT, ENROLMENT, BROWSER, UPLINK = "next.key", "enrolment.json", "browser.pem", "uplink.json"
TRUST = "authorities.pem"
TUNNEL_KEY, TUNNEL_WANTED, TUNNEL_OVER = "tunnel.key", "tunnel.wanted", "tunnel.over"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    trust: str | None
    """File with the authorities that are believed, in the state folder; of agents before, wherever it lay.
    None: the system's.
    """
    key_kind: KeyKind
    enrolled: Enrolled


class ShownTunnel(msgspec.Struct, frozen=True, kw_only=True):
    until: datetime | None = None
    """None: there is none now, and `why` or `trouble` says why."""
    opened_by: str | None = None
    opened_at: datetime | None = None
    reached: list[Reached] = []
    not_reached: list[NotReached] = []
    why: Why | None = None
    open_at: str | None = None
    trouble: Literal["unreachable", "refused", "failed", "over"] | None = None
    reason: str = ""
    """Of the system, where it failed; of the gateway, where it refused."""
    names_well: bool = True
    filed: bool = False
    """It is a file, which another WireGuard reads."""
    asked_at: datetime | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """For everybody at the machine: no key, no nonce, no name of a file."""

    url: str
    device: str
    key_kind: KeyKind
    standing: Standing
    failing: tuple[str, ...]
    reported_at: datetime | None
    certificate_until: datetime | None
    trouble: Trouble | None = None
    reason: str | None = None
    """Of the gateway, where it refused."""
    tunnel: ShownTunnel | None = None
    """None: it is not wanted."""


class Damaged(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is damaged: brana-agent forget, then enrol this device anew")


class State:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def enrolment(self) -> Enrolment | None:
        """Raises Damaged, NotKept."""
        kept = self.folder.read(ENROLMENT)
        if kept is None:
            return None
        try:
            return msgspec.json.decode(kept, type=Enrolment)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Damaged(ENROLMENT) from error

    def keep_enrolment(self, enrolment: Enrolment) -> None:
        self.folder.remove(BROWSER, UPLINK)
        self.folder.write(ENROLMENT, msgspec.json.encode(enrolment))

    def keep_trust(self, authorities: bytes | None) -> None:
        """A copy: the file that was named may go, or lie where the service does not see it. Raises NotKept."""
        if authorities is None:
            self.folder.remove(TRUST)
        else:
            self.folder.write(TRUST, authorities)

    def key_blob(self, kind: KeyKind) -> bytes:
        """Raises KeyLost. A key of another kind is never taken for it."""
        blob = self.folder.read(KEYS[kind])
        if blob is None:
            raise KeyLost(f"{KEYS[kind]} is missing")
        return blob

    def keep_key(self, kind: KeyKind, blob: bytes) -> None:
        self.folder.write(KEYS[kind], blob)

    def uplink(self, enrolled: Enrolled) -> Uplink:
        """What is damaged is begun anew: the gateway tells the nonce, and numbers go on by the clock."""
        kept = self.folder.read(UPLINK)
        if kept is not None:
            try:
                return msgspec.json.decode(kept, type=Uplink)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                pass
        return Uplink(nonce=enrolled.nonce, standing=enrolled.standing)

    def keep_uplink(self, state: Uplink) -> None:
        self.folder.write(UPLINK, msgspec.json.encode(state))

    def next_key(self) -> EllipticCurvePrivateKey:
        """The one that is being asked for; a new one, kept, where none is. An answer may have been lost: the key that
        was asked for stays until its certificate is here.
        """
        kept = self.folder.read(NEXT)
        if kept is not None:
            try:
                return read(kept)
            except KeyLost:
                pass
        key = browser.new_key()
        self.folder.write(NEXT, written(key))
        return key

    def certified(self, chain: str) -> browser.BrowserKey:
        """Raises NotOurs, NotKept."""
        one = browser.joined(self.next_key(), chain)
        self.folder.write(BROWSER, one.pem)
        self.folder.remove(NEXT)
        return one

    def browser(self, enrolled: Enrolled) -> browser.BrowserKey | None:
        kept = self.folder.read(BROWSER)
        if kept is not None:
            return browser.kept(kept)
        if enrolled.certificate is None or self.folder.read(NEXT) is None:
            return None
        try:
            return self.certified(enrolled.certificate)
        except browser.NotOurs:
            return None

    def tunnel_key(self) -> bytes:
        """32 octets; a new one, kept, where there is none. Raises NotKept."""
        kept = self.folder.read(TUNNEL_KEY)
        if kept is not None and len(kept) == OCTETS:
            return kept
        key = X25519PrivateKey.generate().private_bytes_raw()
        self.folder.write(TUNNEL_KEY, key)
        return key

    def tunnel_public(self) -> str:
        """As WireGuard writes it. Raises NotKept."""
        public = X25519PrivateKey.from_private_bytes(self.tunnel_key()).public_key()
        return b64encode(public.public_bytes_raw()).decode()

    def tunnel_wanted(self) -> bool:
        return self.folder.read(TUNNEL_WANTED) is not None

    def want_tunnel(self, *, wanted: bool) -> None:
        """Raises NotKept."""
        if wanted:
            self.folder.write(TUNNEL_WANTED, b"")
            self.folder.remove(TUNNEL_OVER)
        elif self.tunnel_wanted():
            self.folder.write(TUNNEL_OVER, b"")
            self.folder.remove(TUNNEL_WANTED)

    def tunnel_untold(self) -> bool:
        """Whether the gateway has not heard yet that the tunnel is wanted no more."""
        return self.folder.read(TUNNEL_OVER) is not None

    def tunnel_told(self) -> None:
        self.folder.remove(TUNNEL_OVER)

    def wipe_keys(self) -> None:
        self.folder.remove(*KEYS.values(), NEXT, BROWSER, TUNNEL_KEY, TUNNEL_WANTED, TUNNEL_OVER)

    def wipe(self) -> None:
        """Keys first: what is left after a kill opens nothing."""
        self.wipe_keys()
        self.folder.remove(UPLINK, ENROLMENT, TRUST)
