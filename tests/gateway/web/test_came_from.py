"""Pages elsewhere that would make somebody's browser search the log in their name."""

import pytest

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from tests.gateway.web.test_officer import AS_OFFICER

pytestmark = pytest.mark.real
NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def looks(office):
    return [one for one in office.log.entries if one.code is Code.LOG_SEARCHED]


@pytest.mark.parametrize(
    "path",
    ["/log?person=sousedka&q=linux%3Bx11", "/log/7", "/charts", "/answers/failed-sign-ins", "/sessions"],
)
async def test_a_stranger_s_link_searches_nothing_in_the_officer_s_name_until_they_go_on(
    client, office, path
):
    answer = await client.get(path, headers={**AS_OFFICER, **NAVIGATES, "Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.headers[REASON_HEADER]) == (403, "came_from_elsewhere")
    text = await answer.text()
    assert f'href="{path.replace("&", "&amp;")}">Go on</a>' in text
    assert not looks(office)
    own = await client.get(path, headers={**AS_OFFICER, **NAVIGATES, "Sec-Fetch-Site": "same-origin"})
    assert own.status == 200
    assert "came_from" not in looks(office)[-1].details


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_picture_frame_or_script_of_another_host_searches(client, office, site):
    for head in (
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    ):
        answer = await client.get("/log?q=x", headers={**AS_OFFICER, **head, "Sec-Fetch-Site": site})
        assert answer.status == 403
    assert not looks(office)


async def test_a_link_on_another_host_of_ours_is_told_with_the_look(client, office):
    answer = await client.get("/log?q=x", headers={**AS_OFFICER, **NAVIGATES, "Sec-Fetch-Site": "same-site"})
    assert answer.status == 200
    assert looks(office)[-1].details["came_from"] == "same-site"


async def test_the_start_page_answers_whoever_leads_there(client, office):
    answer = await client.get("/", headers={**AS_OFFICER, **NAVIGATES, "Sec-Fetch-Site": "cross-site"})
    assert answer.status == 200


async def test_the_question_is_asked_in_czech_too(client):
    czech = {"Cookie": "brana-language=cs", **NAVIGATES, "Sec-Fetch-Site": "cross-site"}
    text = await (await client.get("/log", headers=AS_OFFICER | czech)).text()
    assert "Přišli jste odkazem odjinud" in text
    assert ">Pokračovat</a>" in text
