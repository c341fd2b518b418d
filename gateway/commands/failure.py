"""The one table at the edge: what a command cannot do is told in one message, never as a traceback.

Errors of the rooms say themselves what is wrong, where, and how to mend it; here stands only which they are.
"""

from config.problem import ConfigurationRefused
from gateway.commands.preflight import CannotStart
from gateway.control import NotRunning
from gateway.storage.database import DatabaseUnusable
from gateway.storage.seal import SealBroken
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from policies.problems import PoliciesUnusable

TOLD = (
    CannotStart,
    ConfigurationRefused,
    DatabaseUnusable,
    DirectoryMisconfigured,
    DirectoryUnreachable,
    NotRunning,
    PoliciesUnusable,
    SealBroken,
)


def explained(error: Exception) -> str | None:
    """The message for a person, or None for a fault of ours, which deserves its traceback."""
    return str(error) if isinstance(error, TOLD) else None
