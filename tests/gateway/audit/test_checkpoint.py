import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit import note
from gateway.audit.checkpoint import Checkpoint, seal, unseal
from gateway.audit.note import NoteRefused, Signer, Verifier
from tests.gateway.audit.making import SIGNER

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "signed_notes.json").read_text())
KEYS = (SIGNER.verifier,)
ROOT = bytes(range(32))
STRANGER = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))

lines = st.text(st.characters(min_codepoint=32, codec="utf-8"), min_size=1, max_size=20)


def test_a_note_signed_by_the_reference_implementation_opens() -> None:
    known = VECTORS["reference_note"]
    key = Verifier.parse(known["key"])
    assert note.opened_by(known["note"], [key]) == (known["text"], {key})


def test_a_key_of_a_public_log_is_read_and_printed_back() -> None:
    assert str(Verifier.parse(VECTORS["public_log_key"])) == VECTORS["public_log_key"]


def test_the_checkpoint_of_the_specification_is_read() -> None:
    known = VECTORS["checkpoint"]
    checkpoint = Checkpoint.parse(known["text"])
    assert (checkpoint.origin, checkpoint.size) == (known["origin"], known["size"])
    assert base64.b64encode(checkpoint.root).decode() == known["root"]
    assert checkpoint.text() == known["text"]


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_sealed_checkpoint_is_unsealed(size: int, root: bytes) -> None:
    assert unseal(seal(size, root, SIGNER), KEYS) == Checkpoint(SIGNER.name, size, root)


@given(st.data())
def test_no_character_of_a_note_can_be_changed(data: st.DataObject) -> None:
    signed = seal(17, ROOT, SIGNER)
    at = data.draw(st.integers(0, len(signed) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != signed[at]))
    with pytest.raises(NoteRefused):
        unseal(signed[:at] + other + signed[at + 1 :], KEYS)


@given(st.data())
def test_no_character_can_be_put_in_or_taken_out(data: st.DataObject) -> None:
    signed = seal(17, ROOT, SIGNER)
    at = data.draw(st.integers(0, len(signed)))
    inserted = signed[:at] + data.draw(st.characters(codec="utf-8")) + signed[at:]
    for changed in (inserted, signed[:at] + signed[at + 1 :]):
        if changed != signed:
            with pytest.raises(NoteRefused):
                unseal(changed, KEYS)


@given(st.text(max_size=200) | st.lists(lines).map("\n".join))
def test_any_other_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(NoteRefused):
        unseal(text, KEYS)


@given(lines, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_a_checkpoint_that_is_printed_is_parsed_back(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@pytest.mark.parametrize("size", ["01", "-1", "+1", "1 ", "", "9223372036854775808", "٣", "1e3", "x"])
def test_only_the_one_spelling_of_a_size_is_read(size: str) -> None:
    root = base64.b64encode(ROOT).decode()
    with pytest.raises(NoteRefused):
        Checkpoint.parse(f"origin\n{size}\n{root}\n")


@pytest.mark.parametrize("root", ["AAAA", "x", base64.b64encode(bytes(33)).decode(), "AA==\nAA=="])
def test_a_root_of_another_length_is_refused(root: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.parse(f"origin\n1\n{root}\n")


def test_a_key_of_the_same_name_but_another_person_is_refused() -> None:
    with pytest.raises(NoteRefused, match="no signature of a known key"):
        unseal(seal(1, ROOT, STRANGER), KEYS)


def test_a_known_key_does_not_sign_for_another_origin() -> None:
    foreign = note.sign(Checkpoint("another.log", 1, ROOT).text(), SIGNER)
    with pytest.raises(NoteRefused, match="no signature of a known key"):
        unseal(foreign, KEYS)


def test_a_witness_may_add_its_signature_and_ours_still_counts() -> None:
    signed = seal(1, ROOT, SIGNER)
    witness = Signer("witness", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    line = note.sign(signed.partition("\n\n")[0] + "\n", witness).rpartition("\n\n")[2]
    assert unseal(signed + line, KEYS).size == 1
    with pytest.raises(NoteRefused, match="signature of witness is wrong"):
        note.opened_by(signed + line.replace(line[-30:-3], "A" * 27), [*KEYS, witness.verifier])


@pytest.mark.parametrize("text", ["", "no line feed", "tab\there\n", "escape\x1b\n"])
def test_a_text_with_control_characters_is_not_signed(text: str) -> None:
    with pytest.raises(NoteRefused):
        note.sign(text, SIGNER)


@pytest.mark.parametrize("name", ["", "with space", "plus+", "line\nfeed", "no\u00a0break"])
def test_a_key_with_such_a_name_cannot_be_made(name: str) -> None:
    with pytest.raises(NoteRefused, match="name"):
        Verifier(name, bytes(32))


@given(st.data())
def test_no_character_of_a_verifier_key_can_be_changed(data: st.DataObject) -> None:
    key = str(SIGNER.verifier)
    at = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != key[at]))
    with pytest.raises(NoteRefused):
        Verifier.parse(key[:at] + other + key[at + 1 :])


def test_a_signers_repr_shows_no_key() -> None:
    assert "private" not in repr(SIGNER)


def test_an_endless_note_is_not_looked_at() -> None:
    with pytest.raises(NoteRefused, match="too long"):
        unseal("x" * 100_000, KEYS)
