"""Texts of an operator, here and now: in force at once, or proposed, as `policies.from_files` says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.commands.decisions import book_to_be
from gateway.commands.proposing import Proposed, proposed
from gateway.commands.publishing import NOTHING, NotInForce
from gateway.commands.shared_policies import in_force, node_of, published, put_in_force, version_of
from gateway.commands.state import State
from gateway.policy_office.scope import ANY, changed, of_scope, scope_of
from gateway.policy_office.version import Version
from policies.texts import Texts


@dataclass(frozen=True, slots=True)
class Applied:
    """`version`: what is in force by it, None: nothing new is; `before`: what was until then. `proposed`: by scopes,
    where files are proposed.
    """

    version: Version | None
    proposed: tuple[Proposed, ...] = ()
    before: Version | None = None

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(one.said for one in self.proposed)

    @property
    def whole(self) -> bool:
        """Nothing of it could not be proposed."""
        return not any(one.reason for one in self.proposed)


@dataclass(frozen=True, slots=True)
class Meant:
    """What is to be in force when texts take its place: by its name, or by its texts as well, as versions that differ
    in their cases alone have one name. `files`: whoever says it speaks of the files of the configuration.
    """

    version: str
    digest: str | None = None
    files: bool = False

    def require(self, found: Version | None) -> None:
        """Raises NotInForce where others are."""
        version, digest = (NOTHING, None) if found is None else (found.version, found.digest)
        if version != self.version or self.digest not in (None, digest):
            raise NotInForce(self.version, version, files=self.files)


def meaning(found: Version | None) -> Meant:
    """What is in force now, and nothing that came meanwhile."""
    return Meant(NOTHING) if found is None else Meant(found.version, found.digest)


async def apply(state: State, texts: Texts, by: str, now: datetime, meant: Meant | None = None) -> Applied:
    """`texts`: all of the policies, of region and municipalities. `meant`: the version in force they follow; others
    are not undone. Durable when it returns; the caller tells the running product
    (`gateway.commands.sessions.tell`).

    Raises PoliciesUnusable with all problems, NotInForce, SharedPoliciesUnusable, DatabaseUnusable.
    """
    there = in_force(state)
    names = changed({} if there is None else there.texts, texts)
    if not names:
        return Applied(None)
    meant = meaning(there) if meant is None else meant
    meant.require(there)
    if state.settings.policies.from_files == "propose":
        scopes = sorted({scope_of(name) for name in names})
        each = [await proposed(state, scope, of_scope(texts, scope), by, now) for scope in scopes]
        return Applied(None, tuple(each))
    book = book_to_be(state.settings, state.district, texts, ANY)
    made = version_of(texts, book, by, node_of(state.settings), now)

    def work(connection: Connection) -> Applied:
        before = published(state, connection)
        meant.require(before)
        return Applied(put_in_force(state, connection, made, before, book), before=before)

    return await state.database.write(work)
