"""What a proposal of files is called: to each in their language, and to nobody in two."""

import pytest

from config.vocabulary import Language
from gateway.policy_office.file_note import note_of, note_said

CS, EN = Language.CZECH, Language.ENGLISH


def test_each_reads_it_in_their_language() -> None:
    kept = note_of(["municipalities/588491.cedar", "municipalities/588491.cases.toml"])
    names = "municipalities/588491.cedar, municipalities/588491.cases.toml"
    assert note_said(kept, CS) == f"Ze souborů provozovatele: {names}"
    assert note_said(kept, EN) == f"From the operator's files: {names}"
    assert note_said(note_of(["x" * 500, "y"]), EN) == "From the operator's files: 2"


@pytest.mark.parametrize(
    "note", ["", "Kvůli mapám", "Viz Ze souborů provozovatele / from the operator's files: x"]
)
def test_what_somebody_wrote_stays_as_it_was_written(note: str) -> None:
    assert note_said(note, CS) == note_said(note, EN) == note
