"""Administrators' accounts: mixed with ordinary ones, and the account of last resort."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import ldap
import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, Role
from gateway.audit.entry import Code, Entry
from gateway.demo import ldif
from gateway.demo.people import CENTRE
from idp.login.totp import Secret
from tests.attacks.test_accounts import out, settled
from tests.rig.attacked import Ground
from tests.rig.code_generator import code_at
from tests.rig.product import ROOT
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
SECRET = re.compile(r"^    ([0-9A-Z-]{35})$", re.MULTILINE)
CODE_SECRET = re.compile(r"^    ([A-Z2-7]{32})$", re.MULTILINE)


# --- accounts of their own --------------------------------------------------------------------------------------
async def test_an_account_that_gets_an_administrator_s_role_as_well_is_out_and_told_why(
    ground: Ground,
) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    kept = ground.cookie(browser)
    dn = ldif.person_dn(account.login).encode()
    group = ldif.TOWN.group(Role.CENTRE_ADMINISTRATOR, CENTRE)
    with ground.product.as_root() as root:
        root.modify_s(group, [(ldap.MOD_ADD, "member", [dn])])
    try:
        await settled(ground)
        await out(ground, kept)
        (ended,) = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), reason="roles_mixed")
        assert ended.person == account.login
        stranger = ground.browser()
        wrong = await stranger.fill(
            await stranger.get(ground.portal), username=account.login, password="spatne"
        )
        right = await stranger.fill(wrong, username=account.login, password=account.password)
        await ground.refused(wrong, "not_recognised")  # who does not know the password learns nothing
        await ground.refused(right, "roles_mixed")
        assert "Ke správě slouží samostatný účet" in right.text
        assert (await ground.entry(right, Code.SIGN_IN_PASSWORD_REFUSED)).reason == "roles_mixed"
        assert "account.roles_mixed" in ground.product.log.read_text()
    finally:
        with ground.product.as_root() as root:
            root.modify_s(group, [(ldap.MOD_DELETE, "member", [dn])])
    await ground.signed_in(account)


# --- the account of last resort ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Envelope:
    name: str
    secret: str
    code_secret: str


def code_of(secret: str) -> str:
    return code_at(Secret(secret), datetime.now(UTC))


async def command(ground: Ground, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "recovery-admin", *arguments,
        "--config", str(ground.product.configuration),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    return said.decode()


async def sealed(ground: Ground) -> Envelope:
    said = await command(ground, "issue", "--yes")
    secret, code = SECRET.search(said), CODE_SECRET.search(said)
    assert secret is not None
    assert code is not None
    return Envelope(said.split()[1], secret[1], code[1])


async def entered(
    ground: Ground, envelope: Envelope, browser: Visitor | None = None, *, secret: str = "", code: str = ""
) -> Shown:
    browser = browser or ground.browser()
    fields = {"secret": secret or envelope.secret, "code": code or code_of(envelope.code_secret)}
    return await browser.post(f"{ground.login}/recovery", fields, follow=False)


async def refused(ground: Ground, shown: Shown, reason: str) -> Entry:
    assert shown.status == 422
    await ground.refused(shown, "not_accepted")
    entry = await ground.entry(shown, Code.RECOVERY_REFUSED)
    assert (entry.outcome, entry.reason) == ("refused", reason)
    assert entry.subject == RECOVERY_ADMINISTRATOR
    return entry


async def test_a_recovery_secret_is_good_once_also_when_ten_send_it_at_once(ground: Ground) -> None:
    envelope = await sealed(ground)
    code = code_of(envelope.code_secret)
    shown = await asyncio.gather(*(entered(ground, envelope, code=code) for _ in range(10)))
    assert sorted(one.status for one in shown) == [303] + [422] * 9
    (used,) = await ground.entries(at_least=1, codes=(Code.RECOVERY_USED,), request_id=next(
        one.request_id for one in shown if one.status == 303
    ))  # fmt: skip
    assert used.details["account"] == envelope.name
    for one in shown:
        if one.status == 422:
            assert (await ground.entry(one, Code.RECOVERY_REFUSED)).reason in {
                "recovery_spent",
                "recovery_not_issued",
            }
    later = await entered(ground, envelope)
    await refused(ground, later, "recovery_not_issued")


async def test_a_recovery_secret_that_was_replaced_or_taken_back_opens_nothing(ground: Ground) -> None:
    first, second = await sealed(ground), await sealed(ground)
    await refused(ground, await entered(ground, first), "recovery_wrong")
    await command(ground, "revoke")
    await refused(ground, await entered(ground, second), "recovery_not_issued")


async def test_guessing_the_recovery_secret_runs_out_without_keeping_the_right_one_from_anywhere(
    ground: Ground,
) -> None:
    """The flood comes from the recovery administrator's own address."""
    envelope, guesser = await sealed(ground), ground.browser()
    for number in range(5):
        shown = await entered(ground, envelope, guesser, secret=f"{number}" * 30)
        await refused(ground, shown, "recovery_wrong")
    late = await entered(ground, envelope, guesser, secret="9" * 30)
    assert (late.status, "Retry-After" in late.headers) == (429, True)
    await ground.refused(late, "wait")
    throttled = await ground.entry(late, Code.RECOVERY_REFUSED)
    assert throttled.reason == "recovery_too_many_attempts"
    assert "recovery.tried" in ground.product.log.read_text()
    assert (await entered(ground, envelope, guesser)).status == 303


async def test_the_recovery_secret_alone_opens_nothing_where_a_second_factor_belongs_to_it(
    ground: Ground,
) -> None:
    envelope = await sealed(ground)
    wrong = f"{(int(code_of(envelope.code_secret)) + 500_000) % 1_000_000:06}"
    await refused(ground, await entered(ground, envelope, code=wrong), "recovery_factor_wrong")
    assert (await entered(ground, envelope)).status == 303


async def test_a_stranger_s_page_cannot_send_the_recovery_form(ground: Ground) -> None:
    envelope = await sealed(ground)
    fields = {"secret": envelope.secret, "code": code_of(envelope.code_secret)}
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://zly.example"}
    shown = await ground.browser().post(f"{ground.login}/recovery", fields, headers=foreign)
    assert shown.status == 403
    await ground.refused(shown, "not_from_our_page")
    assert (await entered(ground, envelope)).status == 303


async def test_the_recovery_administrator_opens_the_officers_pages_and_no_ordinary_application(
    ground: Ground,
) -> None:
    envelope, browser = await sealed(ground), ground.browser()
    assert (await entered(ground, envelope, browser)).status == 303
    assert (await browser.get(ground.portal)).status == 200
    shown = await browser.get(ground.records())
    assert shown.status == 403
    await ground.refused(shown, "administrator_account")
    people = await browser.get(f"{ground.product.addresses.admin}/people?login=novakova.jana")
    assert people.status == 200
    assert 'action="/people/' in people.text


async def test_the_recovery_administrator_comes_in_while_the_directory_is_away_and_stays_when_it_is_back(
    ground: Ground,
) -> None:
    envelope, browser = await sealed(ground), ground.browser()
    directory = ground.product.directory
    async with ground.trouble(directory.stop, directory.start):
        assert (await entered(ground, envelope, browser)).status == 303
        assert (await browser.get(ground.portal)).status == 200
    await settled(ground)
    assert (await browser.get(ground.portal, follow=False)).status == 200
    opened = await ground.entries(at_least=1, codes=(Code.SESSION_OPENED,), address=browser.address)
    assert [(one.subject, one.person) for one in opened] == [(RECOVERY_ADMINISTRATOR, "recovery-admin")]
    metrics = ground.product.settings.metrics
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://{metrics.address}:{metrics.port}/metrics") as got,
    ):
        counted = re.search(r'brana_recovery_sign_ins_total\{outcome="used"\} ([\d.]+)', await got.text())
    assert counted is not None
    assert float(counted[1]) >= 1
    tried = [
        json.loads(line) for line in ground.product.log.read_text().splitlines() if "recovery.tried" in line
    ]
    assert tried[-1]["outcome"] == "used"
    kept = ground.cookie(browser, ground.portal)
    assert re.search(r"no secret was in force; [1-9]\d* sessions? ended", await command(ground, "revoke"))
    answer = await ground.ask("/", host=ground.portal.removeprefix("https://"), cookie=kept)
    assert answer.status in {302, 401}
