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


async def apply(state: State, texts: Texts, by: str, now: datetime, instead_of: str | None = None) -> Applied:
    """`texts`: all of the policies, of region and municipalities. `instead_of`: the version in force they follow;
    others are not undone. Durable when it returns; the caller tells the running product
    (`gateway.commands.sessions.tell`).

    Raises PoliciesUnusable with all problems, NotInForce, SharedPoliciesUnusable, DatabaseUnusable.
    """
    there = in_force(state)
    names = changed({} if there is None else there.texts, texts)
    if not names:
        return Applied(None)
    _require(there, instead_of)
    if state.settings.policies.from_files == "propose":
        scopes = sorted({scope_of(name) for name in names})
        each = [await proposed(state, scope, of_scope(texts, scope), by, now) for scope in scopes]
        return Applied(None, tuple(each))
    book = book_to_be(state.settings, state.district, texts, ANY)
    made = version_of(texts, book, by, node_of(state.settings), now)

    def work(connection: Connection) -> Applied:
        before = published(state, connection)
        _require(before, there.version if instead_of is None and there is not None else instead_of)
        return Applied(put_in_force(state, connection, made, before, book), before=before)

    return await state.database.write(work)


def _require(found: Version | None, meant: str | None) -> None:
    """Raises NotInForce where others are than those that were meant."""
    version = NOTHING if found is None else found.version
    if meant is not None and version != meant:
        raise NotInForce(meant, version)
