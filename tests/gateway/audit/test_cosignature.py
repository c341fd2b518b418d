import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoint import seal, unseal
from gateway.audit.cosignature import Cosigner, WitnessKey, cosign, cosignature_in, cosigned
from gateway.audit.note import NoteRefused, Verifier
from tests.gateway.audit.making import SIGNER

COSIGNER = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
OTHER = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOTE = seal(3, bytes(32), SIGNER)
TEXT = NOTE.rpartition("\n\n")[0] + "\n"

# The example of the specification itself: a log, a witness, and what they signed.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
EXAMPLE_LINE = (
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
    "qhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


@given(st.integers(0, 2**63 - 1))
def test_a_cosignature_says_when_it_was_made_and_is_verified_by_the_witness_s_key(at: int) -> None:
    line = cosign(TEXT, COSIGNER, at)
    found = cosignature_in(f"— other AAAAAAAA\n{line}", TEXT, COSIGNER.key)
    assert (found.line, found.at) == (line, at)


def test_a_cosigned_note_is_still_the_log_s_checkpoint() -> None:
    both = cosigned(NOTE, [cosign(TEXT, COSIGNER, 5)])
    assert unseal(both, [SIGNER.verifier]) == unseal(NOTE, [SIGNER.verifier])


def test_a_cosignature_of_another_text_time_or_key_is_refused() -> None:
    line = cosign(TEXT, COSIGNER, 5)
    name, encoded = line.rsplit(" ", 1)
    data = base64.b64decode(encoded)
    later = f"{name} {base64.b64encode(data[:4] + (6).to_bytes(8) + data[12:]).decode()}\n"
    longer = f"{name} {base64.b64encode(data + b'0').decode()}\n"
    for lines, text, key in (
        (line, TEXT.replace("3", "4", 1), COSIGNER.key),
        (later, TEXT, COSIGNER.key),
        (longer, TEXT, COSIGNER.key),
        (line, TEXT, OTHER.key),
        (cosign(TEXT, OTHER, 5), TEXT, COSIGNER.key),
        ("", TEXT, COSIGNER.key),
        (line.rstrip("\n"), TEXT, COSIGNER.key),
        (line * 2_000, TEXT, COSIGNER.key),
    ):
        with pytest.raises(NoteRefused):
            cosignature_in(lines, text, key)


def test_the_example_of_the_specification_has_the_form_that_is_read() -> None:
    data = base64.b64decode(EXAMPLE_LINE.rsplit(" ", 1)[1])
    assert (len(data), int.from_bytes(data[4:12])) == (4 + 8 + 64, 1679315147)


def test_a_witness_s_key_is_written_and_read_and_is_no_log_s_key() -> None:
    assert WitnessKey.parse(str(COSIGNER.key)) == COSIGNER.key
    with pytest.raises(NoteRefused):
        Verifier.parse(str(COSIGNER.key))
    for wrong in (
        str(SIGNER.verifier),
        str(COSIGNER.key).replace("witness", "another"),
        "witness.example",
        "a b+00000000+BA==",
    ):
        with pytest.raises(NoteRefused):
            WitnessKey.parse(wrong)


def test_the_repr_of_a_cosigner_shows_no_key() -> None:
    assert bytes(range(1, 33)).hex() not in repr(COSIGNER)
    assert "private" not in repr(COSIGNER)
