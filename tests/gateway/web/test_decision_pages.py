from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.vocabulary import Action, ApplicationId, Language, Role
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.web.decision_pages import DecisionPages, own_path
from gateway.web.refusal import Asked, SwitchFirst
from tests.gateway.web.people import HULIN, session
from tests.gateway.web.sample import Office

CS, EN = Language.CZECH, Language.ENGLISH
PAGES = DecisionPages(Office().desk())


def asked(language=CS, application="records", action=Action.READ):
    return AccessRequest(
        application=ApplicationId(application),
        municipality=None,
        action=action,
        method="GET",
        host="records.brana.test",
        target="/spisy?id=5",
        page="/spisy?id=5",
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
    text = PAGES.refused(asked(language), spoken(), session(), 403)
    assert advice in text
    assert "r-2" in text


def test_what_passes_by_itself_can_be_tried_again():
    assert 'href="/spisy?id=5"' in PAGES.refused(asked(), spoken("directory_unreachable"), session(), 503)
    assert 'href="/spisy?id=5"' in PAGES.unavailable(asked())
    assert 'href="/spisy?id=5"' not in PAGES.refused(asked(), spoken(), session(), 403)


@pytest.mark.parametrize(
    ("reason", "wish"),
    [
        ("phishing_resistant_needed", "key"),
        ("two_factors_needed", "two-factors"),
        ("sign_in_too_old", "anew"),
    ],
)
def test_a_refusal_that_another_sign_in_would_mend_leads_to_it_and_back(reason, wish):
    text = PAGES.refused(asked(), spoken(reason), session(), 403)
    assert f'href="/.brana/sign-in?wish={wish}&amp;to=%2Fspisy%3Fid%3D5"' in text
    assert "Potvrdit totožnost" in text
    assert "/.brana/sign-in" not in PAGES.refused(asked(), spoken("nothing_permits"), session(), 403)


def test_another_municipality_is_offered_where_it_may_help():
    other_active, not_sufficient = spoken("other_municipality_active"), spoken("role_not_sufficient")
    assert "#municipality" in PAGES.refused(asked(), other_active, session(), 403)
    assert "#municipality" not in PAGES.refused(asked(), not_sufficient, session(), 403)
    of_one = session(roles=((HULIN, Role.MAYOR),))
    assert "#municipality" not in PAGES.refused(asked(), other_active, of_one, 403)


def test_who_may_read_the_log_but_not_act_is_led_back_to_it():
    acting, reading = asked(EN, "audit", Action.ADMINISTER), asked(EN, "audit")
    assert 'href="/log">Back to the audit log</a>' in PAGES.refused(acting, spoken(), session(), 403)
    for other in (reading, asked(EN, "records", Action.WRITE)):
        assert 'href="/log"' not in PAGES.refused(other, spoken(), session(), 403)


def test_no_line_of_a_title_ends_at_a_hyphen_or_behind_a_preposition_of_one_letter():
    refusal = replace(spoken(), title={CS: "Nové načtení z adresáře v obci", EN: "This fresh sign-in <now>"})
    text = PAGES.refused(asked(EN), refusal, session(), 403)
    assert '<h1>This fresh <span class="unbroken">sign-in</span> &lt;now&gt;</h1>' in text
    text = PAGES.refused(asked(CS), refusal, session(), 403)
    assert "<h1>Nové načtení z\u00a0adresáře v\u00a0obci</h1>" in text


SIGN_OUT = '<form method="post" action="/.brana/sign-out">'


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (CS, "Přihlášená osoba: Ing. Marie Nováková, jedná za obec Hulín."),
        (EN, "You are signed in as Ing. Marie Nováková and act for Hulín."),
    ],
)
@pytest.mark.parametrize(("reason", "status"), [("nothing_permits", 403), ("directory_unreachable", 503)])
def test_whoever_is_refused_sees_as_whom_and_can_sign_out(language, sentence, reason, status):
    text = PAGES.refused(asked(language), spoken(reason), session(), status)
    assert sentence in text
    assert SIGN_OUT in text
    assert 'action="/.brana/sign-out">' in text.partition("other-person")[2]


def test_somebody_without_any_role_can_leave_as_well():
    text = PAGES.refused(asked(EN), spoken("no_role"), session(roles=(), municipality=None), 403)
    assert "You are signed in as Ing. Marie Nováková and act for no municipality." in text
    assert SIGN_OUT in text


def test_a_name_of_the_directory_stays_a_text():
    text = PAGES.refused(asked(), spoken(), session(name="<b>Novák</b>"), 403)
    assert "<b>" not in text
    assert "&lt;b&gt;Novák" in text


def test_where_nobody_is_known_to_be_signed_in_nobody_is_named_and_nothing_signs_out():
    for text in (PAGES.signed_out(asked()), PAGES.unavailable(asked())):
        assert "sign-out" not in text
        assert "account" not in text


def test_a_form_of_a_refusal_may_be_sent_to_its_own_host():
    assert "form-action 'self' " in PAGES.headers["Content-Security-Policy"]


def test_a_form_sent_after_the_session_ended_is_said_not_to_be_passed_on():
    text = PAGES.signed_out(asked())
    assert "nepředali dál" in text
    # at this host, so that the form can be sent again, and in another window, as this one holds it
    assert 'href="/.brana/sign-in?to=%2F.brana%2Fform%2Fback" target="_blank"' in text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\t/evil.example", "/a b"]
)
def test_a_target_that_could_lead_elsewhere_is_not_led_to(target):
    assert own_path(target) == "/"


def test_a_path_of_the_host_is_led_back_to():
    assert own_path("/spisy/5?a=//b") == "/spisy/5?a=//b"


def test_a_refused_form_leads_back_to_the_page_it_stood_on():
    sent = replace(asked(action=Action.SIGN), method="POST", target="/sign/5", page="/spis/5?list=2")
    page = PAGES.refused(sent, spoken("phishing_resistant_needed"), session(), 403)
    assert "to=%2Fspis%2F5%3Flist%3D2" in page
    assert "/sign/5" not in page


def test_what_can_be_asked_for_is_linked_and_nothing_else():
    here = session()
    told = []

    def may_ask(*about):
        told.append(about)
        return "https://requests.brana.test/ask?application=records" if len(told) == 1 else ""

    pages = DecisionPages(Office().desk(), may_ask)
    request, refused = asked(EN), spoken("role_not_sufficient")
    text = pages.refused(request, refused, here, 403)
    assert 'href="https://requests.brana.test/ask?application=records">Ask for it</a>' in text
    assert told == [(here, request, refused)]
    assert "Ask for it" not in pages.refused(request, refused, here, 403)
    assert "Ask for it" not in PAGES.refused(request, refused, here, 403)


def test_what_was_asked_for_already_is_told_with_its_request_and_not_offered_again():
    asked_already = Asked(datetime(2026, 3, 2, 9, 15, tzinfo=UTC), "https://requests.brana.test/one?name=N")
    pages = DecisionPages(Office().desk(), lambda *_: asked_already)
    text = pages.refused(asked(EN), spoken("role_not_sufficient"), session(), 403)
    assert "your request waits for a decision" in text
    assert "10:15" in text
    assert 'href="https://requests.brana.test/one?name=N">Your request</a>' in text
    assert "Ask for it" not in text


@pytest.mark.parametrize(
    ("language", "said", "button"),
    [
        (EN, "You are acting for Kroměříž now. Once you act for Hulín,", "Choose another municipality"),
        (
            CS,
            "Nyní jednáte za obec Kroměříž. Požádat o to můžete, až budete jednat za obec Hulín:",
            "Vybrat jinou obec",
        ),
    ],
)
def test_who_can_ask_after_switching_is_told_for_whom_they_act_and_led_to_the_switch(language, said, button):
    pages = DecisionPages(Office().desk(), lambda *_: SwitchFirst("Kroměříž", "Hulín"))
    text = pages.refused(asked(language), spoken("role_not_sufficient"), session(), 403).replace(
        "\u00a0", " "
    )
    assert said in text
    assert f'/#municipality">{button}</a>' in text
    for other in ("Ask for it", "Go to the portal", "Přejít na portál"):
        assert other not in text


@pytest.mark.parametrize(
    ("reason", "where", "offered"),
    [
        ("incident_all_but_officers", None, False),
        ("incident_role", HULIN, False),
        ("incident_municipality", HULIN, False),
        ("incident_municipality", "588296", True),
        ("incident_application", HULIN, True),
        ("nothing_permits", HULIN, True),
        ("device_blocked", None, False),
        ("device_suspended", None, False),
        ("device_waiting", None, False),
        ("device_tunnel_not_open", None, True),
        ("unmanaged_device", HULIN, True),
    ],
)
def test_nobody_is_sent_to_a_portal_that_is_closed_for_the_same_reason(reason, where, offered):
    refused = replace(spoken(reason), municipality=where)
    text = PAGES.refused(asked(EN), refused, replace(session(), municipality=HULIN), 403)
    assert ("Go to the portal" in text) == offered
