"""Which policies a command asks: those in force, or those of a folder, which nobody has brought into force."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from config.district import District
from config.problem import ConfigurationRefused
from config.settings import Settings
from config.vocabulary import Language, MunicipalityCode, SubjectId
from gateway.asks.ask import Ask
from gateway.audit.folding import folded
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.whereabouts import Whereabouts
from gateway.commands.countries import locator
from gateway.commands.decisions import shared_book, snapshot_of
from gateway.commands.mistaken import mistaken, written_as
from gateway.commands.policy_draft import Draft, draft_of
from gateway.commands.policy_folder import policy_folder
from gateway.commands.shared_policies import book_and_closed
from gateway.commands.state import existing_state
from gateway.policy_office.incident import Incident
from gateway.storage.migrate import exists
from gateway.storage.place import place_of
from gateway.storage.policy_incidents import StoredIncidents
from idp.directory.same_person import Account
from policies.evaluate import PolicyBook
from policies.load import PoliciesUnusable
from policies.model import Text
from policies.texts import MUNICIPALITIES, REGION, Texts, texts_of

CS, EN = Language.CZECH, Language.ENGLISH
SEVERAL: Text = {
    CS: "{written} se jmenuje několik obcí: {those}",
    EN: "{written} is the name of several municipalities: {those}",
}
THE_CODE: Text = {CS: "napište kód té, o kterou jde", EN: "write the code of the one that is meant"}
NONE: Text = {
    CS: "obec {written} v obvodu není{near}",
    EN: "no municipality {written} in the district{near}",
}
WHOLE_NAME: Text = {
    CS: "napište její kód, IČO nebo celý název",
    EN: "write its code, its number or its whole name",
}
DID_YOU_MEAN: Text = {CS: "nemyslíte {those}?", EN: "did you mean {those}?"}
OR: Text = {CS: " nebo ", EN: " or "}
UNREADABLE: Text = {
    CS: "pravidla ve složce {folder} nelze číst: {error}",
    EN: "the policies of {folder} cannot be read: {error}",
}
AS_EXPORTED: Text = {
    CS: "mají v ní být složky region a municipalities, jak je zapíše `brana policy export`",
    EN: "it needs the folders region and municipalities, as `brana policy export` writes them",
}
NEAR = 3  # municipalities that somebody may have meant
ALIKE = 0.7  # of 1: one letter of three may be another
policies_folder = click.option(
    "--policies",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Ask the policies of this folder (region/*.cedar, municipalities/*.cedar), not those in force.",
)

as_if_open = click.option(
    "--as-if-open",
    "open_",
    is_flag=True,
    help="As if nothing were closed in an incident: else what policies would open there is hidden.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    settings: Settings
    district: District
    book: PolicyBook
    incidents: Sequence[Incident] = ()
    """What is closed at the moment: in `book`, and in whatever it is compared with, but where it is asked as if it were
    not.
    """
    as_if_open: bool = False

    @property
    def counting(self) -> Sequence[Incident]:
        return () if self.as_if_open else self.incidents


def policies_asked(
    configuration: Path, folder: Path | None, language: Language = EN, *, as_if_open: bool = False
) -> Asked:
    """Those of a folder need nothing of a server (`policy_folder`); where there is one, what is closed at the moment
    stays closed in them.

    Raises ConfigurationRefused, PoliciesUnusable, SharedPoliciesUnusable, CannotStart where there is no state and no
    folder.
    """
    if folder is not None:
        found = policy_folder(configuration, folder)
        closed = closed_now(configuration, found.settings)
        book = book_of_folder(found.settings, found.district, folder, () if as_if_open else closed, language)
        return Asked(found.settings, found.district, book, closed, as_if_open)
    state = existing_state(configuration)
    try:
        book, closed = book_and_closed(state, as_if_open=as_if_open)
        return Asked(state.settings, state.district, book, closed, as_if_open)
    finally:
        state.database.close()


def closed_now(configuration: Path, settings: Settings) -> Sequence[Incident]:
    """Nothing where the product never ran, as on a machine that has the policies alone."""
    if not exists(place_of(settings.state)):
        return ()
    state = existing_state(configuration)
    try:
        return state.database.read_now(lambda connection: StoredIncidents(connection).standing())
    finally:
        state.database.close()


def book_of_folder(
    settings: Settings,
    district: District,
    folder: Path,
    closed: Sequence[Incident],
    language: Language = EN,
) -> PolicyBook:
    """Raises ConfigurationRefused, CannotStart, in that language."""
    texts = _texts_of_folder(folder, language)
    with faults_in(language):
        return shared_book(settings, district, texts, closed)


def book_of_draft(
    configuration: Path, asked: Asked, folder: Path, language: Language
) -> tuple[PolicyBook, Draft]:
    """As `brana policy apply` would put the folder upon what is in force, which was asked for."""
    own = _texts_of_folder(folder, language)
    draft = draft_of(configuration, asked.settings, folder, own, language)
    with faults_in(language):
        return shared_book(asked.settings, asked.district, draft.texts, asked.counting), draft


@contextmanager
def faults_in(language: Language) -> Iterator[None]:
    """What is wrong with policies, in that language, as `brana policy check` says it. Raises ConfigurationRefused."""
    try:
        yield
    except PoliciesUnusable as refused:
        raise ConfigurationRefused(refused.problems, language) from refused


def _texts_of_folder(folder: Path, language: Language = EN) -> Texts:
    try:
        return texts_of(folder / REGION, folder / MUNICIPALITIES)
    except (OSError, UnicodeDecodeError) as error:
        raise mistaken(UNREADABLE, AS_EXPORTED, language, folder=str(folder), error=str(error)) from error


def snapshot_asked(asked: Asked, asks: Sequence[Ask] = (), others: Sequence[Account] = ()) -> Snapshot:
    """What decisions would know besides the policies; `asks`: of every account of the person that is asked about,
    `others`: those beside the one that is.
    """
    whereabouts = Whereabouts(locator(asked.settings))

    def of_account(subject: SubjectId) -> Sequence[Ask]:
        return [one for one in asks if one.holder.subject == subject]

    return snapshot_of(asked.settings, asked.district, asked.book, lambda _: others, of_account, whereabouts)


def municipality_asked(district: District, written: str, language: Language = EN) -> MunicipalityCode:
    """By code, number or name. Raises CannotStart, in that language."""
    found = district.found(written)
    if found is not None:
        return found
    said = written_as(written, language)
    if alike := district.called(written):
        raise mistaken(SEVERAL, THE_CODE, language, written=said, those=in_words(district, alike))
    near = meant(district, written, language)
    raise mistaken(NONE, WHOLE_NAME, language, written=said, near=f"; {near}" if near else "")


def meant(district: District, written: str, language: Language = EN) -> str:
    """Those whose names or codes are like it, without a regard to accents."""
    known = {folded(one.name): code for code, one in district.items()} | {code: code for code in district}
    near = dict.fromkeys(
        known[one] for one in get_close_matches(folded(written), known, n=NEAR, cutoff=ALIKE)
    )
    return DID_YOU_MEAN[language].format(those=in_words(district, near, OR[language])) if near else ""


def in_words(district: District, codes: Iterable[MunicipalityCode], between: str = ", ") -> str:
    """Each with its name and its code."""
    return between.join(f"{district.name(code)} ({code})" for code in codes)
