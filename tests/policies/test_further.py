"""What must never be is found broken whatever a permit asks for besides, or it is told that it was not tried."""

from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, Language, Role
from policies import further
from policies.counterexamples import Found, Search
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.further import said_by
from policies.loosened import Said, loosened
from policies.model import Question
from policies.never import Never
from policies.reasons import Names
from policies.review import Bounds, review
from policies.statements import split
from tests.policies.generated import ATOMS, OF_PEOPLE, municipal, regional, source_of
from tests.policies.generated_questions import QUESTIONS
from tests.policies.test_counterexamples import CLERKS_NEVER_SIGN
from tests.policies.world import APPLICATIONS, DISTRICT, HONETICE, HULIN, KROMERIZ

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
NOBODY_EVER_SIGNS = Never(name="n", title_cs="a", title_en="b", actions=(Action.SIGN,))
NEVER_SO_HERE = {f'resource.municipality == Municipality::"{KROMERIZ}"', "principal.recovery"}
"""Of the resources of another municipality, and of the account of last resort, which a class only has by its name."""
ALWAYS_SO_HERE = {
    "true",
    "principal.municipality == resource.municipality",
    *(one for one in ATOMS if one.startswith("resource in Municipality")),
}
WORDS = '@reason("r") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")'


def searching(condition: str, region: str = "", kind: str = "when") -> Search:
    own = (
        f'@id("probe") permit (principal is Person, action == Action::"sign", resource in Municipality::"{HULIN}") '
        f"{kind} {{ {condition} }};"
    )
    sources = []
    for name, text in (("region", region), ("own", own)):
        reviewed = review(Path(f"{name}.cedar"), text, Bounds(SCHEMA, frozenset(DISTRICT)))
        assert reviewed.problems == ()
        sources.append(Source(reviewed.text, reviewed.policies))
    return Search(
        sources[0], {HULIN: sources[1]}, Names(DISTRICT, APPLICATIONS), frozenset({HULIN, HONETICE})
    )


def found(condition: str, never: Never = CLERKS_NEVER_SIGN, region: str = "", kind: str = "when") -> Found:
    return searching(condition, region, kind).of(never, HULIN, HULIN)


def nothing(of: Found) -> bool:
    """It holds, and nothing is left to be tried."""
    return of.example is None and not of.untried


@pytest.mark.parametrize("condition", [*ATOMS, *OF_PEOPLE])
def test_whatever_a_permit_asks_for_the_never_is_broken(condition: str) -> None:
    """By the condition, as by `true`."""
    of_condition = found(condition, NOBODY_EVER_SIGNS)
    assert (of_condition.example is not None) is (condition not in NEVER_SO_HERE)
    assert of_condition.untried == ()


@pytest.mark.parametrize("condition", [*ATOMS, *OF_PEOPLE])
def test_and_whatever_it_excepts(condition: str) -> None:
    of_condition = found(condition, NOBODY_EVER_SIGNS, kind="unless")
    broken = of_condition.example is not None or of_condition.too_many
    assert broken is (condition not in ALWAYS_SO_HERE)
    assert of_condition.untried == ()


@pytest.mark.parametrize(
    "condition",
    [
        "context.time.hour == 4 && context.time.minute == 17",
        "context.time.day == 29 && context.time.month == 2",
        "context.time.hour * 60 + context.time.minute == 257",
        'context.time.date == datetime("2027-08-13")',
        'context.time.now > datetime("2031-01-01")',
        "context.time.weekday == 6 && context.time.hour >= 20",
        "context.time.holiday && context.time.weekday < 6",
        "context.sign_in.age == 33",
        'principal == Person::"kromeriz:abc"',
        'context has purpose && context.purpose like "*tajné*"',
        'context.place has address && context.place.address.isInRange(ip("203.0.113.77/32"))',
        'context.place has country && context.place.country == "KP" && !context.place.tunnel',
        'principal has departments && principal.departments.contains("zvláštní")',
        'context has device.os && context.device.os == "ios" && context has device.owner && !context.device.managed',
        'principal.roles.contains(Role::"clerk") && principal.roles.contains(Role::"accountant")',
        'principal.roles.containsAll([Role::"clerk", Role::"accountant"])',
        'context has emergency && context.emergency.justification == "povodeň u nás doma"',
        "context has requested && context has ticket && context has delegation && !(context has purpose)",
        f'principal.memberships.contains(Municipality::"{KROMERIZ}")',
        "!(context has device) && context.place.networks.isEmpty()",
        'context.sign_in.factors.contains(Factor::"fpt")',
        "principal has employed_until && principal.employed_until < context.time.date",
    ],
)
def test_a_condition_that_only_a_permit_knows_hides_nothing(condition: str) -> None:
    of_condition = found(condition)
    assert of_condition.rule == "probe"
    assert of_condition.example is not None
    told = of_condition.example.words()
    assert ("jak to pravidlo chce" in told[Language.CZECH]) is of_condition.example.as_wanted
    assert ("as that policy asks" in told[Language.ENGLISH]) is of_condition.example.as_wanted


def test_what_a_forbid_lets_through_is_looked_for_too() -> None:
    by_night = (
        f'@id("g") {WORDS} forbid (principal, action, resource) '
        'unless { context.time.hour == 2 && context.place has country && context.place.country == "SK" };'
    )
    of_condition = found('context has purpose && context.purpose == "x"', region=by_night)
    assert of_condition.example is not None
    assert of_condition.example.at.hour == 2
    certain = by_night.replace("context.time.hour == 2", 'principal.roles.contains(Role::"mayor")')
    assert nothing(found('context has purpose && context.purpose == "x"', region=certain))


def test_what_no_question_can_be_made_for_is_told_by_the_permits_name() -> None:
    odd = 'context has purpose && context has agenda && context.purpose like "*a*b" && context.purpose == context.agenda'  # noqa: E501
    of_condition = found(f'context.sign_in.age * 7 == 12 || ({odd} && context.agenda like "x*")')
    assert (of_condition.example, of_condition.untried) == (None, ("probe",))


def test_what_the_class_says_is_not_taken_for_open() -> None:
    by_order = "context has ticket && context.ticket.approved && context.time.minute == 7"
    assert found(by_order).example is not None
    without = Never(**{**vars(CLERKS_NEVER_SIGN), "without": ("ticket",)})
    assert nothing(found(by_order, without))
    one_person = Never(**{**vars(CLERKS_NEVER_SIGN), "subject": "urad:a"})
    assert nothing(found('principal == Person::"urad:b"', one_person))
    for more in (
        'principal has departments && principal.departments.contains("legal")',
        f'principal.memberships.contains(Municipality::"{HONETICE}")',
        'principal has employed_since && principal.employed_since < datetime("2020-01-01")',
    ):
        assert not nothing(found(more, one_person)), "who it is says not what is known of that person"
    at_three = Never(**{**vars(CLERKS_NEVER_SIGN), "hours": (3,)})
    assert found("context.time.hour == 4 && context.time.minute == 7", at_three).example is None
    assert found("context.time.hour == 3 && context.time.minute == 7", at_three).example is not None
    others = Never(**{**vars(CLERKS_NEVER_SIGN), "roles_but": (Role.MAYOR,)})
    assert found(f'principal.offices.contains(Office::"{HULIN}/mayor")', others).example is None
    in_order = Never(**{**vars(CLERKS_NEVER_SIGN), "devices": ("in-order",)})
    assert nothing(found("context has device && !context.device.managed", in_order))
    assert found('context has device.os && context.device.os == "ios"', in_order).example is not None


def test_a_role_besides_is_tried_where_one_permit_asks_for_both() -> None:
    """A permit of another role alone is about others: `and_another` says that they are meant."""
    assert nothing(found('principal.roles.contains(Role::"accountant")'))
    both = found('principal.roles.contains(Role::"accountant") && principal.roles.contains(Role::"clerk")')
    assert both.example is not None
    assert set(both.example.roles) == {Role.ACCOUNTANT, Role.CLERK}


def test_so_much_is_asked_and_what_is_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    condition = 'context has purpose && context.purpose == "tajné"'
    monkeypatch.setattr(further, "MOST", 0)
    assert found(condition).untried == ("probe",)
    monkeypatch.setattr(further, "MOST", 1000)
    monkeypatch.setattr(further, "MOST_OF_ONE", 0)
    assert found(condition).untried == ("probe",)
    never_met, few = "context.sign_in.age * 7 == 12", 3
    before = found(never_met).asked
    monkeypatch.setattr(further, "MOST_OF_ONE", few)
    assert 0 < found(never_met).asked - before < few


SAYING = (
    frozenset[tuple[str, ...]](),
    frozenset({("context", "device"), ("context", "ticket")}),
    frozenset({("principal",), ("context", "place", "country"), ("context", "time", "hour")}),
)


@settings(max_examples=60)
@given(regional(), municipal(HULIN), st.lists(QUESTIONS, min_size=1, max_size=3), st.sampled_from(SAYING))
def test_whatever_is_permitted_is_permitted_loosened(
    region: list[str], own: list[str], asked: list[Question], paths: frozenset[tuple[str, ...]]
) -> None:
    one, other = source_of("region", region), source_of(HULIN, own, HULIN)
    names = Names(DISTRICT, APPLICATIONS)
    book = PolicyBook(one, {HULIN: other}, names, "1")
    for question in (replace(each, municipality=HULIN) for each in asked):
        said = Said(paths, here=question.own_municipality == HULIN)
        loose = [
            Source("\n".join(loosened(each.text, said) for each in split(of.text)), of.policies)
            for of in (one, other)
        ]
        opened = PolicyBook(loose[0], {HULIN: loose[1]}, names, "1")
        (before,), (after,) = book.outcomes([question]), opened.outcomes([question])
        assert before is not None
        assert after is not None
        assert not before.permits or after.permits or after.error


def test_a_policy_of_which_nothing_is_open_stays_as_it_is() -> None:
    plain = 'permit (principal, action, resource) when { principal.roles.contains(Role::"clerk") };'
    assert loosened(plain, Said(frozenset())) == plain
    by_hour = plain.replace("};", "&& context.time.hour == 3 };")
    assert "hour" not in loosened(by_hour, Said(frozenset()))
    at_three = Never(**{**vars(CLERKS_NEVER_SIGN), "hours": (3,)})
    assert loosened(by_hour, said_by(at_three, here=True)) == by_hour
