"""Files: WebDAV with webdav4 and httpx at a real Apache, and where nothing may be moved; gibibytes up and down."""

import asyncio
import contextlib
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from webdav4.client import Client

from tests.rig.centre import Centre

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
SIZE = 2**30 + 1
GROWN = 32 * 2**20  # bytes that all of ours may take more meanwhile
LOOK = 0.05  # seconds
TEXT = "žádost o dotaci".encode()
LOCK = (
    '<?xml version="1.0"?><lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope>'
    "<locktype><write/></locktype><owner>Jana</owner></lockinfo>"
)


@pytest_asyncio.fixture(loop_scope="session")
async def dav(there: Centre) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in, at the tree."""
    async with httpx.AsyncClient(
        verify=there.product.tls(),
        http2=True,
        proxy=there.proxy,
        base_url=there.url("dav", "/dav"),
        headers={"Cookie": await there.cookie("dav")},
    ) as client:
        yield client


async def test_a_client_makes_folders_copies_moves_and_deletes(there: Centre) -> None:
    cookie = {"Cookie": await there.cookie("dav")}

    def work(client: Client) -> None:
        client.mkdir("Spisy")
        client.upload_fileobj(io.BytesIO(TEXT), "Spisy/žádost č. 1.txt")
        client.copy("Spisy/žádost č. 1.txt", "Spisy/kopie.txt")
        client.move("Spisy/kopie.txt", "Spisy/přesunuto.txt")
        client.move("Spisy", "Archiv")
        assert sorted(client.ls("Archiv", detail=False)) == ["Archiv/přesunuto.txt", "Archiv/žádost č. 1.txt"]
        assert client.info("Archiv/přesunuto.txt")["content_length"] == len(TEXT)
        client.remove("Archiv")
        assert not client.exists("Archiv")

    with httpx.Client(verify=there.product.tls(), proxy=there.proxy, headers=cookie, http2=True) as http:
        await asyncio.to_thread(work, Client(there.url("dav", "/dav"), http_client=http))


async def test_a_server_that_knows_nothing_of_tls_sends_nobody_out_of_it(
    there: Centre, dav: httpx.AsyncClient
) -> None:
    moved = await dav.get("/moved-text.txt")
    assert (moved.status_code, moved.headers["location"]) == (302, there.url("dav", "/dav/text.txt"))


async def test_who_has_the_lock_writes_and_nobody_else(there: Centre, dav: httpx.AsyncClient) -> None:
    await dav.put("/locked.txt", content=b"one")
    locked = await dav.request("LOCK", "/locked.txt", content=LOCK, headers={"Timeout": "Second-60"})
    token = locked.headers["lock-token"]
    assert (await dav.put("/locked.txt", content=b"two")).status_code == 423
    # of another place than the request's, by its address (RFC 4918 §10.4.2)
    tagged = {"If": f"<{there.url('dav', '/dav/locked.txt')}> ({token})"}
    await dav.put("/other.txt", content=b"other")
    onto = {"Destination": there.url("dav", "/dav/locked.txt"), "Overwrite": "T"}
    assert (await dav.request("COPY", "/other.txt", headers=onto)).status_code == 423
    assert (await dav.request("COPY", "/other.txt", headers=onto | tagged)).status_code == 204
    assert (await dav.request("UNLOCK", "/locked.txt", headers={"Lock-Token": token})).status_code == 204
    assert (await dav.put("/locked.txt", content=b"three")).status_code == 204


@pytest.mark.parametrize(
    "destination",
    [
        "{host}/elsewhere/x",  # beside the tree, where the decision was not asked
        "/elsewhere/x",
        "{host}/davx/x",
        "{host}/dav/../elsewhere/x",
        "{host}/dav/%2E%2e/elsewhere/x",
        "{host}/dav/..%20/elsewhere/x",
        "{host}/dav/.../elsewhere/x",
        "{host}/dav/%c0%ae%c0%ae/elsewhere/x",
        "{host}/dav/..%e0%80%afelsewhere/x",
        "{host}/dav/%u002e%u002e/elsewhere/x",
        "{host}/dav//x",
        "{host}/dav/a%2fx",
        "{host}/dav/a%255cx",
        "{host}/dav/a%",
        "{host}/dav/x?y",
        "{host}/dav/x;y",
        "{host}@elsewhere.test/dav/x",
        "https://elsewhere.test/dav/x",
        "//elsewhere.test/dav/x",
        "ftp://{bare}/dav/x",
        "{bare}/dav/x",
        "",
    ],
)
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
async def test_nothing_is_copied_or_moved_to_where_the_route_does_not_lead(
    there: Centre, dav: httpx.AsyncClient, method: str, destination: str
) -> None:
    await dav.put("/here.txt", content=b"here")
    named = destination.format(host=there.url("dav", ""), bare=there.authority("dav"))
    before = sorted(one for one in there.apache.files.rglob("*"))
    refused = await dav.request(method, "/here.txt", headers={"Destination": named})
    assert (refused.status_code, refused.json()["reason"]) == (403, "destination_refused")
    assert sorted(one for one in there.apache.files.rglob("*")) == before


async def test_two_destinations_are_none(there: Centre, dav: httpx.AsyncClient) -> None:
    await dav.put("/here.txt", content=b"here")
    two = [("Destination", there.url("dav", "/dav/x")), ("Destination", there.url("dav", "/dav/y"))]
    refused = await dav.request("COPY", "/here.txt", headers=two)
    assert (refused.status_code, refused.json()["reason"]) == (403, "destination_refused")


async def test_a_refused_destination_is_in_the_log(there: Centre, dav: httpx.AsyncClient) -> None:
    refused = await dav.request("COPY", "/here.txt", headers={"Destination": "/elsewhere"})
    entry = await there.entry(refused.headers["x-request-id"])
    assert (entry.outcome, entry.reason, entry.action) == ("refused", "destination_refused", "write")


async def test_who_is_not_webdav_is_not_told_where_to_copy(there: Centre) -> None:
    cookie, to = await there.cookie("chatty"), "Destination: https://elsewhere.test/x"
    told = await there.curl("--header", to, "--request", "COPY", there.url("chatty", "/api"), cookie=cookie)
    assert b'"method": "COPY"' in told.body
    assert "Destination" not in there.chatty.last.headers


async def test_a_stranger_is_told_to_sign_in_and_makes_nothing(there: Centre) -> None:
    for method in ("PROPFIND", "MKCOL", "PUT", "LOCK", "MOVE"):
        refused = await there.curl("--request", method, there.url("dav", "/dav/made"))
        assert (refused.status, refused.reason) == ("HTTP/2 401", "sign_in_needed")
    assert not (there.apache.files / "dav/made").exists()


def resident(there: Centre) -> int:
    product = there.product
    ours = (product.envoy(), product.control_plane(), product.watch_of_streams())
    return sum(psutil.Process(one.pid).memory_info().rss for one in ours)


@contextlib.asynccontextmanager
async def nothing_grows(there: Centre) -> AsyncIterator[None]:
    before, most = resident(there), 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident(there))
            await asyncio.sleep(LOOK)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
    assert most > 0, "it was over before anybody looked"
    assert most - before < GROWN, f"{(most - before) / 2**20:.0f} MiB more than before"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """It takes no room: a file with a hole (lseek(2))."""
    made = tmp_path / "large"
    with made.open("wb") as file:
        os.truncate(file.fileno(), SIZE)
    return made


async def test_more_than_a_gibibyte_comes_down(there: Centre) -> None:
    file, cookie = there.apache.files / "large", await there.cookie("plain")
    with file.open("wb") as made:
        os.truncate(made.fileno(), SIZE)
    async with nothing_grows(there):
        got = await there.curl(
            "--output",
            "/dev/null",
            "--write-out",
            "%{size_download}",
            there.url("plain", "/large"),
            cookie=cookie,
        )
    assert (got.status.split()[1], got.body) == ("200", str(SIZE).encode())
    tail = await there.curl("--range", f"{SIZE - 3}-", there.url("plain", "/large"), cookie=cookie)
    assert (tail.status.split()[1], tail.body) == ("206", bytes(3))


async def test_more_than_a_gibibyte_goes_up(there: Centre, large: Path) -> None:
    cookie = await there.cookie("chatty")
    async with nothing_grows(there):
        got = await there.curl(
            "--http1.1", "--upload-file", str(large), there.url("chatty", "/sink"), cookie=cookie
        )
    assert json.loads(got.body)["size"] == SIZE
