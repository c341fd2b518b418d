import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Separation, Title
from config.vocabulary import REASON_HEADER, RECOVERY_ADMINISTRATOR, Language, Role, SubjectId
from gateway.asks.ask import Kind
from gateway.asks.separation import Duties
from gateway.asks.steps import withdraw
from gateway.asks.wish import party
from gateway.authorize.closed_now import ClosedNow
from gateway.sessions.shown import Membership
from gateway.waiting import Waiting
from gateway.web.identity import DEVICES
from gateway.web.portal.closed import ByHours, ClosedCard
from gateway.web.portal.standing import Asks
from gateway.web.refusal import Asked
from idp.directory.same_person import Account, Persons, no_others
from idp.http.moments import moment_text
from tests.gateway.asks.town import EVA, HOUR, PAVEL, approved, ask
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.people import HULIN, KROMERIZ, KVASICE, MAYOR, NOW, assertion_header
from tests.gateway.web.sample import CARDS, POLICIES, REQUESTS

pytestmark = pytest.mark.real

AS_MAYOR = {
    "Host": "portal.brana.test",
    "Accept": "text/html",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    **assertion_header(MAYOR),
}


async def shown(client, path):
    answer = await client.get(path, headers=AS_MAYOR)
    assert answer.status == 200
    return await answer.text()


async def test_the_start_page_shows_what_may_be_opened_and_nothing_else(client, office):
    office.portal.cards_open = CARDS[:1]
    text = await shown(client, "/")
    assert 'href="https://hulin.records.brana.test/"' in text
    assert "Records service" in text
    assert "Accounting" not in text


async def test_somebody_without_applications_is_told_what_to_do(client, office):
    office.portal.cards_open = ()
    assert "ask your chief clerk" in await shown(client, "/")


async def test_the_recovery_administrator_is_told_what_the_account_is_for(client, office):
    office.portal.cards_open = ()
    headers = AS_MAYOR | assertion_header(replace(MAYOR, subject=RECOVERY_ADMINISTRATOR))
    text = await (await client.get("/", headers=headers)).text()
    assert "This is the account of last resort" in text
    assert "permit it no application now" in text
    assert "chief clerk" not in text
    assert "last resort" not in await shown(client, "/")


async def test_all_roles_are_listed_by_municipality(client):
    text = await shown(client, "/")
    assert "mayor" in text
    assert "clerk, registrar" in text


async def test_somebody_of_one_municipality_is_offered_no_switch(client, office):
    office.portal.memberships_held = (Membership(code=HULIN, name="Hulín", roles=(Role.MAYOR,)),)
    assert 'action="/municipality"' not in await shown(client, "/")


async def test_another_municipality_than_the_present_is_offered_for_the_switch(client):
    text = await shown(client, "/")
    assert re.findall(r'<option value="(\d+)"', text) == ["588644"]


async def test_who_acts_for_none_is_offered_all_their_municipalities(client):
    answer = await client.get(
        "/", headers={**AS_MAYOR, **assertion_header(replace(MAYOR, municipality=KROMERIZ))}
    )
    assert re.findall(r'<option value="(\d+)"', await answer.text()) == ["588491", "588644"]


async def test_switching_the_municipality_is_done_and_said(client, office):
    answer = await client.post(
        "/municipality", data={"municipality": "588644"}, headers=AS_MAYOR, allow_redirects=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/?done=switched")
    assert office.portal.acts == [("switch", MAYOR.subject, "588644", "203.0.113.7")]


async def test_a_municipality_of_others_is_refused_by_name(client, office):
    answer = await client.post("/municipality", data={"municipality": "588296"}, headers=AS_MAYOR)
    assert answer.status == 403
    assert "You hold no role in this municipality" in await answer.text()
    assert office.portal.acts == []


@pytest.mark.parametrize("form", [{}, {"municipality": ["588644", "588491"]}, {"other": "588644"}])
async def test_a_form_that_is_not_ours_in_shape_is_refused(client, office, form):
    pairs = [
        (name, value)
        for name, values in form.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    answer = await client.post("/municipality", data=pairs, headers=AS_MAYOR)
    assert answer.status == 400
    assert answer.headers[REASON_HEADER] == "request_unreadable"
    assert office.portal.acts == []


URL_ENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (URL_ENCODED, b"municipality=\xff"),
        (URL_ENCODED, b"municipality=%ff"),
        (URL_ENCODED, b"a=1&" * 500 + b"municipality=588644"),
        (f"{URL_ENCODED}; charset=nonsense", b"municipality=\x00\xe9"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Transfer-Encoding: evil\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--"),
    ],
)
async def test_a_form_that_cannot_be_read_is_the_sender_s_fault_and_not_ours(client, office, kind, body):
    answer = await client.post("/municipality", data=body, headers=AS_MAYOR | {"Content-Type": kind})
    assert answer.status == 400
    assert answer.headers[REASON_HEADER] == "request_unreadable"
    assert office.portal.acts == []


async def test_a_file_in_place_of_a_text_is_refused(client, office):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="municipality"; filename="x"\r\n\r\n588644\r\n--b--\r\n'
    )
    answer = await client.post(
        "/municipality",
        data=body,
        headers={**AS_MAYOR, "Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status == 400
    assert office.portal.acts == []


async def test_own_sign_ins_are_shown_at_my_account_to_which_the_portal_leads(client):
    assert '<a href="https://login.brana.test/account">' in await shown(client, "/")
    assert (await client.get("/sign-ins", headers=AS_MAYOR)).status == 404


async def test_nothing_is_said_to_be_done_that_an_address_invents(client):
    assert "notice" not in await shown(client, "/?done=%3Cb%3Edeleted")


async def test_an_administrators_first_page_says_what_the_account_is_for(client, office):
    administrator = replace(MAYOR, roles=(Role.CENTRE_ADMINISTRATOR,))
    headers = {**AS_MAYOR, **assertion_header(administrator)}
    office.portal.cards_open = ()
    text = await (await client.get("/", headers=headers)).text()
    assert "This is an administrator" in text
    assert "permit it none of the officers" in text
    assert "There is no application for you here yet" not in text
    office.portal.cards_open = CARDS[:1]
    text = await (await client.get("/", headers=headers)).text()
    assert "The policies permit it the pages below." in text


async def test_whose_roles_may_not_meet_reads_which_they_are(client, office):
    assert "may not meet" not in await shown(client, "/")
    office.duties = Duties.of([Separation(roles=[Role.MAYOR, Role.REGISTRAR])], no_others)
    async with TestClient(TestServer(make_office_app(office))) as apart:
        text = await shown(apart, "/")
    assert "Your roles may not meet in one person" in text
    assert "mayor and registrar" in text
    assert "other account" not in text
    known = Persons()
    known.know(
        [
            [
                Account(MAYOR.subject, "novak"),
                Account(SubjectId("urad:adm"), "adm-novak", frozenset({(KROMERIZ, Role.AUDITOR)})),
            ]
        ]
    )
    office.duties = Duties.of([Separation(roles=[Role.MAYOR, Role.AUDITOR])], known.others)
    async with TestClient(TestServer(make_office_app(office))) as apart:
        assert "One of them is held by your other account, adm-novak." in await shown(apart, "/")
    office.duties = Duties.of([Separation(roles=[Role.MAYOR, Role.ACCOUNTANT])], no_others)
    lent = ask(Kind.DELEGATION, EVA, PAVEL, role=Role.ACCOUNTANT, since=NOW, until=NOW + HOUR)
    office.asks = Asks(lambda _: [lent])
    async with TestClient(TestServer(make_office_app(office))) as apart:
        text = await shown(apart, "/")
        assert "accountant and mayor" in text
        assert "There is no application for you here yet" not in text, "that is not why"
        told = (
            f"lent to you, until {moment_text(lent.until, Language.ENGLISH, 'minute')}: by the delegation of"
        )
        assert f"{told} {EVA.name}, who can end it" in re.sub("</?time[^>]*>", "", text)
        assert f'href="/lent?name={lent.id}"' in text
        question = await shown(apart, f"/lent?name={lent.id}")
        assert EVA.name in question
        assert office.withdrawn == [], "nothing ends by being asked"
        ended = await apart.post("/lent", headers=AS_MAYOR, data={"name": lent.id}, allow_redirects=False)
        assert (ended.status, ended.headers["Location"]) == (303, "/?done=ended")
        assert office.withdrawn == [(lent.id, MAYOR.subject)]
        answer = await apart.get("/lent?name=another", headers=AS_MAYOR)
        assert (answer.status, answer.headers[REASON_HEADER]) == (404, "request_unknown")
        office.asks = Asks(lambda _: [replace(lent, kind=Kind.ACCESS, application=None)])
        assert (await apart.get(f"/lent?name={lent.id}", headers=AS_MAYOR)).status == 404
        office.asks = Asks(lambda _: [replace(lent, until=NOW)])
        assert (await apart.get(f"/lent?name={lent.id}", headers=AS_MAYOR)).status == 404


async def test_a_role_that_is_held_anyway_is_not_told_as_lent(client, office):
    office.duties = Duties.of([Separation(roles=[Role.MAYOR, Role.REGISTRAR])], no_others)
    lent = ask(
        Kind.DELEGATION, EVA, PAVEL, role=Role.REGISTRAR, municipality=KVASICE, since=NOW, until=NOW + HOUR
    )
    office.asks = Asks(lambda _: [lent])
    async with TestClient(TestServer(make_office_app(office))) as apart:
        text = await shown(apart, "/")
    assert "mayor and registrar" in text
    assert "lent to you" not in text


async def test_the_portal_says_what_waits_for_whoever_looks_and_leads_there(client, office):
    office.portal.cards_open = (*CARDS, POLICIES, REQUESTS)
    office.waiting = Waiting(requests=1, orders=2, uses=5, proposals=2, accesses=100)
    text = await shown(client, "/")
    assert text.count("Waits for you:") == 2
    assert '<a href="https://requests.brana.test/waiting">1 request to decide</a>' in text
    assert '<a href="https://requests.brana.test/orders">2 orders to confirm</a>' in text
    assert '<a href="https://requests.brana.test/reviews">5 emergency accesses to review</a>' in text
    assert '<a href="https://policies.brana.test/proposals">2 proposals to approve</a>' in text
    assert '<a href="https://policies.brana.test/reviews">99+ accesses to confirm or remove</a>' in text
    assert office.asked_what_waits == [{"policies", "requests"}]
    office.waiting = Waiting(proposals=1, common=1)
    text = await shown(client, "/")
    assert '<a href="https://policies.brana.test/proposals?of=region">1 proposal to approve</a>' in text


async def test_devices_that_wait_are_told_at_their_card(client, office):
    office.portal.cards_open = (replace(REQUESTS, application=DEVICES, address="https://devices.brana.test"),)
    office.waiting = Waiting(devices=3)
    text = await shown(client, "/")
    assert '<a href="https://devices.brana.test/?state=waiting">3 devices to approve</a>' in text
    assert office.asked_what_waits == [{"devices"}]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 žádost k rozhodnutí"),
        (4, "4 žádosti k rozhodnutí"),
        (5, "5 žádostí k rozhodnutí"),
        (100, "99+ žádostí k rozhodnutí"),
    ],
)
async def test_what_waits_is_told_in_good_czech(client, office, number, words):
    office.portal.cards_open = (REQUESTS,)
    office.waiting = Waiting(requests=number)
    answer = await client.get("/", headers=AS_MAYOR | {"Accept-Language": "cs"})
    assert f">{words}</a>" in await answer.text()


async def test_where_nothing_waits_nothing_is_said(client, office):
    office.portal.cards_open = (POLICIES, REQUESTS)
    assert "Waits for you" not in await shown(client, "/")


async def test_who_opens_neither_page_is_not_looked_up(client, office):
    await shown(client, "/")
    assert office.asked_what_waits == []


async def test_emergency_access_that_runs_is_shown_with_its_end_and_can_be_ended_from_there(client, office):
    use = ask(Kind.EMERGENCY, since=NOW, until=NOW + HOUR)
    office.portal.cards_open = (*CARDS, REQUESTS)
    office.asks = Asks(lambda _: [use], lambda _: Title(cs="Spisová služba", en="Records service"))
    text = await shown(client, "/")
    assert "Emergency access is running" in text
    assert "Records service</strong>, Hulín" in text
    assert "23 Nov 2026, 10:41 CET" in text
    assert f'{REQUESTS.address.rstrip("/")}/end?name={use.id}"' in text
    office.asks = Asks(lambda _: [replace(use, since=NOW - HOUR, until=NOW)])
    assert "Emergency access is running" not in await shown(client, "/")


async def test_emergency_access_that_an_incident_closed_meanwhile_says_so_at_the_portal(client, office):
    use = ask(Kind.EMERGENCY, since=NOW, until=NOW + HOUR)
    title = {
        Language.CZECH: "Aplikace Spisová služba je dočasně uzavřena",
        Language.ENGLISH: "Records service is closed",
    }

    async def closed(those):
        return {one.id: ClosedNow("incident-application-records", title, title, NOW) for one in those}

    office.asks = Asks(lambda _: [use])
    assert "closed now in an incident" not in await shown(client, "/")
    office.asks = Asks(lambda _: [use], closed=closed)
    text = await shown(client, "/")
    assert "closed now in an incident" in text
    assert "Records service is closed, since" in text
    assert "It opens nothing as long as that lasts" in text


async def test_an_order_that_its_sponsor_ended_is_told_with_whom_to_ask(client, office):
    office.portal.cards_open = (*CARDS, REQUESTS)
    order = approved(ask(Kind.ORDER, PAVEL, since=NOW, until=NOW + HOUR), EVA)
    office.asks = Asks(lambda _: [withdraw(order, party(EVA), NOW, decides=False)])
    text = await shown(client, "/")
    assert "Your order was ended: records, Hulín" in text
    assert f"ended early by its sponsor, {EVA.name}" in text
    assert f'{REQUESTS.address.rstrip("/")}/one?name={order.id}"' in text
    office.portal.cards_open = ()
    without = await shown(client, "/")
    assert "ended early by its sponsor" in without
    assert "/one?name=" not in without, "whoever may not open the requests is led nowhere"


async def test_who_asked_for_nothing_is_told_nothing_of_it(client):
    text = await shown(client, "/")
    assert "Emergency access is running" not in text
    assert "Your order was ended" not in text


async def test_an_application_that_an_incident_closes_stands_there_as_closed_and_is_no_link(client, office):
    title = {Language.CZECH: "Aplikace je uzavřena", Language.ENGLISH: "The application is closed"}
    why = {Language.CZECH: "Únik. Zavolejte.", Language.ENGLISH: "A leak. Call the security officer."}
    records, accounting, *_ = CARDS

    async def closed(*_):
        return [ClosedCard(records, ClosedNow("incident-application-records", title, why, NOW))]

    office.portal.cards_open = (accounting,)
    assert "Records service" not in await shown(client, "/")
    office.closed_cards = closed
    text = await shown(client, "/")
    assert "<h2>Records service</h2>" in text
    assert records.address not in text
    assert "closed now in an incident" in text
    assert "The application is closed, since <time" in text
    assert "A leak. Call the security officer." in text
    assert "Your role is not gone" in text
    office.portal.cards_open = ()
    assert "There is no application for you here yet" not in await shown(client, "/")


@pytest.mark.parametrize(
    ("ask", "leads"),
    [
        ("https://requests.brana.test/emergency?application=records&read=1", "Emergency access"),
        ("https://requests.brana.test/ask?application=records&read=1", "Ask for it"),
        (Asked(NOW, "https://requests.brana.test/one?name=x"), "Your request"),
        ("", None),
    ],
)
async def test_an_application_that_hours_close_says_so_in_the_words_of_the_refusal_and_what_can_be_done(
    client, office, ask, leads
):
    title = {
        Language.CZECH: "V tuto dobu je přístup uzavřen",
        Language.ENGLISH: "Access is closed at this hour",
    }
    advice = dict.fromkeys(Language, "Permitted: 7:00–18:00, Monday to Friday. Come back then.")
    records, accounting, *_ = CARDS

    async def closed(*_):
        return [ByHours(records, title, advice, ask)]

    office.portal.cards_open = (accounting,)
    office.closed_cards = closed
    text = await shown(client, "/")
    assert "<h2>Records service</h2>" in text
    assert records.address not in text
    assert "closed now</span>" in text
    assert "Access is closed at this hour.</strong> Permitted: 7:00–18:00, Monday to Friday." in text
    assert "incident" not in text
    card = text.split("<h2>Records service</h2>")[1].split("</li>")[0]
    assert card.count("href=") == (leads is not None)
    if leads is not None:
        address = ask.at if isinstance(ask, Asked) else ask.replace("&", "&amp;")
        assert f'href="{address}">{leads}<' in card
