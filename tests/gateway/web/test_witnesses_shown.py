"""What an officer sees of the log's witnesses."""

from datetime import timedelta

import pytest

from gateway.witness.shown import Witness
from gateway.witness.standing import Alarm, Stand, Standing, Trouble
from tests.gateway.web.people import NOW
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
SINCE = NOW - timedelta(hours=1)


def witness(stand: Stand | None, size: int = 120, behind: int = 0) -> Witness:
    at = NOW if size else None
    return Witness("witness.example", "https://witness.example:8444", stand, size, at, behind)


async def test_without_witnesses_nothing_is_said_of_them(client):
    assert "itness" not in await shown(client, "/")
    assert "itness" not in await shown(client, "/integrity")


async def test_a_witness_that_vouches_is_shown_and_warns_of_nothing(client, office):
    office.witnesses = [witness(Stand(Standing.COSIGNING, SINCE), behind=3), witness(None, size=0)]
    assert "itness" not in await shown(client, "/")
    text = await shown(client, "/integrity")
    assert "vouches for the log" in text
    assert "not asked yet" in text
    assert "<dt>Entries that wait</dt><dd>3</dd>" in text


async def test_a_witness_that_refuses_is_an_alarm(client, office):
    office.witnesses = [witness(Stand(Standing.REFUSING, SINCE, told=True, reason=Alarm.PUT_BACK, size=140))]
    text = await shown(client, "/")
    assert "A witness does not recognise the log" in text
    assert 'href="/integrity#witnesses"' in text
    text = await shown(client, "/integrity")
    assert "refuses to vouch" in text
    assert "the witness knows more entries: the database was put back" in text
    assert "<dt>Entries that it knows of</dt><dd>140</dd>" in text
    czech = await (await client.get("/", headers={**AS_OFFICER, "Accept-Language": "cs"})).text()
    assert "Svědek auditní záznam neuznává" in czech


async def test_a_witness_that_is_away_for_long_is_a_warning_and_a_short_while_is_none(client, office):
    office.witnesses = [witness(Stand(Standing.AWAY, SINCE, reason=Trouble.UNREACHABLE))]
    assert "itness" not in await shown(client, "/")
    assert "does not vouch now" in await shown(client, "/integrity")
    office.witnesses = [witness(Stand(Standing.AWAY, SINCE, told=True, reason=Trouble.UNREACHABLE))]
    assert "A witness does not vouch for the log" in await shown(client, "/")
