"""By which policies a control plane decides: of its own files, or in a fleet those that the database has for all.

What cannot be loaded here decides nothing, and nothing older decides in its place.
"""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from config.fleet import NodeName
from config.settings import Settings
from config.sources import DISK, Sources
from gateway.audit.acts import SYSTEM
from gateway.commands.decisions import policy_book, shared_book
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.state import State
from gateway.fleet.policies import Publication
from gateway.storage.audit import append
from gateway.storage.shared_policies import PublicationDamaged, SharedPolicies
from policies.evaluate import PolicyBook
from policies.load import PoliciesUnusable
from policies.texts import Texts, digest_of, texts_of

HAVE_THEM = "brana policy export FOLDER writes those in force, to be put in the place of this node's files"
MEND = (
    "until they can be, nothing is decided here, and the other control planes answer for this node\n"
    "    publish others with `brana reload` on a node that decides, or have here the version of the product that can "
    "load them;\n"
    "    where no node decides: stop this one, mend its files, and say `brana policy replace VERSION`"
)
log = structlog.get_logger("policies")


class SharedPoliciesUnusable(Exception):
    """Those in force in the fleet cannot be loaded here."""

    def __init__(self, which: str, why: str) -> None:
        super().__init__(
            f"the policies in force in the fleet ({which}) cannot be loaded here:\n{why}\n    {MEND}"
        )


def book_of(state: State, published: Publication) -> PolicyBook:
    """Raises SharedPoliciesUnusable, whatever is wrong with it."""
    try:
        return shared_book(state.settings, state.district, published.texts)
    except PoliciesUnusable as refused:
        raise SharedPoliciesUnusable(described(published), str(refused)) from refused
    except Exception as error:
        raise SharedPoliciesUnusable(described(published), f"{type(error).__name__}: {error}") from error


def published(connection: Connection) -> Publication | None:
    """Raises SharedPoliciesUnusable for what nobody can load."""
    try:
        return SharedPolicies(connection).in_force()
    except PublicationDamaged as damaged:
        raise SharedPoliciesUnusable("damaged", str(damaged)) from damaged


def book_in_force(state: State) -> PolicyBook:
    """For commands. In a fleet that has published none yet, and on a machine alone, those of the files.

    Raises PoliciesUnusable, SharedPoliciesUnusable.
    """
    found = state.database.read_now(published) if state.settings.fleet is not None else None
    return policy_book(state.settings, state.district) if found is None else book_of(state, found)


def book_at_start(state: State, sources: Sources, now: datetime) -> PolicyBook:
    """Of a control plane; the first of a fleet publishes its own. Raises as `book_in_force` does."""
    settings, fleet = state.settings, state.settings.fleet
    if fleet is None:
        return policy_book(settings, state.district, sources)
    node, own = NodeName(fleet.node), own_texts(settings, sources)
    found = state.database.read_now(published) or _first(state, sources, node, now)
    book = book_of(state, found)
    same = digest_of(own) == found.digest

    def work(connection: Connection) -> None:
        shared = SharedPolicies(connection)
        shared.decides_by(node, book.version, now)
        if same:
            shared.has_files_in_force(node, found.digest)

    state.database.write_soon(work).result()
    if not same:
        log.warning("policies.files_differ", in_force=described(found), do=HAVE_THEM)
    return book


def _first(state: State, sources: Sources, node: NodeName, now: datetime) -> Publication:
    """Published by this one's start, or by another node that was quicker."""
    book = policy_book(state.settings, state.district, sources)
    texts = own_texts(state.settings, sources)
    made = publication(texts, book, SYSTEM, node, now)

    def work(connection: Connection) -> Publication:
        if (other := published(connection)) is not None:
            return other
        SharedPolicies(connection).publish(made)
        append(connection, newly_loaded(connection, book, now))
        return made

    return state.database.write_soon(work).result()


def publication(texts: Texts, book: PolicyBook, by: str, node: NodeName, now: datetime) -> Publication:
    """`book`: of these texts, as that node has loaded it."""
    return Publication(texts=texts, digest=digest_of(texts), version=book.version, at=now, by=by, node=node)


def own_texts(settings: Settings, sources: Sources = DISK) -> dict[str, str]:
    """Of this node's files. Raises OSError, UnicodeDecodeError."""
    return texts_of(settings.policies.region, settings.policies.municipalities, sources)


def described(one: Publication) -> str:
    """For a message."""
    at = one.at.isoformat(sep=" ", timespec="seconds")
    return f"version {one.version}, published {at} at node {one.node} by {one.by}"
