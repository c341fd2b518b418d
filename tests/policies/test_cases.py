"""A case asks one question, and says how the verdict differs from the one expected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, Role, SubjectId
from policies.cases import Case
from policies.model import Facts, Permitted, Refused, Verdict
from tests.policies.world import HULIN, KROMERIZ, NOW, ask

WORDS = dict.fromkeys(Language, "x")
PERMITTED = Permitted(rule="records-mayor", version="v", also=("records-all",))
REFUSED = Refused(reason="two_factors_needed", rule="two-factors", version="v", title=WORDS, advice=WORDS)


def told(verdict: Verdict, **expected: Any) -> str:
    """In English; empty where nothing is broken."""
    said = Case(name="a", **expected).broken_by(verdict)
    return "" if said is None else said[Language.ENGLISH]


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (PERMITTED, {}),
        (PERMITTED, {"rule": "records-mayor"}),
        (REFUSED, {"reason": "two_factors_needed"}),
        (REFUSED, {"reason": "two_factors_needed", "rule": "two-factors"}),
        (replace(REFUSED, rule=""), {"reason": "two_factors_needed", "rule": ""}),
    ],
)
def test_a_verdict_as_expected_breaks_nothing(verdict: Verdict, expected: dict[str, str]) -> None:
    assert told(verdict, **expected) == ""


@pytest.mark.parametrize(
    ("verdict", "expected", "words"),
    [
        (
            PERMITTED,
            {"reason": "two_factors_needed"},
            "expected to be refused (two_factors_needed), and is permitted by records-mayor",
        ),
        (REFUSED, {}, "expected to be permitted, and is refused (two_factors_needed: x) by two-factors"),
        (
            REFUSED,
            {"rule": "two-factors"},  # the same policy, and the other verdict
            "expected to be permitted by two-factors, and is refused (two_factors_needed: x) by two-factors",
        ),
        (
            REFUSED,
            {"reason": "no_role_in_municipality"},
            (
                "expected to be refused (no_role_in_municipality: You have no role in …), "
                "and is refused (two_factors_needed: x) by two-factors"
            ),
        ),
        (
            PERMITTED,
            {"rule": "records-all"},  # it permits too, and does not decide
            "expected to be permitted by records-all, and is permitted by records-mayor",
        ),
        (
            REFUSED,
            {"reason": "two_factors_needed", "rule": "strong-sign-in"},
            (
                "expected to be refused (two_factors_needed) by strong-sign-in, "
                "and is refused (two_factors_needed: x) by two-factors"
            ),
        ),
        (
            replace(REFUSED, rule=""),  # nothing permits, which no policy decides
            {"reason": "two_factors_needed", "rule": "two-factors"},
            "expected to be refused (two_factors_needed) by two-factors, and is refused (two_factors_needed: x)",
        ),
        (
            REFUSED,
            {"reason": "two_factors_needed", "rule": ""},
            "expected to be refused (two_factors_needed), and is refused (two_factors_needed: x) by two-factors",
        ),
    ],
)
def test_another_verdict_breaks_the_case_and_is_told(
    verdict: Verdict, expected: dict[str, str], words: str
) -> None:
    assert told(verdict, **expected) == words


def test_a_title_that_names_a_municipality_names_none_where_others_may_be_told() -> None:
    broken = Case(name="a").broken_by(
        replace(REFUSED, title=dict.fromkeys(Language, "not at Hulín")), ["Hulín"]
    )
    assert broken is not None
    assert "refused (two_factors_needed: not at …) by" in broken[Language.ENGLISH]
    expected = Case(name="a", reason="no_role_in_municipality").broken_by(PERMITTED)
    assert expected is not None
    assert "refused (no_role_in_municipality: You have no role in …)" in expected[Language.ENGLISH]


def test_what_a_case_leaves_out_is_an_ordinary_morning_of_the_mayor_there() -> None:
    assert Case(name="a").question(HULIN) == ask((HULIN, Role.MAYOR))
    assert Case(name="a").question(KROMERIZ) == ask((KROMERIZ, Role.MAYOR))


def test_what_a_case_says_is_what_is_asked() -> None:
    facts = Facts(tunnel=True)
    said = Case(
        name="a",
        subject=SubjectId("urad:jana"),
        roles=("clerk", f"auditor@{KROMERIZ}"),
        own=KROMERIZ,
        municipality=HULIN,
        application=ApplicationId("budget"),
        action=Action.SIGN,
        level="phishing-resistant",
        age=timedelta(hours=2),
        at=NOW + timedelta(days=1),
        address="198.51.100.7",
        facts=facts,
    )
    assert said.question(HULIN) == ask(
        (HULIN, Role.CLERK),
        (KROMERIZ, Role.AUDITOR),
        subject=SubjectId("urad:jana"),
        own_municipality=KROMERIZ,
        municipality=HULIN,
        application=ApplicationId("budget"),
        action=Action.SIGN,
        level=AuthenticationLevel.PHISHING_RESISTANT,
        authenticated_at=NOW + timedelta(days=1, hours=-2),
        now=NOW + timedelta(days=1),
        address="198.51.100.7",
        facts=facts,
    )


def test_a_role_elsewhere_and_a_municipality_of_its_own_stay_where_the_case_says() -> None:
    said = Case(name="a", roles=(f"clerk@{HULIN}",), own=HULIN, municipality=HULIN).question(KROMERIZ)
    assert said == ask((HULIN, Role.CLERK))
