"""SOAP with zeep at a real spyne: the WSDL, calls with large attachments, faults, and what a stranger gets."""

import asyncio
import json

import pytest
import requests
from zeep import Client, Transport
from zeep.exceptions import Fault, TransportError

from tests.rig.centre import Centre

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
SCAN = bytes(range(256)) * 4_096  # 1 MiB, as a scanned page has


def client(there: Centre, cookie: str) -> Client:
    session = requests.Session()
    session.trust_env = False  # what the machine trusts beside would be believed instead
    session.verify = str(there.product.world.authority)
    session.proxies = {"https": there.proxy}
    session.headers["Cookie"] = cookie
    return Client(there.url("soap", "/?wsdl"), transport=Transport(session=session))


async def test_a_client_reads_the_description_and_files_documents(there: Centre) -> None:
    cookie = await there.cookie("soap")

    def work() -> None:
        service = client(there, cookie).service
        assert service.file("žádost.pdf", SCAN * 8) == len(SCAN) * 8
        with pytest.raises(Fault) as fault:
            service.file("", b"x")
        assert (fault.value.code, fault.value.message) == ("soap11env:Client.Name", "Dokument nemá název.")

    await asyncio.to_thread(work)


async def test_a_stranger_gets_the_status_and_the_reason(there: Centre) -> None:
    made = await asyncio.to_thread(client, there, await there.cookie("soap"))
    made.transport.session.headers["Cookie"] = "nobody=1"
    made.transport.session.cookies.clear()
    with pytest.raises(TransportError) as refused:
        await asyncio.to_thread(made.service.file, "žádost.pdf", SCAN)
    assert refused.value.status_code == 401
    assert json.loads(refused.value.content)["reason"] == "sign_in_needed"
