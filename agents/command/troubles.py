"""What ends a command, in words: what is amiss and what helps, and then what the system says of it. Pure."""

from collections.abc import Mapping

from agents.command.lines import TrustUnreadable
from agents.command.words import SAYS
from agents.installing.installing import NotInstalled
from agents.kept.folder import Busy, ElsesFolder, NotKept
from agents.kept.state import Damaged
from agents.kept.windows_rights import NotOurs
from agents.keys.key import ChipFails, KeyLost
from agents.tunnel.linux import TunnelFailed
from agents.uplink.line import NoAddress
from config.vocabulary import Language

TROUBLES: Mapping[type[Exception], str] = {
    NotKept: "not_kept",
    Damaged: "damaged",
    Busy: "busy",
    NoAddress: "no_address",
    TrustUnreadable: "trust",
    KeyLost: "key_lost",
    ChipFails: "chip_fails",
    NotInstalled: "not_installed",
    TunnelFailed: "tunnel_failed",
}


def told(error: Exception, tongue: Language) -> str:
    """Of one of TROUBLES. Why rights are missing the system says in words of its own, which help nobody."""
    name = name_of(error)
    cause = error.path if isinstance(error, NotKept) and name == "no_rights" else error
    return f"{SAYS[name][tongue]} ({cause})"


def name_of(error: Exception) -> str:
    """In `words.SAYS`; of one of TROUBLES."""
    match error:
        case NotKept(error=ElsesFolder() | NotOurs()):
            return "not_ours"
        case NotKept(error=PermissionError()):
            return "no_rights"
    return TROUBLES[type(error)]
