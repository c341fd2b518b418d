"""What every command opens: configuration, database, seal, and the stores over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.district import District
from config.load import accepted, load
from config.settings import Settings
from config.settings import State as KeptState
from config.sources import Accepted
from gateway.access_review.blocks import Blocks
from gateway.audit.checkpoint_file import NAME
from gateway.audit.entry import Entry
from gateway.audit.log_keys import Known
from gateway.audit.note import Signer, Verifier
from gateway.commands.copying_bar import copying_bar
from gateway.commands.preflight import CannotStart, folder_in_memory, name_of_folder, prepare_state
from gateway.grants.keys import Keys, load_keys
from gateway.incidents.suspension import Suspended
from gateway.notices.notice import Channel
from gateway.sessions.office import kept_revoked
from gateway.storage.access_review import StoredReviews
from gateway.storage.activity import Activity
from gateway.storage.asks import StoredAsks
from gateway.storage.audit import append
from gateway.storage.audit_checkpoints import keys_of
from gateway.storage.database import Database
from gateway.storage.device_revocation import TakingBack
from gateway.storage.devices import StoredDevices
from gateway.storage.end_marks import key_under, mark_ends
from gateway.storage.fleet import StoredRegister
from gateway.storage.identity import IdentityStore
from gateway.storage.incidents import IncidentBooks
from gateway.storage.keys import anything_sealed, private_key_of
from gateway.storage.log_keys import known, private_keys, signing, vouching
from gateway.storage.migrate import exists, prepare
from gateway.storage.notices import StoredOutbox
from gateway.storage.own_clients import StoredClients
from gateway.storage.place import aside_of, file_of, is_shared, named, place_of
from gateway.storage.policy_versions import Versions
from gateway.storage.seal import Seal, master_key
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import EndAtProvider, SingleSignOn
from gateway.storage.suspensions import StoredSuspensions
from gateway.storage.tunnels import StoredTunnels
from gateway.storage.unnamed_people import name_people, unnamed_people
from gateway.supervise import CURRENT
from idp.directory.person import Person


def now() -> datetime:
    """The one clock of the running product; everything that decides gets its time as an argument."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Standings:
    """What people may by what was decided here, whatever a directory says."""

    blocks: Blocks
    suspended: Suspended

    def counting(self, person: Person) -> Person:
        return self.suspended.counting(self.blocks.counting(person))


@dataclass(frozen=True)
class State:
    settings: Settings
    district: District
    database: Database

    def __post_init__(self) -> None:
        mark_ends(self.database.engine, key_under(self.keys_folder), self.settings.state.directory / NAME)

    @property
    def keys_folder(self) -> Path:
        """Of the master key."""
        return self.settings.state.directory / "keys"

    @cached_property
    def seal(self) -> Seal:
        sealed = self.database.read_now(anything_sealed)
        return Seal(master_key(self.keys_folder, may_make=not sealed))

    @cached_property
    def keys(self) -> Keys:
        return load_keys(private_key_of(self.database, self.seal, append, now()))

    def policy_versions(self, connection: Connection) -> Versions:
        """In the transaction that is open."""
        return Versions(connection, self.log_key(connection))

    def log_key(self, connection: Connection) -> Ed25519PrivateKey:
        """The newest that signs the log: another may have taken the place of the one of our start."""
        held = private_keys(connection, self.seal)
        return held[-1] if held else self.keys.checkpoint

    def log_verifier(self) -> Verifier:
        key = self.database.read_now(self.log_key)
        return Signer(self.settings.public.domain, key).verifier

    def log_keys(self) -> Sequence[Verifier]:
        """All that ever signed the log, as far as the newest one vouches for them."""
        return self.database.read_now(self.log_known).keys

    def log_known(self, connection: Connection) -> Known:
        """Those keys, and what tells of them."""
        root = Signer(self.settings.public.domain, self.log_key(connection)).verifier
        return known(connection, [root])

    def log_believed(self, connection: Connection) -> Sequence[Verifier]:
        """Those keys; where somebody changed what tells of them, the newest alone."""
        return keys_of(connection, [Signer(self.settings.public.domain, self.log_key(connection)).verifier])

    def signing(self, connection: Connection, reach: int) -> Sequence[Signer]:
        """Who signs a checkpoint of so many entries, where keys of the log ever followed each other."""
        return signing(connection, self.seal, self.settings.public.domain, reach)

    def vouching(self, connection: Connection, reach: int) -> Sequence[Signer]:
        """Who signs what is said of the log's first so many entries; none where whoever sealed them signs no more."""
        return vouching(connection, self.seal, self.settings.public.domain, reach)

    @cached_property
    def identities(self) -> IdentityStore:
        return IdentityStore(self.database, self.seal, append, self.outbox.post)

    @cached_property
    def outbox(self) -> StoredOutbox:
        configured = self.settings.notifications
        receivers = {Channel.WEBHOOK: configured.webhook, Channel.SMTP: configured.smtp}
        channels = [channel for channel, receiver in receivers.items() if receiver is not None]
        return StoredOutbox(self.database, append, channels, self.settings.language)

    @cached_property
    def activity(self) -> Activity:
        return Activity(self.settings.sign_in)

    @cached_property
    def single_sign_on(self) -> SingleSignOn:
        return SingleSignOn(self.seal, append, self.outbox.post)

    @cached_property
    def sessions(self) -> StoredSessions:
        return self.sessions_that_end(self.single_sign_on.end)

    @cached_property
    def asks(self) -> StoredAsks:
        return StoredAsks(self.database, append, self.outbox.tell)

    @cached_property
    def suspensions(self) -> StoredSuspensions:
        return StoredSuspensions(self.database, append)

    @cached_property
    def own_clients(self) -> StoredClients:
        return StoredClients(self.database, append)

    @cached_property
    def devices(self) -> StoredDevices:
        keep = kept_revoked(self.settings.grants.lifetime)
        taking_back = TakingBack(append, self.single_sign_on.end, keep, now)
        return StoredDevices(self.database, self.seal, append, taking_back, self.outbox.tell)

    @cached_property
    def tunnels(self) -> StoredTunnels:
        return StoredTunnels(self.database, append)

    @cached_property
    def incidents(self) -> IncidentBooks:
        return IncidentBooks(self.database, append, self.log_known)

    async def counting(self) -> Standings:
        """What was decided here about people by now: roles that were taken away, and who is suspended."""
        return Standings(await self.reviews.blocks(), await self.suspensions.suspended(now()))

    def sessions_that_end(self, end_at_provider: EndAtProvider) -> StoredSessions:
        """The same sessions, with something else happening at the provider when they end."""
        return StoredSessions(self.database, append, self.activity, end_at_provider)

    def under(self, settings: Settings, district: District) -> "State":
        """The same installation by other settings; what was opened stays open."""
        made = replace(self, settings=settings, district=district)
        made.__dict__.update(seal=self.seal, keys=self.keys)  # cached: the master key is read once
        return made

    @cached_property
    def spool_name(self) -> str:
        """Of our spool among those of the machines that share the database; empty where there is only one.

        As long as this one is no node of a fleet. It stays with the folder, whatever the machine is called.
        Raises CannotStart.
        """
        return name_of_folder(self.settings.state.directory) if is_shared(self.database.place) else ""

    @cached_property
    def register(self) -> StoredRegister:
        return StoredRegister(self.database, self.seal, append)

    @cached_property
    def reviews(self) -> StoredReviews:
        return StoredReviews(self.database, append)

    @property
    def run(self) -> Path:
        return self.settings.state.directory / "run"

    @property
    def access_log(self) -> Path:
        """The name by which Envoy finds the file of its present start."""
        return self.settings.state.directory / "spool" / CURRENT

    @property
    def begun(self) -> Path:
        """The folder of what the gate writes."""
        return folder_in_memory(self.settings.state)

    async def record(self, entries: Sequence[Entry]) -> None:
        await self.database.write(lambda connection: append(connection, entries))


def open_state(configuration: Path, sources: Accepted | None = None) -> State:
    """For what may begin a state. Raises ConfigurationRefused, CannotStart, DatabaseUnusable.

    `sources`: what was accepted before; None: the files as they are now.
    """
    settings, district = load(configuration) if sources is None else accepted(configuration, sources)
    prepare_state(settings.state)
    return opened(settings, district)


def existing_state(configuration: Path) -> State:
    """For commands about an installation that has run; makes nothing. Raises what `open_state` does."""
    settings, district = load(configuration)
    require_nothing_left_behind(settings.state)
    place = place_of(settings.state)
    setting = "state.directory" if settings.state.database is None else "state.database"
    missing = CannotStart(
        f"no state at {named(place)}: there is nothing to look at or to change",
        f"start `brana serve` once, or correct {setting} in {configuration}",
    )
    if not exists(place):
        raise missing
    state = opened(settings, district)
    if not state.database.read_now(anything_sealed):  # a first start that never came to its keys
        state.database.close()
        raise missing
    return state


def opened(settings: Settings, district: District) -> State:
    """For a state directory that is prepared. Raises CannotStart, DatabaseUnusable, OfNoDirectory."""
    require_nothing_left_behind(settings.state)
    place = place_of(settings.state)
    with copying_bar() as told:
        prepare(place, told=told)
    state = State(settings, district, Database(place))
    try:
        if state.database.read_now(unnamed_people):
            names = [one.name for one in settings.directories]
            state.database.write_soon(lambda connection: name_people(connection, names)).result()
    except BaseException:
        state.database.close()
        raise
    return state


def require_nothing_left_behind(state: KeptState) -> None:
    """Nothing begins anew beside what is kept, of which the configuration speaks no more. Raises CannotStart."""
    file, place = file_of(state), place_of(state)
    if place == file:
        if aside_of(file).exists() and not exists(file):
            raise CannotStart(
                f"what was kept in {file} was moved to a database, which the configuration does not name any more",
                f"put [state.database] back; to go on from the moment of the move, rename {aside_of(file)} to "
                f"{file.name}: what happened since is in that database alone; to begin anew, put it elsewhere",
            )
    elif exists(file) and not exists(place):
        raise CannotStart(
            f"{file} holds what this machine has kept so far, and {named(place)} is empty",
            "take it along: brana state move; or, if nobody needs it any more, put that file elsewhere",
        )
