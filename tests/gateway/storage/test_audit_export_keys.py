"""What is handed out of a log whose key changed, verified by the file that auditors get and any key of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.audit.checkpoint import seal, unseal
from gateway.audit.for_auditors.brana_verify import Broken, Key, main, verified
from gateway.audit.note import Signer, Verifier, sign
from gateway.audit.proof_text import proof_text
from gateway.storage.audit_export import Sealed, Span, handed_out, parts
from gateway.storage.audit_proofs import prove
from tests.gateway.audit.making import EITHER, SIGNER, open_log_of_either
from tests.gateway.audit.rotating import Rotating
from tests.gateway.audit.test_log_keys import THIEF

Verdict = list[tuple[str, dict[str, object]]]


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rotating]:
    with open_log_of_either(request, tmp_path) as made:
        yield Rotating(made)


async def through(log: Rotating, *, compromised: bool = False) -> tuple[Verifier, Verifier]:
    """Both keys; checkpoints of the first, of both where they overlapped, and of the second."""
    await log.grow()
    new = log.rotate(compromised=compromised)
    await log.grow()
    if not compromised:
        log.retire()
        await log.grow()
    return SIGNER.verifier, new


def newest(log: Rotating) -> Sealed:
    note = log.sealed[-1]
    return Sealed(unseal(note, log.keys), note)


def hand_out(log: Rotating, begin: int = 0) -> bytes:
    last, keys = newest(log), log.keys
    span = Span(begin, last.checkpoint.reach)
    return log.log.database.read_now(
        lambda c: b"".join(handed_out(c, parts(c, span, last, lambda note: unseal(note, keys))))
    )


def read(data: bytes, folder: Path, key: Verifier) -> Verdict:
    file = folder / "export.jsonl"
    file.write_bytes(data)
    with file.open("rb") as opened:
        return verified(opened, Key(str(key)), {})


def broken(data: bytes, folder: Path, key: Verifier) -> str:
    with pytest.raises(Broken) as found:
        read(data, folder, key)
    return found.value.what


def headed(data: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    """With other notes about keys."""
    head, _, rest = data.partition(b"\n")
    said = json.loads(head)
    return json.dumps(said | {"keys": change(said["keys"])}).encode() + b"\n" + rest


async def test_any_key_of_the_log_verifies_all_of_it(log: Rotating, tmp_path: Path) -> None:
    for key in await through(log):
        told = read(hand_out(log), tmp_path, key)
        assert [what for what, _ in told] == ["whole", "ended", "changed"]
        assert (told[0][1]["count"], told[1][1]["at"], told[2][1]["at"]) == (17, 10, 4)


async def test_during_the_overlap_no_notes_are_needed(log: Rotating, tmp_path: Path) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    told = read(hand_out(log, 7), tmp_path, SIGNER.verifier)
    assert told[0][0] == "whole"
    file = tmp_path / "without"
    file.write_bytes(headed(hand_out(log, 7), lambda _: []))
    with file.open("rb") as opened:
        assert verified(opened, Key(str(SIGNER.verifier)), {})[0][0] == "whole"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda _: [], "signature"),
        (lambda notes: notes[:1], "signature"),
        (lambda notes: notes[1:], "keys"),
        (lambda notes: [notes[0].replace("written 5", "written 4"), *notes[1:]], "keys"),
        (lambda notes: [*notes, sign(notes[1].partition("\n\n")[0] + "\n", THIEF)], "keys"),
        (lambda notes: [notes[0], *notes], "keys"),
        (lambda _: [1], "format"),
        (lambda _: ["brana.log-key/v1"], "keys"),
    ],
)
async def test_what_tells_of_keys_is_believed_by_its_signatures_alone(
    log: Rotating, tmp_path: Path, change: Callable[[list[str]], list[str]], what: str
) -> None:
    first, _ = await through(log)
    assert broken(headed(hand_out(log), change), tmp_path, first) == what


async def test_an_entry_about_keys_that_nothing_vouches_for_is_named(log: Rotating, tmp_path: Path) -> None:
    _, second = await through(log)
    with pytest.raises(Broken) as found:
        read(headed(hand_out(log, 5), lambda _: []), tmp_path, second)
    assert (found.value.what, found.value.where, found.value.facts["at"]) == ("untold", "entry", 5)


async def test_a_key_that_was_compromised_vouches_for_nobody_behind_it(log: Rotating, tmp_path: Path) -> None:
    first, second = await through(log, compromised=True)
    assert broken(hand_out(log), tmp_path, first) == "compromised"
    assert read(hand_out(log), tmp_path, second)[0][0] == "whole"


async def test_keys_of_another_log_lead_nowhere(log: Rotating, tmp_path: Path) -> None:
    await through(log)
    assert broken(hand_out(log), tmp_path, THIEF.verifier) == "elsewhere"


@pytest.mark.parametrize(("signer", "what"), [(SIGNER, "retired"), (THIEF, "signature")])
async def test_what_no_key_of_its_time_signed_is_refused(
    log: Rotating, tmp_path: Path, signer: Signer, what: str
) -> None:
    first, second = await through(log)
    last = newest(log).checkpoint
    forged = json.dumps(seal(last.size, last.root, signer)).encode()
    data = hand_out(log).replace(json.dumps(log.sealed[-1], ensure_ascii=False).encode(), forged)
    assert [broken(data, tmp_path, key) for key in (first, second)] == [what, what]


async def test_proofs_and_checkpoints_of_all_keys_are_verified_by_the_program_itself(
    log: Rotating, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = await through(log)
    last = newest(log)
    found = log.log.database.read_now(lambda c: prove(c, 2, last.checkpoint))
    files = {
        "export": hand_out(log),
        "proof": proof_text(found.canonical, 2, found.path, last.note).encode(),
        "notes": "".join(log.told).encode(),
        "kept": "".join(log.sealed).encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    export, proof, notes, kept = (str(tmp_path / name) for name in files)
    for key in (first, second):
        words = ["--english", "--key", str(key)]
        assert main([*words, export, "--checkpoint", kept]) == 0
        assert main([*words, proof, "--keys", notes]) == 0
    assert main(["--english", "--key", str(first), proof]) == 1
    assert "is not signed by the key" in capsys.readouterr().out
