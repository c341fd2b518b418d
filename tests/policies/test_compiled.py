"""What Cedar compiles is what was reviewed."""

import json
from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
import policies
from config.vocabulary import Action, ApplicationId, Role
from policies.compiled import Compiled, CompiledDiffers, decisive
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.model import NOTHING_FURTHER, Facts, Refused, Ticket
from policies.reasons import Names
from policies.review import Bounds, review
from tests.policies.generated import book_of
from tests.policies.world import DISTRICT, HULIN, NOW, ask, example_book

EXAMPLES, LIBRARY = Path(config.__file__).parent / "examples", Path(policies.__file__).parent / "library"
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))


def test_a_set_that_is_not_what_was_reviewed_is_never_used() -> None:
    text = '@id("a") permit (principal, action, resource);'
    with pytest.raises(CompiledDiffers):
        PolicyBook(Source(text, ()), {}, Names(DISTRICT), "v")


def test_where_one_policy_may_read_anything_nothing_of_a_person_is_left_out() -> None:
    compiled = example_book()._policies_of(HULIN)
    assert compiled is not None
    assert compiled.attributes is not None
    first, *others = compiled.policies
    assert Compiled(compiled.handle, (replace(first, attributes=None), *others)).attributes is None


def compiled_of(text: str) -> Compiled:
    reviewed = review(Path("a.cedar"), text, Bounds(SCHEMA, frozenset(DISTRICT)))
    assert reviewed.problems == ()
    return Compiled(cedarpy.PolicySet.from_str(reviewed.text), reviewed.policies)


ORDERED = """
@id("ordered") permit (principal, action == Action::"write", resource)
when { context has ticket && context.ticket.approved && context.time.hour < 20 };
@id("any") permit (principal, action == Action::"read", resource)
unless { context has ticket || context.sign_in.level < 2 };
@id("named") permit (principal == Person::"urad:jana", action == Action::"sign", resource)
when { principal has departments };
"""
ORDER = Facts(
    ticket=Ticket(approved=True, since=NOW, until=NOW, application=ApplicationId("map"), sponsor_present=True)
)


def test_a_policy_is_read_where_it_can_have_a_say_and_nothing_of_what_is_not_known() -> None:
    compiled = compiled_of(ORDERED)
    ticket, approved, hour = ("ticket",), ("ticket", "approved"), ("time", "hour")
    level = ("sign_in", "level")
    assert compiled.looks_at(Action.WRITE, NOTHING_FURTHER) == frozenset()
    assert compiled.looks_at(Action.WRITE, ORDER) == {ticket, approved, hour}
    assert compiled.looks_at(Action.READ, NOTHING_FURTHER) == {level}
    assert compiled.looks_at(Action.READ, ORDER) == {ticket, level}
    assert compiled.looks_at(Action.SIGN, ORDER) == frozenset()
    for facts in (NOTHING_FURTHER, ORDER):  # and again, from what is known by now
        both = compiled.looks_at(Action.WRITE, facts) | compiled.looks_at(Action.READ, facts)
        assert compiled.paths([Action.WRITE, Action.READ, Action.SIGN], facts) == both
    assert compiled.paths([], ORDER) == frozenset()


def test_what_reads_the_whole_of_the_circumstances_is_told_all_of_them() -> None:
    compiled = compiled_of('@id("a") permit (principal, action, resource) when { context == context };')
    assert compiled.looks_at(Action.READ, NOTHING_FURTHER) == {()}


def test_only_what_can_have_a_say_applies() -> None:
    compiled = compiled_of(ORDERED)

    def applying(facts: Facts, *actions: Action) -> list[str]:
        return [policy.id for policy in compiled.applying(facts, frozenset(actions))]

    assert applying(NOTHING_FURTHER, Action.WRITE) == []
    assert applying(ORDER, Action.WRITE) == ["ordered"]
    assert applying(ORDER, *Action) == ["ordered", "any", "named"]
    assert applying(NOTHING_FURTHER, *Action) == ["any", "named"]
    assert applying(ORDER, Action.ADMINISTER) == []


def test_what_policies_tell_apart_is_what_any_of_them_does() -> None:
    compiled = compiled_of(ORDERED)
    assert compiled.attention is not None
    assert compiled.attention.named == {"urad:jana"}
    assert {"departments", "ticket", "level"} <= compiled.attention.attributes
    assert compiled.attributes == compiled.attention.attributes
    assert compiled.positions == {"ordered": 0, "any": 1, "named": 2}


@pytest.mark.parametrize("erring", range(4))
def test_the_policy_that_errs_is_named_also_where_a_municipality_has_more_than_the_region(
    erring: int,
) -> None:
    """Cedar gives new names, out of order, where two texts meet."""
    scope = f'permit (principal, action, resource in Municipality::"{HULIN}")'
    added = ["1", "2", "3", "4"]
    added[erring] = "9223372036854775807"
    own = [f"{scope} when {{ context.sign_in.age + {each} > 0 }};" for each in added]
    verdict = book_of(["permit (principal, action, resource) when { false };"], {HULIN: own}).decide(
        ask((HULIN, Role.CLERK))
    )
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.rule) == ("policy_error", f"{HULIN}-{erring}")


def meaning(text: str) -> list[dict[str, object]]:
    """What Cedar reads, without annotations but `@id`."""
    policies = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    for one in policies.values():
        one["annotations"] = {name: said for name, said in one.get("annotations", {}).items() if name == "id"}
    return [policies[f"policy{number}"] for number in range(len(policies))]


@pytest.mark.parametrize("file", sorted([*EXAMPLES.rglob("*.cedar"), *LIBRARY.glob("*.cedar")]), ids=str)
def test_without_what_is_for_people_policies_mean_the_same(file: Path) -> None:
    text = file.read_text("utf-8")
    bare = decisive(text)
    assert meaning(bare) == meaning(text)
    assert "@title" not in bare
    assert "//" not in bare


ODD = [
    '@id("a")@title_cs("a \\" // b")// "\n@title_en\n(\t"c")permit(principal,action,resource);',
    '@title_cs("@id(\\"b\\")") @id ("a") permit (principal, action, resource) when { "@x(\\"y\\")" == "  //  " };',
    '@id // "x\n("a") @title // @id("c")\n("b") @shadow permit (principal, action, resource);',
    '@identity("x") @id("a  b") permit (principal, action, resource)//;\nunless{1==2};// end',
    '@id("a")\r\n@reason("r\\n")\rpermit (principal, action, resource) when { principal has "@id(" };',
    '@title_cs("\\\\") @id("a") forbid (principal, action, resource) when { context["a//b"] like "* @a(\\"*" };',
    '@permit("x") @id("a") permit (principal, action, resource) when { [1,2].contains(1)\u2003};',
]


@pytest.mark.parametrize("text", ODD)
def test_what_stands_in_quotes_is_not_taken_for_what_is_for_people(text: str) -> None:
    assert meaning(decisive(text)) == meaning(text)


@given(
    st.lists(
        st.sampled_from(['"', "\\", "/", "//", "@", "id", "a", "(", ")", " ", "\n", "\r", ";", '@a("b")']),
        max_size=14,
    )
)
def test_whatever_is_written_in_quotes_reads_the_same(words: list[str]) -> None:
    written = json.dumps("".join(words))
    text = f'@title_cs({written}) @id("a") permit (principal, action, resource) when {{ {written} == {written} }};'
    assert meaning(decisive(text)) == meaning(text)
