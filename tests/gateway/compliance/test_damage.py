"""Alerts, the compliance report, the officers' pages and the ready answer agree on what the log tells of its damage."""

import pytest

from gateway.audit.damage import LOG_DAMAGED
from gateway.audit.entry import Code
from gateway.audit.questions import ready
from gateway.compliance.demands import ALL
from gateway.compliance.report import judge
from gateway.web.officer.damage_told import TOLD
from tests.gateway.compliance.making import facts
from tests.gateway.compliance.test_demands import counted


@pytest.mark.parametrize("code", [one for one in LOG_DAMAGED if one is not Code.LOG_VERIFIED])
def test_whatever_the_log_tells_of_its_damage_is_a_finding(code: Code):
    """A verification is judged by its verdict."""
    before, after = facts(), counted(code)
    assert any(judge(one, before).findings != judge(one, after).findings for one in ALL), code


def test_the_officers_pages_tell_of_whatever_raises_an_alert_of_the_log():
    """A verification has its own place there."""
    assert {*TOLD, Code.LOG_VERIFIED} == set(LOG_DAMAGED)


def test_the_ready_answer_asks_for_whatever_raises_an_alert_of_the_log():
    (question,) = [one for one in ready() if one.name == "log-whole"]
    assert question.where[0] == "code=" + "|".join(one.value for one in LOG_DAMAGED)
