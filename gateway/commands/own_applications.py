"""Our own pages as the applications that they are to people and policies."""

from dataclasses import dataclass

from config.settings import Settings, Title
from config.vocabulary import Action, ApplicationId

AUDIT_LOG, PORTAL_ITSELF = ApplicationId("audit"), ApplicationId("portal")
POLICIES, REQUESTS = ApplicationId("policies"), ApplicationId("requests")
DEVICES = ApplicationId("devices")
"""On the host of agents; there only where devices are enrolled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplication:
    """`title` heads its card at the portal, `named` is what a sentence calls it."""

    host: str
    """First label of its host, where no setting says another."""
    title: Title
    named: Title
    description: Title
    actions: frozenset[Action]


OWN: dict[ApplicationId, OwnApplication] = {
    PORTAL_ITSELF: OwnApplication(
        host="portal",
        title=Title(cs="Portál", en="Portal"),
        named=Title(cs="portál", en="the portal"),
        description=Title(cs="Aplikace, které smíte otevřít.", en="The applications that you may open."),
        actions=frozenset({Action.READ, Action.WRITE}),
    ),
    AUDIT_LOG: OwnApplication(
        host="admin",
        title=Title(cs="Auditní záznam", en="Audit log"),
        named=Title(cs="auditní záznam", en="the audit log"),
        description=Title(
            cs="Kdo co kdy dělal, kdo je přihlášen, a důkaz, že záznam je úplný.",
            en="Who did what and when, who is signed in, and the proof that the log is whole.",
        ),
        actions=frozenset({Action.READ, Action.ADMINISTER}),
    ),
    POLICIES: OwnApplication(
        host="policies",
        title=Title(cs="Pravidla přístupu", en="Access policies"),
        named=Title(cs="pravidla přístupu", en="the access policies"),
        description=Title(
            cs="Kdo smí co v obci, za kterou jednáte: návrhy změn, jejich schválení a přezkum oprávnění.",
            en="Who may do what in your municipality: drafts, their approval, and access reviews.",
        ),
        actions=frozenset(Action),
    ),
    REQUESTS: OwnApplication(
        host="requests",
        title=Title(cs="Žádosti o přístup", en="Access requests"),
        named=Title(cs="žádosti o přístup", en="access requests"),
        description=Title(
            cs="Požádejte o přístup, rozhodněte o žádostech druhých, zapište zastupování.",
            en="Ask for access, decide what others ask for, record a delegation.",
        ),
        actions=frozenset(Action),
    ),
    DEVICES: OwnApplication(
        host="devices",
        title=Title(cs="Zařízení", en="Devices"),
        named=Title(cs="správa zařízení", en="the administration of devices"),
        description=Title(
            cs="Počítače úřadu a jeho lidí: schvalování, co je s nimi v nepořádku, vyřazení a ztráty.",
            en="Computers of the office and its people: their approval, what is amiss with them, their end.",
        ),
        actions=frozenset({Action.READ, Action.ADMINISTER}),
    ),
}


def hosts_of_ours(settings: Settings) -> dict[ApplicationId, str]:
    """First labels of our own pages' hosts, of those that are there."""
    hosts = {name: one.host for name, one in OWN.items() if name != DEVICES}
    return hosts | ({DEVICES: settings.devices.host} if settings.devices.enabled else {})
