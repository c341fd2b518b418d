"""What entries about security incidents, suspended people and devices say to people."""

from config.settings import Title
from gateway.audit.entry import Code

SECURITY_INCIDENT_TITLES: dict[Code, Title] = {
    Code.PERSON_SUSPENDED: Title(
        cs="Osoba pozastavena, brána ji nevpustí: {who} (pozastavil(a): {by}, důvod: {why})",
        en="Person suspended, the gateway lets them in no more: {who} (by: {by}, why: {why})",
    ),
    Code.PERSON_RESUMED: Title(
        cs="Pozastavení osoby zrušeno: {who} (zrušil(a): {by}, důvod: {why})",
        en="Suspension lifted: {who} (by: {by}, why: {why})",
    ),
    Code.DEVICE_SUSPENDED: Title(
        cs="Zařízení pozastaveno, brána z něj nikoho nevpustí: {device} (pozastavil(a): {by}, důvod: {why})",
        en="Device suspended, the gateway lets nobody in from it: {device} (by: {by}, why: {why})",
    ),
    Code.DEVICE_RESUMED: Title(
        cs="Pozastavení zařízení zrušeno: {device} (zrušil(a): {by}, důvod: {why})",
        en="Suspension of a device lifted: {device} (by: {by}, why: {why})",
    ),
    Code.SECURITY_INCIDENT_OPENED: Title(
        cs="Založen incident {incident} „{title}“: {who}", en="Incident {incident} “{title}” opened: {who}"
    ),
    Code.SECURITY_INCIDENT_NOTED: Title(
        cs="Poznámka k incidentu {incident} „{title}“: {who}",
        en="Note on incident {incident} “{title}”: {who}",
    ),
    Code.SECURITY_INCIDENT_EVIDENCE: Title(
        cs="Důkaz k incidentu {incident} „{title}“: {who} ({evidence})",
        en="Evidence added to incident {incident} “{title}”: {who} ({evidence})",
    ),
    Code.SECURITY_INCIDENT_ACT: Title(
        cs="K incidentu {incident} „{title}“ připojeno uzavření přístupu: {who} ({what})",
        en="A closure of access linked to incident {incident} “{title}”: {who} ({what})",
    ),
    Code.SECURITY_INCIDENT_REPORT: Title(
        cs="Napsáno hlášení k incidentu {incident} „{title}“: {who} ({report})",
        en="Report on incident {incident} “{title}” written: {who} ({report})",
    ),
    Code.SECURITY_INCIDENT_SENT: Title(
        cs="Odesláno hlášení k incidentu {incident} „{title}“: {who} ({report}, komu: {recipient})",
        en="Report on incident {incident} “{title}” sent: {who} ({report}, to: {recipient})",
    ),
    Code.SECURITY_INCIDENT_EXPORTED: Title(
        cs="Vydán balíček incidentu {incident} „{title}“: {who} (účel: {purpose})",
        en="Bundle of incident {incident} “{title}” handed out: {who} (purpose: {purpose})",
    ),
    Code.SECURITY_INCIDENT_CLOSED: Title(
        cs="Uzavřen incident {incident} „{title}“: {who}", en="Incident {incident} “{title}” closed: {who}"
    ),
    Code.SECURITY_INCIDENT_REFUSED: Title(
        cs="Úkon s incidentem neproveden: {who} (důvod: {reason})",
        en="An act on an incident was not done: {who} (reason: {reason})",
    ),
}
