import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoint import Checkpoint, seal
from gateway.audit.note import Signer, sign
from gateway.audit.submission import Submission
from gateway.audit.tree import Frontier
from gateway.witness.judging import Cosignable, Refused, Seen, judge, read
from tests.gateway.audit.making import SIGNER
from tests.gateway.witness.growing import Growing

TRUSTED = [SIGNER.verifier]
NEXT = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
THIEF = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def judged(text: str, seen: Seen) -> Cosignable | Refused:
    found = read(text, TRUSTED)
    return found if isinstance(found, Refused) else judge(*found, seen)


def status(text: str, seen: Seen) -> tuple[int, int | None]:
    found = judged(text, seen)
    return (found.status, found.size) if isinstance(found, Refused) else (200, None)


def seen_of(log: Growing, size: int) -> Seen:
    found = judged(log.submission(0, size), Seen())
    assert isinstance(found, Cosignable)
    return Seen(found.checkpoint.size, found.checkpoint.root)


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_log_that_only_grew_is_cosigned(first: int, more: int) -> None:
    log = Growing().grow(first + more)
    assert status(log.submission(first), seen_of(log, first)) == (200, None)


@given(st.integers(1, 40), st.integers(0, 40), st.data())
def test_a_log_that_was_rewritten_is_never_cosigned(first: int, more: int, data: st.DataObject) -> None:
    log = Growing().grow(first + more)
    seen = seen_of(log, first)
    log.leaves[data.draw(st.integers(0, first - 1))] = bytes(32)
    assert status(log.submission(first), seen)[0] == (422 if more else 409)


def test_a_log_that_was_put_back_hears_the_size_that_was_cosigned() -> None:
    log = Growing().grow(9)
    seen = seen_of(log, 9)
    assert status(log.submission(4, 6), seen) == (409, 9)
    assert status(log.submission(0, 9), seen) == (409, 9)
    assert status(log.submission(9, 9), seen) == (200, None)  # asked again after an answer that was lost


def test_a_proof_that_does_not_fit_is_refused() -> None:
    log = Growing().grow(9)
    seen, good = seen_of(log, 4), Submission.parse(log.submission(4))
    for proof in ((), (*good.proof, bytes(32)), good.proof[1:], (bytes(32),) * len(good.proof)):
        assert status(Submission(4, proof, good.note).text(), seen)[0] == 422
    assert status(Submission(9, (bytes(32),), good.note).text(), seen_of(log, 9))[0] == 422
    assert status(Submission(0, (bytes(32),), good.note).text(), Seen())[0] == 422


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (Growing(THIEF).grow(3).note(), 403),
        (Growing(Signer("elsewhere", SIGNER.private)).grow(3).note(), 404),
        (sign(Checkpoint("elsewhere", 3, bytes(32)).text(), SIGNER), 404),
        (sign(f"{SIGNER.name}\nno size\n", SIGNER), 403),
        (Growing().grow(3).note().replace("\n3\n", "\n4\n"), 403),
        (Growing().grow(3).note().partition("\n\n")[0] + "\n", 403),
    ],
)
def test_what_no_trusted_key_signed_is_refused(note: str, expected: int) -> None:
    assert status(Submission(0, (), note).text(), Seen())[0] == expected


def test_what_cannot_be_read_or_shrinks_is_a_bad_request() -> None:
    log = Growing().grow(3)
    assert status("GET\n", Seen()) == (400, None)
    assert status(Submission(5, (), log.note()).text(), Seen()) == (400, None)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (SIGNER.name, 200),
        (f"{SIGNER.name}/2026-12", 200),
        (f"{SIGNER.name}/2026-13", 404),
        (f"{SIGNER.name}/2026-12/2026-12", 404),
        (f"{SIGNER.name}/other", 404),
        (f"{SIGNER.name}x/2026-12", 404),
        ("brana.example.cz/2026-12", 404),
    ],
)
def test_a_key_vouches_for_its_name_and_the_months_of_it(origin: str, expected: int) -> None:
    log = Growing(Signer(origin, SIGNER.private)).grow(3)
    assert status(log.submission(0), Seen())[0] == expected


def test_two_histories_of_one_size_are_told_as_doubtful() -> None:
    log = Growing().grow(5)
    seen = seen_of(log, 5)
    log.leaves[0] = bytes(32)
    found = judged(log.submission(5), seen)
    assert isinstance(found, Refused)
    assert (found.doubtful, found.size) == (True, 5)


def test_a_key_that_follows_another_is_trusted_by_itself_and_both_are_while_they_sign_together() -> None:
    log = Growing().grow(3)
    for signers, trusted, cosigned in (
        ((SIGNER, NEXT), [SIGNER], True),
        ((SIGNER, NEXT), [NEXT], True),
        ((NEXT,), [SIGNER], False),
        ((NEXT,), [SIGNER, NEXT], True),
        ((SIGNER,), [NEXT], False),
    ):
        note = seal(3, Frontier().extend(log.leaves).root(), signers)
        found = read(Submission(0, (), note).text(), [one.verifier for one in trusted])
        assert isinstance(found, Refused) is not cosigned
        if isinstance(found, Refused):
            assert found.status == 403
