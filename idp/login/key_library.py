"""Answers of passkeys and security keys, verified. Loaded by `keys` when the first one is asked for.

WebAuthn Level 3. The `webauthn` library verifies; what is checked here before it only gives the refusal a name.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    parse_attestation_object,
    parse_authenticator_data,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticatorData,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from config.vocabulary import SubjectId
from idp.login.authenticator import Credential, CredentialId
from idp.login.key_site import ID_MAX, TIMEOUT_MS, Site, user_handle
from idp.login.refusal import Refusal

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


def request_options(site: Site, challenge: bytes, credentials: list[Credential]) -> str:
    """JSON of PublicKeyCredentialRequestOptions for somebody whose password was shown already."""
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[_descriptor(one) for one in credentials],
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    return options_to_json(options)


def creation_options(
    site: Site, challenge: bytes, subject: SubjectId, login: str, name: str, enrolled: list[Credential]
) -> str:
    """JSON of PublicKeyCredentialCreationOptions; keys in `enrolled` are not made a second time."""
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.office,
        user_id=user_handle(subject),
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.DIRECT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(one) for one in enrolled],
        supported_pub_key_algs=ALGORITHMS,
    )
    asked: dict[str, Any] = json.loads(options_to_json(options))
    return json.dumps(asked | {"extensions": {"credProps": True}})


def shown(
    response: str,
    challenge: bytes,
    credential: Credential,
    subject: SubjectId,
    site: Site,
    *,
    alone: bool,
) -> Credential | Refusal:
    """The credential as it is after this signature (§7.2). `alone`: the key stands for both factors; only one may
    that has verified its person before, beside another factor.
    """
    try:
        answer = json.loads(response)["response"]
        client = base64url_to_bytes(answer["clientDataJSON"])
        data = parse_authenticator_data(base64url_to_bytes(answer["authenticatorData"]))
        misfit = _misfit(client, "webauthn.get", challenge, data, site, verified=alone)
        owner = base64url_to_bytes(answer["userHandle"]) if answer.get("userHandle") else None
    except Exception:  # noqa: BLE001 - foreign bytes in four formats: whatever is wrong, they prove nothing
        return Refusal.KEY_UNREADABLE
    refusal = _of_another(owner, subject, alone=alone) or misfit
    refusal = refusal or _unlike(credential, data, alone=alone)
    if refusal is not None:
        return refusal
    try:
        proven = verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=credential.public_key,
            credential_current_sign_count=credential.sign_count,
            require_user_verification=alone,
        )
    except Exception:  # noqa: BLE001 - the same
        return Refusal.KEY_SIGNATURE_WRONG
    if proven.credential_id != credential.id:
        return Refusal.KEY_UNKNOWN
    return replace(
        credential,
        sign_count=proven.new_sign_count,
        backed_up=proven.credential_backed_up,
        user_verified=credential.user_verified or proven.user_verified,
        discoverable=credential.discoverable or alone,  # nobody had named it
    )


def _of_another(owner: bytes | None, subject: SubjectId, *, alone: bool) -> Refusal | None:
    """Step 6: alone, it must say whose it is."""
    if owner is None:
        return Refusal.KEY_OWNER_UNNAMED if alone else None
    return Refusal.KEY_OF_ANOTHER if owner != user_handle(subject) else None


def _unlike(credential: Credential, data: AuthenticatorData, *, alone: bool) -> Refusal | None:
    """What does not go with what is kept of the credential."""
    if alone and not credential.user_verified:
        return Refusal.KEY_NEVER_VERIFIED
    counted = data.sign_count > 0 or credential.sign_count > 0
    if counted and data.sign_count <= credential.sign_count:
        return Refusal.KEY_COUNT_WENT_BACK
    return None


def made(response: str, challenge: bytes, site: Site) -> Credential | Refusal:
    """The new credential, attestation and all (§7.1); whose model it is, nobody is asked."""
    try:
        answer = json.loads(response)
        client = base64url_to_bytes(answer["response"]["clientDataJSON"])
        attestation = parse_attestation_object(base64url_to_bytes(answer["response"]["attestationObject"]))
        refusal = _misfit(client, "webauthn.create", challenge, attestation.auth_data, site, verified=False)
        extensions = answer.get("clientExtensionResults") or {}
        discoverable = (extensions.get("credProps") or {}).get("rk") is True
        said = answer["response"].get("transports") or []
        transports = tuple(sorted(TRANSPORTS & {one for one in said if isinstance(one, str)}))
    except Exception:  # noqa: BLE001 - as above
        return Refusal.KEY_UNREADABLE
    if refusal is not None:
        return refusal
    try:
        proven = verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception:  # noqa: BLE001 - as above
        return Refusal.KEY_NOT_ACCEPTED
    if len(proven.credential_id) > ID_MAX:
        return Refusal.KEY_NOT_ACCEPTED
    return Credential(
        id=CredentialId(proven.credential_id),
        public_key=proven.credential_public_key,
        sign_count=proven.sign_count,
        aaguid=proven.aaguid,
        transports=transports,
        user_verified=proven.user_verified,
        discoverable=discoverable,
        backup_eligible=proven.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=proven.credential_backed_up,
        attestation_format=AttestationFormat(proven.fmt).value,
        attestation_statement=proven.attestation_object,
    )


def _misfit(
    client_data: bytes, kind: str, challenge: bytes, data: AuthenticatorData, site: Site, *, verified: bool
) -> Refusal | None:
    """First of §7's steps that an answer does not pass, by name; a signature may still be missing."""
    client = parse_client_data_json(client_data)
    flags = data.flags
    checks = (
        (client.type != kind, Refusal.KEY_UNREADABLE),
        (client.challenge != challenge, Refusal.KEY_CHALLENGE_WRONG),
        (client.origin != site.origin or bool(client.cross_origin), Refusal.KEY_ORIGIN_WRONG),
        (data.rp_id_hash != hashlib.sha256(site.rp_id.encode()).digest(), Refusal.KEY_SITE_WRONG),
        (not flags.up, Refusal.KEY_NOBODY_PRESENT),
        (verified and not flags.uv, Refusal.KEY_USER_NOT_VERIFIED),
    )
    return next((refusal for wrong, refusal in checks if wrong), None)


def _descriptor(credential: Credential) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(one) for one in credential.transports]
    return PublicKeyCredentialDescriptor(id=credential.id, transports=transports)
