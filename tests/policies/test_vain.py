"""A policy that asks for what the schema does not know, or compares what is never the same, is told so."""

import re

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from policies.brought import BringsFaults, LeftWithoutPolicies, in_vain, require_fit
from policies.declared import Declared, Record, declared, declared_by
from policies.examine import SCHEMA_FILE
from policies.statements import split
from policies.texts import texts_of
from policies.vain import asked_in_vain
from tests.policies.world import DISTRICT, EXAMPLES, HULIN, MUNICIPALITIES, REGION

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
TEXTS = texts_of(REGION, MUNICIPALITIES)
NAME = "region/99-further.cedar"


def faults(conditions: str, scope: str = "principal, action, resource") -> list[str]:
    return [fault.what[Language.ENGLISH] for fault, _ in asked_in_vain(f"forbid ({scope}) {conditions};")]


def of_the_known(kind: object, path: str, depth: int = 0) -> list[tuple[str, str]]:
    """Paths of everything that has attributes, each with one of them."""
    attributes = declared().attributes(kind)  # type: ignore[arg-type]
    if not attributes or depth > 3:
        return []
    below = [(path, name) for name in attributes]
    for name, inner in attributes.items():
        below += of_the_known(inner, f"{path}.{name}", depth + 1)
    return below


KNOWN = [
    one
    for variable in ("principal", "resource", "context")
    for one in of_the_known(declared().variables[variable][0], variable)
]


@pytest.mark.parametrize(
    ("conditions", "whose", "name", "meant"),
    [
        ('when { context has colour && context.colour == "x" }', "context", "colour", None),
        ("unless { context has devise }", "context", "devise", "device"),
        ("when { context has device.managd }", "context.device", "managd", "managed"),
        ('when { context["device"] has "fresch" }', "context.device", "fresch", "fresh"),
        ("when { principal has rolez }", "principal", "rolez", "roles"),
        ("when { resource has departmen }", "resource", "departmen", "department"),
        ("when { context has country }", "context", "country", "context.place.country"),
        ("when { context has departments }", "context", "departments", "principal.departments"),
        ("when { false && context has devise }", "context", "devise", "device"),
        ("when { context has ticket.sponsor.rolez }", "context.ticket.sponsor", "rolez", "roles"),
        ("when { {age: 1} has agee }", "{ … }", "agee", "age"),
    ],
)
def test_who_asks_for_what_nothing_has_is_told_so_and_what_may_be_meant(
    conditions: str, whose: str, name: str, meant: str | None
) -> None:
    said = f"`has {name}` is never true: {whose} has nothing of that name"
    assert faults(conditions) == [said if meant is None else f"{said}; is `{meant}` meant?"]


@pytest.mark.parametrize(
    ("condition", "operator"),
    [
        ('principal in Role::"mayor"', "in"),
        ('principal in Municipality::"588491"', "in"),
        ('resource in [Role::"mayor"]', "in"),
        ("principal == resource", "=="),
        ('principal.municipality != Application::"map"', "!="),
        ("principal is Resource", "is"),
        ('principal is Person in Role::"mayor"', "in"),
    ],
)
def test_who_compares_what_is_never_the_same_is_told_so(condition: str, operator: str) -> None:
    (said,) = faults(f"when {{ context.time.holiday || {condition} }}")
    assert said.startswith(f"`{operator}` always comes out the same here: ")


@pytest.mark.parametrize("scope", ["principal is Person", 'principal == Person::"a"'])
def test_whom_the_scope_admits_counts_for_what_its_conditions_compare(scope: str) -> None:
    condition = "when { context.time.holiday || principal is TechnicalAccount }"
    (said,) = faults(condition, f"{scope}, action, resource")
    assert said.startswith("`is` always comes out the same here: ")
    assert faults(condition, "principal is TechnicalAccount, action, resource") == []


def test_tags_are_of_nobody() -> None:
    assert faults('when { principal.hasTag("a") }') == ["nothing has tags here, `hasTag` finds none"]


@pytest.mark.parametrize(
    ("conditions", "scope"),
    [
        ("when { false }", "principal, action, resource"),
        ("unless { true || context.time.holiday }", "principal, action, resource"),
        ('when { action == Action::"write" }', 'principal, action == Action::"read", resource'),
        ('when { action == Action::"read" && action == Action::"write" }', "principal, action, resource"),
    ],
)
def test_a_policy_whose_conditions_exclude_each_other_is_told_so(conditions: str, scope: str) -> None:
    told = "the policy can never apply: one of its conditions never holds, or they exclude each other"
    assert faults(conditions, scope) == [told]


@pytest.mark.parametrize(
    "condition",
    [
        "resource in principal.memberships",
        "context has author && principal == context.author",
        "principal is TechnicalAccount",
        "(if context.time.holiday then context.sign_in else context.place) has address",
        "context has requested && context.requested.actions.contains(action)",
        'resource in [Municipality::"588491", Application::"map"]',
        "context.sign_in.age > 5",
        "(if context.time.holiday then context.sign_in else principal.activity_roles) has colour",
        "context.sign_in == principal",
        "principal == context.sign_in",
    ],
)
def test_what_may_come_out_either_way_is_nothing_to_tell(condition: str) -> None:
    assert faults(f"when {{ {condition} }}") == []


def test_what_cannot_be_read_or_does_not_fit_is_told_by_the_review() -> None:
    assert asked_in_vain("permit (") == ()
    assert asked_in_vain("permit (principal, action, resource in ?resource);") == ()
    assert asked_in_vain("") == ()
    assert asked_in_vain(2 * "forbid (principal, action, resource) when { context has devise };") == ()
    assert faults("when { context.sign_in.level == true }") == []


def test_nothing_is_asked_in_vain_in_the_example_and_in_the_library() -> None:
    files = [*EXAMPLES.rglob("*.cedar"), *(SCHEMA_FILE.parent / "library").glob("*.cedar")]
    assert len(files) > 60
    found = {one.text: asked_in_vain(one.text) for file in files for one in split(file.read_text("utf-8"))}
    assert [text for text, said in found.items() if said] == []


@given(st.sampled_from(KNOWN), st.booleans())
def test_cedar_knows_what_is_known_here_and_nothing_else(known: tuple[str, str], there: bool) -> None:
    path, name = known
    asked = name if there else f"{name}_"
    condition = f"when {{ {path}.{asked} == {path}.{asked} }};"
    said = cedarpy.validate_policies(f"forbid (principal, action, resource) {condition}", SCHEMA).errors
    assert any("not found" in one.error for one in said) is not there
    guarded = faults(f"when {{ {path} has {asked} }}")
    assert bool(guarded) is not there


def test_all_that_has_attributes_is_looked_at() -> None:
    assert len(KNOWN) > 80
    assert ("context.ticket.sponsor", "roles") in KNOWN
    assert {"Person", "TechnicalAccount", "Resource", "Municipality", "Action"} <= declared().entities.keys()


@pytest.mark.parametrize(
    "schema",
    ["namespace A {}", "entity A = { b: };", "type A = { b: Long }", "entity A in", "entity A = Long;"],
)
def test_a_schema_of_another_form_is_not_taken_for_one(schema: str) -> None:
    with pytest.raises(ValueError, match="the schema says"):
        declared_by(schema)


def test_kinds_may_be_in_each_other_and_stand_in_sets() -> None:
    found: Declared = declared_by(
        'entity A, B in [C]; entity C enum ["x"]; type T = { a?: Set<A>, "b": { c: T2 } };'
    )
    assert found.may_be_in == {"A": frozenset({"C"}), "B": frozenset({"C"}), "C": frozenset()}
    assert isinstance(found.entities["A"], Record)


def test_only_what_a_change_brings_is_refused_and_its_place_is_told() -> None:
    slip = '@id("slip")\n@reason("closed")\nforbid (principal, action, resource)\nwhen { context has maintenence };\n'
    before = TEXTS | {NAME: slip}
    require_fit(before, before | {f"municipalities/{HULIN}.cases.toml": ""}, DISTRICT, ())
    require_fit(before, {**TEXTS, "region/98-moved.cedar": slip}, DISTRICT, ())
    (told,) = in_vain(TEXTS, before)
    assert (told.file.as_posix(), told.line, told.column) == (NAME, 4, 16)
    assert told.in_languages()[Language.CZECH].startswith(
        f"{NAME}:4:16: `has maintenence` nikdy neplatí: context"
    )
    with pytest.raises(BringsFaults, match="`has maintenence` is never true"):
        require_fit(TEXTS, before, DISTRICT, ())


def test_municipalities_that_say_the_same_are_told_each_at_its_own_place() -> None:
    def slip(code: str) -> str:
        scope = f'principal, action, resource in Municipality::"{code}"'
        return f'@id("x")\npermit ({scope})\nwhen {{ context has devise }};'

    after = {f"municipalities/{code}.cedar": slip(code) for code in ("588296", HULIN)}
    assert [one.file.stem for one in in_vain({}, after)] == ["588296", HULIN]
    assert all(re.search("is `device` meant", one.what) for one in in_vain({}, after))


def test_whoever_would_be_left_without_policies_is_told_first() -> None:
    with pytest.raises(LeftWithoutPolicies):
        require_fit(TEXTS, TEXTS | {f"municipalities/{HULIN}.cedar": "// none"}, DISTRICT, ())
