"""Which event of the Open Cybersecurity Schema Framework each code of the log is: a table, and nothing else.

OCSF 1.5.0. What several classes could be is the one that a receiver's own rules look at: a decision gives or withholds
privileges to a session, a request of the access log is HTTP, a change of what people may do is user access.
"""

from dataclasses import dataclass
from enum import IntEnum

from gateway.audit.entry import Code

VERSION = "1.5.0"


class Class(IntEnum):
    """Values are `class_uid`; the thousands are `category_uid`."""

    BASE = 0
    DETECTION_FINDING = 2004
    ACCOUNT_CHANGE = 3001
    AUTHENTICATION = 3002
    AUTHORIZE_SESSION = 3003
    ENTITY_MANAGEMENT = 3004
    USER_ACCESS = 3005
    HTTP_ACTIVITY = 4002
    APPLICATION_LIFECYCLE = 6002
    API_ACTIVITY = 6003
    APPLICATION_ERROR = 6008


class Severity(IntEnum):
    """Values are `severity_id`."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


OTHER = 99
"""The activity of any class that its list does not name; `activity_name` then says our code."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`activity`: `activity_id`; `entity`: of which type the thing is that was managed, where one was."""

    of: Class
    activity: int = OTHER
    entity: str = ""


UNKNOWN = Kind(Class.BASE)
"""Of a code that a newer version wrote."""

_LOGON, _LOGOFF, _TICKET, _PREAUTH = (Kind(Class.AUTHENTICATION, number) for number in (1, 2, 3, 6))
_SIGN_IN = Kind(Class.AUTHENTICATION)
_ACCOUNT = Kind(Class.ACCOUNT_CHANGE)
_PASSWORD = Kind(Class.ACCOUNT_CHANGE, 3)
_FACTOR_ON, _FACTOR_OFF = Kind(Class.ACCOUNT_CHANGE, 10), Kind(Class.ACCOUNT_CHANGE, 11)
_LOCK, _UNLOCK = Kind(Class.ACCOUNT_CHANGE, 9), Kind(Class.ACCOUNT_CHANGE, 12)
_PRIVILEGES, _SESSION = Kind(Class.AUTHORIZE_SESSION, 1), Kind(Class.AUTHORIZE_SESSION)
_GIVEN, _TAKEN, _ASKED = (Kind(Class.USER_ACCESS, number) for number in (1, 2, OTHER))
_START, _STOP, _UPDATE = (Kind(Class.APPLICATION_LIFECYCLE, number) for number in (3, 4, 8))
_ERROR = Kind(Class.APPLICATION_ERROR, 1)
_WELL_AGAIN = Kind(Class.APPLICATION_ERROR)
_READ = Kind(Class.API_ACTIVITY, 2)
_FOUND = Kind(Class.DETECTION_FINDING, 1)


def _thing(entity: str, activity: int = OTHER) -> Kind:
    return Kind(Class.ENTITY_MANAGEMENT, activity, entity)


_CREATE, _CHANGE, _DELETE, _ENROLL, _UNENROLL, _ACTIVATE = 1, 3, 4, 6, 7, 10

KINDS: dict[Code, Kind] = {
    Code.SIGN_IN_STARTED: _PREAUTH,
    Code.SIGN_IN_NOT_BEGUN: _PREAUTH,
    Code.SIGN_IN_PASSWORD_ACCEPTED: _PREAUTH,
    Code.SIGN_IN_PASSWORD_REFUSED: _LOGON,
    Code.SIGN_IN_CODE_ACCEPTED: _PREAUTH,
    Code.SIGN_IN_CODE_REFUSED: _LOGON,
    Code.SIGN_IN_KEY_REFUSED: _LOGON,
    Code.SIGN_IN_UPSTREAM_ACCEPTED: _PREAUTH,
    Code.SIGN_IN_UPSTREAM_NOT_LINKED: _PREAUTH,
    Code.SIGN_IN_UPSTREAM_REFUSED: _LOGON,
    Code.SIGN_IN_BY_EXCEPTION: _PREAUTH,
    Code.SIGN_IN_PASSWORD_CHANGED: _PASSWORD,
    Code.SIGN_IN_PASSWORD_CHANGING: _PASSWORD,
    Code.SIGN_IN_PASSWORD_UNCERTAIN: _PASSWORD,
    Code.SIGN_IN_PASSWORD_NOT_CHANGED: _PASSWORD,
    Code.SIGN_IN_THROTTLED: _LOCK,
    Code.SIGN_IN_COMPLETED: _LOGON,
    Code.NEW_DEVICE: _SIGN_IN,
    Code.NEW_DEVICE_OWNED: _SIGN_IN,
    Code.NEW_DEVICE_DISOWNED: _FOUND,
    Code.SIGN_IN_FAILED: _LOGON,
    Code.SIGN_IN_REFUSED_BY_GATEWAY: _LOGON,
    Code.SIGN_OUT: _LOGOFF,
    Code.SIGN_OUT_REFUSED: _LOGOFF,
    Code.FACTOR_ENROLLED: _FACTOR_ON,
    Code.FACTOR_REMOVED: _FACTOR_OFF,
    Code.FACTOR_RENAMED: _ACCOUNT,
    Code.FACTOR_CHANGE_REFUSED: _ACCOUNT,
    Code.UPSTREAM_LINKED: _ACCOUNT,
    Code.UPSTREAM_UNLINKED: _ACCOUNT,
    Code.UPSTREAM_SIGNED_OUT: _LOGOFF,
    Code.UPSTREAM_SIGN_OUT_REFUSED: _LOGOFF,
    Code.NOTICE_GIVEN_UP: _ERROR,
    Code.ENROLMENT_CODE_ISSUED: _ACCOUNT,
    Code.ENROLMENT_CODE_USED: _ACCOUNT,
    Code.ENROLMENT_CODE_REFUSED: _ACCOUNT,
    Code.RECOVERY_CODES_MADE: _ACCOUNT,
    Code.EXCEPTION_GRANTED: _GIVEN,
    Code.EXCEPTION_ENDED: _TAKEN,
    Code.BLOCK_LIFTED: _UNLOCK,
    Code.OFFICER_ACT_REFUSED: _ACCOUNT,
    Code.RECOVERY_ISSUED: _ACCOUNT,
    Code.RECOVERY_REVOKED: _ACCOUNT,
    Code.RECOVERY_USED: _LOGON,
    Code.RECOVERY_REFUSED: _LOGON,
    Code.CODE_ISSUED: _TICKET,
    Code.CODE_REFUSED: _TICKET,
    Code.SAML_ASSERTION_ISSUED: _TICKET,
    Code.SAML_REQUEST_REFUSED: _TICKET,
    Code.TOKEN_ISSUED: _TICKET,
    Code.TOKEN_REFUSED: _TICKET,
    Code.TOKEN_REVOKED: _TICKET,
    Code.CLIENT_REFUSED: _TICKET,
    Code.REFRESH_TOKEN_MISUSED: _TICKET,
    Code.DEVICE_AUTHORIZATION_ASKED: _TICKET,
    Code.DEVICE_AUTHORIZATION_ALLOWED: _TICKET,
    Code.DEVICE_AUTHORIZATION_REFUSED: _TICKET,
    Code.CONSENT_GIVEN: _TICKET,
    Code.CONSENT_REFUSED: _TICKET,
    Code.CONSENT_WITHDRAWN: _TICKET,
    Code.SIGN_OUT_TOLD: _LOGOFF,
    Code.SIGN_OUT_DELAYED: _LOGOFF,
    Code.SIGN_OUT_GIVEN_UP: _LOGOFF,
    Code.TECHNICAL_SECRET_ISSUED: _ACCOUNT,
    Code.TECHNICAL_SECRET_REVOKED: _ACCOUNT,
    Code.TECHNICAL_REFUSED: _LOGON,
    Code.SESSION_OPENED: _LOGON,
    Code.SESSION_ENDED: _LOGOFF,
    Code.SESSION_LEVEL: _SIGN_IN,
    Code.SESSION_MUNICIPALITY: _SESSION,
    Code.DECISION_PERMIT: _PRIVILEGES,
    Code.DECISION_REFUSE: _PRIVILEGES,
    Code.REVOCATION: _SESSION,
    Code.STREAM_OPENED: _PRIVILEGES,
    Code.STREAM_KEPT: _PRIVILEGES,
    Code.STREAM_CUT: _SESSION,
    Code.TUNNEL_OPENED: _SESSION,
    Code.TUNNEL_NOT_OPENED: _SESSION,
    Code.TUNNEL_CLOSED: _SESSION,
    Code.TUNNEL_PERMITTED: _PRIVILEGES,
    Code.TUNNEL_REFUSED: _PRIVILEGES,
    Code.TUNNEL_MOVED: _SESSION,
    Code.TUNNEL_TWO_PLACES: _SESSION,
    Code.TUNNEL_PLACE_UNKNOWN: _SESSION,
    Code.TUNNEL_PLACE_KNOWN: _SESSION,
    Code.TUNNEL_TRIED: _SESSION,
    Code.TUNNEL_CONNECTED: _SESSION,
    Code.TUNNEL_DISCONNECTED: _SESSION,
    Code.ACCESS: Kind(Class.HTTP_ACTIVITY),
    Code.ACCESS_CUT_OFF: Kind(Class.HTTP_ACTIVITY),
    Code.ACCESS_SPOOL_DAMAGED: _ERROR,
    Code.FACTS_CHANGED: _ACCOUNT,
    Code.PERSON_RECHECKED: _ACCOUNT,
    Code.DIRECTORY_UNREACHABLE: _ERROR,
    Code.DIRECTORY_MISCONFIGURED: _ERROR,
    Code.DIRECTORY_RECOVERED: _WELL_AGAIN,
    Code.DIRECTORY_REMOVAL_CONFIRMED: _thing("directory", _CHANGE),
    Code.KEYCLOAK_PROVISIONED: _thing("identity provider", _CHANGE),
    Code.LOG_SEARCHED: _READ,
    Code.LOG_VERIFIED: _READ,
    Code.VIEW_KEPT: _thing("view of the log", _CHANGE),
    Code.VIEW_REMOVED: _thing("view of the log", _DELETE),
    Code.PURPOSE_NAMED: _READ,
    Code.LOG_SHARD_OPENED: _thing("month of the log", _CREATE),
    Code.LOG_SHARD_DROPPED: _thing("month of the log", _DELETE),
    Code.LOG_SHARD_NOT_DROPPED: _FOUND,
    Code.LOG_DROPS_VOUCHED: _thing("month of the log", _DELETE),
    Code.LOG_END_ALTERED: _FOUND,
    Code.LOG_CHECKPOINT_ALTERED: _FOUND,
    Code.LOG_ROLLED_BACK: _FOUND,
    Code.LOG_SCHEMA_ALTERED: _FOUND,
    Code.LOG_HOLD_PLACED: _thing("legal hold", _CREATE),
    Code.LOG_HOLD_LIFTED: _thing("legal hold", _DELETE),
    Code.LOG_HOLD_RESTORED: _FOUND,
    Code.LOG_ALERTS_RESTORED: _FOUND,
    Code.LOG_SEEN_RESTORED: _FOUND,
    Code.LOG_ROOTS_RESTORED: _FOUND,
    Code.LOG_INCIDENTS_ALTERED: _FOUND,
    Code.LOG_KEY_INTRODUCED: _thing("key of the log", _CREATE),
    Code.LOG_KEY_RETIRED: _thing("key of the log", _DELETE),
    Code.LOG_KEY_NOT_CHANGED: _thing("key of the log", _CHANGE),
    Code.LOG_INDEX_ALTERED: _FOUND,
    Code.LOG_NAMES_ALTERED: _FOUND,
    Code.LOG_PLACE_MOVED: _FOUND,
    Code.LOG_ACT_REFUSED: _READ,
    Code.WITNESS_REFUSED: _FOUND,
    Code.WITNESS_UNREACHABLE: _ERROR,
    Code.WITNESS_RECOVERED: _WELL_AGAIN,
    Code.CHECKPOINT_MAILED: Kind(Class.API_ACTIVITY),
    Code.LOG_GAP: _FOUND,
    Code.LOG_FULL: _ERROR,
    Code.LOG_ROOM_AGAIN: _WELL_AGAIN,
    Code.ALERT_RAISED: _FOUND,
    Code.ALERT_ACKNOWLEDGED: Kind(Class.DETECTION_FINDING, 2),
    Code.ALERT_OVER: Kind(Class.DETECTION_FINDING, 3),
    Code.RECEIVER_BEGUN: _thing("receiver of the log", _CREATE),
    Code.RECEIVER_DOWN: _ERROR,
    Code.RECEIVER_BACK: _WELL_AGAIN,
    Code.RECEIVER_MISSED: _ERROR,
    Code.RECEIVER_GOT_LESS: _ERROR,
    Code.TRAVEL_IMPOSSIBLE: _FOUND,
    Code.REQUEST_MADE: _ASKED,
    Code.ORDER_PLACED: _ASKED,
    Code.EMERGENCY_BEGUN: _GIVEN,
    Code.DELEGATION_RECORDED: _GIVEN,
    Code.PURPOSE_STATED: _ASKED,
    Code.REQUEST_APPROVED: _GIVEN,
    Code.REQUEST_DECLINED: _ASKED,
    Code.REQUEST_ENDED: _TAKEN,
    Code.SPONSOR_GONE: _TAKEN,
    Code.EMERGENCY_REVIEWED: _ASKED,
    Code.REQUEST_ACT_REFUSED: _ASKED,
    Code.POLICIES_LOADED: _thing("policies", _ACTIVATE),
    Code.POLICY_SUBMITTED: _thing("policies", _CREATE),
    Code.POLICY_RETURNED: _thing("policies"),
    Code.POLICY_WITHDRAWN: _thing("policies", _DELETE),
    Code.POLICY_APPROVED: _thing("policies"),
    Code.POLICY_ACTIVATED: _thing("policies", _ACTIVATE),
    Code.POLICY_NOT_ACTIVATED: _thing("policies", _ACTIVATE),
    Code.POLICY_ROLLED_BACK: _thing("policies", _ACTIVATE),
    Code.POLICY_WITHOUT_APPROVAL: _thing("policies", _ACTIVATE),
    Code.POLICY_ACT_REFUSED: _thing("policies"),
    Code.INCIDENT_CLOSED: _thing("incident", _CREATE),
    Code.INCIDENT_OPENED: _thing("incident", _DELETE),
    Code.PERSON_SUSPENDED: _LOCK,
    Code.PERSON_RESUMED: _UNLOCK,
    Code.PERSONNEL_ADDED: _thing("personnel record", _CREATE),
    Code.PERSONNEL_CHANGED: _thing("personnel record", _CHANGE),
    Code.PERSONNEL_REMOVED: _thing("personnel record", _DELETE),
    Code.PERSONNEL_REFUSED: _thing("personnel record"),
    Code.DEVICE_SUSPENDED: _thing("device"),
    Code.DEVICE_RESUMED: _thing("device"),
    Code.DEVICE_AUTHORITY_FOUNDED: _thing("authority of devices", _CREATE),
    Code.DEVICE_CODE_ISSUED: _thing("device"),
    Code.DEVICE_ENROLLED: _thing("device", _ENROLL),
    Code.DEVICE_ENROLMENT_REFUSED: _thing("device", _ENROLL),
    Code.DEVICE_APPROVED: _thing("device", _ACTIVATE),
    Code.DEVICE_TURNED_DOWN: _thing("device", _UNENROLL),
    Code.DEVICE_HANDED_OVER: _thing("device", _CHANGE),
    Code.DEVICE_FORGOTTEN: _thing("device", _DELETE),
    Code.DEVICE_RENAMED: _thing("device", _CHANGE),
    Code.DEVICE_REPORTED_OTHERWISE: _thing("device", _CHANGE),
    Code.DEVICE_REPORT_REFUSED: _thing("device"),
    Code.DEVICE_STALE: _FOUND,
    Code.DEVICE_RENEWED: _thing("device", _CHANGE),
    Code.DEVICE_BLOCKED: _thing("device"),
    Code.DEVICE_UNBLOCKED: _thing("device", _ACTIVATE),
    Code.DEVICE_RETIRED: _thing("device", _UNENROLL),
    Code.DEVICE_LOST: _thing("device", _UNENROLL),
    Code.DEVICE_TAKEN_OVER: _thing("device", _CHANGE),
    Code.DEVICE_ACT_REFUSED: _thing("device"),
    **dict.fromkeys(
        (
            Code.CLIENT_CHANGED,
            Code.CLIENT_SUSPENDED,
            Code.CLIENT_RESUMED,
            Code.CLIENT_REMOVED,
            Code.CLIENT_SECRET_MADE,
            Code.CLIENT_SECRET_ENDED,
            Code.CLIENT_ACT_REFUSED,
        ),
        _thing("connected application"),
    ),
    Code.CLIENT_ADDED: _thing("connected application", _CREATE),
    Code.SECURITY_INCIDENT_OPENED: _thing("security incident", _CREATE),
    Code.SECURITY_INCIDENT_NOTED: _thing("security incident", _CHANGE),
    Code.SECURITY_INCIDENT_EVIDENCE: _thing("security incident", _CHANGE),
    Code.SECURITY_INCIDENT_ACT: _thing("security incident", _CHANGE),
    Code.SECURITY_INCIDENT_REPORT: _thing("security incident", _CHANGE),
    Code.SECURITY_INCIDENT_SENT: _thing("security incident"),
    Code.SECURITY_INCIDENT_EXPORTED: _READ,
    Code.SECURITY_INCIDENT_CLOSED: _thing("security incident"),
    Code.SECURITY_INCIDENT_REFUSED: _thing("security incident"),
    Code.CONFIGURATION_RELOADED: _UPDATE,
    Code.STARTED_WITH_OTHER_SETTINGS: _UPDATE,
    Code.CONFIGURATION_REFUSED: _UPDATE,
    Code.CONFIGURATION_CHECKED: Kind(Class.APPLICATION_LIFECYCLE),
    Code.DECISION_TRIED: _READ,
    Code.ACCESS_REVIEW_BEGUN: _thing("access review", _CREATE),
    Code.ACCESS_REVIEW_DECIDED: _thing("access review", _CHANGE),
    Code.ACCESS_REVIEW_CHANGED: _thing("access review", _CHANGE),
    Code.ACCESS_REVIEW_CLOSED: _thing("access review"),
    Code.ACCESS_REVIEW_REFUSED: _thing("access review"),
    Code.ACCESS_REMOVED: _TAKEN,
    Code.ACCESS_RESTORED: _GIVEN,
    Code.ACCESS_REMOVAL_FOLLOWED: _TAKEN,
    Code.ACCESS_REMOVAL_UNDONE: _ASKED,
    Code.ACCESS_BLOCK_OVER: _GIVEN,
    Code.KEY_CREATED: _thing("key", _CREATE),
    Code.KEY_ROTATED: _thing("key", _CREATE),
    Code.KEY_COMPROMISED: _thing("key", _DELETE),
    Code.CERTIFICATE_REPLACED: _thing("certificate", _CHANGE),
    Code.CERTIFICATE_REFUSED: _thing("certificate", _CHANGE),
    Code.STARTED: _START,
    Code.STOPPED: _STOP,
    Code.DATA_PLANE_STARTED: _START,
    Code.DATA_PLANE_DIED: _STOP,
    Code.PROCESS_HUNG: _ERROR,
    Code.CLOCK_JUMPED: _ERROR,
    Code.STATE_MOVED: _thing("state", 5),
    Code.FLEET_FOUNDED: _thing("fleet", _CREATE),
    Code.NODE_INVITED: _thing("node", _CREATE),
    Code.NODE_JOINED: _thing("node", _ENROLL),
    Code.NODE_RENEWED: _thing("node", _CHANGE),
    Code.NODE_LEFT: _thing("node", _UNENROLL),
    Code.NODE_REFUSED: _thing("node"),
}

SEVERITIES: dict[Code, Severity] = {
    Code.ALERT_RAISED: Severity.HIGH,
    Code.WITNESS_REFUSED: Severity.HIGH,
    Code.TRAVEL_IMPOSSIBLE: Severity.HIGH,
    Code.NEW_DEVICE_DISOWNED: Severity.HIGH,
    Code.RECOVERY_USED: Severity.HIGH,
    Code.KEY_COMPROMISED: Severity.HIGH,
    Code.POLICY_WITHOUT_APPROVAL: Severity.HIGH,
    Code.EMERGENCY_BEGUN: Severity.MEDIUM,
    Code.INCIDENT_CLOSED: Severity.MEDIUM,
    Code.EXCEPTION_GRANTED: Severity.LOW,
    Code.ACCESS_SPOOL_DAMAGED: Severity.HIGH,
}
"""Of what is worse, or better, than its outcome says."""

METHODS = {"CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7, "TRACE": 8}
"""Activities of HTTP."""
