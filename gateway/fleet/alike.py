"""What the nodes of a fleet must have alike, although each has it in files of its own."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from config.fleet import NodeName
from config.marks import mark_of
from config.settings import Settings
from gateway.audit.neutral import neutral
from gateway.audit.sparing import SparingEach, told
from gateway.fleet.words import Had

log = structlog.get_logger("fleet")
OLDER = "an older one"
SOON = "upgrade the other nodes soon: a version works beside the one before it, and beside no other"
WORD = 32  # characters of a version that a node says
TELLINGS, WITHIN = 10, timedelta(minutes=1)  # of one node: it may say another thing with each question
LENGTH = 12  # hexadecimal digits, 48 bits: told apart, not kept from anybody


def digest_of_applications(settings: Settings) -> str:
    """Where a file lies is each node's own affair."""
    said = msgspec.json.encode(
        settings.applications, enc_hook=lambda one: "" if isinstance(one, Path) else str(one)
    )
    return hashlib.sha256(said).hexdigest()[:LENGTH]


def marks_of(settings: Settings) -> dict[str, str]:
    """By which settings of each application it is decided."""
    return {one.id: mark_of(one) for one in settings.applications}


class Alike:
    """Compares what nodes say of themselves with what is so here, and tells the operators once of each difference.

    Two versions of the product read the same file into different settings: their digests say nothing of the file.
    """

    def __init__(self, applications: Callable[[], str], release: str) -> None:
        """`applications`: digest of those by which it is decided here now."""
        self._applications, self._release = applications, release
        self._different: set[NodeName] = set()
        self._versions: dict[NodeName, str] = {}
        self._sparing = SparingEach(TELLINGS, WITHIN)

    def hear(self, node: NodeName, had: Had, now: datetime) -> None:
        self._of_release(node, neutral(had.release or OLDER, WORD), now)
        if had.release == self._release:
            self._of_applications(node, had.applications != self._applications(), now)

    def _of_release(self, node: NodeName, release: str, now: datetime) -> None:
        if self._versions.get(node, self._release) == release:
            return
        if (before := self._sparing.of(node, now).take(now)) is None:
            return  # what it still says when the span is over is told then
        self._versions[node] = release
        if release == self._release:
            log.info("node.versions_agree", node=node, **told(before))
        else:
            log.warning(
                "node.version_differs", node=node, there=release, here=self._release, do=SOON, **told(before)
            )

    def _of_applications(self, node: NodeName, differs: bool, now: datetime) -> None:  # noqa: FBT001 - one of two words
        if differs == (node in self._different):
            return
        if (before := self._sparing.of(node, now).take(now)) is None:
            return
        self._different ^= {node}
        if differs:
            do = "give this node the same [[applications]] as the one that decides, and say `brana reload` there"
            log.error("node.applications_differ", node=node, do=do, **told(before))
        else:
            log.info("node.applications_agree", node=node, **told(before))
