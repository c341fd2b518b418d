"""The portal of the small office: what is asked for there is set later, what is ended there is written down."""

from gateway.web.portal.lent import Lent
from gateway.web.portal.rooms import Portal
from gateway.web.portal.standing import Asks


def portal_pages(office, desk):
    asks = Asks(
        lambda *who: office.asks.of(*who),  # noqa: PLW0108 - set later
        lambda *name: office.asks.title(*name),  # noqa: PLW0108
        lambda *those: office.asks.closed(*those),  # noqa: PLW0108
    )

    async def closed(*whose):
        return await office.closed_cards(*whose) if office.closed_cards else ()

    async def withdraw(name, doing):
        office.withdrawn.append((name, doing.by.subject))

    return [
        *Portal(desk, office.portal, office.duties, office.waits_for, asks, closed).pages(),
        *Lent(desk, asks, withdraw).pages(),
    ]
