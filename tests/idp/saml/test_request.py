"""The authentication request: one element at its one place."""

from datetime import timedelta

import pytest

from idp.saml.arrival import address_of, by_post, by_redirect
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.reading import tree
from idp.saml.request import fault, read
from tests.rig.service_provider import (
    ACS,
    ENTITY,
    NOON,
    OTHER_ACS,
    SSO,
    contexts,
    key,
    party,
    posted,
    query,
    request,
    signed,
)

PARTIES = {ENTITY: party()}
POLICY = '<samlp:NameIDPolicy Format="urn:x" AllowCreate="true"/>'


def test_what_it_says_is_read() -> None:
    asked = read(tree(request(NOON, POLICY + contexts("urn:a", "urn:b"), ForceAuthn="1").encode()))
    assert (asked.id, asked.issuer, asked.address, asked.issued_at) == ("_request-1", ENTITY, ACS, NOON)
    assert (asked.force, asked.passive, asked.name_format) == (True, False, "urn:x")
    assert (asked.contexts, asked.understood) == (("urn:a", "urn:b"), True)
    assert not read(tree(request(NOON, contexts("urn:a", comparison="maximum")).encode())).understood


@pytest.mark.parametrize(
    ("inner", "changes"),
    [
        ("", {"Version": "1.1"}),
        ("", {"ID": "1"}),
        ("", {"ID": None}),
        ("", {"ID": "a" * 200}),
        ("", {"IssueInstant": "2026-13-02T11:00:00Z"}),
        ("", {"IssueInstant": "yesterday"}),
        ("", {"ForceAuthn": "yes"}),
        ("", {"Unknown": "1"}),
        ("", {"AssertionConsumerServiceIndex": "0"}),
        ("", {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"}),
        ("<saml:Subject/>", {}),
        ("<samlp:Extensions/>", {}),
        (POLICY + POLICY, {}),
        (POLICY.replace("/>", ' Unknown="1"/>'), {}),
        (POLICY.replace("/>", "><saml:Subject/></samlp:NameIDPolicy>"), {}),
        (POLICY.replace("/>", ">text</samlp:NameIDPolicy>"), {}),
        (contexts("urn:a").replace("Comparison", "Unknown"), {}),
        (contexts("urn:a").replace("<saml:A", "text<saml:A"), {}),
        (contexts("urn:a") + POLICY, {}),
        (contexts(), {}),
        ("<saml:Issuer>https://other.test</saml:Issuer>", {}),
        ("text", {}),
    ],
)
def test_what_nobody_here_understands_is_refused(inner: str, changes: dict) -> None:
    for bring in (
        lambda text: by_post(posted(text), PARTIES, read),
        lambda text: by_redirect(query(text), PARTIES, read),
    ):
        with pytest.raises(RequestRefused) as refused:
            bring(request(NOON, inner, **changes))
        assert refused.value.reason is Unsafe.UNREADABLE


def test_who_is_not_registered_is_refused() -> None:
    for text in (request(NOON, issuer="https://other.test"), request(NOON, issuer=ENTITY + "/")):
        with pytest.raises(RequestRefused) as refused:
            by_redirect(query(text), PARTIES, read)
        assert refused.value.reason is Unsafe.PROVIDER_UNKNOWN


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, ACS),
        ({"AssertionConsumerServiceURL": OTHER_ACS}, OTHER_ACS),
        ({"AssertionConsumerServiceURL": None}, ACS),
        ({"AssertionConsumerServiceURL": None, "AssertionConsumerServiceIndex": "1"}, OTHER_ACS),
        ({"AssertionConsumerServiceURL": None, "AssertionConsumerServiceIndex": "2"}, None),
        ({"AssertionConsumerServiceURL": ACS + "/"}, None),
        ({"AssertionConsumerServiceURL": ACS.upper()}, None),
        ({"AssertionConsumerServiceURL": "https://zly.test/"}, None),
    ],
)
def test_answers_go_to_configured_addresses_alone(changes: dict, address: str | None) -> None:
    arrived = by_redirect(query(request(NOON, **changes)), PARTIES, read)
    if address is not None:
        assert address_of(arrived) == address
        return
    with pytest.raises(RequestRefused) as refused:
        address_of(arrived)
    assert refused.value.reason is Unsafe.ADDRESS_UNKNOWN


def test_a_query_that_is_signed_is_verified_as_it_came() -> None:
    demanding = {ENTITY: party(signs=True)}
    good = query(request(NOON), by=key())
    assert by_redirect(good, demanding, read).signed
    changed = (
        good.replace("RelayState=stav-1", "RelayState=stav-2"),
        good.replace("RelayState=stav-1", "RelayState=stav%2D1"),  # the same text, other octets
        query(request(NOON), by=key(1)),
        good.replace("rsa-sha256", "rsa-sha1"),
        good.partition("&Signature=")[0],
        good.replace("SigAlg=", "Alg="),
    )
    for one in changed:
        assert one != good
        with pytest.raises(RequestRefused) as refused:
            by_redirect(one, demanding, read)
        assert refused.value.reason is Unsafe.SIGNATURE_WRONG
    twice = good + "&RelayState=stav-2"
    with pytest.raises(RequestRefused) as refused:
        by_redirect(twice, demanding, read)
    assert refused.value.reason is Unsafe.UNREADABLE


def test_unsigned_where_signed_is_demanded_is_refused() -> None:
    demanding = {ENTITY: party(signs=True)}
    for bring in (
        lambda: by_post(posted(request(NOON)), demanding, read),
        lambda: by_redirect(query(request(NOON)), demanding, read),
    ):
        with pytest.raises(RequestRefused) as refused:
            bring()
        assert refused.value.reason is Unsafe.SIGNATURE_MISSING
    within = query(signed(request(NOON)))  # of the other binding
    with pytest.raises(RequestRefused) as refused:
        by_redirect(within, demanding, read)
    assert refused.value.reason is Unsafe.UNREADABLE


def test_a_signature_that_no_key_verifies_counts_as_none() -> None:
    keyless = {ENTITY: party(keys=())}
    assert not by_redirect(query(request(NOON), by=key()), keyless, read).signed
    assert not by_post(posted(signed(request(NOON))), keyless, read).signed


def test_requests_are_for_us_and_of_now() -> None:
    asked = read(tree(request(NOON).encode()))
    elsewhere = read(tree(request(NOON, Destination=SSO + "2").encode()))
    nowhere = read(tree(request(NOON, Destination=None).encode()))
    assert fault(asked, SSO, NOON, signed=True) is None
    assert fault(elsewhere, SSO, NOON, signed=False) is Unsafe.FOR_ANOTHER
    assert fault(nowhere, SSO, NOON, signed=False) is None
    assert fault(nowhere, SSO, NOON, signed=True) is Unsafe.FOR_ANOTHER
    for minutes, wrong in ((-3, True), (-2, False), (6.9, False), (7, True)):
        said = fault(asked, SSO, NOON + timedelta(minutes=minutes), signed=False)
        assert said is (Unsafe.OUT_OF_TIME if wrong else None)
