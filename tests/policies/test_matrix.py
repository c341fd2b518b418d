from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, MunicipalityCode, Role
from policies.evaluate import PolicyBook
from policies.load import load
from policies.matrix import Answer, Case, Circumstances, DeviceState, cases, matrix, question_of
from policies.matrix_groups import difference, permits
from policies.matrix_words import difference_content, matrix_content, said, ways_said
from policies.model import IN_ORDER, Device, Facts, Permitted, Refused, Route
from policies.parts import named_parts
from tests.policies.world import (
    APPLICATIONS,
    DISTRICT,
    HULIN,
    NOW,
    copy_of_the_example,
    example_book,
)

AT = Circumstances(now=NOW, address="192.0.2.7")
BUDGET, RECORDS = ApplicationId("budget"), ApplicationId("records")
CS, EN = Language.CZECH, Language.ENGLISH
STRONG = """
@id("budget-by-key-alone")
permit (principal, action == Action::"write", resource in Municipality::"588491")
when {
  resource in Application::"budget" && principal.roles.contains(Role::"registrar") &&
  context.sign_in.level >= 3 && context.sign_in.age < 60 &&
  context has device && context.device.managed
};
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PolicyBook:
    """The example's, and registrars of Hulín write its budget if they come well."""
    return changed(tmp_path_factory.mktemp("policies"), lambda text: text + STRONG)


def changed(folder: Path, change, region: str = "") -> PolicyBook:
    guardrails, municipalities = copy_of_the_example(folder)
    file = municipalities / f"{HULIN}.cedar"
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    if region:
        (guardrails / "99.cedar").write_text(region, "utf-8")
    return load(guardrails, municipalities, DISTRICT, APPLICATIONS)


BOOK = example_book()
SOME = st.lists(st.sampled_from(list(cases(APPLICATIONS))), min_size=20, max_size=20, unique=True)


def test_whoever_decides_about_requests_does_so_about_those_of_others() -> None:
    requests = ApplicationId("requests")
    found = matrix(BOOK, HULIN, AT, [requests]).cells
    for action in (Action.SIGN, Action.ADMINISTER):
        mayor = Case(
            Role.MAYOR, requests, action, AuthenticationLevel.PHISHING_RESISTANT, DeviceState.IN_ORDER
        )
        assert found[mayor].permits, found[mayor]
        assert found[mayor._replace(role=Role.CLERK)].reason != "own_request"


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=2), timedelta(hours=9)])
def test_a_cell_is_what_a_decision_says(book: PolicyBook, age: timedelta) -> None:
    at = replace(AT, age=age)
    found = matrix(book, HULIN, at)

    def told(some: list[Case]) -> None:
        for case in some:
            verdict = book.decide(question_of(case, HULIN, at))
            reason = verdict.reason if isinstance(verdict, Refused) else ""
            assert found.cells[case] == Answer(isinstance(verdict, Permitted), verdict.rule, reason), case

    told(list(cases([BUDGET], [Role.REGISTRAR])))  # of whom level, age and device are asked
    settings(max_examples=15, deadline=None)(given(SOME)(told))()


@pytest.mark.parametrize(
    ("age", "level", "reason"),
    [
        (0, AuthenticationLevel.PHISHING_RESISTANT, ""),
        (0, AuthenticationLevel.TWO_FACTORS, "stronger_sign_in_needed"),
        (2, AuthenticationLevel.PHISHING_RESISTANT, "sign_in_too_old"),
        (2, AuthenticationLevel.TWO_FACTORS, "stronger_sign_in_needed"),
    ],
)
def test_a_cell_says_which_sign_in_would_do(
    book: PolicyBook, age: int, level: AuthenticationLevel, reason: str
) -> None:
    found = matrix(book, HULIN, replace(AT, age=timedelta(minutes=age)), [BUDGET])
    case = Case(Role.REGISTRAR, BUDGET, Action.WRITE, level, DeviceState.IN_ORDER)
    assert found.cells[case].reason == reason


def test_of_several_that_permit_a_cell_names_the_first(tmp_path: Path) -> None:
    more = '@id("also") permit (principal, action, resource in Municipality::"588491");'
    found = matrix(changed(tmp_path, lambda text: f"{text}\n{more}"), HULIN, AT, [RECORDS])
    case = Case(Role.CLERK, RECORDS, Action.READ, AuthenticationLevel.TWO_FACTORS, DeviceState.UNKNOWN)
    assert found.cells[case] == Answer(permits=True, rule="records-work", reason="")
    assert found.cells[case._replace(action=Action.ADMINISTER)].rule == "also"


def test_the_matrix_has_a_cell_for_every_role_application_action_level_and_device() -> None:
    found = matrix(BOOK, HULIN, AT)
    assert len(found.cells) == 15 * len(APPLICATIONS) * 4 * 3 * 3
    assert set(found.cells) == set(cases(APPLICATIONS))


def test_applications_that_are_named_are_the_ones_that_are_shown() -> None:
    assert {case.application for case in matrix(BOOK, HULIN, AT, [BUDGET]).cells} == {BUDGET}


def test_what_the_policies_do_not_look_at_is_the_same_in_every_cell() -> None:
    found = matrix(BOOK, HULIN, AT)
    for case, answer in found.cells.items():
        assert answer == found.cells[case._replace(device=DeviceState.UNKNOWN)]


def test_progress_is_told_role_by_role() -> None:
    heard: list[tuple[int, int]] = []
    matrix(BOOK, HULIN, AT, [BUDGET], lambda done, of: heard.append((done, of)))
    assert heard == [(done, len(Role)) for done in range(1, len(Role) + 1)]


def test_a_municipality_without_policies_is_closed_in_every_cell(tmp_path: Path) -> None:
    closed = matrix(changed(tmp_path, lambda _: ""), HULIN, AT)
    assert {answer.reason for answer in closed.cells.values()} == {"municipality_without_policies"}


def test_a_municipality_of_nowhere_is_refused_in_every_cell() -> None:
    nowhere = matrix(BOOK, MunicipalityCode("999999"), AT)
    assert {answer.reason for answer in nowhere.cells.values()} == {"unknown_municipality"}


def test_a_policy_that_fails_refuses_the_cells_it_concerns(tmp_path: Path) -> None:
    failing = """
@id("fails")
permit (principal, action == Action::"sign", resource)
when { principal.roles.contains(Role::"mayor") && context.sign_in.age * 9223372036854775807 > 0 };
"""
    found = matrix(changed(tmp_path, str, failing), HULIN, replace(AT, age=timedelta(minutes=2)))
    at = Case(Role.MAYOR, RECORDS, Action.SIGN, AuthenticationLevel.PHISHING_RESISTANT, DeviceState.IN_ORDER)
    assert found.cells[at] == Answer(permits=False, rule="fails", reason="policy_error")
    assert found.cells[at._replace(role=Role.CHIEF_CLERK)].permits


def test_facts_of_the_circumstances_stand_beside_each_cells_device(book: PolicyBook) -> None:
    at = replace(AT, facts=Facts(country="CZ"))
    question = question_of(next(iter(cases([BUDGET]))), HULIN, at)
    assert (question.facts.country, question.facts.device and question.facts.device.managed) == ("CZ", True)
    assert matrix(book, HULIN, at).cells == matrix(book, HULIN, AT).cells


def test_whoever_a_cell_is_about_is_there_just_now_with_a_device_that_has_just_reported() -> None:
    at = replace(AT, age=timedelta(minutes=2))
    one = Case(Role.CLERK, BUDGET, Action.READ, AuthenticationLevel.PASSWORD, DeviceState.IN_ORDER)
    asked = question_of(one, HULIN, at)
    assert (asked.roles, asked.own_municipality, asked.municipality) == ({(HULIN, Role.CLERK)}, HULIN, HULIN)
    assert (asked.level, asked.factors) == (AuthenticationLevel.PASSWORD, {"pwd"})
    assert (asked.now, asked.authenticated_at) == (NOW, NOW - timedelta(minutes=2))
    assert asked.facts == Facts(idle=timedelta(0), device=replace(IN_ORDER, reported_at=NOW))
    idle = replace(at, facts=Facts(idle=timedelta(minutes=1)))
    assert question_of(one, HULIN, idle).facts.idle == timedelta(minutes=1)
    for state, device in (
        (DeviceState.UNMANAGED, Device(managed=False, fresh=False)),
        (DeviceState.UNKNOWN, None),
    ):
        assert question_of(one._replace(device=state), HULIN, at).facts.device == device


def test_what_a_change_gives_is_one_line_that_a_person_can_read(book: PolicyBook) -> None:
    (group,) = difference(matrix(BOOK, HULIN, AT), matrix(book, HULIN, AT)).gained
    assert said(group, book.names, CS) == (
        "matrikářka: Rozpočet – zápis, od 3. úrovně přihlášení, spravované zařízení v pořádku"
    )
    assert said(group, book.names, EN) == (
        "registrar: Budget – writing, from sign-in level 3, managed device in order"
    )
    assert (group.rules, group.reasons, group.cells) == (("budget-by-key-alone",), (), 1)


def test_what_a_change_takes_says_why_it_is_refused_from_then_on(tmp_path: Path) -> None:
    forbid = """
@id("budget-closed")
@reason("budget_closed")
@title_cs("Rozpočet je uzavřen")
@title_en("The budget is closed")
@advice_cs("Počkejte.")
@advice_en("Wait.")
forbid (principal, action == Action::"write", resource in Application::"budget");
"""
    after = matrix(changed(tmp_path, str, forbid), HULIN, AT)
    found = difference(matrix(BOOK, HULIN, AT), after)
    assert found.gained == ()
    assert {(group.application, group.actions, group.reasons) for group in found.lost} == {
        (BUDGET, (Action.WRITE,), ("budget_closed",))
    }
    assert sum(group.cells for group in found.lost) == sum(
        answer.permits and case.action is Action.WRITE and case.application == BUDGET
        for case, answer in matrix(BOOK, HULIN, AT).cells.items()
    )
    assert found.otherwise > 0  # who was refused anyway is refused by the new rule now


def test_a_change_that_nobody_notices_has_no_difference() -> None:
    found = difference(matrix(BOOK, HULIN, AT), matrix(BOOK, HULIN, AT))
    assert found.nobody_notices
    assert found.otherwise == 0


def test_the_difference_back_gives_what_was_taken(book: PolicyBook) -> None:
    before, after = matrix(BOOK, HULIN, AT), matrix(book, HULIN, AT)
    there, back = difference(before, after), difference(after, before)
    assert [replace(group, reasons=()) for group in back.lost] == list(there.gained)
    assert back.gained == there.lost == ()


def test_an_application_that_goes_away_is_lost_to_whoever_had_it() -> None:
    before, after = matrix(BOOK, HULIN, AT), matrix(BOOK, HULIN, AT, [RECORDS])
    lost = {group.application for group in difference(before, after).lost}
    assert {"portal", "budget", "map"} <= lost
    assert RECORDS not in lost


def test_the_lines_of_a_matrix_hold_each_permitted_cell_once(book: PolicyBook) -> None:
    found = matrix(book, HULIN, AT)
    inside = [
        Case(role, group.application, action, *spot)
        for group in permits(found)
        for role in group.roles
        for action in group.actions
        for spot in group.spots
    ]
    assert sorted(inside) == sorted(case for case, answer in found.cells.items() if answer.permits)


@pytest.mark.parametrize(
    ("spots", "words"),
    [
        ({(level, device) for level in AuthenticationLevel for device in DeviceState}, ""),
        (
            {(AuthenticationLevel.PASSWORD, device) for device in DeviceState},
            "jen při úrovni přihlášení 1",
        ),
        (
            {(level, DeviceState.UNKNOWN) for level in AuthenticationLevel}
            | {(level, DeviceState.UNMANAGED) for level in AuthenticationLevel},
            "nespravované zařízení nebo neznámé zařízení",
        ),
        (
            {(AuthenticationLevel.PHISHING_RESISTANT, DeviceState.UNKNOWN)}
            | {(level, DeviceState.IN_ORDER) for level in AuthenticationLevel},
            "spravované zařízení v pořádku; od 3. úrovně přihlášení, neznámé zařízení",
        ),
    ],
)
def test_how_one_has_to_come_is_said_shortly(spots: set, words: str) -> None:
    assert ways_said(frozenset(spots), CS) == words


def test_everybody_is_called_all_roles(tmp_path: Path) -> None:
    (portal,) = permits(matrix(BOOK, HULIN, AT, [ApplicationId("portal")]))[:1]
    assert said(portal, BOOK.names, CS).startswith("všechny role: Portál – čtení, zápis")


def test_programs_get_every_cell_and_the_same_lines(book: PolicyBook) -> None:
    found = matrix(book, HULIN, AT)
    content = matrix_content(found, book.names)
    assert len(content["cells"]) == len(found.cells)
    assert content["cells"][0] == {
        "role": "mayor", "application": "portal", "action": "read", "level": 1, "device": "in_order",
        "permits": False, "rule": "two-factors", "reason": "two_factors_needed", "closed": False,
    }  # fmt: skip
    told = difference_content(difference(matrix(BOOK, HULIN, AT), found), book.names)
    assert told["lost"] == []
    assert told["gained"][0]["ways"] == [{"level": 3, "device": "in_order"}]


REPORTS, SEAL = Route(id="reports", path="/reports"), Route(id="seal", path="/seal")
PARTS = {BUDGET: (REPORTS,), RECORDS: (SEAL,)}
BY_PART = """
@id("clerks-sign-by-the-seal")
permit (principal, action == Action::"sign", resource in Municipality::"588491")
when {
  resource in Application::"records" && principal.roles.contains(Role::"clerk") &&
  context has route && context.route.id == "seal"
};
"""


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> PolicyBook:
    return changed(tmp_path_factory.mktemp("parted"), lambda text: text + BY_PART)


def test_a_named_part_has_cells_of_its_own_beside_its_application(parted: PolicyBook) -> None:
    found = matrix(parted, HULIN, AT, [RECORDS, BUDGET], parts=PARTS)
    assert list(dict.fromkeys((case.application, case.part) for case in found.cells)) == [
        (RECORDS, None), (RECORDS, SEAL), (BUDGET, None), (BUDGET, REPORTS)
    ]  # fmt: skip
    rest = Case(Role.CLERK, RECORDS, Action.SIGN, AuthenticationLevel.TWO_FACTORS, DeviceState.UNKNOWN)
    assert found.cells[rest._replace(part=SEAL)].rule == "clerks-sign-by-the-seal"
    assert found.cells[rest].reason == "action_not_permitted"
    without = matrix(parted, HULIN, AT, [RECORDS, BUDGET])
    assert {case: answer for case, answer in found.cells.items() if not case.part} == without.cells
    for case in cases([RECORDS], [Role.CLERK, Role.MAYOR], PARTS):
        verdict = parted.decide(question_of(case, HULIN, AT))
        assert found.cells[case].permits is isinstance(verdict, Permitted), case


def test_where_no_policy_reads_the_route_a_part_is_as_the_rest_of_its_application() -> None:
    found = matrix(BOOK, HULIN, AT, [RECORDS], parts=PARTS)
    assert list(found.cells) == list(cases([RECORDS], parts=PARTS))
    for case, answer in found.cells.items():
        assert answer == found.cells[case._replace(part=SEAL)] == found.cells[case._replace(part=None)]


def test_who_gains_by_a_part_alone_is_told_with_the_part(parted: PolicyBook) -> None:
    both = named_parts({}, [RECORDS], BOOK.policies_of(HULIN), parted.policies_of(HULIN))
    before, after = (matrix(one, HULIN, AT, [RECORDS], parts=both) for one in (BOOK, parted))
    there, back = difference(before, after), difference(after, before)
    (group,) = there.gained
    assert said(group, parted.names, CS) == (
        "referent: Spisová služba (seal) – podepsání, od 2. úrovně přihlášení"
    )
    assert (there.lost, group.cells) == ((), 6)
    assert [(one.part and one.part.id, one.actions) for one in back.lost] == [("seal", (Action.SIGN,))]
    (content,) = difference_content(there, parted.names)["gained"]
    assert (content["application"], content["part"]) == ("records", "seal")


def test_the_data_of_a_matrix_names_the_part_where_there_is_one(parted: PolicyBook) -> None:
    content = matrix_content(matrix(parted, HULIN, AT, [RECORDS], parts=PARTS), parted.names)
    told = {
        (cell["role"], cell["action"], cell.get("part", "")) for cell in content["cells"] if cell["permits"]
    }
    assert ("clerk", "sign", "seal") in told
    assert ("clerk", "sign", "") not in told
    assert {one.get("part") for one in content["permits"]} == {None, "seal"}
    plain = matrix_content(matrix(parted, HULIN, AT, [RECORDS]), parted.names)
    assert not any("part" in one for one in (*plain["cells"], *plain["permits"]))


NOBODY_TRAVELS = """
@id("travel-known")
@reason("travel_unknown")
@title_cs("Neví se, odkud kdo přišel")
@title_en("Nobody knows where somebody came from")
@advice_cs("Počkejte.")
@advice_en("Wait.")
forbid (principal, action, resource)
unless { context.place has impossible_travel && !context.place.impossible_travel };
"""


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(), "travel_unknown"),
        (Facts(country="CZ"), ""),
        (Facts(impossible_travel=False), ""),
        (Facts(country="CZ", impossible_travel=True), "travel_unknown"),
    ],
)
def test_of_an_unknown_place_nobody_knows_how_somebody_came_there(
    tmp_path: Path, facts: Facts, reason: str
) -> None:
    found = matrix(changed(tmp_path, str, NOBODY_TRAVELS), HULIN, replace(AT, facts=facts), [RECORDS])
    case = Case(Role.CLERK, RECORDS, Action.READ, AuthenticationLevel.TWO_FACTORS, DeviceState.UNKNOWN)
    assert found.cells[case].reason == reason
