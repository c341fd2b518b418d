"""The search finds what asking every single question would find."""

import itertools
from dataclasses import replace
from pathlib import Path

import policies.load
from config.vocabulary import Action, ApplicationId, Role
from policies.counterexamples import Search
from policies.load import read_folders
from policies.needs import named, needs_of
from policies.never import Never, Told, circumstances_of, persons, question
from policies.reasons import Names
from tests.policies.world import APPLICATIONS, DISTRICT, HONETICE, HULIN, copy_of_the_example

LIBRARY = Path(policies.load.__file__).parent / "library"
PERMITTING = ("databases", "emergency-access", "file-shares", "technical-accounts")
EVERYTHING = Told(level=True, device=True, time=True, else_known=True)
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
            for of in circumstances_of(never, EVERYTHING)
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
    unless = needs_of('permit (principal, action, resource) unless { resource in Application::"a" };')
    assert unless.applications == ()


def test_names_are_found_wherever_they_are_named() -> None:
    text = (
        '@id("a") permit (principal, action, resource) when { principal.roles.contains(Role::"cl\\u{65}rk") };'
        '@id("b") forbid (principal, action, resource) unless { principal.offices.contains(Office::"588491/auditor") };'
    )
    assert named(text, "Role", "Office") == {"clerk", "588491/auditor"}
