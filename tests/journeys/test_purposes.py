"""What somebody reads for is said once and stands at each of their looks, on whatever page and host."""

import pytest
from playwright.async_api import Browser

from tests.journeys.conftest import person, sign_in
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
PURPOSE = "šetření č. j. 7"
PAGES = {
    "overview": "/",
    "charts": "/charts",
    "sessions": "/sessions",
    "people": "/people",
    "exceptions": "/exceptions",
    "alerts": "/alerts",
    "suspensions": "/suspensions",
    "incidents": "/incidents",
    "holds": "/holds",
    "nodes": "/nodes",
    "report": "/report",
    "export": "/export",
    "live": "/log/live",
}
"""As the entry names it → where it is, at the officers' host."""
ELSEWHERE = (
    ("policies", "/why?login=horak.tomas&application=map"),
    ("policies", "/reviews"),
    ("devices", "/"),
)


async def test_a_purpose_that_was_named_once_stands_at_the_looks_at_every_page(
    product: Demo, browser: Browser
) -> None:
    async with person(browser, java_script_enabled=False) as officer:
        await officer.goto(product.url("admin", "/purpose"))
        await sign_in(officer, product.account("kucera.martin"))
        await officer.fill("[name=purpose]", PURPOSE)
        await officer.click("main form button")
        [named, *_] = product.entries("--person", "kucera.martin", "--code", "audit.purpose_named")
        for path in (*PAGES.values(), "/log", "/log/3", "/answers/why-refused"):
            assert (await officer.goto(product.url("admin", path))).ok, path
        for host, path in ELSEWHERE:
            assert (await officer.goto(product.url(host, path))).ok, path
        session = named["entry"]["session"]
    looks = product.entries("--session", session, "--code", "audit.searched")
    told = {one["entry"]["details"]["query"]: one["entry"]["details"].get("purpose") for one in looks}
    assert set(told.values()) == {PURPOSE}, told
    seen = {query.partition(",")[0].removeprefix("page=") for query in told}
    assert {
        *PAGES,
        "why",
        "reviews",
        "devices",
        "sequence=3",
        "without_own=1",
        "question=why-refused",
    } <= seen
