"""A folder of policies that notes which version it follows, put upon those in force: what came since is not undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.vocabulary import Language
from gateway.audit.neutral import neutral
from gateway.commands.applying import Meant, meaning
from gateway.commands.called_by import called_by
from gateway.commands.decisions import list_titles_of
from gateway.commands.mistaken import mistaken
from gateway.commands.policy_line import Line, line_said, noted, quoted
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import NAMED_AS_RECORDED, described, in_force
from gateway.commands.state import State
from gateway.policy_office.folder_following import BaseUnclear, ChangedByBoth, following, taken_back
from gateway.policy_office.pieces import Pieces
from gateway.policy_office.version import Damaged, Version
from policies.model import Text
from policies.parameters import ANYTHING, Offered
from policies.texts import Texts

CS, EN = Language.CZECH, Language.ENGLISH
WHY_LONGEST = 1000  # characters of a reason that are shown
BOTH: Text = {
    CS: "složka vychází z verze {follows}, a totéž od té doby změnil i někdo jiný; platí verze {version}:",
    EN: "the folder follows version {follows}, and somebody else has changed the same since; in force is {version}:",
}
CHOOSE: Text = {
    CS: "podívejte se příkazem `brana policy diff`, čím se liší, převezměte do složky, co má platit, a použijte "
    "--instead-of {line}",
    EN: "see with `brana policy diff` what differs, take over into the folder what is to hold, then say "
    "--instead-of {line}",
}
AGAIN: Text = {
    CS: "po verzi {follows}, ze které složka vychází, to už platilo a někdo to vzal zpět; platí verze {version}:",
    EN: "after version {follows}, which the folder follows, this was in force and taken back; in force is {version}:",
}
LEAVE: Text = {
    CS: "nemá-li to platit, vezměte to zpět i ve složce; má-li to platit přesto, řekněte --instead-of {line}",
    EN: "is it not to hold, take it back in the folder as well; is it to hold all the same, say --instead-of {line}",
}
KEPT: Text = {
    CS: "platí dál, protože to začalo platit až po verzi {follows}, ze které složka vychází:",
    EN: "stays in force, as it came after version {follows}, which the folder follows:",
}
TAKE_OVER: Text = {
    CS: "převezměte to do složky (`brana policy export`); nemá-li to platit, řekněte --instead-of {line}",
    EN: "take it over into the folder (`brana policy export`); is it not to hold, say --instead-of {line}",
}

OF_SEVERAL: Text = {
    CS: "{version} se jmenuje více verzí, které se liší jen případy, a {which}",
    EN: "several versions are called {version}, as their cases alone differ, and {which}",
}
ANOTHER: Text = {CS: "platí jiná z nich", EN: "another one is in force"}
NOT_SAID: Text = {CS: "není řečeno která", EN: "it is not said which"}
SEE_WHICH: Text = {
    CS: "podívejte se příkazem `brana policy diff`, čím se liší, pak zadejte --instead-of {line}",
    EN: "see with `brana policy diff` what differs, then say --instead-of {line}",
}


class FolderOvertaken(Exception):
    """What the folder changed, somebody else has changed otherwise since. Says what by files, and what to do."""

    def __init__(self, follows: str, there: Version, lines: Sequence[str], language: Language) -> None:
        said = [
            BOTH[language].format(follows=follows, version=there.version),
            *(f"    {one}" for one in lines),
            f"    {CHOOSE[language].format(line=quoted(there))}",
        ]
        super().__init__("\n".join(said))


class FolderTakenBack(Exception):
    """What the folder would bring was in force before, and somebody took it back. Says what, by whom, and why."""

    def __init__(self, follows: str, there: Version, lines: Sequence[str], language: Language) -> None:
        said = [AGAIN[language].format(follows=follows, version=there.version), *lines]
        super().__init__("\n    ".join([*said, LEAVE[language].format(line=quoted(there))]))


@dataclass(frozen=True, slots=True)
class Followed:
    """`texts`: what is to be in force; `kept`: what of it the folder has otherwise or not at all, by files."""

    texts: Texts
    there: Version | None
    meant: Meant
    line: Line | None = None
    kept: tuple[Pieces, ...] = ()
    offered: Offered = ANYTHING
    called: Mapping[str, str] = field(default_factory=dict)
    """Names of people by their subjects."""

    def told(self, there: Version, language: Language) -> list[str]:
        if self.line is None or not self.kept:
            return []
        return [
            KEPT[language].format(follows=self.line.version),
            *(f"    {line}" for one in self.kept for line in one.said_in(language, self.offered)),
            f"    {TAKE_OVER[language].format(line=quoted(there))}",
        ]


def followed(
    state: State, folder: Path, own: Texts, instead_of: str | None, language: Language = EN
) -> Followed:
    """Raises NotInForce where it is not known what the folder changed or what became of it, FolderOvertaken,
    FolderTakenBack, CannotStart for what names no version or not which of several, SharedPoliciesUnusable.
    """
    there = in_force(state)
    called = NAMED_AS_RECORDED if there is None else called_by(state, there)
    if instead_of is not None:
        return Followed(own, there, _instead_of(state, there, own, instead_of, language), called=called)
    line = noted(folder, language)
    if line is None or there is None:
        return Followed(own, there, meaning(there), line, called=called)
    offered = Offered(list_titles_of(state.settings), [one.name for one in state.settings.networks])
    bases = state.database.read_now(
        lambda connection: state.policy_versions(connection).called(line.version, line.texts)
    )
    try:
        found = following(own, [one.texts for one in bases], there.texts)
    except BaseUnclear as error:
        raise NotInForce(line.version, there.version, language, line=quoted(there)) from error
    except ChangedByBoth as error:
        where = [said for one in error.where for said in one.said_in(language, offered)]
        raise FolderOvertaken(line.version, there, where, language) from error
    _require_not_taken_back(state, line, found.texts, there, offered, language)
    return Followed(found.texts, there, meaning(there), line, found.kept, offered, called)


def _instead_of(state: State, there: Version | None, own: Texts, said: str, language: Language) -> Meant:
    """Versions that differ in their cases alone have one name, so it is enough where only one has it.

    Raises NotInForce, CannotStart.
    """
    if there is None or own == there.texts:
        return Meant(said)
    line = line_said(said, language)
    if line.version != there.version:
        raise NotInForce(line.version, there.version, language, line=quoted(there))
    named = state.database.read_now(lambda connection: state.policy_versions(connection).called(line.version))
    if not there.digest.startswith(line.texts) or (not line.texts and len(named) > 1):
        raise mistaken(
            OF_SEVERAL,
            SEE_WHICH,
            language,
            version=line.version,
            which=(ANOTHER if line.texts else NOT_SAID)[language],
            line=quoted(there),
        )
    return meaning(there)


def _require_not_taken_back(
    state: State, line: Line, meant: Texts, there: Version, offered: Offered, language: Language
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
        raise NotInForce(line.version, there.version, language, line=quoted(there)) from error
    back = taken_back(meant, there.texts, [one.texts for one in since])
    lines = list[str]()
    for at, where in back.items():
        by = described(since[at], language, called_by(state, since[at]))
        lines += [
            ": ".join(filter(None, [by, neutral(since[at].note, WHY_LONGEST)])),
            *(f"    {said}" for one in where for said in one.said_in(language, offered)),
        ]
    if lines:
        raise FolderTakenBack(line.version, there, lines, language)
