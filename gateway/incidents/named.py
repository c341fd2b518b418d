"""What kinds of incidents, their severities, reports and acts are called for people."""

from collections.abc import Mapping

from config.settings import Title
from config.vocabulary import Language
from gateway.incidents.held_against import Difference, What
from gateway.incidents.incident import Kind, ReportKind, Severity
from gateway.incidents.office import Act
from gateway.incidents.suspending import Act as OfSuspension

KINDS: Mapping[str, Title] = {
    Kind.ACCOUNT: Title(cs="zneužitý účet", en="account taken over"),
    Kind.ACCESS: Title(cs="neoprávněný přístup", en="unauthorised access"),
    Kind.DATA: Title(cs="únik dat", en="data leak"),
    Kind.MALWARE: Title(cs="škodlivý software", en="malware"),
    Kind.OUTAGE: Title(cs="nedostupnost služby", en="outage of a service"),
    Kind.LOG: Title(cs="zásah do auditního záznamu", en="audit log tampered with"),
    Kind.SUPPLIER: Title(cs="incident u dodavatele", en="incident at a supplier"),
    Kind.OTHER: Title(cs="jiný", en="other"),
}
SEVERITIES: Mapping[str, Title] = {
    Severity.LOW: Title(cs="méně závažný", en="minor"),
    Severity.SIGNIFICANT: Title(cs="významný", en="significant"),
    Severity.CRITICAL: Title(cs="kritický", en="critical"),
}
REPORTS: Mapping[str, Title] = {
    ReportKind.WARNING: Title(cs="včasné varování (24 hodin)", en="early warning (24 hours)"),
    ReportKind.NOTIFICATION: Title(cs="oznámení incidentu (72 hodin)", en="notification (72 hours)"),
    ReportKind.FINAL: Title(cs="závěrečná zpráva (30 dní)", en="final report (30 days)"),
}
DIFFERENCES: Mapping[str, Title] = {
    What.CHANGED: Title(
        cs="nezní tak, jak byl podle auditního záznamu zapsán",
        en="is not what the audit log says was written",
    ),
    What.MISSING: Title(cs="chybí, ač ho auditní záznam má", en="is missing, although the audit log has it"),
    What.NOT_RECORDED: Title(cs="v auditním záznamu není", en="is not in the audit log"),
    What.ENTRY_GONE: Title(
        cs="nelze porovnat: jeho záznam byl vymazán po uplynutí lhůty",
        en="cannot be compared: its entry was deleted after its time",
    ),
}
ITSELF = Title(cs="Popis incidentu", en="The incident itself")


def difference_text(one: Difference, language: Language) -> str:
    """Which item, what is wrong with it, and the entry that would tell."""
    entry = (
        "" if one.entry is None else f" ({Title(cs='záznam', en='entry').in_language(language)} {one.entry})"
    )
    item = Title(cs="Zápis", en="Item").in_language(language)
    of = f"{item} {one.item}" if one.item else ITSELF.in_language(language)
    return f"{of} {DIFFERENCES[one.what].in_language(language)}{entry}"


FIELDS: Mapping[str, Title] = {
    "happened": Title(cs="Co se stalo", en="What happened"),
    "impact": Title(cs="Dopad", en="Impact"),
    "concerned": Title(cs="Dotčené osoby a obce", en="Persons and municipalities concerned"),
    "measures": Title(cs="Přijatá opatření", en="Measures taken"),
    "cause": Title(cs="Příčina", en="Cause"),
    "contact": Title(cs="Kontakt", en="Contact"),
}
"""Of a report."""
ACTS: Mapping[str, Title] = {
    Act.OPEN: Title(cs="založení incidentu", en="opening an incident"),
    Act.ADD: Title(cs="doplnění incidentu", en="adding to an incident"),
    Act.REPORT: Title(cs="hlášení o incidentu", en="reporting an incident"),
    Act.CLOSE: Title(cs="uzavření incidentu", en="closing an incident"),
    Act.RELEASE: Title(cs="uvolnění záznamů incidentu", en="releasing records of an incident"),
    Act.EXPORT: Title(cs="vydání balíčku incidentu", en="handing out an incident"),
    OfSuspension.SUSPEND: Title(cs="pozastavení osoby", en="suspending a person"),
    OfSuspension.RESUME: Title(cs="zrušení pozastavení", en="lifting a suspension"),
    OfSuspension.SUSPEND_DEVICE: Title(cs="pozastavení zařízení", en="suspending a device"),
    OfSuspension.RESUME_DEVICE: Title(cs="zrušení pozastavení zařízení", en="lifting a device's suspension"),
}
