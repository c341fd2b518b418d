"""Places that take an address: none leads a browser to a host that is not ours or not registered."""

import html
import re
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from yarl import URL

from gateway.audit.entry import Code
from gateway.demo.people import HULIN
from gateway.demo.start import DOMAIN
from gateway.sessions.attempt import LONGEST_RETURN
from tests.attacks.conftest import SignedIn, authorization, known_at_login
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK
from tests.rig.exact_http import Answer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
ADDRESSES = re.compile(r'(?:href|action|src)="([^"]*)"')

AWAY = (
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https://evil.test",
    "HTTPS://evil.test/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\t//evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    " https://evil.test",
    "https://{ours}@evil.test/",
    "https://{ours}:443@evil.test/",
    "https://{ours}@a@evil.test/",
    "https://{ours}.evil.test/",
    "https://evil-{ours}/",
    "https://evil.test/{ours}",
    "https://evil.test?{ours}",
    "https://evil.test#{ours}",
    "https://evil.test\\{ours}",
    "https://evil。test/",
    "https://evil．test/",
    "https://xn--evil-.test/",
    "//%65vil.test",
    "https://[::1]/",
)


def away(ground: Ground) -> list[str]:
    ours = urlsplit(ground.portal).hostname or ""
    return [form.format(ours=ours) for form in AWAY]


def leads_to(here: str, address: str) -> str:
    """Host where a browser goes that reads `address` on the page at `here` (WHATWG URL §4.4)."""
    read = re.sub(r"[\t\n\r]", "", address.strip(" \0\t\n\r\f")).replace("\\", "/")
    return (
        urlsplit(urljoin(here, re.sub(r"^(https?):/*", r"\1://", read, flags=re.IGNORECASE))).hostname or ""
    )


def is_ours(host: str) -> bool:
    return host == DOMAIN or host.endswith(f".{DOMAIN}")


async def test_the_reading_of_addresses_knows_a_foreign_one() -> None:
    here = f"https://portal.{DOMAIN}/x"
    for form in ("//evil.test", "/\\evil.test", "https:evil.test", "/\t/evil.test", "https://a@evil.test"):
        assert leads_to(here, form) == "evil.test"
    assert is_ours(leads_to(here, "/documents"))
    assert not is_ours(f"evil-{DOMAIN}")
    assert not is_ours(f"{DOMAIN}.evil.test")


async def came_back(ground: Ground, clerk: SignedIn, first: Answer, host: str) -> Answer:
    """The way of a sign-in that began with `first`, to the answer of the callback."""
    (attempt,) = [line for line in first.values("set-cookie") if "signin" in line]
    browser = known_at_login(ground, clerk)
    answered = await browser.get(URL(first.value("location"), encoded=True), follow=False)
    back = urlsplit(answered.headers["Location"])
    assert back.netloc == host
    return await ground.ask(f"{back.path}?{back.query}", host=host, cookie=attempt.partition(";")[0])


async def test_a_sign_in_comes_back_to_the_host_it_began_at_whatever_was_asked_for(
    ground: Ground, clerk: SignedIn
) -> None:
    host = ground.host(municipality=HULIN)
    targets = [
        "//evil.test/x",
        "///evil.test",
        "/.//evil.test",
        "/x/..//evil.test",
        "/%2e//evil.test",
        "/@evil.test",
        "/x?next=https://evil.test",
        "/?//evil.test",
        "/https:evil.test",
        "/https://evil.test",
        "/" + "a" * (LONGEST_RETURN + 1),
        f"https://{host}//evil.test/",
    ]
    for target in targets:
        first = await ground.ask(target, host=host, headers=("Accept: text/html",))
        assert first.status == 302, target
        assert first.value("location").startswith(f"{ground.login}/authorize?")
        arrived = await came_back(ground, clerk, first, host)
        assert arrived.status == 303, target
        assert (
            leads_to(f"https://{host}/.brana/callback", arrived.value("location")) == host.partition(":")[0]
        )
        assert arrived.value("location").startswith(f"https://{host}/")
        assert (await ground.entry(arrived)).details["path"] == "/.brana/callback"
        if len(target) > LONGEST_RETURN:  # would make a cookie that browsers drop
            assert arrived.value("location") == f"https://{host}/"


async def test_a_path_with_signs_that_browsers_read_as_slashes_begins_no_sign_in(ground: Ground) -> None:
    for target in ("/%5Cevil.test", "/%09/evil.test", "/%0a/evil.test", "/%2F/evil.test", "/;//evil.test"):
        address = ground.address()
        answer = await ground.ask(target, headers=("Accept: text/html",), address=address)
        assert (answer.status, answer.values("location")) == (400, [])
        entry = await ground.entry_from(address)
        assert (entry.outcome, entry.reason) == ("refused", "request_malformed")


async def test_the_callback_takes_its_place_of_return_from_nobody_else(
    ground: Ground, clerk: SignedIn
) -> None:
    host = ground.host()
    first = await ground.ask("/wanted", host=host, headers=("Accept: text/html",))
    (attempt,) = [line for line in first.values("set-cookie") if "signin" in line]
    answered = await known_at_login(ground, clerk).get(
        URL(first.value("location"), encoded=True), follow=False
    )
    back = urlsplit(answered.headers["Location"])
    more = urlencode(
        [(name, "https://evil.test/") for name in ("return_to", "next", "redirect_uri", "target")]
    )
    arrived = await ground.ask(f"{back.path}?{back.query}&{more}", cookie=attempt.partition(";")[0])
    assert (arrived.status, arrived.value("location")) == (303, f"https://{host}/wanted")


async def test_no_address_but_a_registered_one_gets_an_answer_of_the_provider(
    ground: Ground, clerk: SignedIn
) -> None:
    registered = ground.callback(ground.host())
    host = ground.host()
    near = [
        *away(ground),
        registered + "/",
        registered + "/../x",
        registered + "?next=https://evil.test",
        registered + "#x",
        registered + "%2f",
        registered.replace("callback", "Callback"),
        registered.replace("callback", "c%61llback"),
        registered.removesuffix("k"),
        registered.replace("https", "http"),
        registered.replace("https://", "https://x@"),
        registered.replace("https://", "https://evil.test\\@"),
        registered.replace(host, host.upper()),
        registered.replace(host, f"{host.partition(':')[0]}.:{ground.product.port}"),
        registered.replace(host, f"x.{host}"),
        registered.replace(host, host.partition(":")[0]),
        registered.replace(host, f"*.{DOMAIN}:{ground.product.port}"),
        f"https://{host}/",
        f" {registered}",
        f"{registered}\n",
        LIBRARY_CALLBACK,  # another client's
    ]
    browser = known_at_login(ground, clerk)
    for address in near:
        answer = await browser.get(authorization(ground, redirect_uri=address), follow=False)
        assert (answer.status, "Location" in answer.headers) == (400, False), address
        refused = await ground.entry(answer, Code.CODE_REFUSED)
        assert (refused.application, refused.reason) == ("brana-gateway", "redirect_uri_unknown"), address
        await ground.refused(answer, "redirect_uri_unknown")
    missing = await browser.get(authorization(ground, redirect_uri=None), follow=False)
    assert (missing.status, "Location" in missing.headers) == (400, False)
    assert (await ground.entry(missing, Code.CODE_REFUSED)).reason == "redirect_uri_missing"


async def test_an_address_beside_a_registered_one_is_doubt_and_gets_no_answer(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = known_at_login(ground, clerk)
    right = authorization(ground)
    for twice in (f"{right}&redirect_uri=https://evil.test/", f"{right}&client_id={LIBRARY}"):
        answer = await browser.get(URL(twice, encoded=True), follow=False)
        assert (answer.status, "Location" in answer.headers) == (400, False)
        assert (await ground.entry(answer, Code.CODE_REFUSED)).reason == "parameter_repeated"


async def test_a_sign_out_sends_nobody_to_an_address_that_is_not_registered(ground: Ground) -> None:
    registered = f"https://knihovna.{DOMAIN}/out"
    browser = ground.browser()
    for address in (*away(ground), f"{registered}/", f"{registered}?x=1", f"{registered}.evil.test", "null"):
        for client in ({"client_id": LIBRARY}, {}, {"client_id": "brana-gateway"}):
            asked = urlencode({"post_logout_redirect_uri": address, "state": "s", **client})
            answer = await browser.get(URL(f"{ground.login}/logout?{asked}", encoded=True), follow=False)
            assert (answer.status, "Location" in answer.headers) == (200, False), address
            for link in ADDRESSES.findall(answer.text):
                assert is_ours(leads_to(f"{ground.login}/logout", html.unescape(link))), link
        assert (await ground.entry(answer)).details["path"] == "/logout"
    asked = urlencode({"post_logout_redirect_uri": registered, "client_id": LIBRARY})
    answer = await browser.get(URL(f"{ground.login}/logout?{asked}", encoded=True), follow=False)
    assert (answer.status, str(answer.location)) == (303, registered)


async def test_no_link_on_a_page_of_ours_leads_away_whatever_its_address_says(
    ground: Ground, clerk: SignedIn
) -> None:
    """Language switch, "try again", "back to the portal": on pages of refusals, of sign-in and of the portal."""
    forms = (
        "//evil.test/",
        "/.//evil.test/",
        "/x?lang=//evil.test",
        "/?lang=en&next=//evil.test",
        "/https:evil.test",
    )
    browser = await ground.signed_in(ground.somebody(), ground.portal)
    await browser.get(ground.records(HULIN))
    places = {
        ground.host(municipality=HULIN): ground.cookie(browser, ground.records(HULIN)),
        ground.portal.removeprefix("https://"): ground.cookie(browser, ground.portal),
        ground.login.removeprefix("https://"): "",
    }
    pages = 0
    for host, cookie in places.items():
        for form in (
            *forms,
            "/.brana//evil.test/",
            "/sign-in/code?flow=//evil.test",
            "/logout?state=//evil.test",
        ):
            answer = await ground.ask(form, host=host, cookie=cookie, headers=("Accept: text/html",))
            if "text/html" not in answer.value("content-type"):
                continue
            pages += 1
            for address in ADDRESSES.findall(answer.body.decode()):
                led = leads_to(f"https://{host}{form}", html.unescape(address))
                assert is_ours(led) or address.startswith("data:"), (form, address)
            assert (await ground.entry(answer)).details["host"] == host
    assert pages > 12


async def test_a_refusal_that_leads_back_leads_back_to_the_same_host(ground: Ground) -> None:
    """A form sent without a session, to a path that begins like a host."""
    for form in ("//evil.test/", "/x//evil.test"):
        answer = await ground.ask(
            form, method="POST", headers=("Accept: text/html", "Sec-Fetch-Mode: navigate")
        )
        await ground.refused(answer, "sign_in_needed")
        for address in ADDRESSES.findall(answer.body.decode()):
            assert is_ours(leads_to(f"https://{ground.host()}{form}", html.unescape(address))), address


@pytest.mark.parametrize("page", ["password-changed", "recovery-code-used"])
async def test_a_link_to_a_page_about_a_sign_in_tells_nobody_what_did_not_happen(
    ground: Ground, clerk: SignedIn, page: str
) -> None:
    browser = known_at_login(ground, clerk)
    answer = await browser.get(f"{ground.login}/sign-in/{page}?x=y&prompt=login", follow=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/authorize?x=y&prompt=login")
