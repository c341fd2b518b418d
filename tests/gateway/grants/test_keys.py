import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import ECKey, RSAKey

from gateway.grants.keys import RSA_BITS, Keys, Purpose, load_keys, new_private_key


@pytest.fixture(scope="module")
def made() -> dict[Purpose, bytes]:
    return {purpose: new_private_key(purpose) for purpose in Purpose}


def test_every_purpose_has_a_key_of_its_kind(made: dict[Purpose, bytes]) -> None:
    keys = load_keys(made.__getitem__)
    for key in (keys.grant, keys.assertion, keys.provider_es256):
        assert isinstance(key, ECKey)
        assert key.curve_name == "P-256"
    assert isinstance(keys.provider_rs256, RSAKey)
    assert keys.provider_rs256.private_key.key_size == RSA_BITS
    assert isinstance(keys.checkpoint, Ed25519PrivateKey)


def test_no_two_purposes_share_a_key(made: dict[Purpose, bytes]) -> None:
    assert len(set(made.values())) == len(Purpose)
    assert new_private_key(Purpose.GRANT) != made[Purpose.GRANT]


def test_keys_show_no_secret(made: dict[Purpose, bytes]) -> None:
    keys: Keys = load_keys(made.__getitem__)
    for shown in (repr(keys), str(keys), f"{keys}"):
        assert shown == f"Keys(grant={keys.grant.thumbprint()}, …)"
