"""What the service shows to everybody at the machine. Pure."""

from agents.kept.state import Enrolment, Shown, ShownTunnel, Trouble
from agents.keys.browser import BrowserKey
from agents.protocol.tunnel import Why
from agents.tunnel.tunnelling import Tunnelling
from agents.uplink.uplink import Uplink


def shown_of(
    enrolment: Enrolment,
    uplink: Uplink,
    browser: BrowserKey | None,
    trouble: Trouble | None = None,
    reason: str | None = None,
    tunnel: ShownTunnel | None = None,
) -> Shown:
    return Shown(
        url=enrolment.url,
        device=enrolment.enrolled.device,
        key_kind=enrolment.key_kind,
        standing=uplink.standing,
        failing=uplink.failing,
        reported_at=uplink.reported_at,
        certificate_until=None if browser is None else browser.ends_at,
        trouble=trouble,
        reason=reason,
        tunnel=tunnel,
    )


def tunnel_of(tunnelling: Tunnelling) -> ShownTunnel:
    standing = tunnelling.standing
    given, refusal = standing.given, standing.refusal
    why = None if given is None else given.why
    if refusal is not None:
        why = Why(reason=refusal.reason[:80] or "?", cs=refusal.cs[:500], en=refusal.en[:500])
    link = None if given is None else given.link
    return ShownTunnel(
        until=None if link is None else link.until,
        opened_by=None if link is None else link.opened_by,
        opened_at=None if link is None else link.opened_at,
        reached=[] if given is None else given.reached,
        not_reached=[] if given is None else given.not_reached,
        why=why,
        open_at=None if given is None else given.open_at,
        trouble=standing.trouble,
        reason=tunnelling.why if standing.trouble == "failed" else "",
        names_well=tunnelling.names_well,
        filed=tunnelling.filed,
        asked_at=tunnelling.asked_at,
    )
