"""Remote calls: gRPC with grpcio on both sides, in all four kinds; SOAP with zeep at a real spyne; refusals of both."""

import asyncio
import json
from collections.abc import AsyncIterator

import grpc
import grpc.aio
import pytest
import pytest_asyncio
import requests
from zeep import Client, Transport
from zeep.exceptions import Fault, TransportError

from tests.rig.centre import Centre
from tests.rig.rpc_server import SERVICE

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
Metadata = tuple[tuple[str, str], ...]
SCAN = bytes(range(256)) * 4_096  # 1 MiB, as a scanned page has


@pytest_asyncio.fixture(loop_scope="session")
async def channel(there: Centre) -> AsyncIterator[grpc.aio.Channel]:
    authority = there.authority("calls")
    made = grpc.aio.secure_channel(
        f"ipv4:127.0.0.1:{there.product.port}",
        grpc.ssl_channel_credentials(there.product.world.authority.read_bytes()),
        options=[
            ("grpc.ssl_target_name_override", authority.partition(":")[0]),
            ("grpc.default_authority", authority),
        ],
    )
    async with made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(there: Centre) -> Metadata:
    return (("cookie", await there.cookie("calls")),)


def method(name: str) -> str:
    return f"/{SERVICE}/{name}"


async def test_one_for_one_with_trailers(channel: grpc.aio.Channel, signed_in: Metadata) -> None:
    call = channel.unary_unary(method("One"))(b"x" * 200_000, metadata=signed_in)
    assert await call == b"echo " + b"x" * 200_000
    trailers = dict(await call.trailing_metadata())
    assert (trailers["asked-by"], trailers["echo-bin"]) == ("True", b"\x00\xff")


async def test_an_error_of_the_application_comes_as_it_was_meant(
    channel: grpc.aio.Channel, signed_in: Metadata
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await channel.unary_unary(method("One"))(b"fail", metadata=signed_in)
    assert failed.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert failed.value.details() == "spis je uzavřen"
    assert dict(failed.value.trailing_metadata())["echo-bin"] == b"\x00\xff"


async def test_streams_down_up_and_both_ways(channel: grpc.aio.Channel, signed_in: Metadata) -> None:
    down = channel.unary_stream(method("Down"))(b"100", metadata=signed_in)
    assert [one async for one in down] == [b"%d" % number for number in range(100)]

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 50_000

    assert await channel.stream_unary(method("Up"))(pieces(), metadata=signed_in) == b"1000000"
    both = channel.stream_stream(method("Both"))(metadata=signed_in)
    for said in (b"one", b"two"):  # an answer comes while the request goes on
        await both.write(said)
        assert await both.read() == b"echo " + said
    await both.done_writing()
    assert await both.read() is grpc.aio.EOF
    assert ("at-the-end", "yes") in tuple(await both.trailing_metadata())
    assert await both.code() is grpc.StatusCode.OK


@pytest.mark.parametrize(
    ("language", "begins"), [("cs", "Nejprve se přihlaste."), ("en", "Please sign in first.")]
)
async def test_a_stranger_gets_a_status_and_words_not_a_page(
    there: Centre, channel: grpc.aio.Channel, language: str, begins: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await channel.unary_unary(method("One"))(b"x", metadata=(("accept-language", language),))
    told = refused.value
    assert told.code() is grpc.StatusCode.UNAUTHENTICATED
    assert told.details().startswith(begins)
    said = dict(told.trailing_metadata())
    assert said["x-brana-reason"] == "sign_in_needed"
    assert said["x-request-id"] in told.details()
    entry = await there.entry(said["x-request-id"])
    assert (entry.outcome, entry.reason, entry.details["status"]) == ("refused", "sign_in_needed", 200)


async def test_what_envoy_itself_refuses_is_told_in_the_same_way(
    there: Centre, channel: grpc.aio.Channel, signed_in: Metadata
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await channel.unary_unary("/brana.test.echo%5c/One")(b"x", metadata=signed_in)
    assert refused.value.code() is grpc.StatusCode.INTERNAL  # gRPC's word for HTTP 400
    assert refused.value.details().startswith("Požadavek nelze zpracovat. The request cannot be processed. (")
    assert dict(refused.value.trailing_metadata())["x-brana-reason"] == "request_malformed"


async def test_a_call_both_ways_ends_with_its_session(there: Centre, channel: grpc.aio.Channel) -> None:
    cookie = await there.cookie("calls")
    both = channel.stream_stream(method("Both"))(metadata=(("cookie", cookie),))
    await both.write(b"one")
    assert await both.read() == b"echo one"
    revoking = asyncio.create_task(there.revoke(await there.session(cookie, "calls")))
    async with asyncio.timeout(20):
        with pytest.raises(grpc.aio.AioRpcError):
            await both.read()
    await revoking


def filing(there: Centre, cookie: str) -> Client:
    session = requests.Session()
    session.trust_env = False  # what the machine trusts beside would be believed instead
    session.verify = str(there.product.world.authority)
    session.proxies = {"https": there.proxy}
    session.headers["Cookie"] = cookie
    return Client(there.url("soap", "/?wsdl"), transport=Transport(session=session))


async def test_a_soap_client_reads_the_description_and_files_documents(there: Centre) -> None:
    cookie = await there.cookie("soap")

    def work() -> None:
        service = filing(there, cookie).service
        assert service.file("žádost.pdf", SCAN * 8) == len(SCAN) * 8
        with pytest.raises(Fault) as fault:
            service.file("", b"x")
        assert (fault.value.code, fault.value.message) == ("soap11env:Client.Name", "Dokument nemá název.")

    await asyncio.to_thread(work)


async def test_a_stranger_s_soap_client_gets_the_status_and_the_reason(there: Centre) -> None:
    made = await asyncio.to_thread(filing, there, await there.cookie("soap"))
    made.transport.session.headers["Cookie"] = "nobody=1"
    made.transport.session.cookies.clear()
    with pytest.raises(TransportError) as refused:
        await asyncio.to_thread(made.service.file, "žádost.pdf", SCAN)
    assert refused.value.status_code == 401
    assert json.loads(refused.value.content)["reason"] == "sign_in_needed"
