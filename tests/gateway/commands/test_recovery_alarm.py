"""What operators are told of tries of the account of last resort."""

from datetime import timedelta

from structlog.testing import capture_logs

from gateway.commands.recovery_alarm import STRANGERS_TOLD, RecoveryAlarm
from gateway.metrics import Metrics
from idp.login.recovery import Ending
from idp.login.recovery_use import RecoveryRefusal
from tests.rig.people import NOON

PAGE = "https://login.obec.test/recovery"


def test_a_flood_of_tries_is_told_by_its_number_and_hides_no_use_and_no_right_secret() -> None:
    times = [NOON]
    alarm = RecoveryAlarm(PAGE, Metrics(), lambda: times[-1])
    with capture_logs() as said:
        for _ in range(STRANGERS_TOLD[0] + 40):
            alarm.hear(RecoveryRefusal.WRONG)
        alarm.hear(RecoveryRefusal.CODE_WRONG)
        alarm.hear(Ending.USED)
        times.append(NOON + timedelta(minutes=1))
        alarm.hear(RecoveryRefusal.TOO_MANY)
    assert len(said) == STRANGERS_TOLD[0] + 3
    assert {(one["event"], one["log_level"], one["page"]) for one in said} == {
        ("recovery.tried", "warning", PAGE)
    }
    assert [(one["outcome"], one.get("left_out_before", 0)) for one in said[-3:]] == [
        ("recovery_factor_wrong", 0), ("used", 0), ("recovery_too_many_attempts", 40)
    ]  # fmt: skip
