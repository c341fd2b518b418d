"""Texts that are in no file make the same book as the files they were read from."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.vocabulary import ApplicationId
from policies.load import PoliciesUnusable, load
from policies.texts import MUNICIPALITIES, NAME, REGION, InHand, digest_of, digest_of_contents, texts_of
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, copy_of_the_example

OF_HULIN = f"municipalities/{HULIN}.cedar"
UNKNOWN = f"""
@id("notes-read")
permit (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ resource in Application::"notes" }};
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return copy_of_the_example(tmp_path)


def test_texts_in_hand_are_loaded_as_the_files_they_came_from(folders: tuple[Path, Path]) -> None:
    texts = texts_of(*folders)
    of_files = load(*folders, DISTRICT, APPLICATIONS)
    in_hand = load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts))
    assert (in_hand.version, in_hand.contents) == (of_files.version, of_files.contents)
    assert all(NAME.fullmatch(name) for name in texts)
    assert digest_of(texts) == digest_of_contents(of_files.contents)


def test_what_is_no_policy_is_no_part_of_it(folders: tuple[Path, Path]) -> None:
    before = texts_of(*folders)
    (folders[0] / "README.md").write_text("?")
    assert texts_of(*folders) == before


def test_another_text_or_another_name_is_another_digest(folders: tuple[Path, Path]) -> None:
    texts = texts_of(*folders)
    other = f"municipalities/{HULIN}0.cedar"  # in the same place of the order
    renamed = {name if name != OF_HULIN else other: text for name, text in texts.items()}
    others = [texts | {OF_HULIN: texts[OF_HULIN] + " "}, renamed, {}]
    assert digest_of(texts) not in [digest_of(one) for one in others]
    assert digest_of(dict(reversed(texts.items()))) == digest_of(texts)


def test_another_schema_is_the_same_digest(folders: tuple[Path, Path]) -> None:
    contents = load(*folders, DISTRICT, APPLICATIONS).contents
    other = replace(contents, files=dict(contents.files) | {"schema": "0" * 64})
    assert digest_of_contents(other) == digest_of_contents(contents)


def test_a_fault_is_told_by_the_name_of_the_text(folders: tuple[Path, Path]) -> None:
    texts = texts_of(*folders) | {OF_HULIN: "permit ("}
    with pytest.raises(PoliciesUnusable) as raised:
        load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts))
    assert str(raised.value).startswith(f"{OF_HULIN}:1")


def test_an_application_that_is_not_here_yet_is_a_fault_unless_any_will_do(
    folders: tuple[Path, Path],
) -> None:
    texts = texts_of(*folders)
    texts[OF_HULIN] += UNKNOWN
    book = load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts), any_application=True)
    assert book.version == load(REGION, MUNICIPALITIES, DISTRICT, None, InHand(texts)).version
    assert ApplicationId("notes") not in APPLICATIONS
    with pytest.raises(PoliciesUnusable, match='application "notes" is not configured'):
        load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand(texts))


def test_nothing_but_the_texts_is_read(folders: tuple[Path, Path]) -> None:
    in_hand = InHand(texts_of(*folders))
    for file in (folders[0] / "10-sign-in.cedar", Path("region/../region/10-sign-in.cedar")):
        with pytest.raises(FileNotFoundError):
            in_hand.text(file)
    assert in_hand.files(folders[0]) == []
    assert in_hand.size(Path(OF_HULIN)) == len(in_hand.text(Path(OF_HULIN)).encode())


@pytest.mark.parametrize(
    "name", ["region/../x.cedar", "region/x", "elsewhere/x.cedar", "/region/x.cedar", "x.cedar"]
)
def test_a_name_leads_nowhere_else(name: str) -> None:
    assert not NAME.fullmatch(name)
