"""Policies of this node's files come into force in the whole fleet, unless that would undo what others published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.fleet import NodeName
from gateway.audit.acts import configuration_reloaded
from gateway.audit.entry import Entry
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.shared_policies import described, publication, published
from gateway.commands.state import State
from gateway.fleet.policies import Publication, left_behind
from gateway.storage.audit import append
from gateway.storage.shared_policies import SharedPolicies
from policies.evaluate import PolicyBook

MOST = 5  # names of policies in a message
NOTHING = "none"


class LeftBehind(Exception):
    """Others are in force than those that this node's files follow. Says which, whose, and what to do."""

    def __init__(self, in_force: Publication, names: list[str]) -> None:
        more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
        super().__init__(
            f"not edited here, and others than in force: {', '.join(names[:MOST])}{more}\n"
            f"    in force is {described(in_force)}\n"
            "    to go on from those: `brana policy export FOLDER`, put them in the place of this node's files, "
            "edit, reload\n"
            f"    to put this node's in their place all the same: `brana policy replace {in_force.version}`"
        )


class NotInForce(Exception):
    """Others are in force than those that were to be replaced."""

    def __init__(self, meant: str, version: str) -> None:
        super().__init__(
            f"not {meant} is in force, but {version}: see with `brana policy export` what that is"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What this node's files hold, and who wants it in force."""

    texts: Mapping[str, str]
    book: PolicyBook
    by: str
    node: NodeName
    at: datetime

    def published(self) -> Publication:
        return publication(self.texts, self.book, self.by, self.node, self.at)


async def publish(state: State, made: Proposal, read_last: Mapping[str, str]) -> Publication | None:
    """None: they are in force already. `read_last`: the files as this node read them before.

    Durable, with its entries, when it returns. Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
    """
    new = made.published()

    def work(connection: Connection) -> Publication | None:
        shared, now = SharedPolicies(connection), published(connection)
        if now is not None and now.digest == new.digest:
            shared.has_files_in_force(made.node, new.digest)
            return None
        if now is not None:
            follows = shared.files_in_force(made.node) == now.digest
            if names := left_behind(made.texts, read_last, now.texts, follows=follows):
                raise LeftBehind(now, names)
        _published(connection, made, new, NOTHING if now is None else now.version)
        return new

    return await state.database.write(work)


async def take_with_settings(
    state: State, made: Proposal, read_last: Mapping[str, str], reloaded: Callable[[str], Entry]
) -> Publication:
    """What is in force then, as a part of a change of this node's settings, of which `reloaded` makes the entry, by
    the version in force. Files that nobody has edited here are no part of it, whatever others have published.

    Durable, with its entries, when it returns. Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
    """
    new = made.published()

    def work(connection: Connection) -> Publication:
        shared, now = SharedPolicies(connection), published(connection)
        follows = now is not None and shared.files_in_force(made.node) == now.digest
        if now is not None and now.digest == new.digest:
            shared.has_files_in_force(made.node, new.digest)
        elif now is None or follows or made.texts != read_last:
            if now is not None and (names := left_behind(made.texts, read_last, now.texts, follows=follows)):
                raise LeftBehind(now, names)
            shared.publish(new)
            shared.has_files_in_force(made.node, new.digest)
            append(connection, newly_loaded(connection, made.book, made.at))
            now = new
        entry = reloaded(now.version)
        append(connection, [replace(entry, details=entry.details | {"node": made.node})])
        return now

    return await state.database.write(work)


async def put_in_place_of(state: State, made: Proposal, version: str) -> Publication:
    """Whoever has published that version. Raises NotInForce, DatabaseUnusable."""
    new = made.published()

    def work(connection: Connection) -> Publication:
        now = SharedPolicies(connection).version() or NOTHING
        if now != version:
            raise NotInForce(version, now)
        _published(connection, made, new, now)
        return new

    return await state.database.write(work)


def _published(connection: Connection, made: Proposal, new: Publication, before: str) -> None:
    shared = SharedPolicies(connection)
    shared.publish(new)
    shared.has_files_in_force(made.node, new.digest)
    append(connection, [_entry(made, new, before), *newly_loaded(connection, made.book, made.at)])


def _entry(made: Proposal, new: Publication, before: str) -> Entry:
    entry = configuration_reloaded(
        made.at, made.by, before=before, after=new.version, policies=new.version,
        added=(), removed=(), changed=(), settings=(),
    )  # fmt: skip
    return replace(entry, details=entry.details | {"node": made.node})
