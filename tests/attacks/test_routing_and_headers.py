"""Paths and hosts in every spelling: what is asked is what the route says, or nothing. Bytes as written."""

import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo.people import HULIN
from tests.attacks.conftest import SignedIn
from tests.rig.attacked import Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

SIGNING = (
    "/sign/1",
    "//sign/1",
    "/%2e%2e/sign/1",
    "/x/../sign/1",
    "/x/%2e%2e/sign/1",
    "/x/.%2e/sign/1",
    "/./sign/1",
    "/%73ign/1",
    "/SIGN/1",
    "/Sign",
    "/sign?back=/documents",
    "/sign//1",
    "/documents;/../sign/1",
)
ODD = (
    "/x%2Fsign/1",
    "/x%5Csign/1",
    "/x%5c..%5csign/1",
    "/sign;a=1/1",
    "/sign%3Bx",
    "/sign%23x",
    "/sign%3Fx",
    "/sign%00",
    "/x%0d%0aSet-Cookie:a=1",
    "/%2573ign/1",
    "/x%252Fsign",
    *("/%u0073ign/1", "/x/%u002e%u002e/sign/1", "/sign%", "/sign%2", "/%zzsign"),
    *("/%c1%b3ign/1", "/x/%C0%AE%c0%ae/sign/1", "/x%c0%afsign", "/x%e0%80%afsign", "/x%f0%80%80%afsign"),
    *("/x/..%20/sign/1", "/x/.../sign/1", "/x/%20/sign/1"),
)


async def test_signing_under_another_spelling_of_the_path_is_judged_as_signing(
    ground: Ground, clerk: SignedIn
) -> None:
    for path in SIGNING:
        answer = await ground.ask(path, method="POST", cookie=clerk.cookie)
        assert answer.status == 403, path
        decided = await ground.entry(answer, Code.DECISION_REFUSE)
        assert (decided.action, decided.person) == ("sign", clerk.account.login), path
        assert decided.reason == (await ground.entry(answer)).reason == "action_not_permitted"
    assert ground.taken_over.requests == []


async def test_a_path_that_two_programs_read_differently_is_refused(ground: Ground, clerk: SignedIn) -> None:
    for path in ODD:
        address = ground.address()
        answer = await ground.ask(path, method="POST", cookie=clerk.cookie, address=address)
        assert answer.status == 400, path
        entry = await ground.entry_from(address)
        assert (entry.outcome, entry.reason) == ("refused", "request_malformed"), path
    assert ground.taken_over.requests == []


@pytest.mark.parametrize("path", [r"/x\..\sign/1", r"/\sign/1", r"\sign\1"])
async def test_a_backslash_does_not_lead_past_the_route(ground: Ground, clerk: SignedIn, path: str) -> None:
    address = ground.address()
    answer = await ground.ask(path, method="POST", cookie=clerk.cookie, address=address)
    entry = await ground.entry_from(address)
    assert (entry.outcome, answer.status, entry.action) in {("refused", 400, ""), ("refused", 403, "sign")}
    assert entry.reason
    assert ground.taken_over.requests == []


async def test_a_path_that_a_library_reads_as_a_host_stays_a_path(ground: Ground, clerk: SignedIn) -> None:
    """`urlsplit("//admin/x")` has the host `admin`: nothing behind Envoy may take it for one."""
    admin = ground.product.addresses.admin.removeprefix("https://")
    reader = await ground.signed_in(ground.somebody(), ground.portal)
    cookie = ground.cookie(reader, ground.portal)
    for path in (f"//{admin}/log", "//admin/log", f"https://{admin}/log"):
        host = ground.portal.removeprefix("https://")
        answer = await ground.ask(path, host=host, cookie=cookie, headers=("Accept: text/html",))
        assert answer.status in (302, 404), path
        assert b"<table" not in answer.body
        entry = await ground.entry(answer)
        asked = (entry.application, answer.status)
        assert asked == (("audit", 302) if path.startswith("https") else ("portal", 404))


SPELLINGS = (
    "SPISOVKA-588491{rest}",
    "spisovka-588491{rest}.",
    "Spisovka-588491{rest}.:443",
    "spisovka-588491{rest}:1",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_host_in_another_spelling_is_still_the_other_municipality(
    ground: Ground, spelling: str
) -> None:
    rest = ground.host(municipality=HULIN).removeprefix("spisovka-588491").partition(":")[0]
    browser = await ground.signed_in(ground.somebody(), ground.portal)
    browser_at_hulin = await browser.get(ground.records(HULIN))
    assert browser_at_hulin.status == 403
    answer = await ground.ask(
        host=spelling.format(rest=rest), cookie=ground.cookie(browser, ground.records(HULIN))
    )
    decided = await ground.entry(answer, Code.DECISION_REFUSE)
    assert (answer.status, decided.reason, decided.municipality) == (403, "no_role_in_municipality", HULIN)
    assert decided.details["host"] == ground.host(municipality=HULIN)
    assert ground.taken_over.requests == []


async def test_the_target_of_an_absolute_request_decides_and_not_the_host_beside_it(
    ground: Ground, clerk: SignedIn
) -> None:
    target = ground.records(HULIN)
    answer = await ground.ask(target, host=ground.host(), cookie=clerk.cookie, method="POST")
    entry = await ground.refused(answer, "sign_in_needed")
    assert (answer.status, entry.municipality) == (401, HULIN)
    answer = await ground.ask("https://evil.test/", host=ground.host(), cookie=clerk.cookie)
    assert answer.status == 421
    assert (await ground.refused(answer, "no_such_host")).details["host"] == "evil.test"
    assert ground.taken_over.requests == []


async def test_a_host_that_is_none_of_ours_reaches_nobody(ground: Ground, clerk: SignedIn) -> None:
    ours = ground.host().partition(":")[0]
    foreign = (
        *("", "evil.test", "127.0.0.1", "localhost", "spisovka-000000.brana.localhost"),
        *(f"x.{ours}", f"{ours}.evil.test", f"{ours}, evil.test", f"a@{ours}", f"{ours}/x"),
    )
    for host in foreign:
        address = ground.address()
        answer = await ground.ask(host=host, cookie=clerk.cookie, address=address)
        assert answer.status in (400, 421), host
        entry = await ground.entry_from(address)
        assert (entry.code, entry.outcome) == (Code.ACCESS, "refused"), host
        assert entry.reason in {"no_such_host", "request_malformed"}
    assert ground.taken_over.requests == []


async def test_two_hosts_in_one_request_reach_nobody(ground: Ground, clerk: SignedIn) -> None:
    second = (f"Host: {ground.host(municipality=HULIN)}",)
    answer = await ground.ask(cookie=clerk.cookie, headers=second)
    assert answer.status == 421
    await ground.refused(answer, "no_such_host")
    assert ground.taken_over.requests == []


PROBES = (
    "User-Agent: Envoy/HC",
    "User-Agent: kube-probe/1.30",
    "x-envoy-healthcheck: 1",
    "X-Forwarded-For: 127.0.0.1",
)
BYPASSES = (
    "/healthz",
    "/readyz",
    "/ready",
    "/stats",
    "/config_dump",
    "/metrics",
    "/?x=/healthz",
    "/?/.brana/static/",
    "/healthz/../documents",
    "/.branax",
    "/.BRANA/static/x",
    "/x/.brana/static/x",
    "/static/../documents",
)


@pytest.mark.parametrize("probe", PROBES)
async def test_no_path_for_health_or_files_goes_past_the_decision(ground: Ground, probe: str) -> None:
    for path in BYPASSES:
        answer = await ground.ask(path, headers=(probe,))
        assert answer.status == 401, path
        await ground.refused(answer, "sign_in_needed")
    assert ground.taken_over.requests == []


async def test_our_own_paths_answer_themselves_and_never_the_application(
    ground: Ground, clerk: SignedIn
) -> None:
    for path in ("/.brana", "/.brana/", "/.brana/nothing", "//.brana/x", "/x/../.brana/x", "/%2ebrana/x"):
        answer = await ground.ask(path, cookie=clerk.cookie)
        assert answer.status == 404, path
        await ground.refused(answer, "page_unknown")
    assert ground.taken_over.requests == []


async def test_a_method_that_no_route_names_reaches_nobody(ground: Ground, clerk: SignedIn) -> None:
    for method in ("DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get", "POSTX", "PROPFIND"):
        address = ground.address()
        answer = await ground.ask(method=method, cookie=clerk.cookie, address=address)
        assert answer.status in (400, 404), method
        entry = await ground.entry_from(address)
        assert (entry.outcome, entry.details["method"]) in {("refused", method), ("refused", "")}, method
        assert entry.reason in {"page_unknown", "request_malformed"}
    assert ground.taken_over.requests == []


async def test_a_method_in_a_header_changes_no_method(ground: Ground) -> None:
    """A deputy mayor may read and not write: a POST that calls itself a GET is a write."""
    mayor = ground.somebody(Role.DEPUTY_MAYOR, HULIN)
    browser = await ground.signed_in(mayor, ground.records(HULIN))
    cookie = ground.cookie(browser, ground.records(HULIN))
    ground.taken_over.requests.clear()
    override = ("X-HTTP-Method-Override: GET", "X-HTTP-Method: GET", "X-Method-Override: GET")
    answer = await ground.ask(
        "/documents", host=ground.host(municipality=HULIN), method="POST", cookie=cookie, headers=override
    )
    decided = await ground.entry(answer, Code.DECISION_REFUSE)
    assert (answer.status, decided.action, decided.reason) == (403, "write", "action_not_permitted")
    assert ground.taken_over.requests == []


async def test_a_stranger_s_page_cannot_send_our_forms_under_another_spelling(ground: Ground) -> None:
    login = ground.login.removeprefix("https://")
    foreign = (
        "Origin: https://evil.test",
        "Sec-Fetch-Site: cross-site",
        "Content-Type: application/x-www-form-urlencoded",
    )
    for path in (
        "/sign-in/password",
        "//sign-in/password",
        "/sign-in/./code",
        "/%73ign-in/code",
        "/x/../logout/confirm",
    ):
        answer = await ground.ask(
            path, host=login, method="POST", headers=foreign, body=b"username=a&password=b"
        )
        assert answer.status == 403, path
        await ground.refused(answer, "not_from_our_page")
