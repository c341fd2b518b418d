"""Somebody with a device, and targets behind a tunnel: real policies, sessions and tables; a clock that is set."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from sqlalchemy import Connection

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Standing
from config.district import District, read_district
from config.settings import SignIn, Title, TunnelTarget
from config.vocabulary import AuthenticationLevel, DeviceId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.asks.separation import Duties
from gateway.audit.entry import Code, Entry
from gateway.authorize.devices import Devices, nobody
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.tunnel_held import Process, Rules
from gateway.authorize.tunnel_office import TunnelOffice
from gateway.devices.device import Device
from gateway.devices.known import Known
from gateway.sessions.office import SessionOffice, handle_hash
from gateway.sessions.revocation import RevokedList
from gateway.sessions.session import Session
from gateway.storage.database import Database
from gateway.storage.tunnel_ends import EndsInFile
from gateway.storage.tunnels import StoredTunnels
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnel_sessions.targets import Targets
from gateway.tunnels.connections import Began, Flow, FlowId
from gateway.tunnels.keys import PrivateKey, TunnelKey
from gateway.tunnels.line import TunnelAway
from gateway.tunnels.permits import Admitted, Target, Transport
from idp.directory.same_person import no_others
from idp.events import Actor, Origin
from policies.load import load
from tests.rig.prepared import prepared
from tests.rig.session_store import session_store

ROOT = Path(__file__).parents[2]
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIFETIME, FRESH, LONGEST = timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=10)
ORIGIN = Origin(address="192.0.2.7", request_id="r-1")
JANA = SubjectId("urad:11111111-1111-4111-8111-111111111111")
IN_ORDER = {FactName.DISK_ENCRYPTED: Fact(True, "lsblk: crypt"), FactName.OS: Fact("linux", "os-release: ID")}
POLICIES = """
@id("two-factors") @reason("two_factors_needed")
@title_cs("Je potřeba vícefaktorové ověření") @title_en("Two factors are needed")
@advice_cs("Přihlaste se znovu.") @advice_en("Sign in again.")
forbid (principal, action, resource) unless { context.sign_in.level >= 2 };

@id("key-for-databases") @reason("key_needed")
@title_cs("Databáze chtějí bezpečnostní klíč") @title_en("Databases need a security key")
@advice_cs("Přihlaste se klíčem.") @advice_en("Sign in by a key.")
forbid (principal, action, resource in Application::"databases") unless { context.sign_in.level >= 3 };
"""
PERMITS = """
@id("files-through-the-tunnel") @title_cs("Soubory tunelem") @title_en("Files through the tunnel")
permit (principal, action == Action::"write", resource in Municipality::"588491")
when { resource in Application::"files" && context.place.tunnel && context.place has protocol &&
       context.place.protocol == "smb" && principal.roles.contains(Role::"clerk") };

@id("databases-encrypted") @title_cs("Databáze ze šifrovaného disku") @title_en("Databases from encrypted disks")
permit (principal, action == Action::"read", resource in Municipality::"588491")
when { resource in Application::"databases" && context.place.tunnel && context has device && context.device.fresh &&
       context.device has disk_encrypted && context.device.disk_encrypted };
"""


def target(of: str, /, **other: object) -> TunnelTarget:
    known: dict[str, object] = {
        "id": of,
        "title": Title(cs="Soubory", en="Files"),
        "addresses": ["10.1.0.5"],
        "ports": [445],
        "protocol": "smb",
        "municipality": HULIN,
        "application": "files",
        "action": "write",
    }
    return TunnelTarget(**known | other)  # type: ignore[arg-type]


FILES = target("files")
DATABASE = target("database", ports=[5432], protocol="postgresql", application="databases", action="read")
ELSEWHERE = target("elsewhere", ports=[446], municipality=KROMERIZ)


@dataclass
class Told:
    """The process of the tunnel, as far as the office knows it."""

    admitted: dict[TunnelKey, Admitted] = field(default_factory=dict)
    revoked: list[TunnelKey] = field(default_factory=list)
    away: bool = False
    order: list[object] = field(default_factory=list)

    async def admit(self, one: Admitted) -> None:
        if self.away:
            raise TunnelAway("it is away")
        self.admitted[one.key] = one
        self.order.append(one)

    async def revoke(self, key: TunnelKey) -> None:
        self.admitted.pop(key, None)
        self.revoked.append(key)

    def ports(self, key: TunnelKey) -> set[int]:
        one = self.admitted[key]
        return {place.port for place in one.targets} if one.until is not None else set()


@dataclass
class World:
    database: Database
    district: District
    snapshot: Snapshot
    process: Process
    folder: Path
    now: datetime = NOW
    targets: Sequence[TunnelTarget] = (FILES, DATABASE, ELSEWHERE)
    entries: list[Entry] = field(default_factory=list)
    keeping: list[asyncio.Task[None]] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    suspended: set[SubjectId] = field(default_factory=set)
    private: PrivateKey = field(default_factory=PrivateKey.generate)
    asking: bool = True
    """Agents ask all the time from where their person is, or from where they asked last."""
    taken_back: list[tuple[DeviceId, list[Code]]] = field(default_factory=list)
    """What was granted by whose tunnel, and what was recorded by then."""
    office: TunnelOffice = field(init=False)
    sessions: SessionOffice = field(init=False)

    def __post_init__(self) -> None:
        self.store = session_store(self.database, self.append)
        self.tunnels = StoredTunnels(self.database, self.append)
        self.rules = Rules(
            targets=Targets.of(self.targets),
            pools=[ip_network("10.90.0.0/16"), ip_network("fd00:90::/64")],
            longest=LONGEST,
        )
        devices = Devices(known=self.known, authorities=nobody, fresh=FRESH)
        self.snapshot = replace(self.snapshot, devices=devices, suspended=self._suspended)
        self.begin()

    def _suspended(self, who: SubjectId, _: datetime) -> bool:
        return who in self.suspended

    def begin(self) -> None:
        """As a control plane does at its start."""
        self.office = TunnelOffice(
            self.tunnels,
            self.process,
            self.known,
            lambda: self.store,
            lambda: self.snapshot,
            lambda: self.rules,
            lambda: self.now,
            EndsInFile(self.folder / "tunnels.ended"),
            self._taken_back,
        )
        revoked = RevokedList(self.office.revoked)
        self.sessions = SessionOffice(self.store, revoked, SignIn(), LIFETIME)
        self.known.subscribe(self.office.changed)

    async def _taken_back(self, name: DeviceId) -> None:
        self.taken_back.append((name, [one.code for one in self.entries]))

    def append(self, _: Connection, entries: Sequence[Entry]) -> None:
        self.entries += entries
        order = getattr(self.process, "order", None)
        if order is not None:
            order += [one.code for one in entries]

    def of(self, *codes: Code) -> list[Entry]:
        return [one for one in self.entries if one.code in codes]

    async def signed_in(self, name: str = "S", **other: object) -> Session:
        known = Session(
            id=SessionId(name * 22),
            subject=JANA,
            login="novakova.jana",
            name="Jana Nováková",
            provider_sid=f"provider-{name}",
            roles=((HULIN, Role.CLERK),),
            municipality=HULIN,
            generation=1,
            acr=AuthenticationLevel.TWO_FACTORS,
            amr=("otp", "pwd"),
            authenticated_at=self.now - timedelta(minutes=1),
            opened_at=self.now - timedelta(minutes=1),
            last_seen_at=self.now,
            facts_at=self.now,
            address="192.0.2.7",
            user_agent="Firefox",
        )
        made = replace(known, **other)  # type: ignore[arg-type]
        return await self.store.add(made, handle_hash(name), "host", [])

    def device(self, of: str = "notebook", **other: object) -> Device:
        known = Device(
            id=DeviceId(of),
            name="Notebook Jany",
            municipality=HULIN,
            owner=JANA,
            asset=None,
            managed=True,
            key=of.encode(),
            key_kind=KeyKind.SOFTWARE,
            agent="1.0",
            standing=Standing.ACTIVE,
            enrolled_at=NOW,
            enrolled_by=Actor("cli", "cli"),
            tunnel_key=self.private.public,
            nonce="n" * 16,
            reported_at=self.now,
            facts=IN_ORDER,
            version=self.known.version + 1,
        )
        made = replace(known, **other)  # type: ignore[arg-type]
        self.known.put(made)
        self._ask()
        return made

    def _ask(self) -> None:
        places = self.office.places
        for one in self.known.all() if self.asking else ():
            last, _ = places._last.get(one.id, (ORIGIN.address, self.now))
            places.asked(one.id, last, self.now)

    def changes(self, device: Device, **other: object) -> Device:
        """As a report, or an act, does."""
        after = replace(device, generation=device.generation + 1, version=device.version + 1, **other)  # type: ignore[arg-type]
        self.known.put(after)
        return after

    async def moves(self, by: timedelta) -> None:
        """Time passes; what is due is done."""
        self.now += by
        self._ask()
        await self.settles()

    async def connections_of(self, made: Opened) -> None:
        """One is open."""
        place = Target(ip_address("10.1.0.5"), Transport.TCP, 445)
        device = next(one for one in made.addresses if one.version == 4)
        flow = Flow(FlowId(99), device, 50000, place)
        await self.office.connections.hear([Began(flow, self.now)])

    async def settles(self) -> None:
        """A quarter of a second, and where the machine is busy as long as something is still to be decided."""
        keeping = asyncio.create_task(self.office.keep())
        began = time.monotonic()
        await asyncio.sleep(0.25)
        while self._undecided() and time.monotonic() < began + 5:
            await asyncio.sleep(0.05)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    def _undecided(self) -> bool:
        office = self.office
        return any(
            one.acting.locked() or office._due_at(one, self.now) <= self.now for one in office._held.values()
        )


@contextmanager
def world(
    folder: Path, process: Process, targets: Sequence[TunnelTarget] = (FILES, DATABASE, ELSEWHERE)
) -> Iterator[World]:
    district = read_district(ROOT / "config" / "examples" / "kromeriz.csv")
    for name in ("region", "municipalities"):
        (folder / name).mkdir()
    (folder / "region" / "10-tunnel.cedar").write_text(POLICIES, "utf-8")
    (folder / "municipalities" / f"{HULIN}.cedar").write_text(PERMITS, "utf-8")
    other = PERMITS.replace(HULIN, KROMERIZ).replace('Role::"clerk"', 'Role::"mayor"')
    (folder / "municipalities" / f"{KROMERIZ}.cedar").write_text(other, "utf-8")
    snapshot = Snapshot(
        duties=Duties(others=no_others),
        policies=load(folder / "region", folder / "municipalities", district),
        applications={},
        district=district,
        limits=SignIn(),
        grant_lifetime=LIFETIME,
        directory_grace=timedelta(days=1),
        epoch="e1",
    )
    with closing(Database(prepared(folder / "brana.db"))) as database:
        yield World(database, district, snapshot, process, folder, targets=targets)
