"""On what a request rests, as the log has it: its own entry and that of the decision which let it in."""

from typing import Any

from gateway.audit.entry import Entry
from gateway.audit.search import Having


def same_grant(request: Entry) -> dict[str, Any]:
    """What finds the decision."""
    return {"having": (Having("grant", frozenset({str(request.details["grant"])})),)}


def rest_of(entry: Entry) -> tuple[object, str, str, str, str]:
    """The same in both where the request asks for what was decided about."""
    return entry.details["grant"], entry.session, entry.action, entry.rule, entry.policy_version
