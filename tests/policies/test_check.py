from pathlib import Path

from policies.check import check
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, MUNICIPALITIES, REGION, copy_of_the_example


def test_the_example_has_no_problems() -> None:
    assert check(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS) == []


def test_an_application_nobody_configured_is_a_problem_only_where_applications_are_known() -> None:
    known = set(APPLICATIONS) - {"budget"}
    found = check(REGION, MUNICIPALITIES, DISTRICT, known)
    assert {problem.what for problem in found} == {'application "budget" is not configured'}
    assert check(REGION, MUNICIPALITIES, DISTRICT) == []


def test_problems_of_all_files_come_in_one_go_and_in_order(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (region / "99-broken.cedar").write_text("permit (", "utf-8")
    (municipalities / f"{HULIN}.cedar").write_text(
        '@id("a")\npermit (principal, action, resource);\n\n'
        f'@id("b")\npermit (principal, action, resource in Municipality::"{HULIN}")\n'
        'when { principal.roles.contains("mayor") };\n',
        "utf-8",
    )
    found = check(region, municipalities, DISTRICT, APPLICATIONS)
    assert [(problem.file.name, problem.line) for problem in found] == [
        ("588491.cedar", 2),
        ("588491.cedar", 4),
        ("99-broken.cedar", 1),
    ]
    assert all(problem.what and problem.remedy for problem in found)


def test_a_problem_reads_as_place_fault_and_remedy(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (region / "99-broken.cedar").write_text("\n  permit (", "utf-8")
    (problem,) = check(region, municipalities, DISTRICT)
    assert str(problem).startswith(f"{region / '99-broken.cedar'}:2:3: not a Cedar policy: ")
    assert problem.remedy in str(problem)
