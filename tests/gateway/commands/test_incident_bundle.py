"""Evidence out of a log of several months: each entry is proven in the tree of its own month."""

from pathlib import Path

import pytest
from sqlalchemy import select

from config.vocabulary import Language
from gateway.audit.for_auditors.brana_verify import Key, verified
from gateway.audit.reasons import REASONS
from gateway.commands.incident_bundle import NOT_SEALED, as_it_stands
from gateway.incidents.bundle import Handed
from gateway.storage.tables.audit import audit_entry
from tests.gateway.audit.making import SIGNER, Log
from tests.gateway.audit.sharding import months

__all__ = ["months"]


def evidence(log: Log, sequence: int) -> Handed:
    leaf = select(audit_entry.c.leaf).where(audit_entry.c.sequence == sequence)
    return log.database.read_now(
        lambda c: as_it_stands(c, sequence, c.scalar(leaf).hex(), [SIGNER.verifier], Language.CZECH, REASONS)
    )


@pytest.mark.parametrize("sequence", [2, 10, 20])
def test_an_entry_verifies_in_the_tree_of_its_own_month(months: Log, tmp_path: Path, sequence: int) -> None:
    handed = evidence(months, sequence)
    assert (handed.trouble, handed.sequence) == ("", sequence)
    file = tmp_path / "one.tlog-proof"
    file.write_text(handed.proof, "utf-8")
    with file.open("rb") as opened:
        [(what, facts)] = verified(opened, Key(str(SIGNER.verifier)), {})
    assert (what, facts["index"]) == ("one", sequence)


def test_an_entry_that_no_checkpoint_has_sealed_yet_is_told_and_not_proven(months: Log) -> None:
    handed = evidence(months, 23)
    assert (handed.proof, handed.trouble) == ("", NOT_SEALED)
