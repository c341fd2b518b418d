"""Policies of the files here come into force, at all nodes of a fleet, unless that would undo what others published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.fleet import NodeName
from config.vocabulary import Language
from gateway.audit.configuration_acts import configuration_reloaded
from gateway.audit.entry import Entry
from gateway.commands.shared_policies import (
    ALONE,
    SharedPoliciesUnusable,
    described,
    published,
    put_in_force,
    version_of,
)
from gateway.commands.state import State
from gateway.fleet.policies import left_behind
from gateway.policy_office.actor import operating
from gateway.policy_office.entries import past_approval
from gateway.policy_office.version import Version
from gateway.storage.audit import append
from gateway.storage.shared_policies import SharedPolicies
from policies.evaluate import PolicyBook
from policies.model import Text
from policies.texts import Texts

MOST = 5  # names of policies in a message
NOTHING = "none"


class LeftBehind(Exception):
    """Others are in force than those that this node's files follow. Says which, whose, and what to do."""

    def __init__(self, in_force: Version, names: list[str]) -> None:
        more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
        super().__init__(
            f"not edited here, and others than in force: {', '.join(names[:MOST])}{more}\n"
            f"    in force is {described(in_force)}\n"
            "    to go on from those: `brana policy export FOLDER`, put them in the place of this node's files, "
            "edit, reload\n"
            f"    to put this node's in their place all the same: `brana policy replace {in_force.version}`"
        )


CS, EN = Language.CZECH, Language.ENGLISH
MEANWHILE: Text = {
    CS: "mezitím začala platit jiná téhož názvu {version}: zadejte to znovu",
    EN: "others of the same name {version} came into force meanwhile: say it again",
}
OTHERS: Text = {
    CS: "neplatí {meant}, ale {version}\n"
    "    podívejte se příkazem `brana policy diff`, čím se liší, nebo příkazem `brana policy export`, co to je, a "
    "převezměte to do {where}; pak zadejte {say}",
    EN: "not {meant} is in force, but {version}\n"
    "    see with `brana policy diff` what differs, or with `brana policy export` what that is, and take it "
    "over into {where}; then say {say}",
}
THESE_FILES: Text = {CS: "těchto souborů", EN: "these files"}
THE_FOLDER: Text = {CS: "složky", EN: "the folder"}


class NotInForce(Exception):
    """Others are in force than those that were to be replaced, by a folder or by the files of the configuration.

    `line`: the version in force as it is said behind `--instead-of`, where that is more than its name.
    """

    def __init__(
        self, meant: str, version: str, language: Language = EN, *, files: bool = False, line: str = ""
    ) -> None:
        if meant == version:  # their cases alone
            super().__init__(MEANWHILE[language].format(version=version))
            return
        where = (THESE_FILES if files else THE_FOLDER)[language]
        say = f"`brana policy replace {version}`" if files else f"--instead-of {line or version}"
        super().__init__(OTHERS[language].format(meant=meant, version=version, where=where, say=say))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the files here hold, and who wants it in force."""

    texts: Mapping[str, str]
    book: PolicyBook
    by: str
    node: NodeName
    at: datetime
    past_approval: str = ""
    """Why they come into force although somebody else is to approve them; empty: nobody is to."""

    def version(self) -> Version:
        made = version_of(self.texts, self.book, self.by, self.node, self.at)
        return replace(made, note=self.past_approval)


async def publish(state: State, made: Proposal, read_last: Mapping[str, str]) -> Version | None:
    """None: they are in force already. `read_last`: the files as this node read them before.

    Durable, with its entries, when it returns. Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
    """
    new = made.version()

    def work(connection: Connection) -> Version | None:
        shared, now = SharedPolicies(connection), published(state, connection)
        if now is not None and now.digest == new.digest:
            shared.has_files_in_force(made.node, new.digest)
            return None
        if now is not None:
            follows = shared.files_in_force(made.node) == now.digest
            if names := left_behind(made.texts, read_last, now.texts, follows=follows):
                raise LeftBehind(now, names)
        return _published(state, connection, made, now, NOTHING if now is None else now.version)

    return await state.database.write(work)


async def take_with_settings(
    state: State,
    made: Proposal,
    read_last: Mapping[str, str],
    reloaded: Callable[[str], Entry],
    *,
    publishes: bool = True,
) -> Version:
    """What is in force then, as a part of a change of this node's settings, of which `reloaded` makes the entry, by
    the version in force. Files that nobody has edited here are no part of it, whatever others have published; with
    `publishes` false those that somebody has edited neither.

    Durable, with its entries, when it returns. Raises LeftBehind, SharedPoliciesUnusable, DatabaseUnusable.
    """
    new = made.version()

    def work(connection: Connection) -> Version:
        shared, now = SharedPolicies(connection), published(state, connection)
        follows = now is not None and shared.files_in_force(made.node) == now.digest
        if now is not None and now.digest == new.digest:
            shared.has_files_in_force(made.node, new.digest)
        elif now is None or (publishes and (follows or made.texts != read_last)):
            if now is not None and (names := left_behind(made.texts, read_last, now.texts, follows=follows)):
                raise LeftBehind(now, names)
            now = put_in_force(state, connection, new, now, made.book)
            shared.has_files_in_force(made.node, new.digest)
        append(connection, [_at_node(reloaded(now.version), made.node)])
        return now

    return await state.database.write(work)


async def put_in_place_of(state: State, made: Proposal, version: str) -> Version:
    """Whoever has published that version, also where it is damaged: faults that the newest one has which is not are
    none of these texts', and where there is none, nobody knows which are.

    Raises NotInForce, LeftWithoutPolicies, BringsFaults, DatabaseUnusable.
    """
    state.keys  # noqa: B018 - opened before the transaction

    def work(connection: Connection) -> Version:
        now = SharedPolicies(connection).version() or NOTHING
        if now != version:
            raise NotInForce(version, now, files=True)
        try:
            before = published(state, connection)
        except SharedPoliciesUnusable:
            known = state.policy_versions(connection).newest_undamaged()
            than = made.texts if known is None else known.texts
            return _published(state, connection, made, None, now, than)
        return _published(state, connection, made, before, now)

    return await state.database.write(work)


def _published(
    state: State,
    connection: Connection,
    made: Proposal,
    now: Version | None,
    before: str,
    than: Texts | None = None,
) -> Version:
    append(connection, [_entry(made, before)])
    new = put_in_force(state, connection, made.version(), now, made.book, than)
    SharedPolicies(connection).has_files_in_force(made.node, new.digest)
    if made.past_approval:
        append(connection, [_at_node(past_approval(new, operating(made.by), made.at), made.node)])
    return new


def _entry(made: Proposal, before: str) -> Entry:
    entry = configuration_reloaded(
        made.at, made.by, before=before, after=made.book.version, policies=made.book.version,
        added=(), removed=(), changed=(), settings=(),
    )  # fmt: skip
    return _at_node(entry, made.node)


def _at_node(entry: Entry, node: NodeName) -> Entry:
    return entry if node == ALONE else replace(entry, details=entry.details | {"node": node})
