"""Entries that are built in more than one place, or whose details others rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from gateway.audit import sparing
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.audit.purposes import ROUTINE

SYSTEM = "system"
OPERATOR = "cli:"
"""Subjects that begin so have no other name: whoever looks for a part of it finds them."""
SHORT = 200  # characters kept of what a request says of itself
MARK = 16  # hexadecimal digits of a file's SHA-256: enough to see that it is another
MOST_NAMES = 50  # applications or settings that an entry names
TEXT = 500  # characters kept of a text that somebody typed or another program said


def started(now: datetime, version: str, policy_version: str = "") -> Entry:
    return _system(Code.STARTED, now, policy_version=policy_version, version=version)


def stopped(now: datetime, cause: str) -> Entry:
    return _system(Code.STOPPED, now, cause=neutral(cause, TEXT))


def data_plane_started(now: datetime, process: int) -> Entry:
    return _system(Code.DATA_PLANE_STARTED, now, process=process)


def data_plane_died(now: datetime, process: int, status: int) -> Entry:
    """`status`: exit status, or the negative number of the signal that ended it."""
    return _system(Code.DATA_PLANE_DIED, now, Outcome.FAILURE, process=process, status=status)


def process_hung(now: datetime, part: str, process: int, silent: int) -> Entry:
    """A process of ours was ended, because it gave no sign of life for so many seconds."""
    return _system(Code.PROCESS_HUNG, now, Outcome.FAILURE, part=part, process=process, silent_seconds=silent)


def directory_unreachable(now: datetime, directory: str, server: str, cause: str) -> Entry:
    return _directory_trouble(Code.DIRECTORY_UNREACHABLE, now, directory, server, cause)


def directory_misconfigured(now: datetime, directory: str, server: str, cause: str) -> Entry:
    """It answers, but not as the settings say; nobody new gets in before somebody mends one of the two."""
    return _directory_trouble(Code.DIRECTORY_MISCONFIGURED, now, directory, server, cause)


def _directory_trouble(code: Code, now: datetime, directory: str, server: str, cause: str) -> Entry:
    details = {"server": neutral(server, TEXT), "cause": neutral(cause, TEXT)}
    return _system(code, now, Outcome.FAILURE, directory=directory, **details)


def directory_recovered(now: datetime, directory: str, server: str) -> Entry:
    return _system(Code.DIRECTORY_RECOVERED, now, directory=directory, server=neutral(server, TEXT))


def removal_confirmed(now: datetime, subject: str, directory: str, removal: str) -> Entry:
    """An operator says that people or groups were really removed. `removal`: how many of how many."""
    return Entry(
        code=Code.DIRECTORY_REMOVAL_CONFIRMED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=subject,
        person=subject,
        details={"directory": directory, "removal": removal},
    )


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
    entry = _system(
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
        | ({"closures": _some(closures)} if closures else {}),
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
        name: _some(one) for name, one in lists.items() if one
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
    told = {name: _some([neutral(each, TEXT) for each in one]) for name, one in lists.items() if one}
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


def state_moved(
    now: datetime, by: str, *, file: str, place: str, entries: int, root: str, finding: str
) -> Entry:
    """Everything up to here was in `file`, what follows is at the server. `finding`: on the log as it was moved."""
    return Entry(
        code=Code.STATE_MOVED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        person=by,
        details={
            "file": neutral(file, TEXT),
            "server": neutral(place, TEXT),
            "entries": entries,
            "root": root,
            "finding": neutral(finding, TEXT),
        },
    )


def decision_tried(
    now: datetime,
    by: str,
    *,
    of: str,
    application: str,
    municipality: str,
    action: str,
    route: str,
    verdict: str,
) -> Entry:
    """An operator asked what somebody would get; nobody got it. `of`: the login; `route`: its name, if it has one;
    `verdict`: a word or a reason.
    """
    return Entry(
        code=Code.DECISION_TRIED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        person=by,
        application=application,
        municipality=municipality,
        action=action,
        details={"of": neutral(of, SHORT), "verdict": verdict, **({"route": route} if route else {})},
    )


def _some(names: Sequence[str]) -> list[str]:
    """A thousand of them would make an entry of a page."""
    more = len(names) - MOST_NAMES
    return [*names[:MOST_NAMES], f"… +{more}"] if more > 0 else list(names)


def sign_in_refused(
    now: datetime,
    reason: str,
    *,
    host: str,
    address: str,
    request_id: str,
    user_agent: str,
    left_out: int = 0,
) -> Entry:
    """The gateway let nobody in on the way back from the provider. Whoever it was, nothing proves it."""
    return Entry(
        code=Code.SIGN_IN_REFUSED_BY_GATEWAY,
        outcome=Outcome.REFUSED,
        at=now,
        reason=reason,
        address=neutral(address, SHORT),
        request_id=neutral(request_id, SHORT),
        details={
            "host": neutral(host, SHORT),
            "user_agent": neutral(user_agent, SHORT),
            **sparing.told(left_out),
        },
    )


def key_created(now: datetime, key_id: str, purpose: str) -> Entry:
    return _system(Code.KEY_CREATED, now, key=key_id, purpose=purpose)


def key_rotated(now: datetime, subject: str, key_id: str, purpose: str, *, signs_from: datetime) -> Entry:
    """Another key of the purpose was made. `subject`: who asked, or the system itself."""
    entry = _system(Code.KEY_ROTATED, now, key=key_id, purpose=purpose, signs_from=signs_from.isoformat())
    return replace(entry, subject=subject, person=subject)


def key_compromised(now: datetime, subject: str, key_ids: Sequence[str], purpose: str) -> Entry:
    """From now on nothing that these keys signed is believed."""
    entry = _system(Code.KEY_COMPROMISED, now, purpose=purpose)
    told = entry.details | {"keys": list(key_ids)}
    return replace(entry, subject=subject, person=subject, details=told)


def certificate_replaced(now: datetime, serial: str, sha256: str, ends: datetime) -> Entry:
    return _system(Code.CERTIFICATE_REPLACED, now, serial=serial, sha256=sha256, ends=ends.isoformat())


def certificate_refused(now: datetime, causes: Sequence[str]) -> Entry:
    """The files that lie there are not served; the certificate before them stays."""
    entry = _system(Code.CERTIFICATE_REFUSED, now, Outcome.REFUSED)
    told: list[str] = [neutral(cause, TEXT) for cause in causes]
    return replace(entry, reason="certificate_unfit", details={"causes": told})


def clock_jumped(now: datetime, expected: datetime) -> Entry:
    """The system clock says `now` where at least `expected` was due (or, for a jump ahead, at most)."""
    milliseconds = round((now - expected).total_seconds() * 1000)
    return _system(Code.CLOCK_JUMPED, now, Outcome.FAILURE, jumped_ms=milliseconds)


def searched(  # noqa: PLR0913 - the facts of one act
    now: datetime,
    *,
    subject: str,
    person: str,
    query: dict[str, str],
    found: int,
    session: str = "",
    address: str = "",
    request_id: str = "",
    own_municipality: str = "",
    form: Literal["page", "entry", "export", "command"] = "page",
    purpose: str = "",
    span: tuple[int, int] | None = None,
) -> Entry:
    """Somebody read the log. `query`: what `search.Query.described` gave; `found`: how many entries were shown, `span`:
    between which numbers they lie. Where no purpose is told, that of the session is added (`purposes.with_purpose`); a
    command has no session, and reads for the routine.
    """
    told = neutral(purpose, TEXT) or ("" if session else ROUTINE)
    return Entry(
        code=Code.LOG_SEARCHED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=subject,
        person=person,
        session=session,
        municipality=query.get("municipality", ""),
        own_municipality=own_municipality,
        address=address,
        request_id=request_id,
        details={
            "query": ", ".join(f"{name}={neutral(value, TEXT)}" for name, value in query.items()),
            "found": found,
            "form": form,
            **({"first": span[0], "last": span[1]} if span else {}),
            **({"purpose": told} if told else {}),
        },
    )


def looked(now: datetime, *, subject: str, command: str, of: str, found: int, purpose: str = "") -> Entry:
    """Somebody read about people by a command. `of`: the login asked for; `found`: people or sessions shown."""
    query = {"command": command} | ({"user": of} if of else {})
    return searched(
        now, subject=subject, person=subject, query=query, found=found, form="command", purpose=purpose
    )


def verifying(now: datetime, *, subject: str, person: str = "") -> Entry:
    """Somebody has the log checked: the entry without what was found, which only the end can say."""
    return Entry(code=Code.LOG_VERIFIED, outcome=Outcome.SUCCESS, at=now, subject=subject, person=person)


def verified(by: Entry, now: datetime, *, whole: bool, entries: int, finding: str) -> Entry:
    """The check that `by` asked for is done. `finding`: the report in one sentence."""
    details: dict[str, str | int | float | bool | list[str]] = {
        "entries": entries,
        "finding": neutral(finding, TEXT),
    }
    return replace(by, at=now, outcome=Outcome.SUCCESS if whole else Outcome.FAILURE, details=details)


def verification_not_finished(by: Entry, now: datetime, reason: str, cause: str) -> Entry:
    """The check that `by` asked for came to no verdict."""
    finding = neutral(f"no verdict: {cause or reason}", TEXT)
    return replace(by, at=now, outcome=Outcome.FAILURE, reason=reason, details={"finding": finding})


def _system(
    code: Code,
    now: datetime,
    outcome: Outcome = Outcome.SUCCESS,
    policy_version: str = "",
    **details: str | float,
) -> Entry:
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=SYSTEM,
        policy_version=policy_version,
        details=dict(details),
    )
