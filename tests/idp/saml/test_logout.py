"""Whom a request to sign out means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.saml.logout import LogoutRequest
from idp.saml.provider import NameId
from tests.idp.login.test_session import session
from tests.rig.service_provider import ENTITY, NOON, party

ASKED = LogoutRequest(
    id="_out", issuer=ENTITY, issued_at=NOON, destination="", name="", session="", good_until=NOON
)


def test_nobody_is_meant_by_the_name_of_everybody_without_one():
    somebody = session()
    nameless = replace(somebody, person=replace(somebody.person, mail=""))
    mail = party(name_id=NameId.MAIL)
    assert not ASKED.means(nameless, mail)
    assert replace(ASKED, name=somebody.person.mail).means(somebody, mail)


def test_what_says_its_end_is_over_then_whatever_clocks_differ_by():
    assert not ASKED.over(NOON)
    assert not ASKED.over(NOON + timedelta(minutes=2) - timedelta.resolution)
    assert ASKED.over(NOON + timedelta(minutes=2))
    assert not replace(ASKED, good_until=None).over(NOON + timedelta(days=1))
    assert not replace(ASKED, good_until=datetime.max.replace(tzinfo=UTC)).over(NOON)
