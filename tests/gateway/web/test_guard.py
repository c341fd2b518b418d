"""What changes something comes from our own pages; every refusal is a page or JSON, never a bare error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.guard import from_our_page
from tests.gateway.web.people import KVASICE, MAYOR, OFFICER, assertion_header

pytestmark = pytest.mark.real

PORTAL_HOST = {"Host": "portal.brana.test"}
AS_MAYOR = {**PORTAL_HOST, **assertion_header(MAYOR)}
FROM_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": "https://portal.brana.test"}

FOREIGN = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://records.brana.test"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://portal.brana.test"},
    {"Origin": "https://portal.brana.test.evil.example"},
    {"Origin": "https://portal.brana.test:444"},
    {"Origin": "https://user@portal.brana.test"},
    {"Origin": "https://[portal"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_that_is_not_from_our_page_changes_nothing(client, office, headers):
    answer = await client.post(
        "/municipality",
        data={"municipality": KVASICE},
        headers={**AS_MAYOR, **headers, "Accept": "text/html", "Accept-Language": "cs"},
    )
    assert answer.status == 403
    assert "Požadavek nepřišel z naší stránky" in await answer.text()
    assert answer.headers["x-brana-reason"] == "not_from_our_page"
    assert office.portal.acts == []


@pytest.mark.parametrize(
    "headers",
    [FROM_PAGE, {"Origin": "https://portal.brana.test"}, {"Origin": "https://portal.brana.test:443"}],
)
async def test_a_form_of_our_own_page_is_served(client, office, headers):
    answer = await client.post(
        "/municipality",
        data={"municipality": KVASICE},
        headers={**AS_MAYOR, **headers},
        allow_redirects=False,
    )
    assert answer.status == 303
    assert office.portal.acts == [("switch", MAYOR.subject, KVASICE, "203.0.113.7")]


OURS = {"https://portal.brana.test", "https://portal.brana.test:443"}


@given(
    st.text(max_size=40)
    | st.builds(
        "".join, st.lists(st.sampled_from(["https://", "portal.brana.test", ":443", "@", "/", ".", "http:"]))
    )
)
def test_no_other_origin_is_taken_for_ours(origin):
    headers = {"Origin": origin}
    assert from_our_page(headers, "portal.brana.test") is (origin.lower() in OURS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-brana-assertion": ""},
        {"x-brana-assertion": "nonsense"},
        {"x-brana-assertion": assertion_header(OFFICER)["x-brana-assertion"]},
    ],
    ids=["missing", "empty", "nonsense", "of another application"],
)
async def test_nobody_is_served_without_an_assertion_for_this_application(client, headers):
    answer = await client.get("/", headers={**PORTAL_HOST, **headers, "Accept": "text/html"})
    assert answer.status == 401
    assert "Nejprve se přihlaste" in await answer.text()


async def test_two_assertions_are_as_good_as_none(client):
    twice = [("Host", "portal.brana.test"), *(2 * list(assertion_header(MAYOR).items()))]
    assert (await client.get("/", headers=twice)).status == 401


async def test_a_program_is_told_the_reason_as_json(client):
    answer = await client.get(
        "/", headers={**PORTAL_HOST, "Accept": "application/json", "x-request-id": "r-1"}
    )
    assert answer.status == 401
    assert answer.headers["x-brana-reason"] == "sign_in_needed"
    assert await answer.json() == {
        "type": "urn:brana:reason:sign_in_needed",
        "status": 401,
        "reason": "sign_in_needed",
        "title": "Nejprve se přihlaste",
        "advice": "Vaše přihlášení skončilo, nebo jste se ještě nepřihlásili. Přihlaste se a pokračujte.",
        "request_id": "r-1",
    }


async def test_a_fault_of_ours_is_a_page_with_the_request_number_and_without_details(client, office):
    async def fails(caller, now):
        raise RuntimeError("password of the database is hunter2")

    office.portal.cards = fails
    answer = await client.get("/", headers={**AS_MAYOR, "Accept": "text/html", "x-request-id": "r-77"})
    text = await answer.text()
    assert answer.status == 500
    assert "r-77" in text
    assert "hunter2" not in text


async def test_a_body_that_is_too_long_is_refused(client, office):
    answer = await client.post(
        "/municipality", data={"municipality": "5" * 20_000}, headers={**AS_MAYOR, **FROM_PAGE}
    )
    assert answer.status == 413
    assert (await answer.json())["reason"] == "request_too_large"
    assert office.portal.acts == []


@pytest.mark.parametrize("path", ["/", "/nowhere", "/.brana/static/nothing.css"])
async def test_every_answer_carries_the_security_headers(client, path):
    answer = await client.get(path, headers=AS_MAYOR)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_a_page_is_never_kept_by_a_cache(client):
    answer = await client.get("/", headers=AS_MAYOR)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_method_that_a_page_does_not_have_is_refused_as_unknown(client):
    answer = await client.delete("/municipality", headers={**AS_MAYOR, **FROM_PAGE})
    assert answer.status == 405
    assert (await answer.json())["reason"] == "page_unknown"


async def test_a_refusal_of_our_own_pages_names_whom_the_gate_let_in_and_lets_them_out(client):
    for headers in (AS_MAYOR, {"Host": "admin.brana.test", **assertion_header(OFFICER)}):
        text = await (await client.get("/nowhere", headers={**headers, "Accept": "text/html"})).text()
        assert "/.brana/sign-out" in text
    stranger = await client.get("/.brana/none", headers={**PORTAL_HOST, "Accept": "text/html"})
    assert "sign-out" not in await stranger.text()
