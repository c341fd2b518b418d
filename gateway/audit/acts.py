"""Entries that are built in more than one place, or whose details others rely on; and what such entries are made of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.audit import sparing
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

SYSTEM = "system"
OPERATOR = "cli:"
"""Subjects that begin so have no other name: whoever looks for a part of it finds them."""
SHORT = 200  # characters kept of what a request says of itself
MOST_NAMES = 50  # applications or settings that an entry names
TEXT = 500  # characters kept of a text that somebody typed or another program said


def started(now: datetime, version: str, policy_version: str = "") -> Entry:
    return by_system(Code.STARTED, now, policy_version=policy_version, version=version)


def stopped(now: datetime, cause: str) -> Entry:
    return by_system(Code.STOPPED, now, cause=neutral(cause, TEXT))


def data_plane_started(now: datetime, process: int) -> Entry:
    return by_system(Code.DATA_PLANE_STARTED, now, process=process)


def data_plane_died(now: datetime, process: int, status: int) -> Entry:
    """`status`: exit status, or the negative number of the signal that ended it."""
    return by_system(Code.DATA_PLANE_DIED, now, Outcome.FAILURE, process=process, status=status)


def process_hung(now: datetime, part: str, process: int, silent: int) -> Entry:
    """A process of ours was ended, because it gave no sign of life for so many seconds."""
    return by_system(
        Code.PROCESS_HUNG, now, Outcome.FAILURE, part=part, process=process, silent_seconds=silent
    )


def directory_unreachable(now: datetime, directory: str, server: str, cause: str) -> Entry:
    return _directory_trouble(Code.DIRECTORY_UNREACHABLE, now, directory, server, cause)


def directory_misconfigured(now: datetime, directory: str, server: str, cause: str) -> Entry:
    """It answers, but not as the settings say; nobody new gets in before somebody mends one of the two."""
    return _directory_trouble(Code.DIRECTORY_MISCONFIGURED, now, directory, server, cause)


def _directory_trouble(code: Code, now: datetime, directory: str, server: str, cause: str) -> Entry:
    details = {"server": neutral(server, TEXT), "cause": neutral(cause, TEXT)}
    return by_system(code, now, Outcome.FAILURE, directory=directory, **details)


def directory_recovered(now: datetime, directory: str, server: str) -> Entry:
    return by_system(Code.DIRECTORY_RECOVERED, now, directory=directory, server=neutral(server, TEXT))


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


def keycloak_provisioned(
    now: datetime, subject: str, realm: str, changes: str, *, whole: bool = True
) -> Entry:
    """An operator sets a Keycloak up. `changes`: how many of each kind are begun, or where it stopped (not `whole`)."""
    return Entry(
        code=Code.KEYCLOAK_PROVISIONED,
        outcome=Outcome.SUCCESS if whole else Outcome.FAILURE,
        at=now,
        subject=subject,
        person=subject,
        details={"realm": neutral(realm, TEXT), "changes": neutral(changes, TEXT)},
    )


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


def some_of(names: Sequence[str]) -> list[str]:
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
    return by_system(Code.KEY_CREATED, now, key=key_id, purpose=purpose)


def key_rotated(now: datetime, subject: str, key_id: str, purpose: str, *, signs_from: datetime) -> Entry:
    """Another key of the purpose was made. `subject`: who asked, or the system itself."""
    entry = by_system(Code.KEY_ROTATED, now, key=key_id, purpose=purpose, signs_from=signs_from.isoformat())
    return replace(entry, subject=subject, person=subject)


def key_compromised(now: datetime, subject: str, key_ids: Sequence[str], purpose: str) -> Entry:
    """From now on nothing that these keys signed is believed."""
    entry = by_system(Code.KEY_COMPROMISED, now, purpose=purpose)
    told = entry.details | {"keys": list(key_ids)}
    return replace(entry, subject=subject, person=subject, details=told)


def certificate_replaced(now: datetime, serial: str, sha256: str, ends: datetime) -> Entry:
    return by_system(Code.CERTIFICATE_REPLACED, now, serial=serial, sha256=sha256, ends=ends.isoformat())


def certificate_refused(now: datetime, causes: Sequence[str]) -> Entry:
    """The files that lie there are not served; the certificate before them stays."""
    entry = by_system(Code.CERTIFICATE_REFUSED, now, Outcome.REFUSED)
    told: list[str] = [neutral(cause, TEXT) for cause in causes]
    return replace(entry, reason="certificate_unfit", details={"causes": told})


def clock_jumped(now: datetime, expected: datetime) -> Entry:
    """The system clock says `now` where at least `expected` was due (or, for a jump ahead, at most)."""
    milliseconds = round((now - expected).total_seconds() * 1000)
    return by_system(Code.CLOCK_JUMPED, now, Outcome.FAILURE, jumped_ms=milliseconds)


def by_system(
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
