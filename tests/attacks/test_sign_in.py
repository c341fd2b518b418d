"""What people may type into the sign-in, and what the directory may answer: neither opens anything by accident."""

import asyncio
import html

import ldap
import psutil
import pytest

from gateway.audit.entry import Code
from gateway.demo import ldif
from idp.login.handle import read_flow_id
from tests.attacks.conftest import authorization
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def entered(ground: Ground, login: str, password: str, browser: Visitor | None = None) -> Shown:
    browser = browser or ground.browser()
    return await browser.fill(await browser.get(ground.portal), username=login, password=password)


async def not_in(ground: Ground, shown: Shown, told: str, status: int = 422) -> None:
    assert shown.status == status, (shown.status, shown.title)
    assert 'name="code"' not in shown.text
    await ground.refused(shown, told) if status < 500 else None
    assert (await ground.entry(shown)).reason == told


EMPTY = {
    ("", ""): ("login_empty", "login_empty"),
    (" \t ", "heslo"): ("login_empty", "login_empty"),
    ("{login}", ""): ("password_empty", "password_empty"),
    ("{login}\0", "{password}"): ("not_recognised", "login_unusable"),
    ("{login}", "{password}\0"): ("not_recognised", "password_unusable"),
    ("{login}\0x", "{password}"): ("not_recognised", "login_unusable"),
    ("{login}\n", "{password}"): ("not_recognised", "login_unusable"),
    ("{login}\x1b[2J", "{password}"): ("not_recognised", "login_unusable"),
    ("{login}\u2028", "{password}"): ("not_recognised", "login_unusable"),
    ("a" * 300, "heslo"): ("not_recognised", "login_unusable"),
    ("{login}", "a" * 1_100): ("not_recognised", "password_unusable"),
    ("{login} ", "{password}"): ("not_recognised", "unfit_input"),
    (" {login}", "{password}"): ("not_recognised", "unfit_input"),
    ("{login}\u00ad", "{password}"): ("not_recognised", "unfit_input"),
    ("{login}\u202e", "{password}"): ("not_recognised", "unfit_input"),
    ("{login}", "{password} "): ("not_recognised", "wrong_password"),
    ("{login}", "\u00a0{password}"): ("not_recognised", "wrong_password"),
}


async def test_empty_cut_and_invisible_input_opens_nothing(ground: Ground) -> None:
    """An empty password would bind as nobody (RFC 4513 §5.1.2); a NUL may end a name for one of two programs."""
    account = ground.somebody()
    for number, ((login, password), (told, reason)) in enumerate(EMPTY.items()):
        if number % 4 == 0:
            account = ground.somebody()  # whose guesses are not used up yet
        known = {"login": account.login, "password": account.password}
        shown = await entered(ground, login.format(**known), password.format(**known))
        await not_in(ground, shown, told)
        refused = await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)
        assert refused.reason == reason, (login, password)
        assert account.password not in str(refused)


async def test_a_field_that_comes_twice_or_not_at_all_is_empty(ground: Ground) -> None:
    account, browser = ground.somebody(), ground.browser()
    page = await browser.get(ground.portal)
    both = {"username": account.login, "password": account.password}
    for missing in both:
        shown = await browser.post(
            page.form, {name: value for name, value in both.items() if name != missing}
        )
        await not_in(ground, shown, {"username": "login_empty", "password": "password_empty"}[missing])
    login = ground.login.removeprefix("https://")
    own = (f"Origin: {ground.login}", "Content-Type: application/x-www-form-urlencoded")
    body = f"username={account.login}&password={account.password}&password=x".encode()
    answer = await ground.ask(
        page.form.raw_path_qs,
        host=login,
        method="POST",
        headers=own,
        body=body,
        cookie=ground.cookie(browser, ground.login),
    )
    assert answer.status == 422
    await ground.refused(answer, "password_empty")


async def test_filters_and_names_of_ldap_stay_text(ground: Ground) -> None:
    """With the right password of somebody whom each of these would find."""
    account = ground.somebody()
    start = account.login[:4]
    injections = (
        "*",
        f"{start}*",
        f"*{account.login}*",
        f"{account.login})(uid=*",
        f"*)(uid={account.login}",
        f"*)(|(uid={account.login})",
        f"{account.login})(objectClass=*))(&(uid=x",
        f"{account.login}\\00",
        f"\\2a{account.login}",
        "\\2a",
        f"uid={account.login}",
        ldif.person_dn(account.login),
        f"{account.login},{ldif.PEOPLE}",
        f"{account.login}+cn=x",
        f"{account.login},ou=people",
        f"x,{ldif.person_dn(account.login)}",
        f"#04{account.login.encode().hex()}",
        f"{account.login}@jinde.test",
        account.name,
        account.subject,
        ldif.READER,
        "brana",
    )
    answers = await asyncio.gather(*(entered(ground, login, account.password) for login in injections))
    for login, shown in zip(injections, answers, strict=True):
        await not_in(ground, shown, "not_recognised")
        refused = await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)
        assert refused.reason == "unknown_person", login
        assert refused.subject == ""
    assert 'name="code"' in (await entered(ground, account.login, account.password)).text


async def test_text_of_the_directory_stays_text_on_every_page_and_in_the_log(ground: Ground) -> None:
    account, officer = ground.somebody(), ground.product.account("kucera.martin")
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    with ground.product.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [
            (ldap.MOD_REPLACE, "displayName", [evil.encode()]),
            (ldap.MOD_REPLACE, "mail", [b"<script>@kromeriz.test"]),
        ])  # fmt: skip
    browser = ground.browser()
    page = await ground.at_code(browser, account, ground.portal)
    shown = [page, await browser.fill(page, code=ground.code(account))]
    shown += [
        await browser.get(url) for url in (ground.portal, f"{ground.login}/account", f"{ground.login}/logout")
    ]
    admin = ground.product.addresses.admin
    reader = await ground.signed_in(officer, admin)
    shown += [
        await reader.get(f"{admin}{path}") for path in (f"/log?person={account.login}", "/sessions", "/")
    ]
    for one in shown:
        assert one.status == 200, (one.url, one.title)
        assert not [raw for raw in ("<script>", "<script@", "<img src=x") if raw in one.text], one.url
        policy = one.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy or "script-src 'self';" in f"{policy};"
    for one in shown[
        1:4
    ]:  # the portal, its list of sign-ins, and the question before signing out name the person
        assert html.escape("<script>alert(1)</script>") in one.text, one.url
    opened = (await ground.entries(at_least=1, codes=(Code.SESSION_OPENED,), person=account.login))[0]
    assert opened.details["name"] == evil


@pytest.mark.parametrize("name", ["Eva\r\nSet-Cookie: a=b", "Eva\x1b[2J", "Eva\u202e", "Eva\u2028"])
async def test_a_name_that_could_forge_a_line_signs_nobody_in(ground: Ground, name: str) -> None:
    account = ground.somebody()
    with ground.product.as_root() as root:
        root.modify_s(ldif.person_dn(account.login), [(ldap.MOD_REPLACE, "displayName", [name.encode()])])
    shown = await entered(ground, account.login, account.password)
    await not_in(ground, shown, "not_recognised")
    assert (await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "entry_unusable"


async def test_a_directory_that_does_not_answer_lets_nobody_in_and_ends_nobody_s_session(
    ground: Ground,
) -> None:
    inside, account = await ground.signed_in(ground.somebody()), ground.somebody()
    directory = ground.product.directory
    async with ground.trouble(directory.stop, directory.start):
        for password in (account.password, "spatne"):
            await unanswered(ground, await entered(ground, account.login, password))
        assert (await inside.get(ground.records(), follow=False)).status == 200
    for _ in range(4):  # the two above were given back: four wrong ones leave a fifth
        assert (await entered(ground, account.login, "spatne")).status == 422
    assert 'name="code"' in (await entered(ground, account.login, account.password)).text


async def unanswered(ground: Ground, shown: Shown) -> None:
    """Neither yes nor no, and no page that asks for a code."""
    assert (shown.status, 'name="code"' in shown.text) == (503, False)
    entry, refused = await ground.entry(shown), await ground.entry(shown, Code.SIGN_IN_PASSWORD_REFUSED)
    assert entry.reason == refused.reason == "directory_unreachable"


async def test_a_directory_that_hangs_is_no_yes(ground: Ground) -> None:
    account, inside = ground.somebody(), await ground.signed_in(ground.somebody())
    server = psutil.Process(ground.product.directory.pid)
    async with ground.trouble(server.suspend, server.resume):
        await unanswered(ground, await entered(ground, account.login, account.password))
        assert (await inside.get(ground.records(), follow=False)).status == 200
    await ground.signed_in(account)


async def test_a_service_account_that_may_not_bind_reads_as_no_answer_and_not_as_nobody(
    ground: Ground,
) -> None:
    account = ground.somebody()
    inside, directory = await ground.signed_in(account), ground.product.directory
    with ground.product.as_root() as root:
        right = root.search_s(ldif.READER, ldap.SCOPE_BASE, attrlist=["userPassword"])[0][1]["userPassword"]

    def change(*passwords: bytes) -> None:
        with ground.product.as_root() as root:
            root.modify_s(ldif.READER, [(ldap.MOD_REPLACE, "userPassword", list(passwords))])
            root.modify_s(ldif.READER, [(ldap.MOD_DELETE, "pwdReset", None)])  # set by the policy
        directory.stop()  # connections that were bound before would go on
        directory.start()

    async with ground.trouble(lambda: change(b"jine-heslo-nez-brana-zna"), lambda: change(*right)):
        await unanswered(ground, await entered(ground, account.login, account.password))
        assert (await inside.get(ground.records(), follow=False)).status == 200
    assert (await inside.get(ground.records(), follow=False)).status == 200
    assert await ground.entries(codes=(Code.SESSION_ENDED,), person=account.login) == []


async def test_people_who_are_not_to_be_seen_any_more_were_not_deleted(ground: Ground) -> None:
    """The tree was moved, or the service account lost its rights: everybody is missing at once."""
    account = ground.somebody()
    inside = await ground.signed_in(account)
    with ground.product.as_root() as root:
        moved, back = (lambda: root.rename_s(ldif.PEOPLE, "ou=lide")), f"ou=lide,{ldif.SUFFIX}"
        async with ground.trouble(moved, lambda: root.rename_s(back, "ou=people")):
            await unanswered(ground, await entered(ground, account.login, account.password))
            assert (await inside.get(ground.records(), follow=False)).status == 200
    assert (await inside.get(ground.records(), follow=False)).status == 200
    assert await ground.entries(codes=(Code.SESSION_ENDED,), person=account.login) == []


async def test_what_a_stranger_adds_to_a_request_is_not_kept(ground: Ground) -> None:
    """Sign-ins that are begun and left would fill the disk by it."""
    padding = "".join(f"&p{number}={'x' * 900}" for number in range(8))
    begun = await ground.browser().get(authorization(ground) + padding, follow=False)
    name = read_flow_id(begun.location.query["flow"])
    assert name is not None
    flow = await ground.state.identities.look(lambda book: book.flow(name))
    assert flow is not None
    assert "xxx" not in flow.asked
    assert len(flow.asked) < 1_000
