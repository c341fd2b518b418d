"""What entries about proposals, versions and incidents say to people."""

from config.settings import Title
from gateway.audit.entry import Code

POLICY_TITLES: dict[Code, Title] = {
    Code.POLICY_SUBMITTED: Title(
        cs="Návrh zásad {proposal} předložen ke schválení: {who} (rozsah: {scope}; změněné soubory: {changed})",
        en="Proposal {proposal} of policies submitted for approval: {who} (scope: {scope}; files changed: {changed})",
    ),
    Code.POLICY_RETURNED: Title(
        cs="Návrh zásad {proposal} vrácen: {who} (rozsah: {scope}; důvod: {why})",
        en="Proposal {proposal} of policies returned: {who} (scope: {scope}; reason: {why})",
    ),
    Code.POLICY_WITHDRAWN: Title(
        cs="Návrh zásad {proposal} stažen: {who} (rozsah: {scope})",
        en="Proposal {proposal} of policies withdrawn: {who} (scope: {scope})",
    ),
    Code.POLICY_APPROVED: Title(
        cs="Návrh zásad {proposal} schválen: {who} (rozsah: {scope}; autor: {author}; změněné soubory: {changed})",
        en="Proposal {proposal} of policies approved: {who} (scope: {scope}; author: {author}; "
        "files changed: {changed})",
    ),
    Code.POLICY_ACTIVATED: Title(
        cs="Verze zásad č. {after} nahradila č. {before}: {who} (autor: {author}; schválil(a): {approver}; "
        "změněné soubory: {changed})",
        en="Version no. {after} of the policies took the place of no. {before}: {who} (author: {author}; "
        "approved by: {approver}; files changed: {changed})",
    ),
    Code.POLICY_NOT_ACTIVATED: Title(
        cs="Schválený návrh zásad {proposal} nevstoupil v platnost a byl vrácen (rozsah: {scope}; důvod: {reason})",
        en="Approved proposal {proposal} did not come into force and was returned (scope: {scope}; reason: {reason})",
    ),
    Code.POLICY_ROLLED_BACK: Title(
        cs="Zásady vráceny do podoby verze č. {restores}, nyní č. {after}: {who} (rozsah: {scope}; důvod: {why})",
        en="Policies as in version no. {restores} again, now no. {after}: {who} (scope: {scope}; reason: {why})",
    ),
    Code.POLICY_WITHOUT_APPROVAL: Title(
        cs="POZOR: verze zásad č. {after} platí bez schválení druhou osobou, ač ho nastavení žádá: {who} "
        "(důvod: {why})",
        en="ALERT: version no. {after} of the policies came into force without the approval that the settings ask "
        "for: {who} (reason: {why})",
    ),
    Code.POLICY_ACT_REFUSED: Title(
        cs="Úkon se zásadami neproveden: {who}, {act} (rozsah: {scope}; důvod: {reason})",
        en="Act on the policies not done: {who}, {act} (scope: {scope}; reason: {reason})",
    ),
    Code.INCIDENT_CLOSED: Title(
        cs="Přístup uzavřen kvůli incidentu: {who} ({class} {target}; důvod: {why})",
        en="Access closed for an incident: {who} ({class} {target}; reason: {why})",
    ),
    Code.INCIDENT_OPENED: Title(
        cs="Přístup po incidentu znovu otevřen: {who} ({class} {target}; důvod: {why})",
        en="Access opened again after an incident: {who} ({class} {target}; reason: {why})",
    ),
}
