"""CAAIS as a first factor: known by a certificate, keys without names, and only for whom has a role in that office."""

from datetime import UTC, datetime

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.audit.entry import Code
from tests.rig.provider import CALLBACK as PORTAL_CALLBACK
from tests.rig.sign_in_world import JANA, JANA_PASSWORD
from tests.rig.upstream_provider import Wrong
from tests.rig.upstream_world import JANAS, UpstreamWorld, upstream_world

pytestmark = pytest.mark.real
HULIN_ICO, KVASICE_ICO, ELSEWHERE_ICO = "00287229", "00287385", "45274649"
OFFICIAL = {
    "name": "Jana Nováková",
    "lei": HULIN_ICO,
    "access_roles": ["spis_zpracovatel", "x\ny"],
    "activity_roles": [{"agenda": "A115", "role": "CR22"}, {"agenda": "A 3", "role": "CR1"}],
    "is_statutory_representative": False,
}


@pytest.fixture
async def there(office, tmp_path):
    client = tmp_path / "op"
    changes = {
        "kind": "caais",
        "client_secret_file": None,
        "certificate": client / "brana.pem",
        "key": client / "brana.key",
    }

    def prepared(running):
        running.authority.issue("brana", ["brana"], datetime.now(UTC), ExtendedKeyUsageOID.CLIENT_AUTH)
        running.op.as_caais()
        running.op.people[JANAS] = dict(OFFICIAL)

    async with upstream_world(office, tmp_path, prepared=prepared, **changes) as made:
        yield made


def last(there: UpstreamWorld, code: Code):
    return [one for one in there.world.rig.kept.entries if one.code is code][-1]


async def test_an_official_comes_in_and_the_log_says_for_which_office(there):
    await there.link()
    page, back = await there.through(there.world.rig.browser())
    assert back.location == page  # it says no level: the own second factor is asked for
    assert "acr_values" not in there.op.authorized[-1]
    assert all(certificate is not None for certificate in there.op.shown)
    accepted = last(there, Code.SIGN_IN_UPSTREAM_ACCEPTED)
    assert accepted.details["upstream_said"] == [
        "municipality 588491",
        "access_role spis_zpracovatel",
        "activity_role A115:CR22",
    ]
    assert accepted.details["upstream_identity"] == there.op.subject_of(JANAS) != JANAS


async def test_a_statutory_representative_gets_no_role_by_it(there):
    there.op.people[JANAS]["is_statutory_representative"] = True
    await there.link()
    browser = there.world.rig.browser()
    page, _ = await there.through(browser)
    done = await browser.code(page, there.world.code())
    assert done.location.startswith(PORTAL_CALLBACK + "?code=")
    session = (
        await there.world.rig.kept.store.look(lambda book: book.sessions_of_subject(there.world.jana.subject))
    )[-1]
    assert session.person.roles == there.world.jana.roles
    assert "statutory_representative" in last(there, Code.SIGN_IN_UPSTREAM_ACCEPTED).details["upstream_said"]


@pytest.mark.parametrize("lei", [ELSEWHERE_ICO, "588491", "Hulín", "", "0028722９"])
async def test_an_office_that_is_none_of_the_district_comes_in_nowhere(there, lei):
    there.op.people[JANAS]["lei"] = lei
    _, back = await there.through(there.world.rig.browser())
    assert (back.status, last(there, Code.SIGN_IN_UPSTREAM_REFUSED).reason) == (
        422,
        "upstream_organisation_unknown",
    )


@pytest.mark.parametrize(
    "claims", [{"lei": None}, {"lei": 287229}, {"activity_roles": "A115"}, {"access_roles": [1]}]
)
async def test_claims_that_cannot_be_read_prove_nothing(there, claims):
    there.op.people[JANAS] |= claims
    _, back = await there.through(there.world.rig.browser())
    assert (back.status, last(there, Code.SIGN_IN_UPSTREAM_REFUSED).reason) == (
        422,
        "upstream_token_unreadable",
    )


async def test_who_acts_for_an_office_without_a_role_there_links_nothing(there):
    there.op.people[JANAS]["lei"] = KVASICE_ICO
    browser = there.world.rig.browser()
    page, back = await there.through(browser, link=True)
    assert back.location == page
    sure = {"username": JANA, "password": JANA_PASSWORD, "confirmed": "yes"}
    told = await browser.form(page, "password", sure)
    assert told.status == 422
    assert "an office in which you have no role here" in told.text
    assert "Link and continue" not in told.text
    await browser.password(page, JANA, JANA_PASSWORD)
    assert (await browser.code(page, there.world.code())).status == 303
    assert await there.world.rig.kept.store.look(lambda book: book.links_of(there.world.jana.subject)) == []


async def test_who_comes_for_another_office_than_the_own_stays_outside_though_linked(there):
    await there.link()
    there.op.people[JANAS]["lei"] = KVASICE_ICO
    _, back = await there.through(there.world.rig.browser())
    refused = last(there, Code.SIGN_IN_UPSTREAM_REFUSED)
    assert (back.status, refused.reason) == (422, "upstream_other_municipality")
    assert refused.subject == there.world.jana.subject


async def test_without_a_certificate_the_token_endpoint_knows_nobody(office, tmp_path):
    def prepared(running):
        running.op.as_caais()
        running.op.people[JANAS] = dict(OFFICIAL)

    async with upstream_world(
        office, tmp_path, prepared=prepared, kind="caais", client_secret_file=None
    ) as there:
        _, back = await there.through(there.world.rig.browser())
        assert (back.status, last(there, Code.SIGN_IN_UPSTREAM_REFUSED).reason) == (
            422,
            "upstream_code_refused",
        )
        assert there.op.shown == [None]


async def test_a_proof_of_this_moment_it_cannot_give(there):
    await there.link()
    _, back = await there.through(there.world.rig.browser(), prompt="login")
    assert (back.status, last(there, Code.SIGN_IN_UPSTREAM_REFUSED).reason) == (422, "upstream_not_anew")


async def test_a_key_of_somebody_else_without_a_name_is_told_apart(there):
    await there.link()
    there.op.wrong.add(Wrong.FOREIGN_KEY)
    _, back = await there.through(there.world.rig.browser())
    assert (back.status, last(there, Code.SIGN_IN_UPSTREAM_REFUSED).reason) == (
        422,
        "upstream_signature_wrong",
    )
