"""A folder of policies that notes which version it follows, put upon those in force: what came since is not undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.vocabulary import Language
from gateway.audit.neutral import neutral
from gateway.commands.applying import Meant, meaning
from gateway.commands.called_by import called_by
from gateway.commands.policy_line import Line, noted
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import NAMED_AS_RECORDED, described, in_force
from gateway.commands.state import State
from gateway.policy_office.folder_following import BaseUnclear, ChangedByBoth, following, taken_back
from gateway.policy_office.version import Damaged, Version
from policies.model import Text
from policies.texts import Texts

CS, EN = Language.CZECH, Language.ENGLISH
WHY_LONGEST = 1000  # characters of a reason that are shown
BOTH: Text = {
    CS: "složka vychází z verze {follows}, a totéž od té doby změnil i někdo jiný; platí verze {version}:",
    EN: "the folder follows version {follows}, and somebody else has changed the same since; in force is {version}:",
}
CHOOSE: Text = {
    CS: "podívejte se příkazem `brana policy diff`, čím se liší, převezměte do složky, co má platit, a použijte "
    "--instead-of {version}",
    EN: "see with `brana policy diff` what differs, take over into the folder what is to hold, then say "
    "--instead-of {version}",
}
AGAIN: Text = {
    CS: "po verzi {follows}, ze které složka vychází, to už platilo a někdo to vzal zpět; platí verze {version}:",
    EN: "after version {follows}, which the folder follows, this was in force and taken back; in force is {version}:",
}
LEAVE: Text = {
    CS: "nemá-li to platit, vezměte to zpět i ve složce; má-li to platit přesto, řekněte --instead-of {version}",
    EN: "is it not to hold, take it back in the folder as well; is it to hold all the same, say --instead-of {version}",
}
KEPT: Text = {
    CS: "platí dál, protože to začalo platit až po verzi {follows}, ze které složka vychází:",
    EN: "stays in force, as it came after version {follows}, which the folder follows:",
}
TAKE_OVER: Text = {
    CS: "převezměte to do složky (`brana policy export`); nemá-li to platit, řekněte --instead-of {version}",
    EN: "take it over into the folder (`brana policy export`); is it not to hold, say --instead-of {version}",
}


class FolderOvertaken(Exception):
    """What the folder changed, somebody else has changed otherwise since. Says what by files, and what to do."""

    def __init__(self, follows: str, version: str, where: Sequence[str], language: Language) -> None:
        lines = [
            BOTH[language].format(follows=follows, version=version),
            *(f"    {one}" for one in where),
            f"    {CHOOSE[language].format(version=version)}",
        ]
        super().__init__("\n".join(lines))


class FolderTakenBack(Exception):
    """What the folder would bring was in force before, and somebody took it back. Says what, by whom, and why."""

    def __init__(self, follows: str, version: str, lines: Sequence[str], language: Language) -> None:
        said = [AGAIN[language].format(follows=follows, version=version), *lines]
        super().__init__("\n    ".join([*said, LEAVE[language].format(version=version)]))


@dataclass(frozen=True, slots=True)
class Followed:
    """`texts`: what is to be in force; `kept`: what of it the folder has otherwise or not at all, by files."""

    texts: Texts
    there: Version | None
    meant: Meant
    line: Line | None = None
    kept: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    """Names of people by their subjects."""

    def told(self, version: str, language: Language) -> list[str]:
        """`version`: in force now."""
        if self.line is None or not self.kept:
            return []
        return [
            KEPT[language].format(follows=self.line.version),
            *(f"    {one}" for one in self.kept),
            f"    {TAKE_OVER[language].format(version=version)}",
        ]


def followed(
    state: State, folder: Path, own: Texts, instead_of: str | None, language: Language = EN
) -> Followed:
    """Raises NotInForce where it is not known what the folder changed or what became of it, FolderOvertaken,
    FolderTakenBack, CannotStart for a note that is none, SharedPoliciesUnusable.
    """
    there = in_force(state)
    called = NAMED_AS_RECORDED if there is None else called_by(state, there)
    if instead_of is not None:
        return Followed(own, there, Meant(instead_of), called=called)
    line = noted(folder)
    if line is None or there is None:
        return Followed(own, there, meaning(there), line, called=called)
    bases = state.database.read_now(
        lambda connection: state.policy_versions(connection).called(line.version, line.texts)
    )
    try:
        found = following(own, [one.texts for one in bases], there.texts)
    except BaseUnclear as error:
        raise NotInForce(line.version, there.version) from error
    except ChangedByBoth as error:
        raise FolderOvertaken(line.version, there.version, error.where, language) from error
    _require_not_taken_back(state, line, found.texts, there, language)
    return Followed(found.texts, there, meaning(there), line, found.kept, called)


def _require_not_taken_back(
    state: State, line: Line, meant: Texts, there: Version, language: Language
) -> None:
    """Raises FolderTakenBack, NotInForce where a version between is damaged."""
    names = {name for name in meant.keys() | there.texts.keys() if meant.get(name) != there.texts.get(name)}
    if not names:
        return

    def concerned(one: Version) -> Version:
        return replace(one, texts={name: text for name, text in one.texts.items() if name in names})

    try:
        since = state.database.read_now(
            lambda connection: [
                concerned(one)
                for one in state.policy_versions(connection).after(line.version, line.texts, there.number)
            ]
        )
    except Damaged as error:
        raise NotInForce(line.version, there.version) from error
    back = taken_back(meant, there.texts, [one.texts for one in since])
    lines = list[str]()
    for at, where in back.items():
        by = described(since[at], language, called_by(state, since[at]))
        lines += [
            ": ".join(filter(None, [by, neutral(since[at].note, WHY_LONGEST)])),
            *(f"    {one}" for one in where),
        ]
    if lines:
        raise FolderTakenBack(line.version, there.version, lines, language)
