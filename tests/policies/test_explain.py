from collections.abc import Iterable

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, Role
from policies.explain import Explanation, why_nothing_permits
from policies.model import Question, Refused
from policies.reasons import Reason
from tests.policies.world import HULIN, KROMERIZ, NOW, ask, example_book

BOOK = example_book()


def nobody(_question: Question, _actions: Iterable[Action]) -> frozenset[Action]:
    return frozenset()


def passkeys_only(question: Question, actions: Iterable[Action]) -> frozenset[Action]:
    strong = question.level is AuthenticationLevel.PHISHING_RESISTANT
    return frozenset(actions) if strong else frozenset()


def where_one_acts(question: Question, actions: Iterable[Action]) -> frozenset[Action]:
    return frozenset(actions) if question.municipality == question.own_municipality else frozenset()


def this_minute_only(question: Question, actions: Iterable[Action]) -> frozenset[Action]:
    return frozenset(actions) if question.authenticated_at == question.now else frozenset()


def test_somebody_without_a_role_there_learns_that() -> None:
    assert why_nothing_permits(ask(), nobody).reason is Reason.NO_ROLE_IN_MUNICIPALITY


def test_somebody_acting_for_another_municipality_is_told_to_switch() -> None:
    question = ask((HULIN, Role.MAYOR), (KROMERIZ, Role.CLERK), municipality=KROMERIZ)
    reason = why_nothing_permits(question, where_one_acts).reason
    assert reason is Reason.OTHER_MUNICIPALITY_ACTIVE


def test_somebody_whom_switching_would_not_help_is_not_told_to_switch() -> None:
    question = ask((HULIN, Role.MAYOR), (KROMERIZ, Role.CLERK), municipality=KROMERIZ)
    assert why_nothing_permits(question, nobody).reason is Reason.NOTHING_PERMITS


def test_a_stronger_sign_in_is_asked_for_only_where_it_helps() -> None:
    question = ask((HULIN, Role.MAYOR))
    assert why_nothing_permits(question, passkeys_only).reason is Reason.STRONGER_SIGN_IN_NEEDED
    assert why_nothing_permits(question, nobody).reason is Reason.NOTHING_PERMITS


def test_a_fresh_sign_in_is_asked_for_before_a_stronger_one() -> None:
    assert why_nothing_permits(ask((HULIN, Role.MAYOR)), this_minute_only).reason is Reason.SIGN_IN_TOO_OLD


def test_somebody_who_may_read_but_not_write_learns_who_may() -> None:
    verdict = BOOK.decide(ask((HULIN, Role.MAYOR), action=Action.WRITE))
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.rule) == ("action_not_permitted", "")
    assert verdict.title[Language.CZECH] == "V aplikaci Spisová služba nesmíte zapisovat"
    assert "tajemník, matrikářka, podatelna, referent" in verdict.advice[Language.CZECH]


def test_somebody_whose_role_opens_nothing_there_learns_which_would() -> None:
    verdict = BOOK.decide(ask((HULIN, Role.CLERK), application=ApplicationId("budget")))
    assert isinstance(verdict, Refused)
    assert verdict.reason == "role_not_sufficient"
    assert verdict.title[Language.CZECH] == "Vaše role v obci Hulín k tomu neopravňuje"
    assert "accountant" in verdict.advice[Language.ENGLISH]


def test_what_is_permitted_to_nobody_is_said_to_be() -> None:
    question = ask((HULIN, Role.MAYOR), application=ApplicationId("map"), action=Action.SIGN)
    assert why_nothing_permits(question, BOOK.allowed) == Explanation(Reason.NOTHING_PERMITS)


def test_an_explanation_asks_at_most_twenty_other_questions() -> None:
    asked: list[Question] = []

    def counted(question: Question, _actions: Iterable[Action]) -> frozenset[Action]:
        asked.append(question)
        return frozenset()

    why_nothing_permits(ask((HULIN, Role.MAYOR), authenticated_at=NOW), counted)
    assert 0 < len(asked) <= 20
