import re
from pathlib import Path

import pytest

from config.vocabulary import Language, MunicipalityCode, Role
from policies.load import LARGEST_FILE, PoliciesUnusable, load
from policies.model import Permitted
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, ask, copy_of_the_example


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return copy_of_the_example(tmp_path)


def version(folders: tuple[Path, Path]) -> str:
    return load(*folders, DISTRICT).version


def problems(folders: tuple[Path, Path]) -> list[str]:
    with pytest.raises(PoliciesUnusable) as raised:
        load(*folders, DISTRICT, APPLICATIONS)
    assert raised.value.problems == tuple(sorted(raised.value.problems))
    return [str(problem) for problem in raised.value.problems]


def test_every_municipality_of_the_example_has_policies(folders: tuple[Path, Path]) -> None:
    assert load(*folders, DISTRICT, APPLICATIONS).without_policies == frozenset()
    assert len(DISTRICT) == 46


def test_the_same_text_has_the_same_version_wherever_it_lies(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert version(folders) == version(copy_of_the_example(elsewhere))
    assert len(version(folders)) == 12


def test_a_changed_letter_is_another_version(folders: tuple[Path, Path]) -> None:
    before = version(folders)
    file = folders[1] / f"{HULIN}.cedar"
    file.write_text(file.read_text("utf-8") + "// .\n", "utf-8")
    assert version(folders) != before


def test_text_moved_from_one_file_to_the_next_is_another_version(folders: tuple[Path, Path]) -> None:
    first, second = folders[0] / "98-a.cedar", folders[0] / "99-b.cedar"
    first.write_text("// a\n// b\n", "utf-8")
    second.write_text("// c\n", "utf-8")
    before = version(folders)
    first.write_text("// a\n", "utf-8")
    second.write_text("// b\n// c\n", "utf-8")
    assert version(folders) != before


def test_a_book_does_not_change_when_its_files_do(folders: tuple[Path, Path]) -> None:
    book = load(*folders, DISTRICT)
    for file in folders[1].iterdir():
        file.unlink()
    assert isinstance(book.decide(ask((HULIN, Role.MAYOR))), Permitted)


def test_a_file_named_after_no_municipality_is_a_problem(folders: tuple[Path, Path]) -> None:
    (folders[1] / "hulin.cedar").write_text("", "utf-8")
    (found,) = problems(folders)
    assert found.startswith(f"{folders[1] / 'hulin.cedar'}: ")


def test_an_id_of_the_region_cannot_be_taken_by_a_municipality(folders: tuple[Path, Path]) -> None:
    (folders[1] / f"{HULIN}.cedar").write_text(
        f'\n@id("two-factors") permit (principal, action, resource in Municipality::"{HULIN}");', "utf-8"
    )
    (found,) = problems(folders)
    assert f"{HULIN}.cedar:2:1" in found
    assert "10-sign-in.cedar" in found


def test_an_id_used_in_two_files_of_the_region_is_a_problem(folders: tuple[Path, Path]) -> None:
    (folders[0] / "99.cedar").write_text('@id("two-factors") permit (principal, action, resource);', "utf-8")
    (found,) = problems(folders)
    assert "99.cedar:1:1" in found


def test_a_region_without_guardrails_is_a_problem(folders: tuple[Path, Path]) -> None:
    for file in folders[0].iterdir():
        file.unlink()
    (found,) = problems(folders)
    assert "the region has no policies" in found


def test_a_missing_folder_is_a_problem(folders: tuple[Path, Path]) -> None:
    found = problems((folders[0], folders[1] / "missing"))
    assert "cannot be read" in found[0]


def test_a_file_that_is_no_text_is_a_problem(folders: tuple[Path, Path]) -> None:
    (folders[0] / "90-latin.cedar").write_bytes("// Kroměříž".encode("iso-8859-2"))
    (folders[0] / "91-huge.cedar").write_bytes(b"/" * (LARGEST_FILE + 1))
    (folders[1] / f"{HULIN}.cedar").write_bytes(b"\xff")
    (folders[0] / "92-folder.cedar").mkdir()
    found = problems(folders)
    for words, told in zip(("UTF-8", "UTF-8", "1 MiB", "cannot be read"), found, strict=True):
        assert words in told


def test_other_files_in_the_folders_are_left_alone(folders: tuple[Path, Path]) -> None:
    before = version(folders)
    (folders[0] / "README.md").write_text("notes", "utf-8")
    (folders[1] / f"{HULIN}.cedar.bak").write_text("permit (principal, action, resource);", "utf-8")
    assert version(folders) == before


def test_a_municipality_that_left_the_district_is_noticed(folders: tuple[Path, Path]) -> None:
    (folders[1] / "588318.cedar").write_text("", "utf-8")
    assert MunicipalityCode("588318") not in DISTRICT
    assert len(problems(folders)) == 1


def test_an_application_nobody_configured_is_a_problem_only_where_applications_are_known(
    folders: tuple[Path, Path],
) -> None:
    with pytest.raises(PoliciesUnusable) as raised:
        load(*folders, DISTRICT, {id_: text for id_, text in APPLICATIONS.items() if id_ != "budget"})
    [told] = raised.value.problems
    assert re.fullmatch(
        r'application "budget" is not configured \([0-9]{2,3} places; this is the first\)', told.what
    )
    assert told.remedy.startswith("add an application with that id to the configuration, or take it out")
    assert 'Application::"budget"' in told.file.read_text("utf-8").splitlines()[told.line - 1]
    assert load(*folders, DISTRICT).version


def test_problems_of_all_files_come_in_one_go_and_in_order(folders: tuple[Path, Path]) -> None:
    region, municipalities = folders
    (region / "99-broken.cedar").write_text("permit (", "utf-8")
    (municipalities / f"{HULIN}.cedar").write_text(
        '@id("a")\npermit (principal, action, resource);\n\n'
        f'@id("b")\npermit (principal, action, resource in Municipality::"{HULIN}")\n'
        'when { principal.roles.contains("mayor") };\n',
        "utf-8",
    )
    with pytest.raises(PoliciesUnusable) as raised:
        load(region, municipalities, DISTRICT, APPLICATIONS)
    assert [(one.file.name, one.line) for one in raised.value.problems] == [
        ("588491.cedar", 2),
        ("588491.cedar", 4),
        ("99-broken.cedar", 1),
    ]


def test_a_problem_reads_as_place_fault_and_remedy(folders: tuple[Path, Path]) -> None:
    (folders[0] / "99-broken.cedar").write_text("\n  permit (", "utf-8")
    (found,) = problems(folders)
    assert found.startswith(f"{folders[0] / '99-broken.cedar'}:2:3: not a Cedar policy: ")
    assert "\n    " in found


def test_a_book_tells_what_it_consists_of(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    before = load(region, municipalities, DISTRICT, APPLICATIONS)
    (region / "10-sign-in.cedar").write_text((region / "10-sign-in.cedar").read_text() + "\n// a remark\n")
    after = load(region, municipalities, DISTRICT, APPLICATIONS)
    assert before.contents.policies == after.contents.policies > 20
    assert after.contents.digest.startswith(after.version)
    assert before.contents.files.keys() == after.contents.files.keys()
    assert "schema" in after.contents.files
    assert [
        name for name in after.contents.files if before.contents.files[name] != after.contents.files[name]
    ] == ["region/10-sign-in.cedar"]


def forbidding(name: str, title: str) -> str:
    return (
        f'@id("{name}")\n@reason("closed_here")\n@title_cs("{title} {{municipality}}")\n@title_en("EN {title}")\n'
        '@advice_cs("a")\n@advice_en("a")\n'
        'forbid (principal, action, resource in Municipality::"CODE") when { false };\n'
    )


def test_a_reason_is_called_by_all_the_words_that_policies_have_for_it(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    for code, title in (("588491", "Zavřeno"), ("588296", "Zavřeno"), ("588512", "Úřad nemá otevřeno")):
        file = municipalities / f"{code}.cedar"
        file.write_text(file.read_text() + forbidding("closed-here", title).replace("CODE", code))
    titles = load(region, municipalities, DISTRICT, APPLICATIONS).titles["closed_here"]
    assert titles == {
        Language.CZECH: "Zavřeno … / Úřad nemá otevřeno …",
        Language.ENGLISH: "EN Zavřeno / EN Úřad nemá otevřeno",
    }
