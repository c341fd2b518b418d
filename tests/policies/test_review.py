from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import ApplicationId, Language, NetworkName, RouteName
from policies.examine import SCHEMA_FILE, Examined, examine
from policies.review import Bounds, PolicyFile, review
from tests.policies.world import DISTRICT, HULIN, KROMERIZ

FILE = Path("588491.cedar")
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
OF_HULIN = Bounds(SCHEMA, frozenset(DISTRICT), frozenset({ApplicationId("records")}), HULIN)
OF_THE_REGION = Bounds(SCHEMA, frozenset(DISTRICT))
ANY = "principal, action, resource"
TEXTS = '@title_cs("a") @title_en("b") @advice_cs("c") @advice_en("d")'


def read(text: str, bounds: Bounds = OF_THE_REGION) -> PolicyFile:
    return review(FILE, text, bounds)


def problem(text: str, bounds: Bounds = OF_THE_REGION) -> tuple[int, int, str]:
    """The one problem of the text: line, column, what. Nothing of such a text may be used."""
    reviewed = read(text, bounds)
    assert len(reviewed.problems) == 1, reviewed.problems
    assert not reviewed.policies
    assert not reviewed.text
    (found,) = reviewed.problems
    assert found.file == FILE
    assert found.remedy
    assert found.czech
    return found.line, found.column, found.what


PLACES = [
    ("\n  permit (principal, action, resource);", 2, 3, "@id"),
    ('@id("Big") permit (principal, action, resource);', 1, 1, "@id"),
    ('@id("a")\npermit (principal, action, resource)\nwhen { principal.rolez == 1 };', 3, 18, "rolez"),
    (f'@id("a")\npermit ({ANY})\nwhen {{ principal.roles.contains(Role::"mayr") }};', 3, 40, "mayr"),
    ('@id("a")\npermit (principal,\n action == Action::"reed", resource);', 3, 21, "reed"),
    (f'@id("a") permit ({ANY})\nwhen {{ context.device.managed }};', 2, 16, "optional attribute"),
    (f'@id("a")\npermit ({ANY}) whn {{ true }};', 2, 38, "whn"),
    (f'@id("a") permit ({ANY})\nwhen {{ 1 + }};', 2, 12, "unexpected"),
    (f'// first\n @id("a") permit ({ANY})', 2, 2, "end of input"),
    ('@id("a") permit (principal == ?principal, action, resource);', 1, 1, "slots"),
    (f'@id("a") @tilte_cs("x") permit ({ANY});', 1, 10, "tilte_cs"),
    ('@id("a")\npermit (principal, action, resource in Municipality::"999999");', 2, 55, "999999"),
    (
        f'@id("a") permit ({ANY})\nwhen {{ principal.offices.contains(Office::"588296/audtor") }};',
        2,
        44,
        "audtor",
    ),
    (
        f'@id("a") permit ({ANY})\nwhen {{ principal.offices.contains(Office::"1/auditor") }};',
        2,
        44,
        "1/auditor",
    ),
    (f'@id("a") {TEXTS} forbid ({ANY});', 1, 1, "reason"),
    (f'@id("a") @reason("Not snake") {TEXTS} forbid ({ANY});', 1, 10, "reason"),
    (f'@id("a") @reason("policy_error") {TEXTS} forbid ({ANY});', 1, 10, "taken"),
    (f'@id("a") @reason("x") {TEXTS} forbid ({ANY});'.replace('cs("c")', 'cs(" ")'), 1, 53, "advice_cs"),
    (f'@id("a") @reason("x") {TEXTS} forbid ({ANY});'.replace('"d"', '"{tenant}"'), 1, 69, "{tenant}"),
    (f'@id("a") @ask_for("access") permit ({ANY});', 1, 10, "a permit refuses nobody"),
    (f'@id("a") @ask_for("money") @reason("x") {TEXTS} forbid ({ANY});', 1, 10, "nobody can ask"),
    (f'@id("a") @ask_for("order") @reason("x") {TEXTS} forbid ({ANY});', 1, 10, "`context.ticket`"),
]


@pytest.mark.parametrize(
    ("said", "known"),
    [("access", "requested"), ("order", "ticket"), ("emergency", "emergency"), ("purpose", "purpose")],
)
def test_a_forbid_leads_to_what_it_makes_an_exception_for(said: str, known: str) -> None:
    head = f'@id("a") @ask_for("{said}") @reason("x") {TEXTS}'
    (policy,) = read(f"{head} forbid ({ANY}) unless {{ context has {known} }};").policies
    assert policy.wording is not None
    assert policy.wording.ask_for == said


@pytest.mark.parametrize(("text", "line", "column", "what"), PLACES)
def test_a_fault_is_told_with_its_place(text: str, line: int, column: int, what: str) -> None:
    found = problem(text)
    assert what in found[2]
    assert found[:2] == (line, column)


@pytest.mark.parametrize(
    "scope",
    [
        "resource",
        'resource in Municipality::"588296"',
        'resource is Resource in Municipality::"588296"',
        "resource is Resource",
        'resource in Application::"records"',
        'resource == Resource::"588491/records"',
    ],
)
def test_a_municipalitys_policy_may_concern_nobody_else(scope: str) -> None:
    condition = f'resource.municipality == Municipality::"{HULIN}"'
    text = f'@id("a") permit (principal, action, {scope}) when {{ {condition} }};'
    assert "not limited to municipality 588491" in problem(text, OF_HULIN)[2]
    assert not read(text).problems


@pytest.mark.parametrize(
    "scope", ['resource in Municipality::"588491"', 'resource is Resource in Municipality::"588491"']
)
def test_a_municipalitys_policy_may_concern_itself(scope: str) -> None:
    text = f'@id("a") permit (principal, action, {scope});'
    reviewed = read(f"// first\n{text}", OF_HULIN)
    assert reviewed.text == text
    assert [policy.id for policy in reviewed.policies] == ["a"]


def test_a_comment_does_not_limit_a_policy() -> None:
    text = '@id("a") permit (principal, action, resource // in Municipality::"588491"\n);'
    assert "not limited" in problem(text, OF_HULIN)[2]


def test_an_application_that_is_not_configured_is_found() -> None:
    text = (
        '@id("a") permit (principal, action, resource in Municipality::"588491")\n'
        'when { resource in Application::"recrods" };'
    )
    line, _, what = problem(text, OF_HULIN)
    assert (line, what) == (2, 'application "recrods" is not configured')
    [found] = read(text, OF_HULIN).problems
    assert "known are records" in found.remedy


def test_a_network_that_is_not_configured_is_found() -> None:
    text = (
        '@id("a") permit (principal, action, resource in Municipality::"588491")\n'
        'when { context.place.networks.contains(Network::"ofice") };'
    )
    of_an_office = replace(OF_HULIN, networks=frozenset({NetworkName("office")}))
    assert problem(text, of_an_office) == (2, 50, 'network "ofice" is not configured')
    [found] = read(text, replace(OF_HULIN, networks=frozenset())).problems
    assert "known are none" in found.remedy
    assert read(text.replace("ofice", "office"), of_an_office).problems == ()
    assert read(text, OF_HULIN).problems == ()


@pytest.mark.parametrize(
    "condition",
    [
        'context.route.id == "report"',
        '"report" == context.route.id',
        '["reports", "report"].contains(context.route.id)',
        'context.route.id != "report"',
    ],
)
def test_a_rule_about_a_route_that_no_application_has_is_found(condition: str) -> None:
    text = f'@id("a")\npermit (principal, action, resource in Municipality::"{HULIN}")\n'
    text += f"when {{ context has route && {condition} }};"
    of_an_office = replace(OF_HULIN, routes=frozenset({RouteName("reports")}))
    [found] = read(text, of_an_office).problems
    assert (found.line, found.what) == (3, 'no route of an application is called "report"')
    assert "known are reports" in found.remedy
    assert read(text, OF_HULIN).problems == ()


def test_an_id_used_twice_is_told_with_the_first_place() -> None:
    one = '@id("a") permit (principal, action, resource);'
    reviewed = read(f"{one}\n\n{one}")
    (found,) = reviewed.problems
    assert (found.line, found.what) == (3, 'policy id "a" is used already on line 1')


def test_every_fault_of_a_file_is_told_in_one_go() -> None:
    reviewed = read('permit (principal);\n@id("a") permit (principal, action, resource);\nforbid (;')
    assert [problem.line for problem in reviewed.problems] == [1, 3]
    assert [policy.id for policy in reviewed.policies] == ["a"]


def test_texts_of_a_forbid_are_kept_in_both_languages() -> None:
    (policy,) = read(f'@id("a") @reason("x_y") {TEXTS} forbid (principal, action, resource);').policies
    assert policy.forbids
    assert policy.reason == "x_y"
    assert policy.wording
    assert (policy.wording.title[Language.CZECH], policy.wording.advice[Language.ENGLISH]) == ("a", "d")


@given(st.text(max_size=80) | st.text(st.sampled_from('@id("a")permit(,;){}//\n? '), max_size=80))
def test_no_text_gets_through_unreviewed(text: str) -> None:
    reviewed = read(text)
    compiled = cedarpy.PolicySet.from_str(reviewed.text)
    assert len(compiled) == len(reviewed.policies)
    assert not compiled.templates()


def test_a_permit_has_a_name_in_both_languages_or_in_none(tmp_path: Path) -> None:
    text = '@id("a") @title_cs("Čte se") permit (principal, action, resource);'
    (problem,) = review(tmp_path / "a.cedar", text, Bounds(SCHEMA, frozenset())).problems
    assert problem.what == "the permit has no @title_en"
    whole = review(
        tmp_path / "a.cedar", text.replace("permit", '@title_en("Reads") permit'), Bounds(SCHEMA, frozenset())
    )
    assert whole.policies[0].title == {Language.CZECH: "Čte se", Language.ENGLISH: "Reads"}


def test_a_name_of_nothing_but_spaces_is_none() -> None:
    (policy,) = read(f'@id("a") @title_cs(" ") @title_en(" ") permit ({ANY});').policies
    assert policy.title is None


def test_what_a_policy_reads_of_the_device_is_known_by_its_names() -> None:
    condition = 'context has device.os && context.device.os == "linux" && context.sign_in.level >= 2'
    (policy,) = read(f'@id("a") permit ({ANY}) when {{ {condition} }};').policies
    assert policy.reads_of_device == {"os"}
    (whole,) = read(f'@id("a") permit ({ANY}) when {{ context has device }};').policies
    assert whole.reads_of_device == frozenset()


def test_what_is_not_configured_is_told_once_however_many_files_name_it() -> None:
    """And what is wrong by itself, each time."""
    known = replace(
        OF_THE_REGION,
        applications=frozenset({ApplicationId("records")}),
        networks=frozenset(),
        routes=frozenset(),
    )
    for condition, told_once in (
        ('resource in Application::"budget"', True),
        ('context.place.networks.contains(Network::"office")', True),
        ('context has route && context.route.id == "seal"', True),
        ('resource in Municipality::"999999"', False),
        ('principal.offices.contains(Office::"588491/nobody")', False),
    ):
        (found,) = read(f'@id("a") permit ({ANY}) when {{ {condition} }};', known).problems
        assert found.told_once is told_once, condition


@pytest.mark.parametrize("word", ["itself", r"its\u{65}lf"])
def test_the_word_that_stands_for_a_code_in_the_review_is_no_code_when_somebody_writes_it(word: str) -> None:
    text = f'@id("a") permit (principal, action, resource in Municipality::"{word}");'
    found = [one.what for one in read(text, OF_HULIN).problems]
    assert found == [
        "the policy is not limited to municipality 588491",
        "municipality itself is not in the district",
    ]


def test_what_differs_by_the_municipality_alone_is_examined_once() -> None:
    bounds = replace(OF_HULIN, examined={})
    text = '@id("a") permit (principal, action, resource in Municipality::"588491");'
    assert not read(text, bounds).problems
    assert not read(text.replace(HULIN, KROMERIZ), replace(bounds, only=KROMERIZ)).problems
    assert len(bounds.examined) == 1


def test_what_says_that_a_form_wrote_it_is_kept_as_it_stands_where_it_is_a_municipalitys_own() -> None:
    text = '@id("a") @template("hours") permit (principal, action, resource in Municipality::"588491");'
    for bounds, written, kept in (
        (OF_HULIN, text, text),
        (OF_THE_REGION, text, ""),
        (OF_HULIN, text.replace('@template("hours") ', ""), ""),
    ):
        (policy,) = read(written, bounds).policies
        assert policy.by_form == kept


def test_a_municipality_may_not_name_another_in_the_place_of_itself() -> None:
    bounds = replace(OF_HULIN, examined={})
    own = '@id("a") permit (principal, action, resource in Municipality::"588491") when { condition };'
    mine = own.replace("condition", 'principal.memberships.contains(Municipality::"588491")')
    assert not read(mine, bounds).problems
    neighbours = replace(bounds, only=KROMERIZ)
    assert not read(mine.replace(HULIN, KROMERIZ), neighbours).problems
    assert "not limited to municipality 588296" in problem(mine, neighbours)[2]


@pytest.mark.parametrize("name", ["id", "reason"])
def test_nobody_but_the_incident_switch_takes_its_names(name: str) -> None:
    said = {"id": "mine", "reason": "mine"} | {
        name: "incident-suppliers".replace("-", "-_"[name == "reason"])
    }
    head = " ".join(f'@{one}("{word}")' for one, word in said.items())
    text = f"{head} {TEXTS} forbid ({ANY});"
    assert "is a name of the incident switch" in problem(text)[2]
    assert read(text, replace(OF_THE_REGION, incidents=True)).problems == ()


def test_a_municipality_has_no_more_policies_than_everybody_can_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("policies.bound.MOST_OWN", 2)
    one = '@id("{0}") permit (principal, action, resource in Municipality::"588491");\n'
    most = one.format("a") + one.format("b")
    assert len(read(most, OF_HULIN).policies) == 2
    line, column, what = problem(most + one.format("c"), OF_HULIN)
    assert (line, column) == (0, 0)  # it is the whole file
    assert "there are 3 policies" in what
    assert len(read(most + one.format("c")).policies) == 3


def test_what_is_learnt_of_a_policy_is_what_decisions_go_by() -> None:
    text = (
        '@id("a") permit (principal is TechnicalAccount, action == Action::"read", '
        'resource in Municipality::"588491")\nwhen { context has ticket && context.ticket.approved '
        '&& principal != TechnicalAccount::"technical:archive" };'
    )
    for bounds in (OF_HULIN, OF_THE_REGION):
        found = examine(text, SCHEMA)
        assert isinstance(found, Examined)
        file = read(text, bounds)
        assert file.problems == ()
        (policy,) = file.policies
        for name in ("actions", "looks_at", "attributes", "named", "learns", "guards", "technical"):
            assert getattr(policy, name) == getattr(found, name), name
        assert policy.technical
        assert policy.guards == {"ticket"}
        assert policy.named == {"technical:archive"}


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("principal.rolez == 1", "rolez"),
        ("1 +", "not a Cedar policy"),
        (f'principal.memberships.contains(Municipality::"{HULIN}") && context.device.managed', "optional"),
    ],
)
def test_a_fault_in_a_municipalitys_own_policy_is_told_as_in_the_regions(condition: str, what: str) -> None:
    text = f'@id("a") permit (principal, action, resource in Municipality::"{HULIN}") when {{ {condition} }};'
    found = problem(text, OF_HULIN)
    assert what in found[2]
    assert found == problem(text)


def test_an_office_is_a_municipality_of_the_district_and_a_role() -> None:
    condition = 'principal.offices.contains(Office::"588296/auditor")'
    assert read(f'@id("a") permit ({ANY}) when {{ {condition} }};').problems == ()


@pytest.mark.parametrize(
    ("office", "meant"),
    [
        ("588296/auditr", "588296/auditor"),
        ("588269/auditor", "588296/auditor"),
        ("588296/zzz", ""),
        ("123/auditor", ""),
    ],
)
def test_an_office_that_is_meant_has_a_municipality_and_a_role(office: str, meant: str) -> None:
    condition = f'principal.offices.contains(Office::"{office}")'
    [found] = read(f'@id("a") permit ({ANY}) when {{ {condition} }};').problems
    assert (f"is `{meant}` meant?" in found.remedy) is bool(meant)
    assert ("meant" in found.remedy) is bool(meant)
