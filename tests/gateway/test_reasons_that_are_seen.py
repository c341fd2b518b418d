"""A reason that leaves no mark on the page of whoever reads it is none, wherever one is given."""

from datetime import UTC, datetime

import pytest

from config.vocabulary import Language
from gateway.audit.holds import HoldRefused, reason_of
from gateway.audit.selection import said as purpose_of_an_export
from gateway.devices.steps import readable
from gateway.incidents.incident import ActRefused, line, text
from gateway.policy_office import refusal
from gateway.policy_office.proposal import require_said
from gateway.sessions.officers_act import said
from policies.incidents import Closure, ClosureKind, ClosureUnusable

NOTHING = "\u3164\u3164\u3164 \u3164\u3164\u3164 \u3164\u3164\u3164"
SEEN = "Odešel dodavatel ⚠\ufe0f"


def closure(why: str) -> Closure:
    reason = dict.fromkeys(Language, why)
    now = datetime(2026, 11, 28, tzinfo=UTC)
    return Closure(kind=ClosureKind.APPLICATION, target="records", reason=reason, by="urad:x", at=now)


@pytest.mark.parametrize(
    ("take", "refused"),
    [
        (reason_of, HoldRefused),
        (line, ActRefused),
        (text, ActRefused),
        (require_said, refusal.ActRefused),
        (closure, ClosureUnusable),
    ],
)
def test_what_nobody_sees_is_refused_by_name_and_what_is_seen_is_taken(take, refused):
    take(SEEN)
    for why in (NOTHING, f"Odešel{NOTHING}dodavatel"):
        with pytest.raises(refused):
            take(why)


def test_what_nobody_sees_says_nothing():
    assert [said(NOTHING, 500), purpose_of_an_export(NOTHING), readable(NOTHING, 500)] == [None, "", False]
    assert [said(SEEN, 500), purpose_of_an_export(SEEN), readable(SEEN, 500)] == [SEEN, SEEN, True]


@pytest.mark.parametrize("why", [".", "– –", "?!"])
def test_marks_alone_are_no_purpose_of_a_change_of_policies(why):
    with pytest.raises(refusal.ActRefused) as raised:
        require_said(why)
    assert raised.value.reason is refusal.Refusal.UNEXPLAINED
