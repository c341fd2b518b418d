from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)
from gateway.grants.claims import Assertion, Bound, Grant

seconds = st.integers(0, 4_000_000_000).map(lambda value: datetime.fromtimestamp(value, UTC))
assertions = st.builds(
    Assertion,
    audience=st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True).map(ApplicationId),
    subject=st.uuids().map(lambda one: SubjectId(f"office-of-town-{one}:{one}")),
    name=st.text(),
    login=st.text(),
    sid=st.text(min_size=22, max_size=22).map(SessionId),
    municipality=st.from_regex(r"[0-9]{6}", fullmatch=True).map(MunicipalityCode),
    roles=st.lists(st.sampled_from(Role)).map(tuple),
    actions=st.lists(st.sampled_from(Action)).map(tuple),
    acr=st.sampled_from(AuthenticationLevel),
    amr=st.lists(st.text()).map(tuple),
    auth_time=seconds,
    issued_at=seconds,
    expires_at=seconds,
)


@given(assertions)
def test_an_assertion_comes_back_from_its_claims(assertion: Assertion) -> None:
    assert Assertion.from_claims(assertion.claims("https://gateway.example")) == assertion


@pytest.mark.parametrize("claim", ["aud", "sub", "sid", "municipality", "roles", "actions", "acr", "exp"])
def test_claims_that_lack_one_are_refused(claim: str, assertion: Assertion) -> None:
    claims = assertion.claims("https://gateway.example")
    del claims[claim]
    with pytest.raises(KeyError):
        Assertion.from_claims(claims)


@pytest.mark.parametrize(
    ("claim", "value"),
    [("roles", ["king"]), ("actions", ["destroy"]), ("acr", "none"), ("exp", "soon"), ("roles", 5)],
)
def test_claims_with_unknown_words_are_refused(claim: str, value: object, assertion: Assertion) -> None:
    with pytest.raises((TypeError, ValueError)):
        Assertion.from_claims(assertion.claims("https://gateway.example") | {claim: value})


def test_the_gate_reads_six_words(grant: Grant) -> None:
    said = replace(grant, rules={"read": "clerks-read", "write": "accountants-write"}).gate()
    words = "spis 588491 AAAAAAAAAAAAAAAAAAAAAA.1 e7 own"
    assert said == f"{words} ,read,write,=g1=p1=clerks-read;accountants-write,"


def test_a_grant_for_another_municipality_does_not_say_own(grant: Grant) -> None:
    assert replace(grant, own=False).gate().split()[4] == "-"


def test_a_grant_without_actions_has_none_to_find(grant: Grant) -> None:
    nothing = replace(grant, assertion=replace(grant.assertion, actions=()))
    assert nothing.gate().split()[5] == ",,=g1=p1=,"


def test_a_grant_that_is_bound_to_a_device_says_by_which_certificate_it_may_come(grant: Grant) -> None:
    """`cnf` of RFC 8705 §3.1, behind which `person` stands; the device is the gate's seventh word."""
    bound = replace(
        grant, bound=Bound(revocation_id="~dev.2", thumbprint="ff" * 32), person={"login": "novak"}
    )
    assert bound.gate() == f"{grant.gate()} ~dev.2"
    claims = bound.claims("signed")
    assert claims["cnf"] == {"x5t#S256": "_" * 42 + "8"}
    assert list(claims)[:6] == ["iss", "aud", "exp", "gate", "assertion", "cnf"]
    assert "cnf" not in grant.claims("signed")


@given(st.text(st.sampled_from(" \t\n\u00a0\u2028ab"), max_size=4))
def test_no_word_of_the_gate_can_be_read_as_two_or_none(epoch: str) -> None:
    assertion = Assertion.from_claims(
        {
            "aud": "spis",
            "sub": "s",
            "name": "",
            "preferred_username": "",
            "sid": "S",
            "municipality": "588491",
            "roles": [],
            "actions": ["read"],
            "acr": AuthenticationLevel.PASSWORD,
            "amr": [],
            "auth_time": 0,
            "iat": 0,
            "exp": 1,
        }
    )
    grant = Grant(id="g", assertion=assertion, revocation_id="S.1", epoch=epoch, own=True, policy_version="p")
    if epoch.split() == [epoch]:
        assert grant.gate().split(" ")[3] == epoch
    else:
        with pytest.raises(ValueError, match="a word of the gate"):
            grant.gate()


def test_a_grant_carries_what_the_gate_the_log_and_the_application_need(grant: Grant) -> None:
    claims = grant.claims("signed")
    assert claims["iss"] == "brana-grant"
    assert claims["aud"] == "brana-gate"
    assert claims["assertion"] == "signed"
    assert claims["gate"] == grant.gate()
    assert claims["exp"] - claims["iat"] == 300
    assert (claims["jti"], claims["policy"], claims["sid"]) == ("g1", "p1", grant.assertion.sid)


def test_a_grant_ends_before_a_second_that_it_may_not_live_through_and_what_is_told_lives_through_it(
    grant: Grant,
) -> None:
    ends = grant.assertion.expires_at + timedelta(milliseconds=300)
    claims = replace(grant, assertion=replace(grant.assertion, expires_at=ends)).claims("signed")
    told = replace(grant.assertion, expires_at=ends).claims("https://portal.brana.test")
    whole = int(grant.assertion.expires_at.timestamp())
    assert (claims["exp"], told["exp"]) == (whole, whole + 1)
