"""One verification by rows alone, and others by pages of rows: what is found must be the same."""

from collections.abc import Iterator, Sequence
from itertools import repeat

import pytest
from sqlalchemy import Connection

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.page import Sound
from gateway.audit.verify_report import Report
from gateway.storage import audit_pages
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_pages import alone
from tests.gateway.audit.making import SIGNER, Log

SMALL = (1, 3)  # rows of a page, so that small logs have several


def verified_each_way(log: Log, kept: Sequence[Checkpoint] = ()) -> Report:
    found = verify_log(log.database, log.file, [SIGNER.verifier], kept, ahead=_nothing)
    for rows in SMALL:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(audit_pages, "SPAN", rows)
            assert verify_log(log.database, log.file, [SIGNER.verifier], kept, ahead=alone) == found
    return found


def _nothing(_connection: Connection, _spans: Sequence[range]) -> Iterator[Sound | None]:
    return repeat(None, len(_spans))
