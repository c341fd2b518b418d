"""What the nodes of a fleet must have alike, although each has it in files of its own."""

import hashlib
from pathlib import Path

import msgspec
import structlog

from config.fleet import NodeName
from config.marks import mark_of
from config.settings import Settings

log = structlog.get_logger("fleet")
LENGTH = 12  # hexadecimal digits, 48 bits: told apart, not kept from anybody


def marks_of(settings: Settings) -> dict[str, str]:
    """By which settings of each application it is decided."""
    return {one.id: mark_of(one) for one in settings.applications}


def digest_of_applications(settings: Settings) -> str:
    """Where a file lies is each node's own affair."""
    said = msgspec.json.encode(
        settings.applications, enc_hook=lambda one: "" if isinstance(one, Path) else str(one)
    )
    return hashlib.sha256(said).hexdigest()[:LENGTH]


def tell_difference(node: NodeName, differs: bool) -> None:  # noqa: FBT001 - as the board tells it
    """To the operators of whoever decides."""
    if differs:
        do = "give this node the same [[applications]] as the one that decides, and say `brana reload` there"
        log.error("node.applications_differ", node=node, do=do)
    else:
        log.info("node.applications_agree", node=node)
