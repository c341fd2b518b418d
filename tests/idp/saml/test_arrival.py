"""A query as a browser brings it, before anything in it is believed."""

from urllib.parse import quote

import pytest

from idp.saml.arrival import by_redirect
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.request import read
from tests.rig.service_provider import ENTITY, NOON, key, party, query, request

KNOWN = {ENTITY: party()}


@pytest.mark.parametrize("relay", ["%C5%99", "a;b", "%26SAMLRequest%3Dx", "%3Cscript%3E", ""])
def test_the_relay_state_goes_back_as_it_was_written(relay: str) -> None:
    arrived = by_redirect(f"{query(request(NOON), relay=None)}&RelayState={relay}", KNOWN, read)
    assert arrived.relay_state is not None
    assert quote(arrived.relay_state, safe=";") == relay


@pytest.mark.parametrize("relay", ["%00", "%0D%0A", "%C2%85", "%FF", "%ED%A0%80", "%C5", "ř", "\udcff"])
def test_a_relay_state_that_would_come_back_as_another_is_refused(relay: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        by_redirect(f"{query(request(NOON), relay=None)}&RelayState={relay}", KNOWN, read)
    assert refused.value.reason is Unsafe.UNREADABLE


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"{text}&RelayState=b",
        lambda text: f"{text}&SigAlg=x",
        lambda text: f"{text}&SAMLEncoding=urn:other",
        lambda text: f"SAMLRequest=x&{text}",
        lambda text: text.replace("SAMLRequest=", "SAML%52equest="),
        lambda text: text.replace("SAMLRequest=", "samlrequest="),
    ],
)
def test_what_is_said_twice_or_by_another_name_is_refused(change) -> None:
    with pytest.raises(RequestRefused) as refused:
        by_redirect(change(query(request(NOON), by=key())), KNOWN, read)
    assert refused.value.reason is Unsafe.UNREADABLE


def test_a_signed_query_counts_in_the_standards_order_whatever_order_it_came_in() -> None:
    text = query(request(NOON), by=key())
    turned = "&".join(reversed(text.split("&")))
    assert by_redirect(turned, KNOWN, read).signed
    for changed in (text.replace("stav-1", "stav-2"), text.replace("stav-1", "stav%2D1")):
        with pytest.raises(RequestRefused) as refused:
            by_redirect(changed, KNOWN, read)
        assert refused.value.reason is Unsafe.SIGNATURE_WRONG


@pytest.mark.parametrize(
    "issuer", [ENTITY.upper(), ENTITY + "/", ENTITY.replace("spis", "sp\u0456s"), ENTITY + "\u200b"]
)
def test_a_name_that_only_looks_like_a_known_one_is_unknown(issuer: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        by_redirect(query(request(NOON, issuer=issuer)), KNOWN, read)
    assert refused.value.reason is Unsafe.PROVIDER_UNKNOWN
