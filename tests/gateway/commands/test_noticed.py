"""Each notice of the supervisor has its entry."""

from datetime import UTC, datetime

import pytest

from gateway.audit.entry import Code, Outcome
from gateway.commands.noticed import entry_of
from gateway.envoy.notices import Notice, What
from gateway.fleet.node_service import MAY_TELL

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("what", "code", "outcome", "details"),
    [
        ("started", Code.DATA_PLANE_STARTED, Outcome.SUCCESS, {"process": 7}),
        ("died", Code.DATA_PLANE_DIED, Outcome.FAILURE, {"process": 7, "status": -9}),
        (
            "hung",
            Code.PROCESS_HUNG,
            Outcome.FAILURE,
            {"part": "control plane", "process": 7, "silent_seconds": 30},
        ),
    ],
)
def test_what_the_supervisor_saw_becomes_an_entry_that_a_node_may_tell_too(
    what: What, code: Code, outcome: Outcome, details: dict[str, object]
) -> None:
    notice = Notice(
        what=what, at=AT, spool="access-1.log", status=-9, process=7, part="control plane", silent=30
    )
    entry = entry_of(notice)
    assert (entry.code, entry.outcome, entry.at) == (code, outcome, AT)
    assert dict(entry.details) == details
    assert code in MAY_TELL
