import pytest

from config.vocabulary import Action, ApplicationId, Language
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.web.decision_pages import DecisionPages, own_path
from tests.gateway.web.sample import Office

CS, EN = Language.CZECH, Language.ENGLISH
PAGES = DecisionPages(Office().desk())


def asked(language=CS):
    return AccessRequest(
        application=ApplicationId("records"),
        municipality=None,
        action=Action.READ,
        method="GET",
        host="records.brana.test",
        target="/spisy?id=5",
        address="203.0.113.7",
        request_id="r-2",
        user_agent="",
        page_load=True,
        cookies={},
        language=language,
    )


def spoken(reason="nothing_permits"):
    return Refused(
        reason=reason,
        rule="",
        policy_version="1",
        title={CS: "Nelze", EN: "No"},
        advice={CS: "Počkejte.", EN: "Wait."},
        municipality=None,
    )


@pytest.mark.parametrize(("language", "advice"), [(CS, "Počkejte."), (EN, "Wait.")])
def test_a_refusal_is_shown_in_the_language_of_the_request(language, advice):
    text = PAGES.refused(asked(language), spoken(), 403)
    assert advice in text
    assert "r-2" in text


def test_what_passes_by_itself_can_be_tried_again():
    assert 'href="/spisy?id=5"' in PAGES.refused(asked(), spoken("directory_unreachable"), 503)
    assert 'href="/spisy?id=5"' in PAGES.unavailable(asked())
    assert 'href="/spisy?id=5"' not in PAGES.refused(asked(), spoken(), 403)


def test_another_municipality_is_offered_where_it_may_help():
    assert "#municipality" in PAGES.refused(asked(), spoken("other_municipality_active"), 403)
    assert "#municipality" not in PAGES.refused(asked(), spoken("role_not_sufficient"), 403)


def test_a_form_sent_after_the_session_ended_is_said_not_to_be_passed_on():
    assert "nepředali dál" in PAGES.signed_out(asked())


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\t/evil.example", "/a b"]
)
def test_a_target_that_could_lead_elsewhere_is_not_led_to(target):
    assert own_path(target) == "/"


def test_a_path_of_the_host_is_led_back_to():
    assert own_path("/spisy/5?a=//b") == "/spisy/5?a=//b"
