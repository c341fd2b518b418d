"""By which policies a control plane decides: those that its database has for all of its kind, one or many.

What cannot be loaded here decides nothing, and nothing older decides in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from config.fleet import NodeName
from config.settings import Settings
from config.sources import DISK, Sources
from config.vocabulary import Language
from gateway.audit.acts import SYSTEM
from gateway.audit.configuration_acts import configuration_refused
from gateway.audit.reasons import TAKEN
from gateway.commands.decisions import policy_book, shared_book, speak_of_nothing
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.state import State
from gateway.policy_office import entries
from gateway.policy_office.actor import PRODUCT, operating
from gateway.policy_office.incident import Incident
from gateway.policy_office.refusal import Refusal as PolicyRefusal
from gateway.policy_office.scope import ANY
from gateway.policy_office.version import Damaged, Source, Version
from gateway.storage.audit import append
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.shared_policies import SharedPolicies
from policies.brought import BringsFaults, LeftWithoutPolicies, require_fit
from policies.evaluate import PolicyBook
from policies.load import PoliciesUnusable
from policies.moments_said import moment_said
from policies.texts import Texts, digest_of, texts_of

ALONE = NodeName("-")
"""In the place of a node's name, on a machine that is none."""
NAMED_AS_RECORDED: Mapping[str, str] = {}
UNUSABLE = "shared_policies_unusable"
HAVE_THEM = "brana policy export FOLDER writes those in force, to be put in the place of the files here"
MEND_THEM = "mend the files and reload"
WITH_FAULTS = "policies_with_faults"
"""Why files do not come into force: what is new or changed in them asks in vain, or permits without a name."""
NAME_THEM = "give the route its name back and reload, or change the policy"
MEND = (
    "until they can be, nothing is decided here; in a fleet the other control planes answer for this node\n"
    "    publish others with `brana reload` on a node that decides, or have here the version of the product that can "
    "load them;\n"
    "    where none decides: stop this one, mend its files, and say `brana policy replace VERSION`, "
    "and --without-approval WHY where somebody else approves what files hold"
)
log = structlog.get_logger("policies")


class SharedPoliciesUnusable(Exception):
    """Those in force cannot be loaded here. `reason`: as the log names it."""

    def __init__(self, which: str, why: str, reason: str = UNUSABLE) -> None:
        super().__init__(f"the policies in force ({which}) cannot be loaded here:\n{why}\n    {MEND}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a book is made of."""

    version: Version
    incidents: tuple[Incident, ...]
    mark: str
    """Of the incidents that stand."""


def standing(state: State, connection: Connection) -> Standing | None:
    """None: nobody has published anything. Raises SharedPoliciesUnusable."""
    found = published(state, connection)
    return None if found is None else _standing(connection, found)


def book_of(state: State, found: Version, incidents: Sequence[Incident] = ()) -> PolicyBook:
    """Raises SharedPoliciesUnusable, whatever is wrong with it."""
    try:
        return shared_book(state.settings, state.district, found.texts, incidents)
    except PoliciesUnusable as refused:
        raise SharedPoliciesUnusable(described(found), str(refused)) from refused
    except Exception as error:
        raise SharedPoliciesUnusable(described(found), f"{type(error).__name__}: {error}") from error


def published(state: State, connection: Connection) -> Version | None:
    """None: nobody has published any. Raises SharedPoliciesUnusable for what nobody can load, or has signed."""
    try:
        return state.policy_versions(connection).in_force()
    except Damaged as damaged:
        raise SharedPoliciesUnusable("damaged", str(damaged), damaged.reason) from damaged


def in_force(state: State) -> Version | None:
    """The same, by itself."""
    state.keys  # noqa: B018 - opened before the transaction, as whoever opens them first reads them
    return state.database.read_now(partial(published, state))


def book_in_force(state: State) -> PolicyBook:
    """For commands. Raises as `book_and_closed` does."""
    return book_and_closed(state)[0]


def book_and_closed(state: State, *, as_if_open: bool = False) -> tuple[PolicyBook, Sequence[Incident]]:
    """And what an incident closes in it, or would but for `as_if_open`. Where none are published yet, those of the
    files.

    Raises PoliciesUnusable, SharedPoliciesUnusable.
    """
    state.keys  # noqa: B018 - opened before the transaction
    found = state.database.read_now(partial(standing, state))
    if found is None:
        return policy_book(state.settings, state.district), ()
    return book_of(state, found.version, () if as_if_open else found.incidents), found.incidents


def book_at_start(state: State, sources: Sources, now: datetime) -> tuple[PolicyBook, str]:
    """And the mark of the incidents that stand. The first control plane that starts publishes its own. A machine alone
    publishes what was edited on top of those in force, as it has no other that could be told.

    Raises as `book_in_force` does.
    """
    node, own = node_of(state.settings), own_texts(state.settings, sources)
    found = in_force(state)
    if found is None:
        found = _first(state, sources, node, now)
    elif found.number == 0:
        found = _taken_over(state, node, now)
    if edited_alone(state, own, found):
        try:
            require_fit(found.texts, own, state.district, TAKEN)
        except (LeftWithoutPolicies, BringsFaults) as refused:
            _stay(state, found, refused, now)
        else:
            found = _edited(state, sources, now)
    closed = state.database.read_now(lambda connection: _standing(connection, found))
    book = book_of(state, found, closed.incidents)
    same = digest_of(own) == found.digest

    def work(connection: Connection) -> None:
        shared = SharedPolicies(connection)
        shared.decides_by(node, book.version, now)
        if same:
            shared.has_files_in_force(node, found.digest)

    state.database.write_soon(work).result()
    if not same:
        log.warning("policies.files_differ", in_force=described(found), do=HAVE_THEM)
    for void in speak_of_nothing(book, state.settings):
        log.warning("policies.route_unknown", policy=void, do=NAME_THEM)
    return book, closed.mark


def edited_alone(state: State, own: Texts, found: Version) -> bool:
    """Whether a start takes the files in the place of those in force: nobody but they themselves has changed them."""
    policies = state.settings.policies
    if (
        state.settings.fleet is not None
        or policies.from_files != "activate"
        or digest_of(own) == found.digest
    ):
        return False
    followed = state.database.read_now(lambda c: SharedPolicies(c).files_in_force(ALONE))
    return followed == found.digest


def _standing(connection: Connection, found: Version) -> Standing:
    incidents = StoredIncidents(connection)
    return Standing(found, tuple(incidents.standing()), incidents.mark())


def _first(state: State, sources: Sources, node: NodeName, now: datetime) -> Version:
    """Published by this one's start, or by another node that was quicker."""
    book = policy_book(state.settings, state.district, sources)
    made = version_of(own_texts(state.settings, sources), book, SYSTEM, node, now)
    made = replace(made, source=Source.FIRST)

    def work(connection: Connection) -> Version:
        other = published(state, connection)
        return other if other is not None else put_in_force(state, connection, made, None, book)

    return state.database.write_soon(work).result()


def _taken_over(state: State, node: NodeName, now: datetime) -> Version:
    """Of the version of the product before this one, which signed nothing; by the first that starts."""

    def work(connection: Connection) -> Version:
        found = published(state, connection)
        assert found is not None
        if found.number != 0:
            return found
        new = state.policy_versions(connection).put_in_force(found)
        append(connection, [entries.activated(new, new.texts, PRODUCT, now, number_before=0)])
        return new

    log.info("policies.taken_over", node=node)
    return state.database.write_soon(work).result()


def _edited(state: State, sources: Sources, now: datetime) -> Version:
    book = policy_book(state.settings, state.district, sources)
    made = version_of(own_texts(state.settings, sources), book, SYSTEM, ALONE, now)

    def work(connection: Connection) -> Version:
        before = published(state, connection)
        return put_in_force(state, connection, made, before, book)

    return state.database.write_soon(work).result()


def _stay(state: State, found: Version, refused: LeftWithoutPolicies | BringsFaults, now: datetime) -> None:
    """What is in force decides, and the edit of the files does not count: nobody is locked out for a missing name."""
    left = isinstance(refused, LeftWithoutPolicies)
    reason, told = PolicyRefusal.LEFT_WITHOUT if left else WITH_FAULTS, str(refused)
    log.warning(
        "policies.files_refused", reason=str(reason), faults=told, in_force=described(found), do=MEND_THEM
    )
    entry = configuration_refused(now, SYSTEM, reason, told)
    state.database.write_soon(lambda connection: append(connection, [entry])).result()


def put_in_force(
    state: State,
    connection: Connection,
    made: Version,
    before: Version | None,
    book: PolicyBook,
    than: Texts | None = None,
) -> Version:
    """With the entries that say so, in the transaction that is open. `book`: of those texts. `than`: the texts whose
    faults are old, where they are not those of `before`.

    Raises LeftWithoutPolicies, BringsFaults.
    """
    texts = {} if before is None else before.texts
    require_fit(texts if than is None else than, made.texts, book.names.district, TAKEN)
    new = state.policy_versions(connection).put_in_force(made)
    number = 0 if before is None else before.number
    entry = entries.activated(new, texts, operating(made.by), made.at, number_before=number)
    append(connection, [entry, *newly_loaded(connection, book, made.at)])
    return new


def version_of(texts: Texts, book: PolicyBook, by: str, node: NodeName, now: datetime) -> Version:
    """`book`: of these texts, as that node has loaded it. Its number comes when it is in force."""
    return Version(
        number=0,
        version=book.version,
        texts=dict(texts),
        source=Source.FILES,
        scope=ANY,
        base=0,
        author=by,
        approver="",
        at=now,
        node=node,
    )


def node_of(settings: Settings) -> NodeName:
    return ALONE if settings.fleet is None else NodeName(settings.fleet.node)


def own_texts(settings: Settings, sources: Sources = DISK) -> dict[str, str]:
    """Of the files here. Raises OSError, UnicodeDecodeError."""
    return texts_of(settings.policies.region, settings.policies.municipalities, sources)


def described(
    one: Version, language: Language = Language.ENGLISH, called: Mapping[str, str] = NAMED_AS_RECORDED
) -> str:
    """For a message. `called`: names of people by their subjects."""
    at, by = moment_said(one.at, language), called.get(one.by, one.by)
    if language is Language.CZECH:
        node = "" if one.node == ALONE else f" na uzlu {one.node}"
        return f"verze {one.version}, zveřejněná {at}{node}, autor {by}"
    where = "" if one.node == ALONE else f" at node {one.node}"
    return f"version {one.version}, published {at}{where} by {by}"
