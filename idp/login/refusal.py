"""Why a step of a sign-in was refused: one closed list, the same in page, log and test."""

from enum import StrEnum


class Refusal(StrEnum):
    """Named reasons. What a page may tell is decided by `TOLD`, so that it names no account."""

    LOGIN_EMPTY = "login_empty"
    LOGIN_UNUSABLE = "login_unusable"
    """Too long, or with characters that no login name has."""
    PASSWORD_EMPTY = "password_empty"
    PASSWORD_UNUSABLE = "password_unusable"
    WRONG_CREDENTIALS = "wrong_credentials"
    ANSWERED_TOO_LATE = "answered_too_late"
    """A right answer; but the sign-in went on in another tab, ran out, or was ended with all of its person's."""
    UNKNOWN_PERSON = "unknown_person"
    """Of a passkey: the directory knows its owner no more."""
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_EXPIRED = "account_expired"
    PASSWORD_MUST_CHANGE = "must_change_password"
    PASSWORD_EXPIRED = "password_expired"
    ROLES_MIXED = "roles_mixed"
    """The account has an administrator's role and another one."""
    ACCOUNT_SUSPENDED = "account_suspended"
    """An officer has suspended the person at the gateway, whatever the directory says."""
    DEVICE_SUSPENDED = "device_suspended"
    """An officer has suspended the device: nobody is asked anything there."""
    ROLE_LOST = "role_lost"
    """An officer or the directory's news stopped the sign-in: it knew a role that the person has no more."""
    DIRECTORY_UNREACHABLE = "directory_unreachable"
    TOO_MANY_FOR_ACCOUNT = "too_many_attempts_account"
    TOO_MANY_FROM_ADDRESS = "too_many_attempts_address"
    TOO_MANY_FROM_NETWORK = "too_many_attempts_network"
    TOO_MANY_FOR_DIRECTORY = "too_many_attempts_directory"
    """One more wrong password would bring the account near the directory's own lock-out."""
    CODE_UNUSABLE = "code_unusable"
    CODE_WRONG = "code_wrong"
    CODE_REPLAYED = "code_replayed"
    RECOVERY_CODE_WRONG = "recovery_code_wrong"
    """Not one of the person's, or spent."""
    KEY_UNREADABLE = "key_answer_unreadable"
    KEY_UNKNOWN = "key_unknown"
    KEY_OF_ANOTHER = "key_of_another_person"
    KEY_OWNER_UNNAMED = "key_owner_unnamed"
    """A passkey alone must say whose it is (WebAuthn Level 3 §7.2 step 6)."""
    KEY_CHALLENGE_WRONG = "key_challenge_wrong"
    """Replayed, or of another sign-in."""
    KEY_ORIGIN_WRONG = "key_origin_wrong"
    KEY_SITE_WRONG = "key_site_wrong"
    """Signed for another relying party's identifier (RP ID)."""
    KEY_NOBODY_PRESENT = "key_nobody_present"
    KEY_USER_NOT_VERIFIED = "key_user_not_verified"
    KEY_NEVER_VERIFIED = "key_never_verified"
    """Alone, a key verifies its person, but never did when something else was proven too: whoever found a key
    without a PIN may have given it one (WebAuthn Level 3 §4, `uvInitialized`)."""
    KEY_SIGNATURE_WRONG = "key_signature_wrong"
    KEY_COUNT_WENT_BACK = "key_count_went_back"
    """There may be a copy of the key (WebAuthn Level 3 §6.1.1)."""
    KEY_NOT_ACCEPTED = "key_registration_refused"
    """Its attestation or algorithm is not one that can be verified."""
    KEY_ENROLLED = "key_enrolled_already"
    FACTOR_TOO_WEAK = "factor_too_weak"
    """It does not reach the level the relying party demands."""
    FACTOR_TOO_NEW = "factor_too_new"
    """It was added lately on the strength of a weaker one, and does not count in full yet."""
    LEVEL_UNREACHABLE = "level_unreachable"
    """None of the person's factors reaches it."""
    FACTOR_MISSING = "factor_missing"
    ALREADY_ENROLLED = "already_enrolled"
    ENROLMENT_CODE_WRONG = "enrolment_code_wrong"
    ENROLMENT_CODE_OF_ANOTHER = "enrolment_code_of_another_person"
    ENROLMENT_CODE_USED = "enrolment_code_used"
    ENROLMENT_CODE_EXPIRED = "enrolment_code_expired"
    OLD_PASSWORD_WRONG = "old_password_wrong"
    NEW_PASSWORD_UNUSABLE = "new_password_unusable"
    NEW_PASSWORDS_DIFFER = "new_passwords_differ"
    NEW_PASSWORD_SAME = "new_password_same"
    PASSWORD_TOO_SHORT = "password_too_short"
    """For the law, whatever the directory would say."""
    PASSWORD_TOO_SHORT_OF_ADMINISTRATOR = "password_too_short_of_administrator"
    PASSWORD_OF_OWN_NAMES = "password_of_own_names"
    PASSWORD_TOO_COMMON = "password_too_common"
    NEW_PASSWORD_REFUSED = "new_password_refused"
    """The directory's rules for passwords do not take it."""
    NEW_PASSWORD_TOO_SHORT = "new_password_too_short"
    NEW_PASSWORD_NOT_COMPLEX = "new_password_not_complex"
    NEW_PASSWORD_USED_BEFORE = "new_password_used_before"
    PASSWORD_TOO_YOUNG = "password_changed_too_recently"
    CHANGE_NOT_POSSIBLE = "password_change_not_possible"
    CHANGE_REFUSED = "password_change_refused"
    """By the directory, which does not say why."""
    CHANGE_UNCERTAIN = "password_change_uncertain"
    """The directory was asked, and no answer came: the old password holds, or the new one."""
    UPSTREAM_UNKNOWN = "upstream_unknown"
    """Not configured, or no more."""
    UPSTREAM_UNREACHABLE = "upstream_unreachable"
    """It does not answer, or an error."""
    UPSTREAM_UNUSABLE = "upstream_unusable"
    """What it says of itself is unreadable, of another issuer, or leads to hosts that nobody configured."""
    UPSTREAM_DENIED = "upstream_denied"
    """It, or the person there, said no."""
    UPSTREAM_STATE_WRONG = "upstream_state_wrong"
    """An answer that this sign-in did not ask for, or has had already."""
    UPSTREAM_MIXED_UP = "upstream_mixed_up"
    """The answer names another issuer than was asked (RFC 9207 §2.4)."""
    UPSTREAM_ANSWER_UNREADABLE = "upstream_answer_unreadable"
    UPSTREAM_CODE_REFUSED = "upstream_code_refused"
    """By its token endpoint: spent, expired, or we are not whom it was given to."""
    UPSTREAM_TOKEN_UNREADABLE = "upstream_token_unreadable"
    UPSTREAM_ALGORITHM = "upstream_algorithm"
    """Not one that the configuration takes from it."""
    UPSTREAM_KEY_UNKNOWN = "upstream_key_unknown"
    UPSTREAM_SIGNATURE_WRONG = "upstream_signature_wrong"
    UPSTREAM_ISSUER_WRONG = "upstream_issuer_wrong"
    UPSTREAM_AUDIENCE_WRONG = "upstream_audience_wrong"
    UPSTREAM_NONCE_WRONG = "upstream_nonce_wrong"
    UPSTREAM_TIME_WRONG = "upstream_time_wrong"
    """Expired, or not of now."""
    UPSTREAM_HASH_WRONG = "upstream_hash_wrong"
    """The access token beside it is not the one that it names (`at_hash`)."""
    UPSTREAM_ORGANISATION_UNKNOWN = "upstream_organisation_unknown"
    """The office for which it says that somebody acts is none of the district's municipalities."""
    UPSTREAM_OTHER_MUNICIPALITY = "upstream_other_municipality"
    """The person has no role in the municipality for which it says that they act."""
    UPSTREAM_NOT_ANEW = "upstream_not_anew"
    """It did not ask the person just now, which what comes next demands."""
    UPSTREAM_NOT_CONFIRMED = "upstream_not_confirmed"
    """It does not say when the person was asked, and the person did not say so either."""
    UPSTREAM_UNLINKED = "upstream_unlinked"
    """The link ended meanwhile."""
    UPSTREAM_LINKED_BEFORE = "upstream_linked_before"
    """With somebody else: an identity is one person's."""
    UPSTREAM_NO_LOGOUT = "upstream_no_logout"
    """A token that says nothing of signing out."""
    UPSTREAM_REPLAYED = "upstream_replayed"
    """A logout token that counted already."""
    UPSTREAM_FACTOR_MISSING = "upstream_factor_missing"
    """A first factor of one's own takes the password and an officer's code."""
    SESSION_OVER = "session_over"
    """That was to be raised to a higher level."""
    FLOW_UNKNOWN = "flow_unknown"
    """Expired, finished, never begun, or begun in another browser."""
    OUT_OF_TURN = "out_of_turn"


class Told(StrEnum):
    """What the person in front of the page is told."""

    LOGIN_EMPTY = "login_empty"
    PASSWORD_EMPTY = "password_empty"
    NOT_RECOGNISED = "not_recognised"
    PASSWORD_MUST_CHANGE = "must_change_password"
    ROLES_MIXED = "roles_mixed"
    ACCOUNT_SUSPENDED = "account_suspended"
    DEVICE_SUSPENDED = "device_suspended"
    DIRECTORY_UNREACHABLE = "directory_unreachable"
    WAIT = "wait"
    CODE_UNUSABLE = "code_unusable"
    CODE_WRONG = "code_wrong"
    RECOVERY_CODE_WRONG = "recovery_code_wrong"
    KEY_REFUSED = "key_refused"
    KEY_NOT_ACCEPTED = "key_registration_refused"
    KEY_ENROLLED = "key_enrolled_already"
    FACTOR_TOO_WEAK = "factor_too_weak"
    FACTOR_TOO_NEW = "factor_too_new"
    LEVEL_UNREACHABLE = "level_unreachable"
    ENROLMENT_CODE_WRONG = "enrolment_code_wrong"
    OLD_PASSWORD_WRONG = "old_password_wrong"
    NEW_PASSWORD_UNUSABLE = "new_password_unusable"
    NEW_PASSWORDS_DIFFER = "new_passwords_differ"
    NEW_PASSWORD_SAME = "new_password_same"
    PASSWORD_TOO_SHORT = "password_too_short"
    PASSWORD_TOO_SHORT_OF_ADMINISTRATOR = "password_too_short_of_administrator"
    PASSWORD_OF_OWN_NAMES = "password_of_own_names"
    PASSWORD_TOO_COMMON = "password_too_common"
    NEW_PASSWORD_REFUSED = "new_password_refused"
    NEW_PASSWORD_TOO_SHORT = "new_password_too_short"
    NEW_PASSWORD_NOT_COMPLEX = "new_password_not_complex"
    NEW_PASSWORD_USED_BEFORE = "new_password_used_before"
    PASSWORD_TOO_YOUNG = "password_changed_too_recently"
    CHANGE_NOT_POSSIBLE = "password_change_not_possible"
    CHANGE_UNCERTAIN = "password_change_uncertain"
    UPSTREAM_UNREACHABLE = "upstream_unreachable"
    UPSTREAM_DENIED = "upstream_denied"
    UPSTREAM_REFUSED = "upstream_refused"
    UPSTREAM_OFFICE = "upstream_office"
    UPSTREAM_NOT_ANEW = "upstream_not_anew"
    UPSTREAM_NOT_CONFIRMED = "upstream_not_confirmed"
    UPSTREAM_FACTOR_MISSING = "upstream_factor_missing"
    START_AGAIN = "start_again"


TOLD: dict[Refusal, Told] = {
    Refusal.LOGIN_EMPTY: Told.LOGIN_EMPTY,
    Refusal.LOGIN_UNUSABLE: Told.NOT_RECOGNISED,
    Refusal.PASSWORD_EMPTY: Told.PASSWORD_EMPTY,
    Refusal.PASSWORD_UNUSABLE: Told.NOT_RECOGNISED,
    Refusal.WRONG_CREDENTIALS: Told.NOT_RECOGNISED,
    Refusal.ANSWERED_TOO_LATE: Told.START_AGAIN,
    Refusal.UNKNOWN_PERSON: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_DISABLED: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_LOCKED: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_EXPIRED: Told.NOT_RECOGNISED,
    Refusal.PASSWORD_MUST_CHANGE: Told.PASSWORD_MUST_CHANGE,  # told only to who proved to be that person
    Refusal.PASSWORD_EXPIRED: Told.PASSWORD_MUST_CHANGE,
    Refusal.ROLES_MIXED: Told.ROLES_MIXED,  # the same
    Refusal.ACCOUNT_SUSPENDED: Told.ACCOUNT_SUSPENDED,  # the same
    Refusal.DEVICE_SUSPENDED: Told.DEVICE_SUSPENDED,
    Refusal.ROLE_LOST: Told.START_AGAIN,
    Refusal.DIRECTORY_UNREACHABLE: Told.DIRECTORY_UNREACHABLE,
    Refusal.TOO_MANY_FOR_ACCOUNT: Told.WAIT,
    Refusal.TOO_MANY_FROM_ADDRESS: Told.WAIT,
    Refusal.TOO_MANY_FROM_NETWORK: Told.WAIT,
    Refusal.TOO_MANY_FOR_DIRECTORY: Told.WAIT,
    Refusal.CODE_UNUSABLE: Told.CODE_UNUSABLE,
    Refusal.CODE_WRONG: Told.CODE_WRONG,
    Refusal.CODE_REPLAYED: Told.CODE_WRONG,
    Refusal.RECOVERY_CODE_WRONG: Told.RECOVERY_CODE_WRONG,
    Refusal.KEY_UNREADABLE: Told.KEY_REFUSED,
    Refusal.KEY_UNKNOWN: Told.KEY_REFUSED,
    Refusal.KEY_OF_ANOTHER: Told.KEY_REFUSED,
    Refusal.KEY_OWNER_UNNAMED: Told.KEY_REFUSED,
    Refusal.KEY_CHALLENGE_WRONG: Told.KEY_REFUSED,
    Refusal.KEY_ORIGIN_WRONG: Told.KEY_REFUSED,
    Refusal.KEY_SITE_WRONG: Told.KEY_REFUSED,
    Refusal.KEY_NOBODY_PRESENT: Told.KEY_REFUSED,
    Refusal.KEY_USER_NOT_VERIFIED: Told.KEY_REFUSED,
    Refusal.KEY_NEVER_VERIFIED: Told.KEY_REFUSED,
    Refusal.KEY_SIGNATURE_WRONG: Told.KEY_REFUSED,
    Refusal.KEY_COUNT_WENT_BACK: Told.KEY_REFUSED,
    Refusal.KEY_NOT_ACCEPTED: Told.KEY_NOT_ACCEPTED,
    Refusal.KEY_ENROLLED: Told.KEY_ENROLLED,
    Refusal.FACTOR_TOO_WEAK: Told.FACTOR_TOO_WEAK,
    Refusal.FACTOR_TOO_NEW: Told.FACTOR_TOO_NEW,
    Refusal.LEVEL_UNREACHABLE: Told.LEVEL_UNREACHABLE,
    Refusal.FACTOR_MISSING: Told.START_AGAIN,
    Refusal.ALREADY_ENROLLED: Told.START_AGAIN,
    Refusal.ENROLMENT_CODE_WRONG: Told.ENROLMENT_CODE_WRONG,
    Refusal.ENROLMENT_CODE_OF_ANOTHER: Told.ENROLMENT_CODE_WRONG,
    Refusal.ENROLMENT_CODE_USED: Told.ENROLMENT_CODE_WRONG,
    Refusal.ENROLMENT_CODE_EXPIRED: Told.ENROLMENT_CODE_WRONG,
    Refusal.OLD_PASSWORD_WRONG: Told.OLD_PASSWORD_WRONG,
    Refusal.NEW_PASSWORD_UNUSABLE: Told.NEW_PASSWORD_UNUSABLE,
    Refusal.NEW_PASSWORDS_DIFFER: Told.NEW_PASSWORDS_DIFFER,
    Refusal.NEW_PASSWORD_SAME: Told.NEW_PASSWORD_SAME,
    Refusal.PASSWORD_TOO_SHORT: Told.PASSWORD_TOO_SHORT,
    Refusal.PASSWORD_TOO_SHORT_OF_ADMINISTRATOR: Told.PASSWORD_TOO_SHORT_OF_ADMINISTRATOR,
    Refusal.PASSWORD_OF_OWN_NAMES: Told.PASSWORD_OF_OWN_NAMES,
    Refusal.PASSWORD_TOO_COMMON: Told.PASSWORD_TOO_COMMON,
    Refusal.NEW_PASSWORD_REFUSED: Told.NEW_PASSWORD_REFUSED,
    Refusal.NEW_PASSWORD_TOO_SHORT: Told.NEW_PASSWORD_TOO_SHORT,
    Refusal.NEW_PASSWORD_NOT_COMPLEX: Told.NEW_PASSWORD_NOT_COMPLEX,
    Refusal.NEW_PASSWORD_USED_BEFORE: Told.NEW_PASSWORD_USED_BEFORE,
    Refusal.PASSWORD_TOO_YOUNG: Told.PASSWORD_TOO_YOUNG,
    Refusal.CHANGE_NOT_POSSIBLE: Told.CHANGE_NOT_POSSIBLE,
    Refusal.CHANGE_REFUSED: Told.CHANGE_NOT_POSSIBLE,
    Refusal.CHANGE_UNCERTAIN: Told.CHANGE_UNCERTAIN,
    Refusal.UPSTREAM_UNKNOWN: Told.UPSTREAM_UNREACHABLE,
    Refusal.UPSTREAM_UNREACHABLE: Told.UPSTREAM_UNREACHABLE,
    Refusal.UPSTREAM_UNUSABLE: Told.UPSTREAM_UNREACHABLE,
    Refusal.UPSTREAM_DENIED: Told.UPSTREAM_DENIED,
    Refusal.UPSTREAM_STATE_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_MIXED_UP: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_ANSWER_UNREADABLE: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_CODE_REFUSED: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_TOKEN_UNREADABLE: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_ALGORITHM: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_KEY_UNKNOWN: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_SIGNATURE_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_ISSUER_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_AUDIENCE_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_NONCE_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_TIME_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_HASH_WRONG: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_ORGANISATION_UNKNOWN: Told.UPSTREAM_OFFICE,
    Refusal.UPSTREAM_OTHER_MUNICIPALITY: Told.UPSTREAM_OFFICE,
    Refusal.UPSTREAM_NOT_ANEW: Told.UPSTREAM_NOT_ANEW,
    Refusal.UPSTREAM_NOT_CONFIRMED: Told.UPSTREAM_NOT_CONFIRMED,
    Refusal.UPSTREAM_UNLINKED: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_LINKED_BEFORE: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_NO_LOGOUT: Told.UPSTREAM_REFUSED,  # told to the provider, which is no person
    Refusal.UPSTREAM_REPLAYED: Told.UPSTREAM_REFUSED,
    Refusal.UPSTREAM_FACTOR_MISSING: Told.UPSTREAM_FACTOR_MISSING,
    Refusal.SESSION_OVER: Told.START_AGAIN,
    Refusal.FLOW_UNKNOWN: Told.START_AGAIN,
    Refusal.OUT_OF_TURN: Told.START_AGAIN,
}
"""Every refusal has its public face; refusals that would tell accounts apart share one."""
