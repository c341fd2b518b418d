"""What a technical account must be besides what every session must: known, not ended, where it may come from. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from config.networks import narrowest, parsed
from config.settings import TechnicalAccount
from config.vocabulary import MunicipalityCode
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.sessions.session import Session, roles_of

LOCAL = ZoneInfo("Europe/Prague")  # whose days the configuration means


def standing(
    account: str, session: Session, offer: Offer | None, snapshot: Snapshot, address: str, now: datetime
) -> Session | str:
    """The session with the roles that the configuration gives by now and no longer than the account, or the reason why
    it is worth nothing.
    """
    known = snapshot.technical.get(account)
    reason = why_not(known, address, now)
    if reason is not None or known is None:
        return reason or "technical_account_unknown"
    if offer is None or not offer.technical:
        return "technical_account_no_pages"
    ends = min(filter(None, (session.ends_at, end_of(known))))
    return replace(session, roles=roles_of(known), name=known.name, ends_at=ends)


def end_of(account: TechnicalAccount) -> datetime:
    """The midnight after its last day."""
    last = min(account.ends, date.max - timedelta(days=2))  # for some "never" is the last day there is
    return datetime.combine(last + timedelta(days=1), time(), LOCAL).astimezone(UTC)


def why_not(account: TechnicalAccount | None, address: str, now: datetime) -> str | None:
    """Reason why it may not come from `address` at `now`."""
    if account is None:
        return "technical_account_unknown"
    if now.astimezone(LOCAL).date() > account.ends:
        return "technical_account_ended"
    networks = [(ip_network(one), True) for one in account.networks]
    if networks and not narrowest(networks, parsed(address)):
        return "technical_address"
    return None


def sole_municipality(account: TechnicalAccount, asked: str | None) -> MunicipalityCode | None:
    """For which it acts where the host does not say: the one asked for, or the only one it has roles in."""
    has = {held.municipality for held in account.roles}
    if asked is not None:
        return MunicipalityCode(asked) if asked in has else None
    return next(iter(has)) if len(has) == 1 else None
