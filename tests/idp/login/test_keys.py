"""Passkeys and security keys: what proves something, and the name of every refusal."""

import json
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes

from idp.login import key_site, keys
from idp.login.authenticator import Credential
from idp.login.key_site import Site
from idp.login.refusal import Refusal
from tests.rig.people import JANA_ID, PETR_ID
from tests.rig.soft_key import AT, UP, UV, SoftKey, b64

SITE = Site("login.obec.test", "https://login.obec.test:8443", "Město Kroměříž")
CHALLENGE, OTHER = b"c" * 32, b"o" * 32


def new_key(**changes) -> SoftKey:
    return SoftKey(origin=SITE.origin, rp_id=SITE.rp_id, **changes)


def enrolled(key: SoftKey) -> Credential:
    made = keys.made(key.made(CHALLENGE, owner=key_site.user_handle(JANA_ID)), CHALLENGE, SITE)
    assert isinstance(made, Credential), made
    return made


KEY = new_key()
CREDENTIAL = enrolled(KEY)
ANSWER = KEY.shown(CHALLENGE)


def shown(response, credential=CREDENTIAL, *, challenge=CHALLENGE, alone=True, subject=JANA_ID):
    return keys.shown(response, challenge, credential, subject, SITE, alone=alone)


def test_a_registration_is_kept_with_everything_the_key_said_of_itself():
    assert CREDENTIAL.id == KEY.id
    assert CREDENTIAL.aaguid == "00112233-4455-6677-8899-aabbccddeeff"
    assert CREDENTIAL.transports == ("internal", "usb")
    assert (CREDENTIAL.user_verified, CREDENTIAL.discoverable) == (True, True)
    assert (CREDENTIAL.backup_eligible, CREDENTIAL.backed_up) == (False, False)
    assert CREDENTIAL.attestation_format == "packed"
    assert b"attStmt" in CREDENTIAL.attestation_statement


def test_a_key_that_got_its_pin_after_enrolment_signs_in_alone_only_once_it_was_used_with_the_password():
    """Whoever finds a key without a PIN can give it one; the password they do not have."""
    key = new_key(owner=key_site.user_handle(JANA_ID))
    without_pin = keys.made(key.made(CHALLENGE, flags=UP | AT), CHALLENGE, SITE)
    assert isinstance(without_pin, Credential)
    assert not without_pin.replaces_the_password
    assert shown(key.shown(CHALLENGE), without_pin) is Refusal.KEY_NEVER_VERIFIED
    beside_the_password = shown(key.shown(CHALLENGE), without_pin, alone=False)
    assert isinstance(beside_the_password, Credential)
    assert beside_the_password.replaces_the_password
    assert isinstance(shown(key.shown(CHALLENGE), beside_the_password), Credential)


def test_a_key_is_known_to_need_no_name_once_it_was_used_without_one():
    after = shown(KEY.shown(CHALLENGE), replace(CREDENTIAL, discoverable=False))
    assert isinstance(after, Credential)
    assert after.discoverable


def test_a_key_without_attestation_is_taken_too():
    key = new_key()
    made = keys.made(key.made(CHALLENGE, attested=False), CHALLENGE, SITE)
    assert isinstance(made, Credential)
    assert made.attestation_format == "none"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"origin": "https://login.obec.test.evil.test"}, Refusal.KEY_ORIGIN_WRONG),
        ({"origin": "https://portal.obec.test:8443"}, Refusal.KEY_ORIGIN_WRONG),
        ({"origin": "http://login.obec.test:8443"}, Refusal.KEY_ORIGIN_WRONG),
        ({"rp_id": "obec.test"}, Refusal.KEY_SITE_WRONG),
        ({"kind": "webauthn.get"}, Refusal.KEY_UNREADABLE),
        ({"flags": 0x40}, Refusal.KEY_NOBODY_PRESENT),
        ({"algorithm": -47}, Refusal.KEY_NOT_ACCEPTED),
    ],
)
def test_a_registration_for_another_place_or_of_another_kind_is_refused_by_name(changes, refusal):
    assert keys.made(new_key().made(CHALLENGE, **changes), CHALLENGE, SITE) is refusal


def test_a_registration_answers_its_own_challenge_alone():
    assert keys.made(new_key().made(OTHER), CHALLENGE, SITE) is Refusal.KEY_CHALLENGE_WRONG


def test_an_attestation_whose_key_was_exchanged_is_refused():
    answer, other = json.loads(new_key().made(CHALLENGE)), new_key()
    attestation = cbor2.loads(base64url_to_bytes(answer["response"]["attestationObject"]))
    foreign = cbor2.loads(
        base64url_to_bytes(json.loads(other.made(CHALLENGE))["response"]["attestationObject"])
    )
    exchanged = cbor2.dumps({**attestation, "authData": foreign["authData"]})
    answer["response"]["attestationObject"] = b64(exchanged)
    assert keys.made(json.dumps(answer), CHALLENGE, SITE) is Refusal.KEY_NOT_ACCEPTED


def test_a_signature_moves_the_counter_on_and_changes_nothing_else():
    after = shown(KEY.shown(CHALLENGE))
    assert after == replace(CREDENTIAL, sign_count=KEY.count)
    assert KEY.count > CREDENTIAL.sign_count


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"origin": "https://login.obec.test"}, Refusal.KEY_ORIGIN_WRONG),
        ({"origin": "https://evil.test"}, Refusal.KEY_ORIGIN_WRONG),
        ({"cross_origin": True}, Refusal.KEY_ORIGIN_WRONG),
        ({"rp_id": "obec.test"}, Refusal.KEY_SITE_WRONG),
        ({"kind": "webauthn.create"}, Refusal.KEY_UNREADABLE),
        ({"flags": UV}, Refusal.KEY_NOBODY_PRESENT),
        ({"flags": UP}, Refusal.KEY_USER_NOT_VERIFIED),
        ({"owner": key_site.user_handle(PETR_ID)}, Refusal.KEY_OF_ANOTHER),
        ({"owner": b""}, Refusal.KEY_OWNER_UNNAMED),
    ],
)
def test_a_signature_that_proves_something_else_is_refused_by_name(changes, refusal):
    assert shown(KEY.shown(CHALLENGE, **changes)) is refusal


def test_an_answer_to_another_challenge_is_refused():
    assert shown(KEY.shown(OTHER)) is Refusal.KEY_CHALLENGE_WRONG


def test_after_the_password_the_key_need_not_verify_its_user():
    assert isinstance(shown(KEY.shown(CHALLENGE, flags=UP), alone=False), Credential)


def test_after_the_password_the_key_need_not_say_whose_it_is_but_not_that_it_is_anothers():
    assert isinstance(shown(KEY.shown(CHALLENGE, owner=b""), alone=False), Credential)
    of_another = KEY.shown(CHALLENGE, owner=key_site.user_handle(PETR_ID))
    assert shown(of_another, alone=False) is Refusal.KEY_OF_ANOTHER


@pytest.mark.parametrize(("kept", "said"), [(5, 5), (5, 4), (5, 0), (1, 0)])
def test_a_counter_that_does_not_move_on_is_a_copy(kept, said):
    answer = KEY.shown(CHALLENGE, count=said)
    assert shown(answer, replace(CREDENTIAL, sign_count=kept)) is Refusal.KEY_COUNT_WENT_BACK


def test_a_key_that_never_counts_is_fine():
    after = shown(KEY.shown(CHALLENGE, count=0), replace(CREDENTIAL, sign_count=0))
    assert isinstance(after, Credential)
    assert after.sign_count == 0


def test_the_signature_of_another_key_is_wrong():
    thief = new_key(id=KEY.id, owner=KEY.owner, count=KEY.count + 10)
    assert shown(thief.shown(CHALLENGE)) is Refusal.KEY_SIGNATURE_WRONG


def test_a_right_signature_under_another_name_is_another_credential():
    answer = json.loads(KEY.shown(CHALLENGE))
    answer["id"] = answer["rawId"] = "AAAA"
    assert shown(json.dumps(answer)) is Refusal.KEY_UNKNOWN


pieces = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature",
                         "attestationObject", "userHandle", "transports", "clientExtensionResults"]),
        inner, max_size=6),
    max_leaves=12,
)  # fmt: skip


@given(pieces.map(json.dumps) | st.text(max_size=30))
def test_whatever_is_sent_proves_nothing_and_breaks_nothing(text):
    assert isinstance(shown(text), Refusal)
    assert isinstance(keys.made(text, CHALLENGE, SITE), Refusal)
    key_site.credential_of(text)


@given(st.data())
def test_an_answer_with_a_byte_changed_proves_nothing(data):
    """Of the three parts that are signed or sign; the rest says nothing."""
    answer = json.loads(ANSWER)
    part = data.draw(st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]))
    text = answer["response"][part]
    at = data.draw(st.integers(0, len(text) - 2))  # the last character may hold unused bits
    other = "A" if text[at] != "A" else "B"
    answer["response"][part] = text[:at] + other + text[at + 1 :]
    assert isinstance(shown(json.dumps(answer)), Refusal)


def test_a_passkey_alone_is_asked_to_verify_its_user_and_no_credential_is_named():
    asked = json.loads(key_site.passkey_options(SITE, CHALLENGE))
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "login.obec.test"
    assert not asked.get("allowCredentials")


def test_a_new_key_is_asked_for_its_attestation_and_not_made_twice():
    asked = json.loads(keys.creation_options(SITE, CHALLENGE, JANA_ID, "novakova.jana", "Jana", [CREDENTIAL]))
    assert asked["attestation"] == "direct"
    assert [one["id"] for one in asked["excludeCredentials"]] == [json.loads(KEY.shown(CHALLENGE))["id"]]
    assert asked["rp"] == {"id": "login.obec.test", "name": "Město Kroměříž"}
    assert "Jana" not in str(asked["user"]["id"])
