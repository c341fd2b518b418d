"""Each page belongs to one host; `/.brana/` belongs to all."""

import pytest

from gateway.web.app import PathNotOurs, host_of, make_app
from tests.gateway.web.people import MAYOR, OFFICER, assertion_header
from tests.gateway.web.sample import Office

pytestmark = pytest.mark.real

AS_OFFICER = {**assertion_header(OFFICER), "Accept": "text/html"}


async def test_the_same_path_is_answered_by_the_host_that_was_asked(client):
    portal = await client.get("/", headers={**assertion_header(MAYOR), "Host": "portal.brana.test:8443"})
    admin = await client.get("/", headers={**AS_OFFICER, "Host": "ADMIN.brana.test"})
    assert "Co můžete otevřít" in await portal.text()
    assert "Provoz za posledních 24 hodin" in await admin.text()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "portal.brana.test.evil.example",
        "brana.test",
        "admin.brana.test.",
        "[::1]:8443",
        ":8443",
    ],
)
async def test_a_host_that_is_not_ours_has_no_pages(client, host):
    assert (await client.get("/", headers={**AS_OFFICER, "Host": host})).status == 404


async def test_officers_pages_are_not_on_the_portal(client):
    headers = {**AS_OFFICER, "Host": "portal.brana.test"}
    assert (await client.get("/log", headers=headers)).status == 404


async def test_files_are_served_on_every_host_and_kept_for_ever(client):
    address = Office().desk().pages.assets.address("style.css")
    answer = await client.get(address, headers={"Host": "records.hulin.brana.test"})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--primary" in await answer.text()


def test_a_handler_outside_our_paths_is_refused_at_start():
    desk = Office().desk()

    async def handler(request):
        return request

    with pytest.raises(PathNotOurs, match="/callback"):
        make_app(desk, {}, {"/callback": handler})


@pytest.mark.parametrize(
    ("header", "host"),
    [("A.example:8443", "a.example"), ("a.example", "a.example"), ("[::1]:80", "[::1]"), ("", "")],
)
def test_the_host_is_read_without_its_port(header, host):
    class Request:
        pass

    request = Request()
    request.host = header
    assert host_of(request) == host
