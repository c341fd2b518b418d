"""What the log says of the policies: which version was in force when, and what their reasons are called."""

from datetime import datetime

from sqlalchemy import Connection

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.configuration_acts import policies_loaded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.reasons import Reasons, with_policies
from gateway.audit.search import Query
from gateway.commands.state import State
from gateway.storage.audit_search import page
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.policy_versions import newest_number
from gateway.storage.shared_policies import SharedPolicies
from policies.evaluate import PolicyBook
from policies.load import INCIDENTS
from policies.texts import digest_of_deciding

LAST = Query(codes=frozenset({Code.POLICIES_LOADED}), outcome=Outcome.SUCCESS)


async def new_policies(state: State, book: PolicyBook, now: datetime) -> list[Entry]:
    """The entry of this version, unless the last one recorded is the same.

    So the entries of this kind, and nothing else, are the answer to "which version was in force when".
    """
    return await state.database.read(lambda connection: newly_loaded(connection, book, now))


def newly_loaded(connection: Connection, book: PolicyBook, now: datetime) -> list[Entry]:
    """The same, in a transaction that is open."""
    last = page(connection, LAST, None, 1).entries
    before = last[0].entry if last and isinstance(last[0], Recorded) else None
    if before is not None and before.policy_version == book.version:
        return []
    of = book.contents
    return [
        policies_loaded(
            now,
            book.version,
            digest=of.digest,
            policies=of.policies,
            files=of.files,
            before=before,
            kept=_kept(connection, book),
            closures=_closures(connection) if INCIDENTS in of.files else (),
        )
    ]


def _kept(connection: Connection, book: PolicyBook) -> int:
    """Number of the kept version with these texts; 0 where others have come into force since the book was made."""
    same = SharedPolicies(connection).digest() == digest_of_deciding(book.contents)
    return newest_number(connection) if same else 0


def _closures(connection: Connection) -> list[str]:
    return [
        f"{one.closure.kind} {one.closure.target}".strip() for one in StoredIncidents(connection).standing()
    ]


def reasons_of(book: PolicyBook) -> Reasons:
    return with_policies(
        {
            reason: Title(cs=text[Language.CZECH], en=text[Language.ENGLISH])
            for reason, text in book.titles.items()
        }
    )
