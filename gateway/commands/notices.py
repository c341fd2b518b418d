"""The ways by which people and receivers are told, as they are configured."""

from functools import partial

from config.places import Places
from config.settings import Settings
from config.vocabulary import SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.notices.delivery import Delivery, Send
from gateway.notices.notice import Channel
from gateway.notices.webhook import Webhook
from gateway.notices.words import Surroundings
from idp.directory.errors import DirectoryUnusable


class CurrentDeliveries:
    """Those of the settings that the plane has taken."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane, self._now = plane, deliveries(plane)

    def exchange(self) -> None:
        self._now = deliveries(self._plane)

    def of(self, channel: Channel) -> Delivery:
        return self._now[channel]


def deliveries(plane: ControlPlane) -> dict[Channel, Delivery]:
    """One for each channel there is; what still waits for one that is configured no more is given up."""
    around = surroundings(plane.settings)
    configured = plane.settings.notifications
    sends: dict[Channel, Send] = {}
    if configured.webhook is not None:
        sends[Channel.WEBHOOK] = Webhook(configured.webhook, around, now).send
    if configured.smtp is not None:
        from gateway.notices.mail import Mail  # noqa: PLC0415 - only who sends mail pays for it

        address_of = partial(_address_of, plane)
        sends[Channel.SMTP] = Mail(configured.smtp, around, address_of, (DirectoryUnusable,), now).send
    return {channel: Delivery(channel, plane.state.outbox, sends.get(channel), now) for channel in Channel}


def surroundings(settings: Settings) -> Surroundings:
    return Surroundings(settings.office.name, settings.office.support, Places(settings.places))


async def _address_of(plane: ControlPlane, subject: SubjectId) -> str | None:
    person = await plane.directory.person(subject)
    return person.mail if person is not None else None
