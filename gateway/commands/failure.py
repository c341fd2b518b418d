"""The one table at the edge: what a command cannot do is told in one message, never as a traceback.

Errors of the rooms say themselves what is wrong, where, and how to mend it; here stands only which they are.
"""

import errno

from config.problem import ConfigurationRefused
from gateway.asking import NotReached, NotRunning
from gateway.audit.neutral import printable
from gateway.audit.recomputation import VerificationNotRecorded
from gateway.audit.search import SearchTooLong
from gateway.commands.application_accounts import PasswordUnusable
from gateway.commands.policy_following import FolderOvertaken, FolderTakenBack
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import SharedPoliciesUnusable
from gateway.control import NotTold
from gateway.fleet.joining import CannotJoin
from gateway.storage.audit import LogInconsistent
from gateway.storage.database import DatabaseUnusable
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.seal import MasterKeyUnusable, SealBroken
from gateway.storage.unnamed_people import OfNoDirectory
from gateway.witness.kept import WitnessUnusable
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.keycloak.errors import KeycloakUnusable

TOLD = (
    CannotJoin,
    CannotStart,
    ConfigurationRefused,
    DatabaseUnusable,
    DirectoryMisconfigured,
    DirectoryUnreachable,
    FolderOvertaken,
    FolderTakenBack,
    KeycloakUnusable,
    LogInconsistent,
    MasterKeyUnusable,
    NotInForce,
    NotReached,
    NotRunning,
    NotTold,
    OfNoDirectory,
    PasswordUnusable,
    SealBroken,
    SearchTooLong,
    SharedPoliciesUnusable,
    StateNotMoved,
    VerificationNotRecorded,
    WitnessUnusable,
)

FILES = {
    errno.ENOSPC: "free space on that disk",
    errno.EDQUOT: "free space, or raise this user's quota",
    errno.EROFS: "mount that disk for writing, or name another folder",
    errno.EACCES: "correct the owner and mode, or run as the user who owns it",
    errno.EPERM: "correct the owner and mode, or run as the user who owns it",
    errno.EIO: "the disk fails; see the system's log",
}
"""What a machine refuses to any of its files, and how to mend it."""


def explained(error: Exception) -> str | None:
    """The message for a person, or None for a fault of ours, which deserves its traceback."""
    if isinstance(error, TOLD):
        return "\n".join(map(printable, str(error).split("\n")))  # servers and directories say part of it
    if isinstance(error, OSError) and error.errno in FILES:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}\n    {FILES[error.errno]}"
    return None
