"""Whether a person alone could turn a refusal into a permit is said where it is certain that they could not."""

import pytest

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Role
from policies.alone import could_alone
from policies.model import Question
from tests.policies.generated import OVERFLOWS, book_of
from tests.policies.world import HULIN, KROMERIZ, ask

THERE = f'resource in Municipality::"{HULIN}"'
A_CLERK = ask((HULIN, Role.CLERK))


def could(condition: str, question: Question = A_CLERK, action: str = "action") -> bool:
    book = book_of([], {HULIN: [f"permit (principal, {action}, {THERE}) when {{ {condition} }};"]})
    return could_alone(book, question)


@pytest.mark.parametrize(
    "condition",
    [
        "context.sign_in.level >= 3",
        "context.sign_in.age < 60",
        "context has device && context.device.managed",
        'context.place.networks.contains(Network::"office")',
        "context has purpose",
    ],
)
def test_a_device_a_sign_in_a_place_and_a_purpose_are_ones_own_matter(condition: str) -> None:
    assert could(condition)


@pytest.mark.parametrize(
    "condition",
    [
        'principal.roles.contains(Role::"mayor")',
        "context has ticket",
        "context has delegation",
        "context has requested",
        "context.time.hour < 5",
        'resource in Application::"map"',
        "false",
    ],
)
def test_what_others_give_and_another_hour_are_not(condition: str) -> None:
    assert not could(condition)


def test_nor_are_another_municipality_and_a_smaller_wish() -> None:
    elsewhere = ask((KROMERIZ, Role.CLERK), (HULIN, Role.CLERK), municipality=HULIN)
    assert not could("principal.municipality == resource.municipality", elsewhere)
    assert not could("true", ask((HULIN, Role.CLERK), action=Action.WRITE), 'action == Action::"read"')


def test_what_is_open_or_cannot_be_told_is_not_denied() -> None:
    assert could("true")
    assert could(OVERFLOWS)
    assert could("true", ask((KROMERIZ, Role.CLERK)))  # where there are no policies
    weak = ask((HULIN, Role.CLERK), level=AuthenticationLevel.PASSWORD, application=ApplicationId("budget"))
    assert could('resource in Application::"budget" && context.sign_in.level >= 2', weak)
