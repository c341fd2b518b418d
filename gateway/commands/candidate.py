"""What is to come into force at a reload, with everything made of it that takes time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.changes import Changes
from config.sources import Sources
from gateway.audit import acts
from gateway.audit.entry import Entry
from gateway.commands.contents import contents_of, digest_of
from gateway.commands.data_plane import resources_of
from gateway.commands.decisions import snapshot_of
from gateway.commands.state import State
from gateway.envoy.messages import Json
from policies.evaluate import PolicyBook


@dataclass(frozen=True, slots=True)
class Candidate:
    state: State
    book: PolicyBook
    resources: dict[str, list[Json]]
    contents: Mapping[str, str]
    epoch: str

    @property
    def digest(self) -> str:
        return digest_of(self.state.settings, self.contents, self.book.version)


def candidate(state: State, book: PolicyBook, keys: Mapping[str, Any], sources: Sources) -> Candidate:
    """`keys`: for the gate, those of this moment. Raises PasswordUnusable, OSError."""
    return Candidate(
        state,
        book,
        resources_of(state, state.settings, keys),
        contents_of(state.settings, sources),
        snapshot_of(state.settings, state.district, book).epoch,
    )


def entry_of(
    moment: datetime, by: str, before: Candidate, after: Candidate, delta: Changes, policies: str
) -> Entry:
    """That the one took the place of the other; `policies`: version of those in force then."""
    return acts.configuration_reloaded(
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


def closed(before: Candidate, after: Candidate) -> list[str]:
    """Municipalities that have no policies any more."""
    lost = after.book.without_policies - before.book.without_policies
    return [f"{after.state.district.name(code)} ({code})" for code in sorted(lost)]
