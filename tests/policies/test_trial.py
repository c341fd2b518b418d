"""Policies that do not do what the cases beside them say are not fit to come into force."""

from pathlib import Path

import cedarpy
import pytest

from config.district import District
from config.problem import Problem
from config.vocabulary import Role
from policies import trial
from policies.case_files import read_all
from policies.examine import SCHEMA_FILE
from policies.load import CasesBroken, PoliciesUnusable, load, read_folders
from policies.never import Never, persons
from policies.reasons import CS, EN, Names
from policies.trial import Tried, tried
from tests.policies.world import (
    APPLICATIONS,
    DISTRICT,
    HULIN,
    KROMERIZ,
    MUNICIPALITIES,
    REGION,
    copy_of_the_example,
)

NEVER = '\n[[never]]\nname = "{name}"\ntitle_cs = "nikdy"\ntitle_en = "never"\n{rest}\n'
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    region, municipalities = copy_of_the_example(tmp_path)
    for file in (*region.glob("*.cases.toml"), *municipalities.glob("*.cases.toml")):
        file.unlink()
    (region / "46-requests.cedar").unlink()  # what is asked for would open much of what is tried here
    return region, municipalities


def try_out(folders: tuple[Path, Path]) -> list[Tried]:
    read = read_folders(*folders, frozenset(DISTRICT), frozenset(APPLICATIONS))
    assert read.problems == ()
    files = read_all(read.cases, DISTRICT)
    assert [problem for one in files for problem in one.problems] == []
    return list(tried(read.region, read.municipal, Names(DISTRICT, APPLICATIONS), files))


def broken(folders: tuple[Path, Path]) -> list[str]:
    with pytest.raises(CasesBroken) as raised:
        load(*folders, DISTRICT, APPLICATIONS, by_cases=True)
    return [str(problem) for problem in raised.value.problems]


def add(folder: Path, name: str, text: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(text)


def permit(scope: str, condition: str = "true", name: str = "further") -> str:
    return (
        f'\n@id("{name}")\npermit (principal, {scope}, resource in Municipality::"{HULIN}") '
        f"when {{ {condition} }};\n"
    )


def test_the_example_does_what_its_cases_say() -> None:
    assert load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, by_cases=True).version
    found = try_out((REGION, MUNICIPALITIES))
    assert {one.kind for one in found} == {"case", "never"}
    assert len({one.municipality for one in found}) == len(DISTRICT)


def test_a_broken_case_is_told_with_its_place_and_where_it_is_broken(folders: tuple[Path, Path]) -> None:
    add(folders[1], f"{HULIN}.cases.toml", '[[case]]\nname = "the mayor writes"\naction = "write"\n')
    (found,) = broken(folders)
    assert found.startswith(f"{folders[1] / HULIN}.cases.toml:1: ")
    assert (
        'the case "the mayor writes" is broken at Hulín: expected to be permitted, and is refused (' in found
    )
    assert "\n    " in found


def test_a_broken_case_is_told_in_czech_as_well(folders: tuple[Path, Path]) -> None:
    add(folders[0], "a.cases.toml", '[[case]]\nname = "a"\nrule = "records-view"\n')
    with pytest.raises(CasesBroken) as raised:
        load(*folders, DISTRICT, APPLICATIONS, by_cases=True)
    (found,) = raised.value.problems
    told = "mělo to být povoleno pravidlem records-view, a je to povoleno pravidlem records-mayor"
    assert found.czech is not None
    assert found.czech[0].startswith("případ „a“ nevychází v obci ")
    assert "(a v dalších obcích: 45)" in found.czech[0]
    assert told in found.czech[0]
    assert found.czech[1].startswith("opravte pravidlo")


def test_the_deciding_rule_counts_where_the_case_names_it(folders: tuple[Path, Path]) -> None:
    add(folders[1], f"{HULIN}.cases.toml", '[[case]]\nname = "a"\nrule = "records-view"\n')
    assert "permitted by records-view, and is permitted by records-mayor" in broken(folders)[0]


def test_a_case_of_the_region_is_tried_everywhere_and_told_once(folders: tuple[Path, Path]) -> None:
    add(folders[0], "a.cases.toml", '[[case]]\nname = "a"\nroles = ["supplier"]\naction = "sign"\n')
    (found,) = broken(folders)
    assert "and 45 more" in found


def test_a_municipalitys_case_is_tried_at_that_municipality(folders: tuple[Path, Path]) -> None:
    add(folders[1], f"{HULIN}.cases.toml", '[[case]]\nname = "a"\n')
    add(folders[0], "a.cases.toml", f'[[case]]\nname = "a"\nmunicipality = "{KROMERIZ}"\n')
    assert {(one.file.name, one.municipality) for one in try_out(folders)} == {
        ("a.cases.toml", KROMERIZ),
        (f"{HULIN}.cases.toml", HULIN),
    }


def test_cases_are_tried_only_where_that_is_asked_for(folders: tuple[Path, Path]) -> None:
    add(folders[1], f"{HULIN}.cases.toml", "[[case]]\nname =")
    assert load(*folders, DISTRICT, APPLICATIONS).version
    assert "not TOML" in broken(folders)[0]


def test_cases_are_no_part_of_the_version_but_of_what_it_consists_of(folders: tuple[Path, Path]) -> None:
    before = load(*folders, DISTRICT)
    add(folders[0], "a.cases.toml", "# nothing\n")
    after = load(*folders, DISTRICT)
    assert before.version == after.version
    assert before.contents.digest == after.contents.digest
    assert after.contents.files.keys() - before.contents.files.keys() == {"region/a.cases.toml"}


def test_cases_of_a_municipality_that_is_none_of_the_district_are_a_problem(
    folders: tuple[Path, Path],
) -> None:
    add(folders[1], "588318.cases.toml", "")
    with pytest.raises(PoliciesUnusable) as raised:
        load(*folders, DISTRICT)
    assert "588318" in str(raised.value)


PERMITS = [
    (
        'action == Action::"sign"',
        'principal.roles.contains(Role::"data_protection_officer")',
        'roles = ["data_protection_officer"]\napplications = ["records"]',
    ),
    (
        "action",
        'principal.roles_anywhere.contains(Role::"data_protection_officer")',
        'roles = ["data_protection_officer"]\nactions = ["sign"]',
    ),
    ("action", 'resource in Application::"budget"', 'roles = ["clerk"]\napplications = ["budget"]'),
    (
        "action",
        'context has device && !context.device.managed && resource in Application::"budget"',
        'applications = ["budget"]\nroles = ["clerk"]\ndevices = ["unmanaged"]',
    ),
    (
        "action",
        "context.time.hour < 6 && context.time.weekday == 7",
        'roles = ["clerk"]\nactions = ["sign"]\nhours = [3]\ndays = [7]',
    ),
    (
        "action",
        "context has delegation && context.delegation.until > context.time.now",
        'roles = ["clerk"]\nactions = ["sign"]',
    ),
    (
        "action",
        "principal has departments && resource has department && principal.departments.contains(resource.department)",
        'roles = ["clerk"]\nactions = ["sign"]',
    ),
    (
        "action",
        'principal.roles.contains(Role::"clerk") && principal.roles.contains(Role::"registrar")',
        'roles = ["clerk"]\nand_another = true\nactions = ["sign"]\napplications = ["map"]',
    ),
    (
        "action",
        "context.sign_in.level < 3",
        'roles = ["clerk"]\nactions = ["sign"]\nbelow = "phishing-resistant"',
    ),
    (
        'action == Action::"sign"',
        "context.place.tunnel",
        'roles = ["clerk"]\nactions = ["sign"]\nfacts = { tunnel = true }',
    ),
    (
        'action == Action::"sign"',
        'context has route && context.route.id == "seal" && principal.roles.contains(Role::"clerk")',
        'roles = ["clerk"]\nactions = ["sign"]',
    ),
]


@pytest.mark.parametrize(("scope", "condition", "rest"), PERMITS)
def test_what_must_never_be_is_found_wherever_a_permit_lets_it_through(
    folders: tuple[Path, Path], scope: str, condition: str, rest: str
) -> None:
    add(folders[0], "a.cases.toml", NEVER.format(name="n", rest=rest))
    before = {one.municipality for one in try_out(folders) if one.broken}
    assert HULIN not in before
    add(folders[1], f"{HULIN}.cedar", permit(scope, condition))
    (found,) = [one for one in try_out(folders) if one.municipality == HULIN]
    assert found.broken is not None
    assert found.broken[EN].startswith("permitted by further: ")
    assert found.broken[CS] != found.broken[EN]


def test_a_forbid_of_the_region_keeps_what_a_municipality_permits_from_ever_being(
    folders: tuple[Path, Path],
) -> None:
    add(folders[1], f"{HULIN}.cedar", permit("action"))
    add(folders[0], "a.cases.toml", NEVER.format(name="n", rest='below = "two-factors"'))
    assert [one for one in try_out(folders) if one.broken] == []
    (folders[0] / "10-sign-in.cedar").unlink()
    assert "sign-in password" in broken(folders)[0]


def test_an_exception_of_the_region_for_a_named_part_alone_breaks_what_must_never_be(
    folders: tuple[Path, Path],
) -> None:
    file = folders[0] / "10-sign-in.cedar"
    enough = "unless { context.sign_in.level >= 2 }"
    besides = f'{enough} unless {{ context has route && context.route.id == "seal" }}'
    file.write_text(file.read_text("utf-8").replace(enough, besides), "utf-8")
    add(folders[0], "a.cases.toml", NEVER.format(name="n", rest='below = "two-factors"'))
    assert "part seal, sign-in password" in broken(folders)[0]


def test_facts_that_are_left_out_are_not_known(folders: tuple[Path, Path]) -> None:
    add(
        folders[1],
        f"{HULIN}.cedar",
        permit('action == Action::"sign"', "context has ticket && context.ticket.approved"),
    )
    rest = 'roles = ["clerk"]\nactions = ["sign"]\n'
    add(folders[1], f"{HULIN}.cases.toml", NEVER.format(name="n", rest=rest + 'without = ["ticket"]'))
    assert [one for one in try_out(folders) if one.broken] == []
    add(folders[1], f"{HULIN}.cases.toml", NEVER.format(name="m", rest=rest))
    (found,) = [one for one in try_out(folders) if one.broken]
    assert found.name == "m"
    assert "all else known" in (found.broken or {})[EN]


def test_whoever_acts_for_another_municipality_is_a_class_too(folders: tuple[Path, Path]) -> None:
    add(folders[0], "a.cases.toml", NEVER.format(name="n", rest='own = "elsewhere"\nroles = ["clerk"]'))
    assert [one for one in try_out(folders) if one.broken] == []
    (folders[0] / "20-municipality.cedar").unlink()
    assert "acting for another municipality" in broken(folders)[0]


def test_a_class_that_asks_too_much_is_refused(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policies.counterexamples.MOST", 3)
    add(folders[1], f"{HULIN}.cedar", permit("action", "context.time.hour == 25"))
    add(folders[1], f"{HULIN}.cases.toml", NEVER.format(name="n", rest='applications = ["map"]'))
    (found,) = [one for one in try_out(folders) if one.broken]
    assert found.questions == 4
    assert "narrow it to some roles, applications or actions" in (found.broken or {})[EN]


def test_the_same_texts_are_not_tried_again(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(
        folders[0],
        "a.cases.toml",
        '[[case]]\nname = "a"\nroles = ["supplier"]\naction = "sign"\nreason = "x"\n',
    )
    first = try_out(folders)
    monkeypatch.setattr("policies.trial._At.held", None)
    assert try_out(folders) == first
    monkeypatch.undo()
    asked: list[str] = []
    held = trial._At.held
    monkeypatch.setattr(
        "policies.trial._At.held", lambda at, said: (asked.append(at._here), held(at, said))[1]
    )
    add(folders[1], f"{HULIN}.cedar", permit('action == Action::"sign"'))
    try_out(folders)
    assert asked == [HULIN]


def test_sets_that_differ_by_the_code_alone_are_tried_once(folders: tuple[Path, Path]) -> None:
    trial._known.clear()
    add(folders[0], "a.cases.toml", '[[case]]\nname = "alike"\nroles = ["clerk"]\n')
    assert len(try_out(folders)) == len(DISTRICT)
    assert len(trial._known) < 10


def test_every_role_is_tried_with_each_other_one(folders: tuple[Path, Path]) -> None:
    never = Never(
        name="n", title_cs="a", title_en="b", roles=(Role.CLERK,), and_another=True, roles_but=(Role.MAYOR,)
    )
    held = list(persons(never))
    assert (Role.CLERK,) in held
    assert len(held) == len(Role) - 1
    assert all(Role.MAYOR not in one for one in held)


def test_at_one_municipality_alone_nothing_of_the_others_is_tried(folders: tuple[Path, Path]) -> None:
    add(folders[0], "a.cases.toml", '[[case]]\nname = "a"\naction = "write"\n')  # is broken everywhere
    read = read_folders(*folders, frozenset(DISTRICT), frozenset(APPLICATIONS))
    files, names = read_all(read.cases, DISTRICT), Names(DISTRICT, APPLICATIONS)
    found = list(tried(read.region, read.municipal, names, files, only=HULIN))
    assert [(one.municipality, one.questions) for one in found] == [(HULIN, 1)]
    assert found[0].broken is not None
    fewer = Names(District([DISTRICT[KROMERIZ]]), APPLICATIONS)
    assert {one.municipality for one in tried(read.region, read.municipal, fewer, files)} == {KROMERIZ}


def test_a_municipalitys_own_cases_ask_so_much_and_no_more(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policies.trial.MOST_OWN", 2)
    add(folders[0], "a.cases.toml", "".join(f'[[case]]\nname = "r{number}"\n' for number in range(3)))
    add(folders[1], f"{HULIN}.cases.toml", "".join(f'[[case]]\nname = "{name}"\n' for name in "abcd"))
    add(folders[1], f"{KROMERIZ}.cases.toml", "".join(f'[[case]]\nname = "{name}"\n' for name in "ab"))
    found = {one.name: one for one in try_out(folders) if one.municipality == HULIN}
    too_many = {name for name, one in found.items() if one.broken == trial.TOO_MANY}
    assert too_many == {"c", "d"}  # the region's may ask whatever they want
    assert all(one.broken is None for name, one in found.items() if name not in too_many)
    assert [one for one in try_out(folders) if one.municipality == KROMERIZ and one.broken] == []
    assert "narrow them" in broken(folders)[0]


@pytest.mark.parametrize("empty", ["", "// nothing\n", None])
def test_cases_of_a_municipality_are_asked_also_when_it_has_no_policies_any_more(
    folders: tuple[Path, Path], empty: str | None
) -> None:
    add(folders[1], f"{HULIN}.cases.toml", '[[case]]\nname = "the mayor reads"\n')
    add(
        folders[0],
        "of-one.cases.toml",
        f'[[case]]\nname = "as the region says"\nmunicipality = "{HULIN}"\n[[case]]\nname = "everywhere"\n',
    )
    assert load(*folders, DISTRICT, APPLICATIONS, by_cases=True).without_policies == set()
    file = folders[1] / f"{HULIN}.cedar"
    file.unlink() if empty is None else file.write_text(empty, "utf-8")
    first, second = broken(folders)
    for said, name in ((first, "the mayor reads"), (second, "as the region says")):
        assert f'the case "{name}" is broken at Hulín: expected to be permitted' in said
        assert "municipality_without_policies" in said


def test_what_must_never_be_permitted_is_not_where_nothing_is(folders: tuple[Path, Path]) -> None:
    add(folders[1], f"{HULIN}.cases.toml", NEVER.format(name="never", rest='actions = ["sign"]'))
    (folders[1] / f"{HULIN}.cedar").unlink()
    (one,) = [each for each in try_out(folders) if each.municipality == HULIN]
    assert (one.kind, one.questions, one.broken) == ("never", 0, None)


def test_what_cannot_be_tried_is_told_by_the_policys_name_and_stops_nothing(
    folders: tuple[Path, Path],
) -> None:
    odd = "context.sign_in.age * 7 == 12"
    add(folders[1], f"{HULIN}.cedar", permit('action == Action::"administer"', odd, "odd"))
    add(
        folders[1],
        f"{HULIN}.cases.toml",
        NEVER.format(name="n", rest='actions = ["administer"]\nroles = ["clerk"]'),
    )
    told: list[Problem] = []
    assert load(*folders, DISTRICT, APPLICATIONS, by_cases=True, untried=told.extend).version
    assert [one.what for one in told] == [
        '"never" (n) is not tried for the policy odd at Hulín, which may permit it'
    ]
    assert told[0].czech is not None
    assert told[0].czech[0] == "„nikdy“ (n) není v obci Hulín vyzkoušeno pro pravidlo odd, možná to povoluje"
    (row,) = [one for one in try_out(folders) if one.kind == "never"]
    assert row.untried == ("odd",)
    assert row.broken is None
