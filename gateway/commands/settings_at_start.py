"""What a start takes otherwise than the run before: a change of the settings, in the log like any other.

Files with secrets are named by settings and not kept with them: whether another one lies there now, nobody can tell.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from config.changes import Changes, changes
from config.load import accepted
from config.problem import ConfigurationRefused
from config.settings import Settings
from config.sources import ACCEPTED, Accepted, Sources
from gateway.audit import configuration_acts
from gateway.audit.entry import Entry
from gateway.commands.contents import contents_of, digest_of, of_district
from gateway.commands.state import State, now
from gateway.storage.audit_checkpoints import newest

WITH_VALUES = ("audit", "sign_in", "facts", "policies", "requests", "limits", "metrics", "notifications")
"""Parts of the settings whose plain values are told too; none of them is a secret."""
LONGEST_VALUE = 80  # characters


def at_start(configuration: Path, state: State, sources: Sources, policies: str) -> list[Entry]:
    """What was accepted before is still kept; nothing at the first start. `policies`: version of those here."""
    kept = state.settings.state.directory / ACCEPTED
    if not kept.exists() and not state.database.read_now(_ran_before):
        return []
    contents = contents_of(state.settings, sources)
    after = digest_of(state.settings, contents, policies)
    before = _before(configuration, kept)
    if before is None:
        return [configuration_acts.settings_unknown_before(now(), after)]
    settings, district = before
    was = contents | district
    delta = changes(settings, state.settings, (was, contents))
    if delta == Changes():
        return []
    return [
        configuration_acts.started_with_other_settings(
            now(),
            before=digest_of(settings, was),
            after=after,
            policies=policies,
            added=delta.added,
            removed=delta.removed,
            changed=delta.changed,
            settings=delta.settings,
            values=values(settings, state.settings, delta.settings),
        )
    ]


def _ran_before(connection: Connection) -> bool:
    """Then what it went by was kept, and whoever took that away is told of like one who spoiled it."""
    return newest(connection) is not None


def values(before: Settings, after: Settings, paths: Sequence[str]) -> list[str]:
    """`path: before → after`, of those that are plain; of receivers, rules and the like which came and which went."""
    return [f"{path}: {text}" for path in paths if (text := "; ".join(_told(before, after, path)))]


def _told(before: Settings, after: Settings, path: str) -> Iterator[str]:
    if path.partition(".")[0] not in WITH_VALUES:
        return
    was, by_now = _at(before, path), _at(after, path)
    if isinstance(was, list) and isinstance(by_now, list):
        names, names_now = ({name for one in each if (name := _name(one))} for each in (was, by_now))
        yield from (f"- {name}" for name in sorted(names - names_now))
        yield from (f"+ {name}" for name in sorted(names_now - names))
        same = {name for one in was if (name := _name(one)) and one not in by_now} & names_now
        yield from (f"* {name}" for name in sorted(same))
    elif _plain(was) and _plain(by_now):
        yield f"{was} → {by_now}"


def _at(settings: Any, path: str) -> Any:
    for name in path.split("."):
        settings = getattr(settings, name, None)
    return settings


def _name(one: Any) -> str | None:
    """Of a receiver, a rule, a witness; itself of a word."""
    return one if isinstance(one, str) else getattr(one, "name", None)


def _plain(value: Any) -> bool:
    kind = isinstance(value, bool | int | float | str | timedelta | None)
    return kind and len(str(value)) <= LONGEST_VALUE


def _before(configuration: Path, kept: Path) -> tuple[Settings, dict[str, str]] | None:
    """None where an earlier version accepted what this one does not read."""
    try:
        sources = Accepted.read(kept)
        settings, _ = accepted(configuration, sources)
        return settings, of_district(settings, sources)
    except (ConfigurationRefused, OSError, ValueError):
        return None
