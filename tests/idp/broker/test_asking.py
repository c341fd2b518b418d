"""The question to another provider and its answer: what binds them, and what is doubted."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import AuthenticationLevel
from idp.broker import asking, metadata
from idp.broker.metadata import Metadata
from idp.broker.refused import UpstreamRefused
from idp.broker.upstream import Upstream, host_of
from idp.login.handle import hashed, new_flow_id, new_handle
from idp.login.refusal import Refusal
from idp.login.upstream import Gone
from idp.oidc.pkce import challenge_of
from tests.rig.people import NOON

ISSUER = "https://sso.kraj.test/realms/kraj"
UPSTREAM = Upstream(
    name="kraj",
    issuer=ISSUER,
    hosts=frozenset({"sso.kraj.test", "keys.kraj.test:8443"}),
    client_id="brana",
    secret="s",
    scopes=("profile", "openid"),
    algorithms=("RS256",),
    levels={"mfa": AuthenticationLevel.TWO_FACTORS},
)
FLOW, HANDLE = new_flow_id(), new_handle()
STATE = asking.state_of(FLOW, HANDLE)
GONE = Gone(provider="kraj", state=hashed(HANDLE), nonce="n" * 43, verifier="v" * 64, at=NOON)
SAID = Metadata(
    issuer=ISSUER,
    authorization_endpoint="https://sso.kraj.test/auth?tenant=1",
    token_endpoint="https://sso.kraj.test/token",
    jwks_uri="https://sso.kraj.test/jwks",
)


def read(*pairs: tuple[str, str]) -> asking.Returned:
    return asking.read(pairs, UPSTREAM)


def test_the_question_binds_its_answer_and_keeps_the_endpoint_s_own_parameters() -> None:
    address = asking.address(UPSTREAM, SAID, GONE, STATE, "https://login.obec.test/x", "jana@kraj.test", "cs")
    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert address.startswith("https://sso.kraj.test/auth?tenant=1&")
    assert asked["scope"] == "openid profile"
    assert (asked["state"], asked["nonce"]) == (STATE, GONE.nonce)
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge_of(GONE.verifier), "S256")
    assert (asked["acr_values"], asked["login_hint"], asked["ui_locales"]) == ("mfa", "jana@kraj.test", "cs")
    assert "max_age" not in asked
    assert GONE.verifier not in address


def test_the_state_says_which_sign_in_and_which_question() -> None:
    assert asking.read_state(STATE) == (FLOW, hashed(HANDLE))
    for other in ("", ".", FLOW, HANDLE, f"{FLOW}.{HANDLE}x", f"{FLOW}x.{HANDLE}", f"{FLOW}.{FLOW}"):
        assert asking.read_state(other) != (FLOW, hashed(HANDLE))


@given(st.text(max_size=80))
def test_a_state_that_was_never_ours_is_none(text: str) -> None:
    flow, handle = asking.read_state(text)
    assert flow is None or len(flow) == 22
    assert handle is None or len(handle) == 32


@pytest.mark.parametrize(
    ("pairs", "fault"),
    [
        ([("code", "c"), ("state", STATE)], None),
        ([("code", "c"), ("state", STATE), ("iss", ISSUER)], None),
        ([("code", "c"), ("state", STATE), ("iss", "https://jiny.test")], Refusal.UPSTREAM_MIXED_UP),
        ([("error", "access_denied"), ("state", STATE)], Refusal.UPSTREAM_DENIED),
        ([("error", "server_error"), ("state", STATE)], Refusal.UPSTREAM_UNREACHABLE),
        ([("error", "x"), ("iss", "https://jiny.test"), ("state", STATE)], Refusal.UPSTREAM_MIXED_UP),
        ([("state", STATE)], Refusal.UPSTREAM_ANSWER_UNREADABLE),
        ([("code", ""), ("state", STATE)], Refusal.UPSTREAM_ANSWER_UNREADABLE),
        ([("code", "c\n"), ("state", STATE)], Refusal.UPSTREAM_ANSWER_UNREADABLE),
        ([("code", "x" * 5000), ("state", STATE)], Refusal.UPSTREAM_ANSWER_UNREADABLE),
        ([("code", "a"), ("code", "b"), ("state", STATE)], Refusal.UPSTREAM_ANSWER_UNREADABLE),
        ([("code", "a"), ("state", STATE), ("x", "1"), ("x", "2")], Refusal.UPSTREAM_ANSWER_UNREADABLE),
    ],
)
def test_an_answer_is_one_code_from_whom_was_asked(
    pairs: list[tuple[str, str]], fault: Refusal | None
) -> None:
    assert read(*pairs).fault == fault
    assert read(*pairs).flow == FLOW


def test_two_states_are_none() -> None:
    assert read(("code", "c"), ("state", STATE), ("state", STATE)).flow is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["code", "state", "iss", "error", "x"]), st.text(max_size=20)), max_size=6
    )
)
def test_whatever_comes_is_an_answer_or_has_a_fault(pairs: list[tuple[str, str]]) -> None:
    brought = asking.read(pairs, UPSTREAM)
    assert brought.fault is not None or brought.code


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://sso.kraj.test/token", True),
        ("https://sso.kraj.test:443/token", True),
        ("https://SSO.kraj.test/token", True),
        ("https://keys.kraj.test:8443/jwks", True),
        ("https://keys.kraj.test/jwks", False),
        ("https://sso.kraj.test:8443/token", False),
        ("http://sso.kraj.test/token", False),
        ("https://sso.kraj.test.utok.test/", False),
        ("https://sso.kraj.test@utok.test/", False),
        ("https://utok.test/https://sso.kraj.test", False),
        ("https://sso.kraj.test\\@utok.test/", False),
        ("https://sso.kraj.test/#x", False),
        ("https://sso.kraj.test:x/", False),
        ("https://sso.kraj.test/\n", False),
        ("https://169.254.169.254/", False),
        ("//sso.kraj.test/", False),
        ("", False),
    ],
)
def test_an_endpoint_is_on_a_host_that_somebody_configured(address: str, *, allowed: bool) -> None:
    assert UPSTREAM.allows(address) is allowed


def test_the_issuer_s_host_is_written_as_hosts_are() -> None:
    assert host_of(ISSUER) == "sso.kraj.test"
    assert host_of("https://sso.kraj.test:443") == "sso.kraj.test"
    assert host_of("https://SSO.kraj.test:8443/x") == "sso.kraj.test:8443"


@given(st.binary(max_size=300))
def test_metadata_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(UpstreamRefused) as refused:
        metadata.read(body, UPSTREAM)
    assert refused.value.reason is Refusal.UPSTREAM_UNUSABLE
