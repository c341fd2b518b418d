"""Policies that all control planes of a fleet decide by, as values; whether a node's files may take their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What somebody published. `texts` by name; `digest` is theirs (`policies.texts`)."""

    texts: Mapping[str, str]
    digest: str
    version: str
    """Of the policies, at the node that published them: the schema there is part of it."""
    at: datetime
    by: str
    """Who said so, as in the audit log."""
    node: str


def left_behind(
    own: Mapping[str, str], read_last: Mapping[str, str], in_force: Mapping[str, str], *, follows: bool
) -> list[str]:
    """Names of a node's policies that nobody there has edited, and that are others than those in force: published,
    they would undo what somebody else has published.

    `own`: its files; `read_last`: as it read them before. `follows`: its files were once those in force, so that
    whatever differs now was edited behind them.
    """
    if follows:
        return []
    names = sorted(own.keys() | in_force.keys())
    return [
        name for name in names if own.get(name) != in_force.get(name) and own.get(name) == read_last.get(name)
    ]
