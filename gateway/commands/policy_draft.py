"""A folder of policies as a change that nobody has made yet: what `brana policy apply` would put in force by it."""

from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from config.vocabulary import Language
from gateway.commands.policy_following import FolderOvertaken, FolderTakenBack, followed
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import in_force
from gateway.commands.state import State, existing_state
from gateway.policy_office.version import Version
from gateway.storage.migrate import exists
from gateway.storage.place import place_of
from policies.model import Text
from policies.texts import Texts

CS, EN = Language.CZECH, Language.ENGLISH
REFUSED: Text = {
    CS: "`brana policy apply` by tuto složku odmítl:",
    EN: "`brana policy apply` would refuse this folder:",
}
WHOLE: Text = {
    CS: "dále se proto posuzuje celá složka proti platným pravidlům, jako s --instead-of",
    EN: "so what follows is of the whole folder against the policies in force, as with --instead-of",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """`texts`: what would be in force; `there`: what is."""

    texts: Texts
    there: Version | None = None
    kept: tuple[str, ...] = ()
    """What stays in force though the folder has it otherwise or not at all, by files."""
    stays: tuple[str, ...] = ()
    """The same in lines, as `apply` tells it."""
    refused: str = ""
    """Why `apply` would do nothing; then `texts` are those of the whole folder, as somebody has to see both."""

    def warning(self, language: Language) -> list[str]:
        """What has to be read before anything else."""
        if not self.refused:
            return []
        return [
            REFUSED[language],
            *(f"    {line}" for line in self.refused.splitlines()),
            WHOLE[language],
        ]

    def as_json(self) -> dict[str, object]:
        return {"kept": list(self.kept), "refused": self.refused}


def drafted(state: State, folder: Path, own: Texts, language: Language = EN) -> Draft:
    """`own`: the texts of the folder. Raises SharedPoliciesUnusable."""
    try:
        found = followed(state, folder, own, None, language)
    except (CannotStart, FolderOvertaken, FolderTakenBack, NotInForce) as refused:
        return Draft(own, in_force(state), refused=str(refused))
    if found.there is None:
        return Draft(own)
    kept = tuple(one.named() for one in found.kept)
    return Draft(found.texts, found.there, kept, tuple(found.told(found.there, language)))


def draft_of(
    configuration: Path, settings: Settings, folder: Path | None, own: Texts, language: Language
) -> Draft:
    """Without `folder`, `own` are the texts of the configuration's files, which follow nothing. Where the product never
    ran, as on a machine that has the policies alone, nothing is in force.

    Raises DatabaseUnusable, SharedPoliciesUnusable, ConfigurationRefused.
    """
    if not exists(place_of(settings.state)):
        return Draft(own)
    state = existing_state(configuration)
    try:
        return Draft(own, in_force(state)) if folder is None else drafted(state, folder, own, language)
    finally:
        state.database.close()
