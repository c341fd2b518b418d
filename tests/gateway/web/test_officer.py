import re
from dataclasses import replace
from itertools import pairwise

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.audit.anchors import Fault
from gateway.audit.entry import Code, Outcome
from gateway.audit.own_process import Failure, Progress
from gateway.audit.recomputation import Verdict
from gateway.audit.search import TooManyPeople
from gateway.audit.verify_report import Broken
from tests.gateway.web.people import AUDITOR, MAYOR, NOW, OFFICER, assertion_header
from tests.gateway.web.sample import Office
from tests.gateway.web.sample_log import leaf, report

pytestmark = pytest.mark.real

AS_OFFICER = {
    "Host": "admin.brana.test",
    "Accept": "text/html",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    "x-request-id": "r-9",
    **assertion_header(OFFICER),
}


async def shown(client, path, status=200):
    answer = await client.get(path, headers=AS_OFFICER)
    assert answer.status == status
    return await answer.text()


def sequences(text):
    return [int(number) for number in re.findall(r'href="/log/(\d+)"', text)]


async def test_the_log_is_shown_newest_first_page_by_page_without_gap_or_repetition(client):
    path, seen = "/log?person=novakova", []
    while path:
        text = await shown(client, path)
        seen += sequences(text)
        older = re.search(r'href="(\?[^"]*)" rel="next"', text)
        path = "/log" + older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == 44
    assert all(newer > older for newer, older in pairwise(seen))


@pytest.mark.parametrize("path", ["/", "/log", "/log?outcome=refused", "/log/5", "/log/999999"])
async def test_every_look_at_the_log_is_recorded_with_who_looked(client, office, path):
    before = len(office.log.entries)
    await client.get(path, headers=AS_OFFICER)
    (entry,) = office.log.entries[before:]
    assert (entry.code, entry.person, entry.address, entry.request_id) == (
        Code.LOG_SEARCHED,
        "dvorak",
        "203.0.113.7",
        "r-9",
    )


async def test_a_look_that_cannot_be_recorded_shows_nothing(client, office):
    async def full(entries):
        raise OSError("no space left")

    office.log.record = full
    text = await shown(client, "/log", 500)
    assert "Access refused" not in text


async def test_the_filters_of_a_look_are_in_its_record(client, office):
    await shown(client, "/log?person=novakova&outcome=refused")
    details = office.log.entries[-1].details
    assert (details["query"], details["found"]) == ("person=novakova, outcome=refused", 8)


async def test_which_page_of_the_log_was_looked_at_is_in_its_record(client, office):
    newest = sequences(await shown(client, "/log"))
    older = sequences(await shown(client, f"/log?before={newest[9]}"))
    first, second = (one.details for one in office.log.entries[-2:])
    assert (first["first"], first["last"]) == (min(newest), max(newest))
    assert (second["first"], second["last"]) == (min(older), max(older))
    assert second["query"].endswith(f"before={newest[9]}")
    await shown(client, "/log?person=nobody.of.that.name")
    assert "first" not in office.log.entries[-1].details


async def test_a_name_that_fits_too_many_people_is_asked_for_more_of_it(client, office):
    async def page(query, after, limit):
        raise TooManyPeople(query.person)

    office.log.page = page
    text = await shown(client, "/log?person=a", 400)
    assert "Too many people fit" in text
    assert "Nothing found" not in text


async def test_filters_that_cannot_be_read_show_no_entries(client):
    text = await shown(client, "/log?code=nonsense&since=2026-11-23", 400)
    assert sequences(text) == []
    assert "The filters cannot be read" in text


async def test_a_span_that_ends_before_it_begins_says_just_that(client):
    text = await shown(client, "/log?since=2026-11-23T10:00&until=2026-11-22T10:00", 400)
    assert "“To” is before “From”" in text
    assert "This time cannot be used" not in text
    assert 'type="datetime-local" value="2026-11-22T10:00"' in text


async def test_a_row_without_a_person_begins_with_its_address(client, office):
    office.log.entries = [
        replace(
            office.log.entries[1], person="", subject="", application="", municipality="", own_municipality=""
        )
    ]
    text = await shown(client, "/log?technical=1")
    assert '<td role="cell"><span class="quiet">203.0.113.1</span></td>' in text
    assert text.count("<br>") == 1  # below the kind of event


async def test_an_entry_is_shown_with_all_its_fields_as_text(client):
    text = await shown(client, "/log/127")
    for part in (
        "region/records-mayor",
        "Access refused: dvorak, application Records service, municipality Hulín",
        "7d1f0c",
        "588491",
        "Hulín",
        "reading",
        "mayor, clerk",
        "0b1c2d3e-0127",
    ):
        assert part in text
    assert "/spisy/2026/&lt;b&gt;42&lt;/b&gt;" in text
    assert f"<code>{leaf(127).hex()}</code>" in text  # as it is stored


async def test_details_have_labels_and_those_that_say_nothing_are_left_out(client, office):
    details = {"acr": "urn:brana:acr:two-factors", "generation": "", "flags": "-", "made_up": "x"}
    office.log.entries[127] = replace(office.log.entries[127], details=details)
    text = await shown(client, "/log/127")
    assert '<span title="acr">How surely recognised</span>' in text
    assert 'two factors <code class="quiet">urn:brana:acr:two-factors</code>' in text
    assert "<code>made_up</code></dt><dd>x</dd>" in text
    assert "generation" not in text
    assert "flags" not in text


async def test_the_sign_in_for_the_gateway_itself_is_called_by_the_gateways_name(client, office):
    issued = replace(office.log.entries[127], code=Code.TOKEN_ISSUED, application="brana-gateway")
    office.log.entries[127] = issued
    text = await shown(client, "/log/127")
    assert "Token issued: dvorak, application Brána" in text
    assert "Brána <code" in text


async def test_an_entry_without_a_person_leads_to_the_others_of_its_request(client, office):
    office.log.entries[127] = replace(office.log.entries[127], person="", subject="")
    text = await shown(client, "/log/127")
    assert 'href="/log?request_id=0b1c2d3e-0127">other entries of the same request</a>' in text


@pytest.mark.parametrize("path", ["/log/999999", "/log/-1", "/log/abc", f"/log/{2**64}"])
async def test_an_entry_that_is_not_there_is_an_unknown_page(client, path):
    await shown(client, path, 404)


async def test_what_the_verification_says_in_english_is_called_a_technical_detail(client, office):
    office.says(Verdict(report(broken=Broken(Fault.EDITED, 41, NOW, "its bytes do not give its leaf hash"))))
    answer = await client.post("/integrity", headers=AS_OFFICER | {"Accept-Language": "cs"})
    assert 'Technický údaj pro správce: <code lang="en">entry 41 (' in await answer.text()


async def test_a_reason_is_shown_by_its_name_with_its_code_beside_it(client):
    assert "the person&#39;s role does not suffice" in await shown(client, "/log?reason=role_not_sufficient")
    text = await shown(client, "/log/127")
    assert "(reason: the person&#39;s role does not suffice)" in text
    assert '<code class="quiet">role_not_sufficient</code>' in text
    assert 'href="/log?reason=role_not_sufficient"' in text


async def test_the_log_is_filtered_by_a_reason_chosen_by_its_name(client):
    text = await shown(client, "/log?reason=role_not_sufficient")
    assert len(sequences(text)) == 26
    assert (
        '<option value="role_not_sufficient" selected>the person&#39;s role does not suffice</option>' in text
    )
    assert '<option value="not_an_audit_officer">Not an audit officer</option>' in text


async def test_a_reason_without_a_name_stays_in_the_filter(client):
    text = await shown(client, "/log?reason=of_an_old_policy")
    assert "<option selected>of_an_old_policy</option>" in text


async def test_an_entry_that_cannot_be_read_is_marked_at_its_place(client, office):
    office.log.damaged = {127}
    text = await shown(client, "/log")
    assert sequences(text)[:4] == [129, 128, 127, 126]
    assert text.count("This entry cannot be read; verify the log") == 1
    text = await shown(client, "/log/127")
    assert "This entry cannot be read; verify the log" in text
    assert "Entry 127" in text
    await shown(client, "/")


@pytest.mark.parametrize(
    ("language", "mark"),
    [
        ("en", "This entry was altered; verify the log"),
        ("cs", "Tento záznam byl pozměněn; ověřte neporušenost"),
    ],
)
async def test_an_altered_entry_is_marked_at_its_place_and_not_shown(client, office, language, mark):
    office.log.altered = {127}
    headers = AS_OFFICER | {"Accept-Language": language}
    text = await (await client.get("/log", headers=headers)).text()
    assert sequences(text)[:4] == [129, 128, 127, 126]
    assert text.count(mark) == 1
    text = await (await client.get("/log/127", headers=headers)).text()
    assert mark in text
    assert "outcome, leaf" in text
    assert leaf(127).hex() in text
    for genuine in ("svoboda", "role_not_sufficient", "region/records-mayor"):
        assert genuine not in text


async def test_the_page_about_integrity_is_shown_even_when_the_log_takes_no_entry(client, office):
    async def full(entries):
        raise OSError("no space left")

    office.log.record = full
    assert "Verify now" in await shown(client, "/integrity")


async def test_a_whole_log_is_said_to_be_whole_and_the_check_is_recorded(client, office):
    answer = await client.post("/integrity", headers=AS_OFFICER)
    text = await answer.text()
    assert "The log is whole and unaltered" in text
    assert "Verified by dvorak" in text
    assert "Refresh" not in answer.headers
    entry = office.log.entries[-1]
    assert (entry.code, entry.outcome, entry.session) == (Code.LOG_VERIFIED, Outcome.SUCCESS, OFFICER.sid)
    assert (entry.person, entry.request_id, entry.details["finding"]) == ("dvorak", "r-9", "whole")


async def test_the_last_result_stays_on_the_page(client):
    await client.post("/integrity", headers=AS_OFFICER)
    assert "The log is whole and unaltered" in await shown(client, "/integrity")


async def test_a_damaged_log_is_said_where_it_is_damaged(client, office):
    office.says(
        Verdict(report(broken=Broken(Fault.EDITED, 41, NOW, "its bytes do not give its leaf hash", 50)))
    )
    answer = await client.post("/integrity", headers=AS_OFFICER)
    text = await answer.text()
    assert "The log is damaged" in text
    assert "the entry was edited" in text
    assert "<strong>41</strong>" in text
    assert "up to entry 50" in text
    assert office.log.entries[-1].outcome is Outcome.FAILURE


async def test_a_verification_that_came_to_nothing_says_so_and_is_recorded(client, office):
    office.says(Failure("database brana.db: the disk fails"))
    answer = await client.post("/integrity", headers=AS_OFFICER)
    text = await answer.text()
    assert "The log was not verified" in text
    assert "the disk fails" in text
    entry = office.log.entries[-1]
    assert (entry.outcome, entry.reason) == (Outcome.FAILURE, "verification_failed")


async def test_a_checkpoint_that_cannot_be_read_is_said_to_be(client, office):
    sealed = await office.log.checkpoint()
    office.log.checkpoint_altered = replace(sealed, root="by hand")
    assert "The last checkpoint cannot be read; verify the log" in await shown(client, "/integrity")
    await shown(client, "/")


async def test_a_verdict_is_shown_even_when_the_log_takes_no_entry_of_it(client, office):
    async def refuse(entries):
        raise OSError("no space left")

    office.recomputation._record = refuse
    text = await (await client.post("/integrity", headers=AS_OFFICER)).text()
    assert "The log is whole and unaltered" in text
    assert "This verification is not in the log" in text


class TestALongVerification:
    @pytest_asyncio.fixture
    async def office(self):
        office = Office()
        office.says(Progress(250_000, 1_000_000), never_ends=True)
        yield office
        await office.recomputation.close()

    async def test_is_shown_under_way_and_the_page_looks_again_by_itself(self, client, office):
        answer = await client.post("/integrity", headers=AS_OFFICER)
        text = await answer.text()
        assert "The log is being verified" in text
        assert "250,000 of 1,000,000 entries are done." in text
        assert answer.headers["Refresh"] == "3"
        assert "Verify now" not in text
        assert "Refresh" not in (await client.get("/integrity", headers=AS_OFFICER)).headers

    async def test_is_not_begun_a_second_time(self, client, office):
        await client.post("/integrity", headers=AS_OFFICER)
        first = office.recomputation._task
        await client.post("/integrity", headers=AS_OFFICER)
        assert office.recomputation._task is first


async def sent(client, path, status=200, who=OFFICER, **form):
    headers = {**AS_OFFICER, **assertion_header(who)}
    answer = await client.post(path, data=form, headers=headers, allow_redirects=False)
    assert answer.status == status
    return answer


async def test_a_session_is_ended_after_a_question_that_says_whose_it_is(client, office):
    text = await shown(client, "/sessions")
    assert text.count('action="/sessions/end"') == 2  # nobody ends their own here
    text = await (await sent(client, "/sessions/end", session=MAYOR.sid)).text()
    for part in ("End the session of Ing. Marie Nováková?", "novakova", "Hulín", "203.0.113.7", "09:11"):
        assert part in text
    assert office.sessions.acts == []
    answer = await sent(client, "/sessions/end/now", 303, session=MAYOR.sid)
    assert answer.headers["Location"] == f"/sessions?ended={MAYOR.sid}"
    assert office.sessions.acts == [("end", OFFICER.subject, MAYOR.sid, "203.0.113.7")]
    text = await shown(client, answer.headers["Location"])
    assert "The session of Ing. Marie Nováková has been ended." in text


async def test_whoever_is_signed_in_at_the_provider_alone_is_shown_as_that(client, office):
    alone = replace(office.sessions.open_sessions[0], municipality="", only_signed_on=True)
    office.sessions.open_sessions[0] = alone
    assert (await shown(client, "/sessions")).count("Only at the sign-in") == 1
    assert "Přihlášení bez otevřené aplikace" in await shown(client, "/sessions?lang=cs")
    assert "Only at the sign-in" in await (await sent(client, "/sessions/end", session=alone.session)).text()


async def test_the_question_is_recorded_as_a_look_at_that_session(client, office):
    await sent(client, "/sessions/end", session=MAYOR.sid)
    assert office.log.entries[-1].details["query"] == f"page=sessions, session={MAYOR.sid}"


@pytest.mark.parametrize("session", ["gone", MAYOR.sid, "<b>x</b>"])
async def test_no_address_makes_the_page_say_that_a_session_ended_which_did_not(client, session):
    assert "has been ended" not in await shown(client, f"/sessions?ended={session}")


async def test_the_address_of_the_question_alone_shows_the_sessions(client):
    assert "<h1>Sessions</h1>" in await shown(client, "/sessions/end?lang=en")


async def test_an_auditor_is_offered_what_an_auditor_may_do(client):
    headers = {**AS_OFFICER, **assertion_header(AUDITOR)}
    sessions = await (await client.get("/sessions", headers=headers)).text()
    assert "Ing. Marie Nováková" in sessions
    assert "/sessions/end" not in sessions
    assert "Verify now" in await (await client.get("/integrity", headers=headers)).text()
    verified = await (await sent(client, "/integrity", 303, AUDITOR)).text()
    assert "End session" not in verified


async def test_a_refusal_on_the_officers_host_leads_back_to_the_log(client):
    text = await (await sent(client, "/sessions/end/now", 404, session="gone")).text()
    assert '<a class="button button-quiet" href="/log">Back to the audit log</a>' in text


async def test_the_officers_pages_lead_to_the_portal(client):
    assert '<a class="elsewhere" href="https://portal.brana.test/">Portal</a>' in await shown(client, "/log")


@pytest.mark.parametrize("path", ["/sessions/end", "/sessions/end/now"])
async def test_a_session_that_is_over_is_said_to_be(client, path):
    answer = await client.post(path, data={"session": "gone"}, headers=AS_OFFICER)
    assert (answer.status, answer.headers[REASON_HEADER]) == (404, "session_already_over")
    assert "This session is already over" in await answer.text()


async def test_somebody_of_the_portal_cannot_open_officers_pages(client):
    headers = {**AS_OFFICER, **assertion_header(MAYOR)}
    assert (await client.get("/log", headers=headers)).status == 401
