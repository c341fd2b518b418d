"""One entry of the audit log, and the closed catalogue of what can be recorded.

Adding an act to the product means adding its code here; `titles.py` then owes it a Czech and an English
sentence, and a test says so.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Code(StrEnum):
    """What happened. Values are stable: stored logs refer to them."""

    SIGN_IN_STARTED = "sign_in.started"
    SIGN_IN_NOT_BEGUN = "sign_in.not_begun"
    SIGN_IN_PASSWORD_ACCEPTED = "sign_in.password_accepted"
    SIGN_IN_PASSWORD_REFUSED = "sign_in.password_refused"
    SIGN_IN_CODE_ACCEPTED = "sign_in.code_accepted"
    SIGN_IN_CODE_REFUSED = "sign_in.code_refused"
    SIGN_IN_KEY_REFUSED = "sign_in.key_refused"
    SIGN_IN_BY_EXCEPTION = "sign_in.by_exception"
    SIGN_IN_PASSWORD_CHANGED = "sign_in.password_changed"
    SIGN_IN_PASSWORD_CHANGING = "sign_in.password_changing"
    SIGN_IN_PASSWORD_UNCERTAIN = "sign_in.password_uncertain"
    SIGN_IN_PASSWORD_NOT_CHANGED = "sign_in.password_not_changed"
    SIGN_IN_THROTTLED = "sign_in.throttled"
    SIGN_IN_COMPLETED = "sign_in.completed"
    NEW_DEVICE = "sign_in.new_device"
    NEW_DEVICE_OWNED = "sign_in.new_device_owned"
    NEW_DEVICE_DISOWNED = "sign_in.new_device_disowned"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_REFUSED_BY_GATEWAY = "sign_in.refused_by_gateway"
    SIGN_OUT = "sign_in.signed_out"
    SIGN_OUT_REFUSED = "sign_in.sign_out_refused"
    FACTOR_ENROLLED = "factor.enrolled"
    FACTOR_REMOVED = "factor.removed"
    FACTOR_RENAMED = "factor.renamed"
    FACTOR_CHANGE_REFUSED = "factor.change_refused"
    NOTICE_GIVEN_UP = "notice.given_up"
    ENROLMENT_CODE_ISSUED = "factor.enrolment_code_issued"
    ENROLMENT_CODE_USED = "factor.enrolment_code_used"
    ENROLMENT_CODE_REFUSED = "factor.enrolment_code_refused"
    RECOVERY_CODES_MADE = "factor.recovery_codes_made"
    EXCEPTION_GRANTED = "exception.granted"
    EXCEPTION_ENDED = "exception.ended"
    BLOCK_LIFTED = "sign_in.block_lifted"
    OFFICER_ACT_REFUSED = "officer.act_refused"
    RECOVERY_ISSUED = "recovery.issued"
    RECOVERY_REVOKED = "recovery.revoked"
    RECOVERY_USED = "recovery.used"
    RECOVERY_REFUSED = "recovery.refused"
    CODE_ISSUED = "oidc.code_issued"
    CODE_REFUSED = "oidc.code_refused"
    TOKEN_ISSUED = "oidc.token_issued"
    TOKEN_REFUSED = "oidc.token_refused"
    TECHNICAL_SECRET_ISSUED = "technical.secret_issued"
    TECHNICAL_SECRET_REVOKED = "technical.secret_revoked"
    TECHNICAL_REFUSED = "technical.refused"
    SESSION_OPENED = "session.opened"
    SESSION_ENDED = "session.ended"
    SESSION_LEVEL = "session.level_changed"
    SESSION_MUNICIPALITY = "session.municipality_switched"
    DECISION_PERMIT = "decision.permit"
    DECISION_REFUSE = "decision.refuse"
    REVOCATION = "grant.revoked"
    STREAM_OPENED = "stream.opened"
    STREAM_KEPT = "stream.kept"
    STREAM_CUT = "stream.cut"
    ACCESS = "access.request"
    ACCESS_CUT_OFF = "access.cut_off"
    ACCESS_SPOOL_DAMAGED = "access.spool_damaged"
    FACTS_CHANGED = "directory.facts_changed"
    PERSON_RECHECKED = "directory.person_rechecked"
    DIRECTORY_UNREACHABLE = "directory.unreachable"
    DIRECTORY_MISCONFIGURED = "directory.misconfigured"
    DIRECTORY_RECOVERED = "directory.recovered"
    DIRECTORY_REMOVAL_CONFIRMED = "directory.removal_confirmed"
    LOG_SEARCHED = "audit.searched"
    LOG_VERIFIED = "audit.verified"
    VIEW_KEPT = "audit.view_kept"
    VIEW_REMOVED = "audit.view_removed"
    PURPOSE_NAMED = "audit.purpose_named"
    LOG_SHARD_OPENED = "audit.shard_opened"
    LOG_SHARD_DROPPED = "audit.shard_dropped"
    LOG_SHARD_NOT_DROPPED = "audit.shard_not_dropped"
    LOG_DROPS_VOUCHED = "audit.drops_vouched"
    LOG_END_ALTERED = "audit.end_altered"
    LOG_CHECKPOINT_ALTERED = "audit.checkpoint_altered"
    LOG_ROLLED_BACK = "audit.rolled_back"
    LOG_SCHEMA_ALTERED = "audit.schema_altered"
    LOG_HOLD_PLACED = "audit.hold_placed"
    LOG_HOLD_LIFTED = "audit.hold_lifted"
    LOG_HOLD_RESTORED = "audit.hold_restored"
    LOG_ALERTS_RESTORED = "audit.alerts_restored"
    LOG_KEY_INTRODUCED = "audit.key_introduced"
    LOG_KEY_RETIRED = "audit.key_retired"
    LOG_KEY_NOT_CHANGED = "audit.key_not_changed"
    LOG_INDEX_ALTERED = "audit.index_altered"
    LOG_NAMES_ALTERED = "audit.names_altered"
    LOG_PLACE_MOVED = "audit.place_moved"
    LOG_ACT_REFUSED = "audit.act_refused"
    LOG_GAP = "audit.gap_found"
    LOG_FULL = "audit.log_full"
    LOG_ROOM_AGAIN = "audit.room_again"
    ALERT_RAISED = "alert.raised"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_OVER = "alert.over"
    RECEIVER_BEGUN = "audit.receiver_begun"
    RECEIVER_DOWN = "audit.receiver_down"
    RECEIVER_BACK = "audit.receiver_back"
    RECEIVER_MISSED = "audit.receiver_missed"
    RECEIVER_GOT_LESS = "audit.receiver_got_less"
    WITNESS_REFUSED = "witness.refused"
    WITNESS_UNREACHABLE = "witness.unreachable"
    WITNESS_RECOVERED = "witness.recovered"
    CHECKPOINT_MAILED = "checkpoint.mailed"
    TRAVEL_IMPOSSIBLE = "travel.impossible"
    REQUEST_MADE = "request.made"
    ORDER_PLACED = "request.order_placed"
    EMERGENCY_BEGUN = "request.emergency_begun"
    DELEGATION_RECORDED = "request.delegation_recorded"
    PURPOSE_STATED = "request.purpose_stated"
    REQUEST_APPROVED = "request.approved"
    REQUEST_DECLINED = "request.declined"
    REQUEST_ENDED = "request.ended"
    SPONSOR_GONE = "request.sponsor_gone"
    EMERGENCY_REVIEWED = "request.emergency_reviewed"
    REQUEST_ACT_REFUSED = "request.act_refused"
    POLICIES_LOADED = "policies.loaded"
    POLICY_SUBMITTED = "policy.submitted"
    POLICY_RETURNED = "policy.returned"
    POLICY_WITHDRAWN = "policy.withdrawn"
    POLICY_APPROVED = "policy.approved"
    POLICY_ACTIVATED = "policy.activated"
    POLICY_NOT_ACTIVATED = "policy.not_activated"
    POLICY_ROLLED_BACK = "policy.rolled_back"
    POLICY_WITHOUT_APPROVAL = "policy.without_approval"
    POLICY_ACT_REFUSED = "policy.act_refused"
    INCIDENT_CLOSED = "policy.incident_closed"
    INCIDENT_OPENED = "policy.incident_opened"
    PERSON_SUSPENDED = "person.suspended"
    PERSON_RESUMED = "person.resumed"
    DEVICE_SUSPENDED = "device.suspended"
    DEVICE_RESUMED = "device.resumed"
    SECURITY_INCIDENT_OPENED = "incident.opened"
    SECURITY_INCIDENT_NOTED = "incident.noted"
    SECURITY_INCIDENT_EVIDENCE = "incident.evidence_added"
    SECURITY_INCIDENT_ACT = "incident.act_linked"
    SECURITY_INCIDENT_REPORT = "incident.report_written"
    SECURITY_INCIDENT_SENT = "incident.report_sent"
    SECURITY_INCIDENT_EXPORTED = "incident.exported"
    SECURITY_INCIDENT_CLOSED = "incident.closed"
    SECURITY_INCIDENT_REFUSED = "incident.act_refused"
    CONFIGURATION_RELOADED = "configuration.reloaded"
    STARTED_WITH_OTHER_SETTINGS = "configuration.changed_at_start"
    CONFIGURATION_REFUSED = "configuration.refused"
    CONFIGURATION_CHECKED = (
        "configuration.checked"  # of a fleet's nodes when they took nothing but policies live
    )
    DECISION_TRIED = "decision.tried"
    ACCESS_REVIEW_BEGUN = "access_review.begun"
    ACCESS_REVIEW_DECIDED = "access_review.decided"
    ACCESS_REVIEW_CHANGED = "access_review.changed"
    ACCESS_REVIEW_CLOSED = "access_review.closed"
    ACCESS_REVIEW_REFUSED = "access_review.refused"
    ACCESS_REMOVED = "access.removed"
    ACCESS_RESTORED = "access.restored"
    ACCESS_REMOVAL_FOLLOWED = "access.removal_followed"
    ACCESS_REMOVAL_UNDONE = "access.removal_undone"
    ACCESS_BLOCK_OVER = "access.block_over"
    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_COMPROMISED = "key.compromised"
    CERTIFICATE_REPLACED = "certificate.replaced"
    CERTIFICATE_REFUSED = "certificate.refused"
    STARTED = "system.started"
    STOPPED = "system.stopped"
    DATA_PLANE_STARTED = "system.data_plane_started"
    DATA_PLANE_DIED = "system.data_plane_died"
    PROCESS_HUNG = "system.process_hung"
    CLOCK_JUMPED = "system.clock_jumped"
    STATE_MOVED = "state.moved"
    FLEET_FOUNDED = "fleet.founded"
    NODE_INVITED = "fleet.node_invited"
    NODE_JOINED = "fleet.node_joined"
    NODE_RENEWED = "fleet.node_renewed"
    NODE_LEFT = "fleet.node_left"
    NODE_REFUSED = "fleet.node_refused"


KNOWN = {code.value: code for code in Code}
SPELT = re.compile(r"(?=.{1,64}\Z)[a-z_]+(\.[a-z_]+)+\Z")


def code_of(text: str) -> Code:
    """The code that stands in the log: one of ours, or one that a newer version wrote, which has no name here.

    Raises ValueError for what is spelt as no version spells a code.
    """
    return KNOWN.get(text) or _of_a_newer_version(text)


def _of_a_newer_version(text: str) -> Code:
    if not SPELT.match(text):
        raise ValueError(f"{text!r} is no code")
    made = str.__new__(Code, text)
    made._name_, made._value_ = "OF_A_NEWER_VERSION", text
    return made


class Outcome(StrEnum):
    SUCCESS = "success"
    REFUSED = "refused"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody did, before the log gives it a sequence number and its own receive time.

    `at` is aware and in UTC. Empty text means "not applicable". Values hold no secrets, no query strings.
    """

    code: Code
    outcome: Outcome
    at: datetime
    subject: str = ""
    """SubjectId of the person, or `system`, or `cli:<unix account> (<unix user who signed in>)`."""
    person: str = ""
    """Login name as it was at that moment, for people who read the log."""
    session: str = ""
    municipality: str = ""
    """Municipality whose resource or data is concerned."""
    own_municipality: str = ""
    """Active municipality of the person."""
    application: str = ""
    action: str = ""
    address: str = ""
    """Client address without port."""
    request_id: str = ""
    reason: str = ""
    """Named reason of a refusal, the same that the person was shown."""
    rule: str = ""
    """Identifier of the deciding policy."""
    policy_version: str = ""
    details: dict[str, str | int | float | bool | list[str]] = field(default_factory=dict)
    """Further facts: roles, acr, method, path, status, bytes, duration_ms, user_agent, …"""
