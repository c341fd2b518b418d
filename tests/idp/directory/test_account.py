from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.account import OF_ACTIVE_DIRECTORY, OF_PASSWORD_POLICY, account_state, generalized_time
from idp.directory.entries import entry
from idp.directory.errors import EntryUnusable
from idp.directory.person import AccountFacts, AccountState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = (NOW - datetime(1970, 1, 1, tzinfo=UTC)).days
FILETIME_NOW = int((NOW - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, AccountState.ACTIVE),
        ({"pwdAccountLockedTime": "000001010000Z"}, AccountState.DISABLED),
        ({"pwdAccountLockedTime": "20261123085900Z"}, AccountState.LOCKED),
        ({"pwdReset": "TRUE"}, AccountState.MUST_CHANGE_PASSWORD),
        ({"pwdReset": "FALSE"}, AccountState.ACTIVE),
        ({"pwdEndTime": "20261123090000Z"}, AccountState.EXPIRED),
        ({"pwdEndTime": "20261123090001Z"}, AccountState.ACTIVE),
        ({"pwdStartTime": "20261123090001Z"}, AccountState.EXPIRED),
        ({"shadowExpire": "-1"}, AccountState.ACTIVE),
        ({"shadowExpire": "0"}, AccountState.EXPIRED),
        ({"shadowExpire": str(TODAY)}, AccountState.EXPIRED),
        ({"shadowExpire": str(TODAY + 1)}, AccountState.ACTIVE),
        ({"nsAccountLock": "true"}, AccountState.DISABLED),
        ({"userAccountControl": "512"}, AccountState.ACTIVE),
        ({"userAccountControl": "514"}, AccountState.DISABLED),
        ({"userAccountControl": "512", "msDS-User-Account-Control-Computed": "16"}, AccountState.LOCKED),
        ({"msDS-User-Account-Control-Computed": "8388608"}, AccountState.PASSWORD_EXPIRED),
        ({"userAccountControl": "512", "accountExpires": "0"}, AccountState.ACTIVE),
        ({"accountExpires": "9223372036854775807"}, AccountState.ACTIVE),
        ({"accountExpires": str(FILETIME_NOW)}, AccountState.EXPIRED),
        ({"accountExpires": str(FILETIME_NOW + 10_000_000)}, AccountState.ACTIVE),
        ({"pwdLastSet": "0"}, AccountState.MUST_CHANGE_PASSWORD),
        ({"pwdLastSet": "0", "userAccountControl": "66048"}, AccountState.ACTIVE),  # never expires
        ({"pwdLastSet": "0", "userAccountControl": "262656"}, AccountState.ACTIVE),  # by smart card only
        (
            {
                "pwdLastSet": "0",
                "msDS-User-Account-Control-Computed": "8388608",
                "msDS-UserPasswordExpiryTimeComputed": "0",
            },
            AccountState.MUST_CHANGE_PASSWORD,
        ),
        ({"msDS-UserPasswordExpiryTimeComputed": str(FILETIME_NOW)}, AccountState.PASSWORD_EXPIRED),
        ({"msDS-UserPasswordExpiryTimeComputed": str(FILETIME_NOW + 10_000_000)}, AccountState.ACTIVE),
        ({"msDS-UserPasswordExpiryTimeComputed": "9223372036854775807"}, AccountState.ACTIVE),
        ({"pwdReset": "TRUE", "pwdAccountLockedTime": "000001010000Z"}, AccountState.DISABLED),
    ],
)
def test_the_gravest_fact_decides(facts: dict[str, str], state: AccountState):
    read = entry("uid=a,dc=x", {name: [value.encode()] for name, value in facts.items()})
    assert account_state(read, NOW) is state


@given(st.sampled_from(OF_PASSWORD_POLICY + OF_ACTIVE_DIRECTORY), st.binary(max_size=24))
def test_a_value_nobody_can_read_is_never_an_active_account(attribute: str, value: bytes):
    read = entry("uid=a,dc=x", {attribute: [value]})
    try:
        state = account_state(read, NOW)
    except EntryUnusable:
        return
    # what was accepted was readable: a flag, a number, a time, or a lock of whatever time
    assert state is AccountState.LOCKED or value.decode().strip("-Z").replace(".", "").isalnum()


@given(st.sampled_from(OF_PASSWORD_POLICY + OF_ACTIVE_DIRECTORY))
def test_two_values_where_one_is_meant_are_refused(attribute: str):
    with pytest.raises(EntryUnusable):
        account_state(entry("uid=a,dc=x", {attribute: [b"0", b"1"]}), NOW)


@given(st.datetimes(timezones=st.just(UTC)))
def test_generalized_times_are_read_back(moment: datetime):
    whole = moment.replace(microsecond=0)
    digits = f"{whole.year:04}{whole:%m%d%H%M%S}"
    assert generalized_time(f"{digits}Z") == generalized_time(f"{digits}.25Z") == whole
    assert generalized_time(f"{digits[:10]}Z") == whole - timedelta(
        minutes=whole.minute, seconds=whole.second
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "20261123090000",
        "20261123090000+0100",
        "20261323090000Z",
        "2026112309000Z",
        "20261123090000.Z",
    ],
)
def test_other_times_are_refused(text: str):
    with pytest.raises(ValueError, match=r"time|fraction|match|range|convert"):
        generalized_time(text)


AROUND = st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))


@given(AROUND, AROUND, AROUND)
def test_nothing_changes_by_time_alone_before_the_moment_that_is_told(
    starts: datetime | None, expires: datetime | None, password: datetime | None
):
    facts = AccountFacts(starts_at=starts, expires_at=expires, password_expires_at=password)
    changes = facts.changes_at(NOW)
    later = [at for at in (starts, expires, password) if at is not None and at > NOW]
    assert changes == min(later, default=None)
    before = (changes or datetime.max.replace(tzinfo=UTC)) - timedelta(microseconds=1)
    assert facts.state(before) == facts.state(NOW)
