"""An officer finds a person, issues a code, grants an exception and ends it; who may not is told by name."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.officers_act import NotDone
from gateway.web.officer.not_done import REFUSALS
from idp.directory.person import AccountState
from idp.directory.same_person import Account
from idp.login.purses import Kind, of_account
from idp.login.throttle import take
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.people import AUDITOR, NOW, OFFICER, assertion_header
from tests.gateway.web.sample import Office
from tests.gateway.web.test_officer import AS_OFFICER, sent, shown
from tests.rig.assistance import KAREL, LUCIE, SECRET, TOMAS, Helping
from tests.rig.people import person

pytestmark = pytest.mark.real
CODE = re.compile(r'class="spoken-code"><code>([A-Z0-9-]+)</code>')
LATER = "2026-12-24"


@pytest.fixture
async def client(people: Helping, office: Office) -> AsyncIterator[TestClient]:
    office.assistance, office.lost_factors = people.assistance, people.lost_factors
    async with TestClient(TestServer(make_office_app(office))) as client:
        yield client


async def test_a_code_is_shown_once_for_somebody_who_has_nothing(client, people):
    text = await shown(client, "/people?login=mala.lucie")
    assert "Lucie Malá" in text
    assert f'name="subject" value="{LUCIE.subject}"' in text
    issued = await sent(client, "/people/enrolment-code", 303, subject=LUCIE.subject, hours="8")
    first = await client.get(issued.headers["Location"], headers=AS_OFFICER)
    code = CODE.search(await first.text())
    assert code is not None
    assert "23 Nov 2026, 17:41 CET" in await first.text()  # eight hours from now
    assert first.headers["Cache-Control"] == "no-store"
    reloaded = await shown(client, "/people/enrolment-code")
    assert code[1] not in reloaded
    assert "The code was shown once" in reloaded
    assert people.kept.codes() == [Code.ENROLMENT_CODE_ISSUED]
    assert people.kept.entries[0].details["by"] == "dvorak"


async def test_an_exception_is_granted_listed_and_ended(client, people):
    form = {"subject": LUCIE.subject, "why": "Ztracený telefon <b>", "until": LATER}
    granted = await sent(client, "/people/exception", 303, **form)
    text = await shown(client, granted.headers["Location"])
    for words in (
        "The exception runs from now on",
        "mala.lucie",
        "Ztracený telefon &lt;b&gt;",
        "1 exception runs.",
    ):
        assert words in text
    assert "End the exception" in await shown(client, "/people?login=mala.lucie")
    asked = await sent(client, "/exceptions/end", 200, subject=LUCIE.subject)
    assert "End the exception of Lucie Malá?" in await asked.text()
    assert people.kept.codes() == [Code.EXCEPTION_GRANTED]
    ended = await sent(client, "/exceptions/end/now", 303, subject=LUCIE.subject)
    text = await shown(client, ended.headers["Location"])
    for words in ("The exception has been ended.", "ended early", "0 exceptions run."):
        assert words in text
    assert people.kept.codes() == [Code.EXCEPTION_GRANTED, Code.EXCEPTION_ENDED]


async def test_lost_factors_are_removed_and_a_code_for_a_new_one_is_offered(client, people):
    text = await shown(client, "/people?login=urban.karel")
    assert 'action="/people/factors"' in text
    assert 'action="/people/enrolment-code"' not in text
    form = {"subject": KAREL.subject, "which": "all", "why": "Ztracený telefon <b>"}
    removed = await sent(client, "/people/factors", 303, **form)
    text = await shown(client, removed.headers["Location"])
    assert "Removed. All sessions of the person" in text
    assert 'action="/people/factors"' not in text
    assert 'action="/people/enrolment-code"' in text
    assert people.kept.codes() == [Code.FACTOR_REMOVED]
    [entry] = people.kept.entries
    assert (entry.details["by_subject"], entry.details["why"]) == (OFFICER.subject, form["why"])
    await sent(client, "/people/enrolment-code", 303, subject=KAREL.subject, hours="8")


async def test_who_has_not_just_confirmed_is_led_to_it_and_back(client, people):
    left_open = replace(OFFICER, auth_time=NOW - timedelta(minutes=30))
    there = "/people?login=urban.karel"
    text = await (await client.get(there, headers={**AS_OFFICER, **assertion_header(left_open)})).text()
    assert 'href="/.brana/sign-in?wish=anew&amp;to=%2Fpeople%3Flogin%3Durban.karel"' in text
    assert 'action="/people/' not in text
    for path, form in (
        ("/people/factors", {"subject": KAREL.subject, "which": "all", "why": "x"}),
        ("/people/enrolment-code", {"subject": LUCIE.subject, "hours": "8"}),
        ("/people/exception", {"subject": LUCIE.subject, "why": "x", "until": LATER}),
        ("/people/block", {"subject": LUCIE.subject, "why": "x"}),
    ):
        headers = {**AS_OFFICER, **assertion_header(left_open)}
        headers["Referer"] = f"https://{headers['Host']}{there}"
        refused = await client.post(path, data=form, headers=headers)
        assert (refused.status, refused.headers[REASON_HEADER]) == (409, NotDone.NOT_CONFIRMED)
        assert "wish=anew&amp;to=%2Fpeople%3Flogin%3Durban.karel" in await refused.text()
    assert people.kept.entries == []
    assert {entry.reason for entry in people.entries} == {"sign_in_too_old"}


async def test_an_exception_that_policies_make_useless_is_warned_of(client, people):
    assert "of no use" not in await shown(client, "/people?login=mala.lucie")
    people.password_opens = False
    assert "an exception would be of no use" in await shown(client, "/people?login=mala.lucie")
    form = {"subject": LUCIE.subject, "why": "x", "until": LATER}
    granted = await sent(client, "/people/exception", 303, **form)
    assert "it is of no use" in await shown(client, granted.headers["Location"])


@pytest.mark.parametrize(
    ("path", "form", "reason"),
    [
        ("/people/factors", {"subject": OFFICER.subject, "which": "all", "why": "x"}, NotDone.FOR_ONESELF),
        ("/people/factors", {"subject": "urad:x", "which": "all", "why": "x"}, NotDone.PERSON_UNKNOWN),
        ("/people/factors", {"subject": LUCIE.subject, "which": "all", "why": "x"}, NotDone.NO_FACTOR),
        ("/people/factors", {"subject": KAREL.subject, "which": "y", "why": "x"}, NotDone.FACTOR_UNKNOWN),
        (
            "/people/factors",
            {"subject": KAREL.subject, "which": "all", "why": " "},
            NotDone.REMOVAL_UNEXPLAINED,
        ),
        ("/people/enrolment-code", {"subject": OFFICER.subject, "hours": "8"}, NotDone.FOR_ONESELF),
        ("/people/enrolment-code", {"subject": "urad:x", "hours": "8"}, NotDone.PERSON_UNKNOWN),
        ("/people/enrolment-code", {"subject": KAREL.subject, "hours": "8"}, NotDone.FACTOR_HELD),
        (
            "/people/exception",
            {"subject": OFFICER.subject, "why": "x", "until": LATER},
            NotDone.FOR_ONESELF,
        ),
        ("/people/exception", {"subject": TOMAS.subject, "why": "x", "until": LATER}, NotDone.NEVER_EXCEPTED),
        ("/people/exception", {"subject": LUCIE.subject, "why": " ", "until": LATER}, NotDone.WHY_UNUSABLE),
        (
            "/people/exception",
            {"subject": LUCIE.subject, "why": "x", "until": "2026-11-22"},
            NotDone.DAY_OVER,
        ),
        ("/exceptions/end/now", {"subject": LUCIE.subject}, NotDone.NO_EXCEPTION),
        ("/people/block", {"subject": OFFICER.subject, "why": "x"}, NotDone.FOR_ONESELF),
        ("/people/block", {"subject": LUCIE.subject, "why": "x"}, NotDone.NOT_BLOCKED),
        ("/people/block", {"subject": LUCIE.subject, "why": " "}, NotDone.LIFTING_UNEXPLAINED),
        (
            "/people/exception",
            {"subject": LUCIE.subject, "why": "x", "until": "9999-12-31"},
            NotDone.TOO_LONG,
        ),
    ],
)
async def test_what_may_not_be_is_refused_by_name(client, people, path, form, reason):
    refused = await sent(client, path, 409, **form)
    assert refused.headers[REASON_HEADER] == reason
    assert people.kept.entries == []
    assert [entry.reason for entry in people.entries] == [reason]


async def test_a_removal_without_a_readable_reason_comes_again_with_what_was_filled_in(client, people):
    await people.kept.store.enrol_for(KAREL.subject, SECRET, NOW)
    held = await people.kept.store.look(lambda book: book.authenticators(KAREL.subject))
    assert len(held) == 2
    one = held[0].id
    for typed in ("", "x" * 201):
        form = {"subject": KAREL.subject, "which": one, "why": typed}
        text = await (await sent(client, "/people/factors", 409, **form)).text()
        assert text.count("Say why, in 200 characters or less.") == text.count('class="wrong"') == 1
        assert 'id="lost-why-1-error"' in text
        assert f'value="{typed}" required autofocus aria-invalid="true"' in text
        assert f'<option value="{one}" selected>' in text
    text = await (
        await sent(client, "/people/factors", 409, subject=KAREL.subject, which="gone", why="Ztracený")
    ).text()
    assert 'id="which-1-error"' in text
    assert 'value="Ztracený"' in text
    assert people.kept.entries == []


async def test_a_block_is_not_lifted_without_a_readable_reason_and_the_form_comes_again(client, people):
    spent = of_account(LUCIE.subject, None, Kind.PASSWORD, people.rules.limits)
    attempts = range(people.rules.limits.attempts)
    await people.kept.store.transact(lambda book: [take(book, spent, NOW) for _ in attempts])
    for typed in ("", "x" * 201):
        refused = await sent(client, "/people/block", 409, subject=LUCIE.subject, why=typed)
        text = await refused.text()
        assert refused.headers[REASON_HEADER] == NotDone.LIFTING_UNEXPLAINED
        assert text.count("Say why, in 200 characters or less.") == text.count('class="wrong"') == 1
        assert 'id="lift-why-1-error"' in text
        assert f'value="{typed}" required autofocus aria-invalid="true"' in text
    assert people.kept.entries == []


async def test_the_other_accounts_of_a_person_are_shown_and_an_officer_s_own_are_left_to_others(people):
    office = Office()
    office.assistance, office.lost_factors, office.others = (
        people.assistance,
        people.lost_factors,
        people.persons.others,
    )
    people.persons.know([[Account(LUCIE.subject, LUCIE.login), Account(KAREL.subject, "adm-lucie")]])
    async with TestClient(TestServer(make_office_app(office))) as client:
        text = await shown(client, "/people?login=mala.lucie")
        assert "Other account of the person" in text
        assert "adm-lucie</a>" in text
        assert "/people/enrolment-code" in text
        people.persons.know([[Account(LUCIE.subject, LUCIE.login), Account(OFFICER.subject, OFFICER.login)]])
        text = await shown(client, "/people?login=mala.lucie")
        assert "/people/enrolment-code" not in text
        refused = await sent(client, "/people/enrolment-code", 409, subject=LUCIE.subject, hours="8")
        assert refused.headers[REASON_HEADER] == "same_person"


def test_every_refusal_of_an_act_has_its_words():
    assert set(REFUSALS) == set(NotDone)
    assert all(words.reason == reason for reason, words in REFUSALS.items())


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/people/enrolment-code", {"subject": LUCIE.subject, "hours": "25"}),
        ("/people/enrolment-code", {"subject": LUCIE.subject, "hours": "0"}),
        ("/people/enrolment-code", {"subject": LUCIE.subject, "hours": "8 "}),
        ("/people/enrolment-code", {"subject": LUCIE.subject}),
        ("/people/factors", {"subject": KAREL.subject, "why": "x"}),
        ("/people/factors", {"subject": KAREL.subject, "which": "all"}),
        ("/people/exception", {"subject": LUCIE.subject, "why": "x", "until": "zítra"}),
        ("/people/exception", {"subject": LUCIE.subject, "why": "x", "until": ""}),
        ("/people/block", {"subject": LUCIE.subject}),
        ("/exceptions/end", {}),
        ("/exceptions/end/now", {}),
    ],
)
async def test_a_form_that_says_something_else_does_nothing(client, people, path, form):
    await sent(client, path, 400, **form)
    assert people.kept.entries == []


@pytest.mark.parametrize(
    "path",
    [
        "/people/factors",
        "/people/block",
        "/people/enrolment-code",
        "/people/exception",
        "/exceptions/end/now",
    ],
)
async def test_a_strangers_page_does_nothing(client, people, path):
    form = {"subject": LUCIE.subject, "which": "all", "hours": "8", "why": "x", "until": LATER}
    headers = {**AS_OFFICER, "Sec-Fetch-Site": "cross-site"}
    assert (await client.post(path, data=form, headers=headers)).status == 403
    assert people.kept.entries == []


async def test_too_long_an_exception_leads_back_to_the_form_with_what_was_typed(client, people):
    text = await shown(client, "/people?login=mala.lucie")
    assert 'max="2027-02-20"' in text
    assert "20 Feb 2027" in text
    form = {"subject": LUCIE.subject, "why": "Ztracený telefon <b>", "until": "2027-02-21"}
    refused = await sent(client, "/people/exception", 409, **form)
    text = await refused.text()
    assert refused.headers[REASON_HEADER] == NotDone.TOO_LONG
    assert "An exception cannot last that long. The latest day is" in text
    assert 'value="Ztracený telefon &lt;b&gt;"' in text
    assert 'value="2027-02-21"' in text
    await sent(client, "/people/exception", 303, **(form | {"until": "2027-02-20"}))
    register = await shown(client, "/exceptions")
    assert "20 Feb 2027" in register  # the last day itself, not midnight after it
    assert "21 Feb 2027" not in register
    assert "Lucie Malá" in register


async def test_the_register_tells_which_running_exceptions_are_of_no_use(client, people):
    await sent(client, "/people/exception", 303, subject=LUCIE.subject, why="x", until=LATER)
    assert "of no use" not in await shown(client, "/exceptions")
    people.password_opens = False
    assert "of no use: it opens nothing to this person now" in await shown(client, "/exceptions")


async def test_who_is_blocked_is_told_until_when_and_the_block_is_lifted(client, people):
    spent = of_account(LUCIE.subject, None, Kind.PASSWORD, people.rules.limits)

    def guess(book):
        for _ in range(people.rules.limits.attempts):
            take(book, spent, NOW)

    await people.kept.store.transact(guess)
    text = await shown(client, "/people?login=mala.lucie")
    for words in ("Blocked after wrong attempts", "not signed in with yet:", "23 Nov 2026, 09:56 CET"):
        assert words in text
    lifted = await sent(client, "/people/block", 303, subject=LUCIE.subject, why="Volala z úřadu")
    text = await shown(client, lifted.headers["Location"])
    assert "Lifted. The person can try again at once." in text
    assert "Blocked after" not in text
    [entry] = people.kept.entries
    assert (entry.code, entry.details["why"]) == (Code.BLOCK_LIFTED, "Volala z úřadu")


async def test_an_account_that_the_directory_shut_is_offered_no_exception(client, people):
    people.people[0] = replace(LUCIE, state=AccountState.DISABLED)
    text = await shown(client, "/people?login=mala.lucie")
    assert "The directory lets nobody sign in with this account" in text
    assert 'action="/people/exception"' not in text
    refused = await sent(client, "/people/exception", 409, subject=LUCIE.subject, why="x", until=LATER)
    assert refused.headers[REASON_HEADER] == NotDone.ACCOUNT_SHUT


async def test_somebody_is_found_by_part_of_the_name(client, office, people):
    people.people += [person(f"urad:{number}", f"mala.eva{number}") for number in range(25)]
    text = await shown(client, "/people?login=MALÁ+luc")
    assert 'name="subject" value="urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1b01"' in text
    text = await shown(client, "/people?login=mala")
    assert text.count('href="/people?login=mala.') == 20
    assert "There are more. Write more of the name." in text
    assert office.log.entries[-1].details["found"] == 20
    assert "No directory has anybody with “nikdo”" in await shown(client, "/people?login=nikdo")


async def test_last_sign_in_sessions_and_mail_are_shown_and_the_log_is_linked(client, office, people):
    who = replace(LUCIE, mail="lucie@hulin.example")
    people.people[0] = who
    signed_in = Entry(code=Code.SIGN_IN_COMPLETED, outcome=Outcome.SUCCESS, at=NOW, subject=who.subject)
    await office.log.record([signed_in])
    office.sessions.open_sessions[0] = replace(office.sessions.open_sessions[0], subject=who.subject)
    text = await shown(client, "/people?login=mala.lucie")
    for words in ("lucie@hulin.example", "23 Nov 2026, 09:41 CET", "list of sessions"):
        assert words in text
    assert f'href="/log?person={quote(who.subject)}"' in text


async def test_for_oneself_nothing_is_offered(client):
    text = await shown(client, f"/people?login={OFFICER.login}")
    assert "For yourself you cannot do anything here" in text
    assert "/people/exception" not in text


async def test_an_auditor_reads_and_is_offered_nothing(client):
    headers = {**AS_OFFICER, **assertion_header(AUDITOR)}
    for path in ("/people?login=mala.lucie", "/exceptions"):
        text = await (await client.get(path, headers=headers)).text()
        assert "<h1>" in text
        assert 'action="/people/' not in text
        assert 'action="/exceptions/' not in text


async def test_every_look_is_recorded_before_it_is_shown(client, office):
    for path, query in (
        ("/people", "page=people"),
        ("/people?login=mala.lucie", "page=people, user=mala.lucie"),
        ("/people?login=nikdo", "page=people, user=nikdo"),
        ("/exceptions", "page=exceptions"),
    ):
        await shown(client, path)
        entry = office.log.entries[-1]
        assert (entry.code, entry.person, entry.details["query"]) == (Code.LOG_SEARCHED, "dvorak", query)

    async def full(entries):
        raise OSError("no space left")

    office.log.record = full
    assert "Lucie" not in await shown(client, "/people?login=mala.lucie", 500)


async def test_while_the_directory_is_away_the_page_says_so(client, people):
    people.away = True
    assert "The office directory does not answer now" in await shown(client, "/people?login=mala.lucie", 503)
    refused = await sent(client, "/people/enrolment-code", 503, subject=LUCIE.subject, hours="8")
    assert refused.headers[REASON_HEADER] == "directory_unreachable"
