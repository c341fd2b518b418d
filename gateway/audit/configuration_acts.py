"""Entries that say by which policies and settings the product goes from then on, or that a change was not taken."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.audit.acts import SYSTEM, TEXT, by_system, some_of
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

MARK = 16  # hexadecimal digits of a file's SHA-256: enough to see that it is another


def policies_loaded(
    now: datetime,
    version: str,
    *,
    digest: str,
    policies: int,
    files: Mapping[str, str],
    before: Entry | None,
    kept: int = 0,
    closures: Sequence[str] = (),
) -> Entry:
    """From now on these policies are in force. `files`: name → SHA-256; `before`: the entry of the last version.

    `kept`: number of the version among those kept on which it rests; 0: not known. `closures`: what is closed besides
    in incidents, of which no kept version tells.
    """
    marks = sorted(f"{name} {checksum[:MARK]}" for name, checksum in files.items())
    entry = by_system(
        Code.POLICIES_LOADED,
        now,
        policy_version=version,
        digest=digest,
        policies=policies,
        region_files=sum(name.startswith("region/") and name.endswith(".cedar") for name in files),
        municipal_files=sum(name.startswith("municipalities/") and name.endswith(".cedar") for name in files),
        previous=before.policy_version if before else "none",
    )
    known = before.details.get("files") if before else None
    changed = _changed(known, marks) if isinstance(known, list) else []
    return replace(
        entry,
        details=entry.details
        | {"files": marks}
        | ({"changed": changed} if changed else {})
        | ({"kept": kept} if kept else {})
        | ({"closures": some_of(closures)} if closures else {}),
    )


def _changed(old: Sequence[str], new: Sequence[str]) -> list[str]:
    was, are = (dict(mark.rsplit(" ", 1) for mark in marks if " " in mark) for marks in (old, new))
    names = sorted(name for name in was.keys() | are.keys() if was.get(name) != are.get(name))
    return [
        f"{'added' if name not in was else 'removed' if name not in are else 'changed'} {name}"
        for name in names
    ]


def configuration_reloaded(
    now: datetime,
    by: str,
    *,
    before: str,
    after: str,
    policies: str,
    added: Sequence[str],
    removed: Sequence[str],
    changed: Sequence[str],
    settings: Sequence[str],
) -> Entry:
    """Other settings are in force. `before`, `after`: their digests; applications by id, settings by path."""
    lists = {"added": added, "removed": removed, "changed": changed, "settings": settings}
    told: dict[str, str | int | float | bool | list[str]] = {
        name: some_of(one) for name, one in lists.items() if one
    }
    return Entry(
        code=Code.CONFIGURATION_RELOADED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        person=_person(by),
        policy_version=policies,
        details={"before": before, "after": after, **told},
    )


def started_with_other_settings(
    now: datetime,
    *,
    before: str,
    after: str,
    policies: str,
    added: Sequence[str],
    removed: Sequence[str],
    changed: Sequence[str],
    settings: Sequence[str],
    values: Sequence[str],
) -> Entry:
    """As above, since this start. `values`: `path: before → after` of those that are plain."""
    lists = {"added": added, "removed": removed, "changed": changed, "settings": settings, "values": values}
    told = {name: some_of([neutral(each, TEXT) for each in one]) for name, one in lists.items() if one}
    return Entry(
        code=Code.STARTED_WITH_OTHER_SETTINGS,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=SYSTEM,
        policy_version=policies,
        details={"before": before, "after": after, **told},
    )


def settings_unknown_before(now: datetime, after: str) -> Entry:
    """What the run before went by cannot be read: it was of another version, or was taken away."""
    return Entry(
        code=Code.STARTED_WITH_OTHER_SETTINGS,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=SYSTEM,
        reason="settings_before_unknown",
        details={"after": after},
    )


def configuration_refused(now: datetime, by: str, reason: str, said: str) -> Entry:
    """A change was not taken; `said`: where it is wrong and why."""
    return Entry(
        code=Code.CONFIGURATION_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        subject=by,
        person=_person(by),
        reason=reason,
        details={"finding": neutral(said, TEXT)},
    )


def _person(by: str) -> str:
    return "" if by == SYSTEM else by
