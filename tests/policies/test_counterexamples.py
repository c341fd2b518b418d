"""The search finds what asking every single question would find."""

import itertools
from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest

import policies.load
from config.vocabulary import Action, ApplicationId, Language, Role
from policies import counterexamples
from policies.cases import MONDAY_AT_TEN
from policies.counterexamples import Search
from policies.evaluate import Source
from policies.examine import SCHEMA_FILE
from policies.load import read_folders
from policies.model import Facts, Route
from policies.needs import named, needs_of
from policies.never import Never, Told, circumstances_of, persons, question
from policies.parts import ANOTHER
from policies.reasons import Names
from policies.review import Bounds, review
from tests.policies.world import APPLICATIONS, DISTRICT, HONETICE, HULIN, copy_of_the_example

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
LIBRARY = Path(policies.load.__file__).parent / "library"
PERMITTING = ("databases", "emergency-access", "file-shares", "technical-accounts")
ALL_TOLD = Told(level=True, device=True, time=True, else_known=True)
NEAR_GUARDRAILS = """
@id("in-order-only")
permit (principal, action, resource in Municipality::"588491")
when { context has device && context.device.managed && context.sign_in.level == 3 }
unless { context.time.weekday == 7 };
@id("by-ticket")
permit (principal, action == Action::"write", resource is Resource in Municipality::"588491")
when { principal.roles.containsAny([Role::"supplier", Role::"auditor"]) }
when { context has ticket && context.ticket.approved };
"""


def test_sieves_let_everything_through_that_is_permitted(tmp_path: Path) -> None:
    region, municipalities = copy_of_the_example(tmp_path)
    (region / "46-requests.cedar").unlink()  # of which the library has the like
    for name in PERMITTING:
        (region / f"80-{name}.cedar").write_text((LIBRARY / f"{name}.cedar").read_text("utf-8"), "utf-8")
    with (municipalities / f"{HULIN}.cedar").open("a", encoding="utf-8") as file:
        file.write(NEAR_GUARDRAILS)
    read = read_folders(region, municipalities, frozenset(DISTRICT), None)
    assert read.problems == ()
    search = Search(read.region, read.municipal, Names(DISTRICT, APPLICATIONS), frozenset())
    found: set[bool] = set()
    roles = (Role.SUPPLIER, Role.AUDITOR, Role.CLERK, Role.LOCAL_ADMINISTRATOR)
    for role, application, own in itertools.product(
        roles, ("records", "map", "audit", "shares"), ("", HONETICE)
    ):
        never = Never(
            name="n",
            title_cs="a",
            title_en="b",
            roles=(role,),
            applications=(ApplicationId(application),),
            own=own,
        )
        acting_for = HONETICE if own else HULIN
        asked = [
            question(never, of_class(of, held, application), HULIN, acting_for)
            for held in persons(never)
            for of in circumstances_of(never, ALL_TOLD)
        ]
        permitted = any(search.book.allowed(one, tuple(Action)) for one in asked)
        assert (search.of(never, HULIN, acting_for).example is not None) is permitted, never
        found.add(permitted)
    assert found == {True, False}


def of_class(of, held, application):
    return replace(of, roles=held, application=ApplicationId(application))


def test_only_what_certainly_must_hold_is_a_need() -> None:
    scope = 'permit (principal, action in [Action::"read"], resource)'
    certain = needs_of(
        f'{scope} when {{ resource in [Application::"a", Application::"b"] && '
        '(principal.roles.contains(Role::"clerk") && principal.roles.containsAny([Role::"mayor"])) }'
        'when { resource in Application::"a" };'
    )
    assert certain.actions == {"read"}
    assert certain.roles == ({"clerk"}, {"mayor"})
    assert certain.applications == ({"a", "b"}, {"a"})
    for uncertain in (
        '{ resource in Application::"a" || principal.roles.contains(Role::"clerk") }',
        '{ !(resource in Application::"a") && principal.roles_anywhere.contains(Role::"clerk") }',
        '{ [Role::"clerk"].containsAny(principal.roles) && resource in Municipality::"588491" }',
        '{ if true then resource in Application::"a" else principal.roles.contains(Role::"clerk") }',
    ):
        needs = needs_of(f"permit (principal, action, resource) when {uncertain};")
        assert (needs.actions, needs.roles, needs.applications) == (None, (), ())
    in_scope = needs_of('forbid (principal, action, resource in Application::"a");')
    assert in_scope.applications == ({"a"},)
    elsewhere = needs_of('permit (principal, action, resource in Municipality::"588491");')
    assert elsewhere.applications == ()
    unless = needs_of('permit (principal, action, resource) unless { resource in Application::"a" };')
    assert unless.applications == ()


def test_names_are_found_wherever_they_are_named() -> None:
    text = (
        '@id("a") permit (principal, action, resource) when { principal.roles.contains(Role::"cl\\u{65}rk") };'
        '@id("b") forbid (principal, action, resource) unless { principal.offices.contains(Office::"588491/auditor") };'
    )
    assert named(text, "Role", "Office") == {"clerk", "588491/auditor"}


BY_PART = """
@id("clerks-sign-by-a-part")
permit (principal, action == Action::"sign", resource in Municipality::"588491")
when { resource in Application::"records" && principal.roles.contains(Role::"clerk") }
when { context has route && (CONDITION) };
"""
CLERKS_NEVER_SIGN = Never(
    name="n",
    title_cs="a",
    title_en="b",
    roles=(Role.CLERK,),
    applications=(ApplicationId("records"),),
    actions=(Action.SIGN,),
)
PASSWORD_ALONE = Never(name="n", title_cs="a", title_en="b", roles=(Role.MAYOR,), levels=("password",))


def searching(folder: Path, municipal: str = "", excepted: str = "") -> Search:
    """The example, with policies of a municipality besides, and exceptions from two factors."""
    guardrails, municipalities = copy_of_the_example(folder)
    with (municipalities / f"{HULIN}.cedar").open("a", encoding="utf-8") as file:
        file.write(municipal)
    signing = guardrails / "10-sign-in.cedar"
    text, enough = signing.read_text("utf-8"), "unless { context.sign_in.level >= 2 }"
    assert text.count(enough) == 1
    signing.write_text(text.replace(enough, f"{enough} {excepted}"), "utf-8")
    read = read_folders(guardrails, municipalities, frozenset(DISTRICT), None)
    assert read.problems == ()
    return Search(read.region, read.municipal, Names(DISTRICT, APPLICATIONS), frozenset())


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ('context.route.id == "seal"', "část seal"),
        ('context.route.id != "seal"', "jiná pojmenovaná část"),
        ('context.route.path like "/sums/*"', "jiná pojmenovaná část (/sums/)"),
        ('context.route.id == "seal" && context.route.path == "/sums"', "část seal (/sums)"),
        ('!(["seal", "sums"].contains(context.route.id)) || context.route.path == "/x"', "část seal (/x)"),
    ],
)
def test_what_only_a_named_part_permits_is_found(tmp_path: Path, condition: str, told: str) -> None:
    search = searching(tmp_path, BY_PART.replace("CONDITION", condition))
    found = search.of(CLERKS_NEVER_SIGN, HULIN, HULIN)
    assert found.rule == "clerks-sign-by-a-part"
    assert found.example is not None
    assert told in found.example.words()[Language.CZECH]
    assert search.of(replace(CLERKS_NEVER_SIGN, without=("route",)), HULIN, HULIN).example is None
    elsewhere = replace(CLERKS_NEVER_SIGN, facts=Facts(route=Route(id="seal", path="/nowhere")))
    permitted = condition == 'context.route.id == "seal"'
    assert (search.of(elsewhere, HULIN, HULIN).example is not None) is permitted


def test_what_a_guardrail_excepts_for_a_part_is_found(tmp_path: Path) -> None:
    excepts = 'unless { context has route && context.route.id == "seal" }'
    loosened = searching(tmp_path / "a", excepted=excepts)
    found = loosened.of(PASSWORD_ALONE, HULIN, HULIN)
    assert found.example is not None
    assert (found.example.level, found.example.route) == ("password", Route(id="seal", path=ANOTHER.path))
    assert searching(tmp_path / "b").of(PASSWORD_ALONE, HULIN, HULIN).example is None


def test_parts_cost_nothing_where_no_policy_that_may_apply_speaks_of_them(tmp_path: Path) -> None:
    plain, parted = (
        searching(tmp_path / name, text)
        for name, text in (("a", ""), ("b", BY_PART.replace("CONDITION", 'context.route.id == "seal"')))
    )
    of_budget = replace(PASSWORD_ALONE, applications=(ApplicationId("budget"),), levels=())
    asked = [search.of(replace(of_budget, roles=()), HULIN, HULIN).asked for search in (plain, parted)]
    assert asked[0] == asked[1] > 0


def test_a_class_without_parts_asks_no_more_than_if_policies_did_not_speak_of_them(tmp_path: Path) -> None:
    by_part = BY_PART.replace("CONDITION", 'context.route.id == "seal"')
    by_purpose = BY_PART.replace("route && (CONDITION)", 'purpose && context.purpose == "x" && false')
    never_here = replace(CLERKS_NEVER_SIGN, without=("route",))
    asked = [
        searching(tmp_path / name, text).of(never_here, HULIN, HULIN).asked
        for name, text in (("a", by_part), ("b", by_purpose))
    ]
    assert asked[0] == asked[1] > 0


EVERYTHING = 'permit (principal, action, resource in Municipality::"{code}")'


def of_two(region: str, own: str = f'@id("all") {EVERYTHING};') -> Search:
    """Two municipalities with the same policies of their own; of one the region speaks."""
    sources = {}
    for name, text in (("region", region), (HULIN, own), (HONETICE, own)):
        written = text.replace("{code}", name)
        reviewed = review(Path("a.cedar"), written, Bounds(SCHEMA, frozenset(DISTRICT)))
        assert reviewed.problems == ()
        sources[name] = Source(reviewed.text, reviewed.policies)
    guardrails = sources.pop("region")
    return Search(guardrails, sources, Names(DISTRICT, APPLICATIONS), frozenset({HULIN, HONETICE}))


def guardrail(condition: str) -> str:
    words = '@reason("r") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")'
    return f'@id("g") {words} forbid (principal, action, resource) when {{ {condition} }};'


@pytest.mark.parametrize("first", [HULIN, HONETICE])
def test_what_the_region_says_of_one_municipality_is_not_taken_for_another(first: str) -> None:
    search = of_two(guardrail(f'resource in Municipality::"{HULIN}"'))
    for here in (first, *({HULIN, HONETICE} - {first})):
        found = search.of(CLERKS_NEVER_SIGN, here, here)
        assert (found.example is None) is (here == HULIN)


def test_what_the_region_forbids_at_one_hour_is_not_forbidden_at_another() -> None:
    search = of_two(guardrail("context.time.hour < 5"))
    found = search.of(CLERKS_NEVER_SIGN, HULIN, HULIN)
    assert found.example is not None
    assert found.example.at == MONDAY_AT_TEN
    assert found.weighed > found.asked > 0
    assert search.of(replace(CLERKS_NEVER_SIGN, hours=(3,)), HULIN, HULIN).example is None


def test_a_role_that_only_another_permit_needs_is_not_enough() -> None:
    """Weighed is what a permit might grant: of these two none, of a clerk one."""
    needs_two = f'@id("all") {EVERYTHING} when {{ principal.roles.contains(Role::"clerk") }};'
    search = of_two("", needs_two)
    assert search.of(replace(CLERKS_NEVER_SIGN, roles=(Role.MAYOR,)), HULIN, HULIN).weighed == 0
    assert search.of(CLERKS_NEVER_SIGN, HULIN, HULIN).weighed > 0


def test_what_only_other_actions_look_at_is_not_told_apart() -> None:
    by_hour = guardrail("context.time.hour < 5").replace("action,", 'action == Action::"read",')
    assert of_two(by_hour).of(CLERKS_NEVER_SIGN, HULIN, HULIN).weighed == 1
    signing = by_hour.replace('"read"', '"sign"')
    assert of_two(signing).of(CLERKS_NEVER_SIGN, HULIN, HULIN).weighed == 2


@pytest.mark.parametrize(("most", "too_many"), [(1, True), (2, False)])
def test_a_class_may_ask_so_much_and_no_more(
    monkeypatch: pytest.MonkeyPatch, most: int, too_many: bool
) -> None:
    monkeypatch.setattr(counterexamples, "MOST", most)
    never_at_all = f'@id("all") {EVERYTHING} unless {{ context.time.hour < 5 || context.time.hour > 4 }};'
    found = of_two("", never_at_all).of(CLERKS_NEVER_SIGN, HULIN, HULIN)
    assert (found.too_many, found.asked) == (too_many, 2)
    assert found.weighed == 2


def test_what_the_region_alone_would_answer_is_bounded_before_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty patterns of routes are forty names and forty paths, each with each."""
    patterns = " || ".join(f'context.route.path like "*a*b{at}*"' for at in range(40))
    search = of_two("", f'@id("all") {EVERYTHING} when {{ context has route && ({patterns}) }};')
    never = replace(CLERKS_NEVER_SIGN, roles=(Role.CLERK,))
    assert search.of(never, HULIN, HULIN).weighed > 40 * 40
    monkeypatch.setattr(counterexamples, "MOST_WEIGHED", 1_000)
    monkeypatch.setattr(search, "_ask_the_region", None)
    found = search.of(replace(never, name="what was kept is of another one"), HULIN, HULIN)
    assert (found.too_many, found.asked, found.weighed) == (True, 0, 1_001)
