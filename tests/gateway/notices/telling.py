"""Notices for tests of this room."""

from datetime import timedelta

from config.places import Places
from config.settings import Place, Title
from config.vocabulary import Language
from gateway.notices.notice import Channel, Happened, Notice, NoticeKind
from gateway.notices.words import Surroundings
from tests.rig.people import JANA, NOON

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"
TOWN_HALL = Title(cs="Městský úřad Hulín", en="Hulín town hall")
AROUND = Surroundings(
    office="Město Kroměříž",
    support="Helpdesk, 573 321 100",
    places=Places([Place(title=TOWN_HALL, networks=["192.0.2.0/24"])]),
)
LATER = NOON + timedelta(seconds=2)


def happened(kind: NoticeKind = NoticeKind.NEW_DEVICE, **facts: str) -> Happened:
    known = {"address": "192.0.2.7", "user_agent": FIREFOX, **facts}
    return Happened(kind=kind, subject=JANA.subject, person=JANA.login, at=NOON, facts=known)


def notice(
    what: Happened | None = None, channel: Channel = Channel.WEBHOOK, language: Language = Language.CZECH
) -> Notice:
    return Notice(id="n" * 22, channel=channel, happened=what or happened(), language=language, attempts=0)
