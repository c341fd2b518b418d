"""A folder of policies, as people keep them in git: `region` and `municipalities` below it; and what is in force."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from config.district import District
from config.load import read
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.sources import DISK, Sources
from config.vocabulary import Language
from gateway.audit.reasons import TAKEN
from gateway.commands.decisions import HEADINGS, list_titles_of, routes_of, titles_of
from gateway.commands.shared_policies import in_force
from gateway.commands.state import existing_state
from gateway.commands.trial_bar import watched
from gateway.storage.migrate import exists
from gateway.storage.place import place_of
from policies.brought import faults_brought, faults_of_each, in_vain, left_without
from policies.case_files import CaseFile, read_all
from policies.load import Read, read_folders
from policies.model import Text
from policies.parameters import Offered
from policies.reasons import Names
from policies.shutting_out import narrowed
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts, texts_of
from policies.trial import broken, tried, untried

WHAT_IS_NAMED = re.compile(r"(applications|networks)(\[[0-9]+\](\.(id|name|routes(\[[0-9]+\](\.name)?)?))?)?")
JUDGED: Text = {
    Language.CZECH: "posoudit musí lidé: {problem}",
    Language.ENGLISH: "to be judged by people: {problem}",
}
folder_argument = click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
json_option = click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """The folders that are meant, and the configuration by which they are judged."""

    settings: Settings
    district: District
    region: Path
    municipalities: Path
    sources: Sources = DISK

    def holding(self, texts: Texts) -> "PolicyFolder":
        """These texts, which are in no file, judged by the same."""
        return replace(self, region=REGION, municipalities=MUNICIPALITIES, sources=InHand(texts))

    @property
    def names(self) -> Names:
        return Names(self.district, titles_of(self.settings), HEADINGS)

    @property
    def offered(self) -> Offered:
        return Offered(list_titles_of(self.settings), [one.name for one in self.settings.networks])

    def read(self) -> tuple[Read, list[CaseFile], list[Problem]]:
        """What the folders hold, the cases, and what is wrong with either as it is written."""
        networks = frozenset(one.name for one in self.settings.networks)
        known = frozenset(titles_of(self.settings))
        read = read_folders(
            self.region,
            self.municipalities,
            frozenset(self.district),
            known,
            self.sources,
            networks=networks,
            routes=routes_of(self.settings),
        )
        files = read_all(read.cases, self.district)
        return read, files, sorted([*read.problems, *(one for file in files for one in file.problems)])

    def broken(self, read: Read, files: Sequence[CaseFile]) -> tuple[list[Problem], list[Problem]]:
        """Where the policies do not do what the cases say, and what could not be tried; with a bar meanwhile."""
        found = list(watched(tried(read.region, read.municipal, self.names, files), len(read.municipal)))
        return broken(found, self.district), untried(found, self.district)

    def brought(self, before: Texts, written: Sequence[Problem] = ()) -> list[Problem]:
        """What no change may bring, beside those that are in force. `written`: what is wrong with the texts as they are
        written; where anything is, only each policy by itself can be judged.
        """
        if written:
            found = self._in_folders(faults_of_each(before, self._readable(), TAKEN))
            return [one for one in found if one not in written]
        after = self.texts()
        return self._in_folders(
            left_without(before, after, self.district) or faults_brought(before, after, self.district, TAKEN)
        )

    def narrowed(self, before: Texts) -> list[Problem]:
        """When nobody could approve or roll back by it, though somebody can by what is in force."""
        return self._in_folders(narrowed(before, self._readable(), self.district))

    def in_vain(self) -> list[Problem]:
        """What any policy here asks in vain, whether or not it is in force."""
        return self._in_folders(in_vain({}, self._readable()))

    def _readable(self) -> dict[str, str]:
        """None where a file cannot be read, which is a fault of what is written."""
        try:
            return self.texts()
        except ConfigurationRefused:
            return {}

    def _in_folders(self, found: Iterable[Problem]) -> list[Problem]:
        folders = {REGION: self.region, MUNICIPALITIES: self.municipalities}
        return [replace(one, file=folders[one.file.parent] / one.file.name) for one in found]

    def texts(self) -> dict[str, str]:
        """Raises ConfigurationRefused where a file cannot be read."""
        try:
            return texts_of(self.region, self.municipalities, self.sources)
        except (OSError, UnicodeDecodeError) as error:
            what = f"cannot be read: {error}"
            raise ConfigurationRefused(
                [Problem(self.region.parent, 0, what, "see `brana policy check`")]
            ) from error


def policy_folder(configuration: Path, folder: Path | None) -> PolicyFolder:
    """Without `folder`, those of the configuration.

    Policies may lie on a machine that has neither certificates nor secrets: what else the configuration names need not
    be there. Raises ConfigurationRefused where it cannot be said by what policies are judged.
    """
    reading = read(configuration)
    settings, district = reading.settings, reading.district
    doubtful = [one for one in reading.faulty if WHAT_IS_NAMED.fullmatch(one)]
    if district is None or doubtful or (folder is None and not reading.sound("policies")):
        raise ConfigurationRefused(reading.problems)
    if folder is None:
        return PolicyFolder(settings, district, settings.policies.region, settings.policies.municipalities)
    return PolicyFolder(settings, district, folder / REGION, folder / MUNICIPALITIES)


def texts_in_force(configuration: Path, settings: Settings) -> dict[str, str]:
    """None at all where the product never ran, as on a machine that has the policies alone.

    Raises DatabaseUnusable, SharedPoliciesUnusable, ConfigurationRefused.
    """
    if not exists(place_of(settings.state)):
        return {}
    state = existing_state(configuration)
    try:
        found = in_force(state)
    finally:
        state.database.close()
    return {} if found is None else dict(found.texts)


def problem_as_json(one: Problem) -> dict[str, object]:
    return {
        "file": str(one.file),
        "line": one.line,
        "column": one.column,
        "what": one.what,
        "remedy": one.remedy,
    }
