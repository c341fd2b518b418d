"""Conditions that exclude each other are told, and what is told so applies to no question."""

from dataclasses import replace
from itertools import combinations
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Language, Role
from policies.excluding import MOST, excluding
from policies.parsed import parsed
from policies.vain import asked_in_vain
from tests.policies.generated import ATOMS, OF_PEOPLE, plainly
from tests.policies.generated_questions import QUESTIONS
from tests.policies.world import HULIN, ask

UNTIL = "context has ticket && context.time.now {} context.ticket.until"


def excluded(conditions: str, scope: str = "principal, action, resource") -> tuple[str, ...] | None:
    (policy,) = parsed(f"forbid ({scope}) {conditions};")["staticPolicies"].values()
    return excluding(policy)


@pytest.mark.parametrize(
    ("conditions", "of"),
    [
        ("when { context.place.tunnel && !context.place.tunnel }", "context.place.tunnel"),
        ("when { context has device } unless { context has device }", "context.device"),
        ("when { context.sign_in.level >= 2 && context.sign_in.level < 2 }", "context.sign_in.level"),
        ("when { context.sign_in.level > 1 && 3 != context.sign_in.level } unless { context.sign_in.level == 2 }",
         "context.sign_in.level"),
        ("when { context.sign_in.age < 0 }", "context.sign_in.age"),
        ("when { 8 < context.time.hour && 8 >= context.time.hour }", "context.time.hour"),
        ("when { [1, 2].contains(context.time.weekday) && context.time.weekday > 2 }", "context.time.weekday"),
        (("when { context.time.weekday == 2 && ![1, 3].contains(context.time.weekday) } "
         "unless { [2, 4].contains(context.time.weekday) }"), "context.time.weekday"),
        ('when { context.time.now < datetime("2026-01-01") && context.time.now > datetime("2026-01-01T00:00:00Z") }',
         "context.time.now"),
        ('when { context.time.of_day < duration("1h") && context.time.of_day > duration("90m") }',
         "context.time.of_day"),
        ("when { principal != principal }", "principal"),
        ("when { context.time.now < context.time.now }", "context.time.now"),
        (f"when {{ {UNTIL.format('<')} && {UNTIL.format('>')} }}", "context.time.now"),
        (f"when {{ {UNTIL.format('<=')} }} unless {{ context.ticket.until >= context.time.now }}",
         "context.time.now"),
        ('when { principal.roles.isEmpty() && principal.roles.contains(Role::"clerk") }', "principal.roles"),
        ("when { principal.roles.isEmpty() } unless { principal.roles.isEmpty() }", "principal.roles"),
        (('when { principal.roles.containsAll([Role::"clerk", Role::"mayor"]) && '
         '![Role::"auditor", Role::"clerk"].containsAny(principal.roles) == true }'), "principal.roles"),
        (('when { principal.roles.contains(Role::"clerk") && principal.roles.contains(Role::"mayor") } '
         'unless { principal.roles.containsAll([Role::"clerk", Role::"mayor"]) }'), "principal.roles"),
        (('when { principal.roles.containsAny([Role::"clerk", Role::"mayor"]) } '
         'unless { principal.roles.contains(Role::"clerk") || principal.roles.contains(Role::"mayor") }'),
         "principal.roles"),
        ('when { context has purpose && context.purpose == "a" && context.purpose == "b" }', "context.purpose"),
        ('when { context has purpose && ["a", "b"].contains(context.purpose) && "c" == context.purpose }',
         "context.purpose"),
        ('when { resource in Application::"map" && resource in [Application::"records", Application::"audit"] }', ""),
        ('when { resource in Application::"map" } unless { resource in [Application::"map"] }', ""),
        ('when { action == Action::"read" && action in [Action::"write", Action::"sign"] }', ""),
        ("when { principal is Person && principal is TechnicalAccount }", ""),
        ("when { context.place.tunnel != false && context.place.tunnel != true }", "context.place.tunnel"),
        ("when { if context.place.tunnel then !context.place.tunnel else context.place.tunnel }",
         "context.place.tunnel"),
        ("when { (context.sign_in.level < 2 || context.sign_in.level == 2) && context.sign_in.level > 2 }",
         "context.sign_in.level"),
        ("when { 1 > 2 }", ""),
    ],
)  # fmt: skip
def test_what_excludes_itself_is_told_by_what_it_asks_about(conditions: str, of: str) -> None:
    found = excluded(conditions)
    assert found is not None
    assert ".".join(found) == of


@pytest.mark.parametrize(
    "conditions",
    [
        "when { context.sign_in.level >= 2 && context.sign_in.level < 3 }",
        "when { context.sign_in.level != 1 && context.sign_in.level != 2 }",
        "when { context.place.tunnel || !context.place.tunnel }",
        "when { context.time.now <= context.time.now }",
        f"when {{ {UNTIL.format('<=')} && {UNTIL.format('>=')} }}",
        'when { principal.roles.contains(Role::"clerk") } unless { principal.roles.contains(Role::"mayor") }',
        (
            'when { principal.roles.contains(Role::"clerk") } '
            'unless { principal.roles.containsAll([Role::"clerk", Role::"mayor"]) }'
        ),
        'when { principal.roles.containsAny([Role::"clerk"]) && principal.roles_anywhere.isEmpty() }',
        'when { resource in [Application::"map", Application::"audit"] && resource in [Application::"map"] }',
        'when { context has purpose && context.purpose like "a*" && context.purpose like "b*" }',
        "when { context has device && context has ticket } unless { context.device.managed }",
        'when { context has purpose && context.purpose != "a" && context.purpose == "b" }',
        "when { [1, 4].contains(context.time.weekday) && context.time.weekday > 3 }",
    ],
)
def test_what_may_be_so_is_not_told(conditions: str) -> None:
    assert excluded(conditions) is None


def test_the_scope_asks_too() -> None:
    there, read = f'resource in Municipality::"{HULIN}"', 'action == Action::"read"'
    assert excluded('when { action == Action::"write" }', f"principal, {read}, resource") == ()
    assert excluded('when { action == Action::"read" }', f"principal, {read}, resource") is None
    both = 'action in [Action::"read", Action::"sign"]'
    assert excluded('when { action == Action::"write" }', f"principal, {both}, resource") == ()
    assert excluded('when { action == Action::"sign" }', f"principal, {both}, resource") is None
    assert excluded(f"unless {{ {there} }}", f"principal, action, {there}") == ("resource",)
    assert excluded("when { principal is TechnicalAccount }", "principal is Person, action, resource") == ()
    map_alone = 'principal, action, resource in Application::"map"'
    assert excluded('when { resource in Application::"audit" }', map_alone) == ()
    named = f'principal, action, resource is Resource in Municipality::"{HULIN}"'
    assert excluded(f"unless {{ {there} }}", named) == ("resource",)


def test_with_more_alternatives_than_are_tried_nothing_is_said() -> None:
    either = "(context.sign_in.level > 3 || context.sign_in.level < 1)"
    most = next(number for number in range(9) if 2**number > MOST)
    assert excluded(f"when {{ {' && '.join([either] * (most - 1))} }}") == ("context", "sign_in", "level")
    assert excluded(f"when {{ {' && '.join([either] * most)} }}") is None


def test_a_text_made_to_be_slow_is_looked_at_no_longer_than_others() -> None:
    either = " && ".join(["(context.place.tunnel || context.sign_in.level > 1)"] * 5)
    many = "(" + ") && (".join([" && ".join(["principal == principal"] * 10)] * 15) + ")"
    many += " && context.sign_in.level < 1"
    assert excluded(f"when {{ {many} }}") == ("context", "sign_in", "level")
    begun = process_time()
    assert excluded(f"when {{ {either} && {many} }}") is None
    assert process_time() - begun < 2


SIGNS = ("==", "!=", "<", "<=", ">", ">=")
LITERALS = st.tuples(st.sampled_from(SIGNS), st.integers(-1, 5), st.booleans())
HOLDS = {
    "==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__,
}  # fmt: skip


@given(st.lists(LITERALS, min_size=1, max_size=4))
def test_of_a_number_it_is_told_exactly_where_none_is_left(asked: list[tuple[str, int, bool]]) -> None:
    parts = [f"{'' if want else '!'}(context.sign_in.level {sign} {number})" for sign, number, want in asked]
    left = [
        level
        for level in (1, 2, 3)
        if all(HOLDS[sign](level, number) is want for sign, number, want in asked)
    ]
    assert (excluded(f"when {{ {' && '.join(parts)} }}") is not None) is (left == [])


THREE = ("clerk", "mayor", "auditor")
SUBSETS = [frozenset(one) for size in range(4) for one in combinations(THREE, size)]
OF_A_SET = st.tuples(
    st.sampled_from(["contains", "containsAny", "containsAll", "isEmpty"]),
    st.sampled_from([one for one in SUBSETS if one]),
    st.booleans(),
)


def written(name: str, those: frozenset[str]) -> str:
    listed = ", ".join(f'Role::"{one}"' for one in sorted(those))
    inside = {"isEmpty": "", "contains": listed.partition(",")[0]}.get(name, f"[{listed}]")
    return f"principal.roles.{name}({inside})"


def so(name: str, those: frozenset[str], held: frozenset[str]) -> bool:
    return {
        "isEmpty": not held,
        "contains": min(those) in held,
        "containsAny": bool(those & held),
        "containsAll": those <= held,
    }[name]


@settings(max_examples=300)
@given(st.lists(OF_A_SET, min_size=1, max_size=4))
def test_of_a_set_it_is_told_only_where_none_is_left(asked: list[tuple[str, frozenset[str], bool]]) -> None:
    parts = [f"{'' if want else '!'}{written(name, those)}" for name, those, want in asked]
    left = [held for held in SUBSETS if all(so(name, those, held) is want for name, those, want in asked)]
    if excluded(f"when {{ {' && '.join(parts)} }}") is not None:
        assert left == []
    elif len(asked) == 1:
        assert left


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from((*ATOMS, *OF_PEOPLE)), st.booleans()), min_size=1, max_size=2),
    st.sampled_from(["context.sign_in.level < 3", "context.time.weekday > 5", "true"]),
    st.lists(QUESTIONS, min_size=1, max_size=3),
)
def test_what_is_told_applies_to_no_question(asked, beside: str, questions) -> None:
    (first, _), *_ = asked
    for more in ([], [(first, True), (first, False)]):
        parts = [f"{'' if want else '!'}({condition})" for condition, want in (*asked, *more)]
        conditions = f"when {{ {' && '.join([beside, *parts])} }}"
        if excluded(conditions) is not None:
            for question in questions:
                told = plainly(f'@id("a") permit (principal, action, resource) {conditions};', question)
                assert told.by == frozenset()


def test_it_is_told_where_it_stands_and_in_both_languages() -> None:
    ((fault, near),) = asked_in_vain(
        "forbid (principal, action, resource) when { context.sign_in.level < 2 && context.sign_in.level > 2 };"
    )
    assert "what never is" in fault.what[Language.ENGLISH]
    assert "`context.sign_in.level`" in fault.what[Language.CZECH]
    assert near == ("level", "")
    ((fault, near),) = asked_in_vain(
        "forbid (principal, action, resource) unless { principal == principal };"
    )
    assert near == ("unless", "")
    assert "`principal`" in fault.what[Language.CZECH]


def test_somebody_without_any_role_is_somebody() -> None:
    """What is told of sets is told of real questions."""
    nobody = replace(ask((HULIN, Role.CLERK)), roles=frozenset())
    condition = 'when { principal.roles.isEmpty() } unless { principal.roles.containsAny([Role::"clerk"]) }'
    assert excluded(condition) is None
    assert plainly(f'@id("a") permit (principal, action, resource) {condition};', nobody).by == {"a"}
