"""What is to come into force at a reload, with everything made of it that takes time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.changes import Changes
from config.sources import Sources
from gateway.audit import configuration_acts
from gateway.audit.entry import Entry
from gateway.commands.contents import contents_of, digest_of
from gateway.commands.data_plane import resources_of
from gateway.commands.state import State
from gateway.envoy.messages import Json
from policies.evaluate import PolicyBook


@dataclass(frozen=True, slots=True)
class InForce:
    """What everything goes by."""

    state: State
    book: PolicyBook
    contents: Mapping[str, str]

    @property
    def digest(self) -> str:
        return digest_of(self.state.settings, self.contents, self.book.version)


@dataclass(frozen=True, slots=True)
class Candidate(InForce):
    resources: dict[str, list[Json]]

    def in_force(self) -> InForce:
        """Without what Envoy alone needed to be told."""
        return InForce(self.state, self.book, self.contents)


def begun_with(state: State, book: PolicyBook, sources: Sources) -> InForce:
    return InForce(state, book, contents_of(state.settings, sources))


def candidate(state: State, book: PolicyBook, keys: Mapping[str, Any], sources: Sources) -> Candidate:
    """`keys`: for the gate, those of this moment. Raises PasswordUnusable, OSError."""
    contents = contents_of(state.settings, sources)
    return Candidate(state, book, contents, resources_of(state, state.settings, keys))


def entry_of(
    moment: datetime, by: str, before: InForce, after: InForce, delta: Changes, policies: str
) -> Entry:
    """That the one took the place of the other; `policies`: version of those in force then."""
    return configuration_acts.configuration_reloaded(
        moment,
        by,
        before=before.digest,
        after=digest_of(after.state.settings, after.contents, policies),
        policies=policies,
        added=delta.added,
        removed=delta.removed,
        changed=delta.changed,
        settings=delta.settings,
    )


def closed(before: InForce, after: InForce) -> list[str]:
    """Municipalities that have no policies any more."""
    lost = after.book.without_policies - before.book.without_policies
    return [f"{after.state.district.name(code)} ({code})" for code in sorted(lost)]
