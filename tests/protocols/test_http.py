"""Plain HTTP of both versions on both sides, with curl and httpx at a real Apache and an application of aiohttp."""

import gzip
import json
import os
from collections.abc import AsyncIterator
from email.parser import BytesParser
from pathlib import Path

import httpx
import pytest

from tests.rig.centre import Centre
from tests.rig.chatty import PACKED

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
TEXT = "řádek\n" * 400
BOTH = pytest.mark.parametrize(("flag", "version"), [("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2")])


@pytest.fixture
def text(there: Centre) -> bytes:
    """Long unchanged: Apache trusts no validator of this very second (RFC 9110 §8.8.2.2)."""
    file = there.apache.files / "text.txt"
    file.write_text(TEXT)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    return TEXT.encode()


@BOTH
@pytest.mark.parametrize("server", ["plain", "newer"])
async def test_both_versions_are_spoken_to_clients_and_to_servers(
    there: Centre, text: bytes, server: str, flag: str, version: str
) -> None:
    got = await there.curl(flag, there.url(server, "/text.txt"), cookie=await there.cookie(server))
    assert (got.status.split()[:2], got.body) == ([version, "200"], text)
    refused = await there.curl(flag, there.url(server, "/text.txt"))
    assert (refused.status.split()[:2], refused.reason) == ([version, "401"], "sign_in_needed")


@pytest.mark.parametrize("server", ["plain", "newer"])
async def test_parts_are_given_and_given_only_of_what_is_unchanged(
    there: Centre, text: bytes, server: str
) -> None:
    cookie, url = await there.cookie(server), there.url(server, "/text.txt")
    part = await there.curl("--range", "8-15", url, cookie=cookie)
    assert (part.status, part.body) == ("HTTP/2 206", text[8:16])
    assert part.value("content-range") == f"bytes 8-15/{len(text)}"
    parts = await there.curl("--range", "0-3,-5", url, cookie=cookie)
    typed = f"Content-Type: {parts.value('content-type')}\n\n".encode()
    read = BytesParser().parsebytes(typed + parts.body)
    assert [one.get_payload(decode=True) for one in read.walk()][1:] == [text[:4], text[-5:]]
    tag = part.value("etag")
    same = await there.curl("--range", "8-15", "--header", f"If-Range: {tag}", url, cookie=cookie)
    other = await there.curl("--range", "8-15", "--header", 'If-Range: "other"', url, cookie=cookie)
    assert (same.status, other.status, other.body) == ("HTTP/2 206", "HTTP/2 200", text)
    kept = await there.curl("--header", f"If-None-Match: {tag}", url, cookie=cookie)
    assert (kept.status, kept.body) == ("HTTP/2 304", b"")
    beyond = await there.curl("--range", "900000-", url, cookie=cookie)
    assert beyond.status == "HTTP/2 416"


@BOTH
async def test_a_download_that_broke_off_goes_on_where_it_was(
    there: Centre, text: bytes, tmp_path: Path, flag: str, version: str
) -> None:
    kept = tmp_path / "text.txt"
    kept.write_bytes(text[:100])
    url = there.url("plain", "/text.txt")
    got = await there.curl(
        flag, "--continue-at", "-", "--output", str(kept), url, cookie=await there.cookie("plain")
    )
    assert got.status.split()[:2] == [version, "206"]
    assert kept.read_bytes() == text


@BOTH
async def test_an_upload_that_broke_off_goes_on_where_it_was(
    there: Centre, tmp_path: Path, flag: str, version: str
) -> None:
    whole, url, cookie = tmp_path / "whole", there.url("dav", "/dav/upload"), await there.cookie("dav")
    whole.write_bytes(bytes(range(256)) * 40)
    (tmp_path / "begin").write_bytes(whole.read_bytes()[:4_000])
    begun = await there.curl(flag, "--upload-file", str(tmp_path / "begin"), url, cookie=cookie)
    more = await there.curl(
        flag, "--continue-at", "4000", "--upload-file", str(whole), url, cookie=cookie
    )  # Content-Range: bytes 4000-10239/10240
    assert begun.status.split()[1] in ("201", "204")
    assert more.status.split()[:2] == [version, "204"]
    assert (there.apache.files / "dav/upload").read_bytes() == whole.read_bytes()


async def test_what_is_compressed_stays_as_the_application_made_it(there: Centre, text: bytes) -> None:
    cookie = await there.cookie("chatty")
    got = await there.curl(there.url("chatty", "/packed"), cookie=cookie)
    assert (got.body, got.value("content-encoding")) == (PACKED, "gzip")
    asked = "Accept-Encoding: gzip"
    made = await there.curl(
        "--header", asked, there.url("plain", "/text.txt"), cookie=await there.cookie("plain")
    )
    assert (made.value("content-encoding"), gzip.decompress(made.body)) == ("gzip", text)
    plain = await there.curl(there.url("plain", "/text.txt"), cookie=await there.cookie("plain"))
    assert plain.value("content-encoding") is None


@BOTH
async def test_a_body_is_sent_when_it_is_wanted_and_by_nobody_who_is_refused(
    there: Centre, tmp_path: Path, flag: str, version: str
) -> None:
    body, wait = tmp_path / "body", ("--header", "Expect: 100-continue", "--upload-file")
    body.write_bytes(b"x" * 5_000)
    taken = await there.curl(
        flag, *wait, str(body), there.url("chatty", "/sink"), cookie=await there.cookie("chatty")
    )
    assert [line.split()[1] for line in taken.head.splitlines() if line.startswith("HTTP/")] == ["100", "200"]
    assert json.loads(taken.body)["size"] == 5_000
    refused = await there.curl("--http1.1", *wait, str(body), there.url("chatty", "/sink"))
    assert [line.split()[1] for line in refused.head.splitlines() if line.startswith("HTTP/")] == ["401"]


async def test_hints_come_before_the_answer(there: Centre) -> None:
    got = await there.curl(there.url("hints"), cookie=await there.cookie("hints"))
    assert [line.strip() for line in got.head.splitlines() if line.startswith("HTTP/")] == [
        "HTTP/2 103",
        "HTTP/2 200",
    ]
    assert (got.value("link"), got.body) == ("</style.css>; rel=preload; as=style", b"ok")


async def test_httpx_sends_in_pieces_and_speaks_every_method(there: Centre) -> None:
    cookie = {"Cookie": await there.cookie("chatty")}
    tls = there.product.tls()
    for newer in (False, True):
        async with httpx.AsyncClient(
            verify=tls, http2=newer, http1=not newer, proxy=there.proxy, base_url=there.url("chatty")
        ) as client:

            async def pieces() -> AsyncIterator[bytes]:
                for _ in range(10):
                    yield b"piece"

            sent = await client.put("/sink", content=pieces(), headers=cookie)
            assert (sent.http_version, sent.json()) == (
                "HTTP/2" if newer else "HTTP/1.1",
                {"size": 50, "chunked": True},
            )
            patched = await client.patch("/api", content=b"change", headers=cookie)
            assert patched.json() == {"method": "PATCH", "told": True, "body": "change"}
            head = await client.head("/api", headers=cookie)
            assert (head.status_code, head.content, int(head.headers["content-length"]) > 0) == (
                200,
                b"",
                True,
            )
            options = await client.options("/api")
            assert (options.status_code, options.headers["allow"]) == (204, "GET, PATCH, OPTIONS")
            client.cookies.clear()
            refused = await client.patch("/api", content=b"change")
            assert (refused.status_code, refused.json()["reason"]) == (401, "sign_in_needed")


@BOTH
async def test_addresses_may_be_thirty_thousand_characters_long(
    there: Centre, flag: str, version: str
) -> None:
    cookie, longest = await there.cookie("chatty"), "/long/" + "a" * 29_994
    got = await there.curl(flag, there.url("chatty", longest), cookie=cookie)
    assert (got.status.split()[:2], got.body) == ([version, "200"], b"30000")
    longer = await there.curl(flag, there.url("chatty", longest + "a" * 4_000), cookie=cookie)
    assert longer.head == "" or longer.status.split()[1] == "431"  # HTTP/2 knows a reset without an answer
