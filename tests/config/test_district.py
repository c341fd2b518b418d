from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.district import read_district
from config.problem import ConfigurationRefused
from config.vocabulary import MunicipalityCode

KROMERIZ = "588296,Kroměříž,00287351\n588491,Hulín,00287229\n588539,Chropyně,00287245\n"
PLZEN_NORTH = '558621,"Kaznějov",00257893\r\n558851,Horní Bříza,\r\n'


def written(folder: Path, rows: str, header: str = "code,name,ico\n", encoding: str = "utf-8") -> Path:
    path = folder / "obce.csv"
    path.write_bytes((header + rows).encode(encoding))
    return path


def refusal(path: Path) -> ConfigurationRefused:
    with pytest.raises(ConfigurationRefused) as refused:
        read_district(path)
    assert all(problem.file == path and problem.remedy for problem in refused.value.problems)
    return refused.value


def test_one_list_of_municipalities_is_read(tmp_path: Path) -> None:
    district = read_district(written(tmp_path, KROMERIZ))
    assert list(district) == ["588296", "588491", "588539"]
    assert district[MunicipalityCode("588491")].name == "Hulín"
    assert district.name("588539") == "Chropyně"
    assert len(district) == 3


def test_another_list_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    district = read_district(written(tmp_path, PLZEN_NORTH, "code,name,ico\r\n", "utf-8-sig"))
    assert [one.name for one in district.values()] == ["Kaznějov", "Horní Bříza"]
    assert district[MunicipalityCode("558851")].ico == ""


def test_a_code_that_is_not_in_the_district_names_itself(tmp_path: Path) -> None:
    district = read_district(written(tmp_path, KROMERIZ))
    assert "500000" not in district
    assert district.name("500000") == "500000"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("58849,Hulín,00287229", "not a municipality"),
        ("588491,,00287229", "not a municipality"),
        ("588491, ,00287229", "not a municipality"),
        ("588491,Hulín", "not a municipality"),
        ("588491,Hulín,00287229,more", "not a municipality"),
        ("", "not a municipality"),
        ("588491,Hulín,287229", "has not 8 digits"),
        ("５８８４９１,Hulín,00287229", "not a municipality"),
        ("588296,Kroměříž podruhé,", "stands twice"),
        ("588491,Hu\tlín,", "not a municipality"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: str, what: str, tmp_path: Path) -> None:
    (problem,) = refusal(written(tmp_path, f"588296,Kroměříž,00287351\n{row}\n588539,Chropyně,\n")).problems
    assert problem.line == 3
    assert what in problem.what


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    lines = [problem.line for problem in refusal(written(tmp_path, "1,a,\n588491,Hulín,\nx,y,z\n")).problems]
    assert lines == [2, 4]


def test_an_unclosed_quotation_mark_does_not_swallow_the_list_silently(tmp_path: Path) -> None:
    (problem,) = refusal(written(tmp_path, '588491,"Hulín,\n588296,Kroměříž,\n')).problems
    assert problem.what == "not a municipality"


@pytest.mark.parametrize("header", ["", "code;name;ico\n", "name,code,ico\n"])
def test_a_wrong_header_is_refused(header: str, tmp_path: Path) -> None:
    (problem,) = refusal(written(tmp_path, KROMERIZ, header)).problems
    assert problem.line == 1


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    assert "empty" in str(refusal(written(tmp_path, "")))


def test_a_missing_file_and_other_encodings_are_refused(tmp_path: Path) -> None:
    assert "cannot be read" in str(refusal(tmp_path / "none.csv"))
    assert "cannot be read" in str(refusal(written(tmp_path, KROMERIZ, encoding="cp1250")))
    assert "cannot be read" in str(refusal(written(tmp_path, f"588491,{'x' * 200_000},")))


@given(text=st.text(st.sampled_from('0158 ,"\n\rHíx'), max_size=80))
def test_no_list_whatever_raises_anything_but_the_named_error(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.getbasetemp(), text)
    try:
        district = read_district(path)
    except ConfigurationRefused as refused:
        assert refused.problems  # noqa: PT017 - either outcome is fine, others are not
    else:
        assert all(code.isdigit() and len(code) == 6 for code in district)
