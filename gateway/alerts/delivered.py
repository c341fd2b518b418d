"""The rules that come with the product. A rule of the settings that has the name of one takes its place."""

from collections.abc import Sequence
from datetime import timedelta

from config.settings import AlertRule
from gateway.audit.damage import LOG_DAMAGED

GIB = 2**30
WRONG = ["sign_in.password_refused", "sign_in.code_refused", "sign_in.key_refused", "sign_in.throttled"]
"""Those too that came when there were no guesses left: as delivered an account has five of them."""
LET_IN = ["decision.permit", "tunnel.target_permitted"]

DELIVERED = (
    AlertRule(name="failed_sign_ins", codes=WRONG, at_least=10, within=timedelta(minutes=10)),
    AlertRule(
        name="failed_sign_ins_of_address",
        codes=WRONG,
        group_by="address",
        at_least=30,
        within=timedelta(minutes=10),
    ),
    AlertRule(name="impossible_travel", codes=["travel.impossible"]),
    AlertRule(name="new_country", codes=LET_IN, new="country", within=timedelta(days=180)),
    AlertRule(name="emergency_access", codes=["request.emergency_begun"]),
    AlertRule(name="policies_without_approval", codes=["policy.without_approval"], group_by="all"),
    AlertRule(name="refresh_token_misused", codes=["oidc.refresh_token_misused"]),
    AlertRule(name="sign_out_not_told", codes=["oidc.sign_out_given_up"], group_by="application"),
    AlertRule(name="recovery_administrator", codes=["recovery.used", "recovery.refused"], group_by="all"),
    AlertRule(
        name="log_damaged",
        codes=[one.value for one in LOG_DAMAGED],
        outcomes=["failure"],
        group_by="code",  # one that stands hides no graver one
    ),
    AlertRule(name="log_gap", codes=["audit.gap_found"], group_by="reason_of_node"),  # nor a gap another
    AlertRule(name="log_full", codes=["audit.log_full"], group_by="all"),
    AlertRule(name="clock_drift", codes=["system.clock_jumped"], group_by="all"),
    AlertRule(
        name="mass_download", codes=["access.request"], outcomes=["success"], sum_of="bytes_out", at_least=GIB
    ),
    AlertRule(  # a detail of its own: what a connection carried is known when it is over
        name="mass_download_by_tunnel",
        codes=["tunnel.connection_ended"],
        sum_of="bytes_received",
        at_least=GIB,
    ),
    AlertRule(name="refusals_after_hours", codes=["decision.refuse"], after_hours=True, at_least=5),
)


def in_force(configured: Sequence[AlertRule]) -> tuple[AlertRule, ...]:
    """Those that are watched."""
    rules = {one.name: one for one in (*DELIVERED, *configured)}
    return tuple(one for one in rules.values() if one.on)
