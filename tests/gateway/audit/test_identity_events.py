import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entry import Code, Outcome
from gateway.audit.identity_events import entry_of
from idp import events
from idp.events import EndReason, Event, Origin, SessionEnded
from tests.rig.people import JANA_ID, NOON

KINDS = typing.get_args(Event)
texts = st.text(max_size=300)
origins = st.builds(Origin, address=texts, request_id=texts, user_agent=texts)


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_has_an_entry(kind):
    made = st.builds(kind, at=st.just(NOON), origin=origins, person=texts)

    @given(made)
    def holds(event):
        entry = entry_of(event)
        assert entry.at == NOON
        assert isinstance(entry.code, Code)
        shown = entry.person + entry.address + entry.request_id + str(entry.details.get("user_agent", ""))
        assert all(character.isprintable() for character in shown)
        assert len(entry.person) <= 64
        assert (entry.outcome is Outcome.REFUSED) == isinstance(
            event,
            events.PasswordRefused | events.CodeRefused | events.KeyRefused | events.Throttled
            | events.PasswordChangeRefused | events.EnrolmentCodeRefused | events.FactorChangeRefused
            | events.SignInFailed | events.AuthorizationRefused | events.TokenRefused | events.RecoveryRefused
            | events.SamlRequestRefused | events.RefreshTokenMisused | events.ClientRefused
            | events.ConsentRefused | events.DeviceAuthorizationRefused
            | events.SignInNotBegun | events.SignOutRefused
            | events.UpstreamRefused | events.UpstreamSignOutRefused,
        )  # fmt: skip

    holds()


@pytest.mark.parametrize("reason", EndReason)
def test_only_the_persons_own_act_is_a_sign_out(reason):
    entry = entry_of(SessionEnded(at=NOON, session="s" * 22, subject=JANA_ID, reason=reason))
    own = reason in {
        EndReason.SIGNED_OUT,
        EndReason.SIGNED_OUT_EVERYWHERE,
        EndReason.SIGNED_OUT_ELSEWHERE,
    }
    assert entry.code is (Code.SIGN_OUT if own else Code.SESSION_ENDED)
    assert entry.reason == reason.value
    assert entry.session == "s" * 22


def test_line_breaks_and_terminal_escapes_of_a_typed_login_are_not_recorded():
    refused = events.PasswordRefused(at=NOON, person="jana\r\n\x1b[2Jroot", reason="wrong_credentials")
    assert entry_of(refused).person == "jana\ufffd\ufffd\ufffd[2Jroot"
