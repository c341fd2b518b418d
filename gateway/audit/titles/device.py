"""What entries about devices with agents say to people."""

from config.settings import Title
from gateway.audit.entry import Code

DEVICE_TITLES: dict[Code, Title] = {
    Code.DEVICE_AUTHORITY_FOUNDED: Title(
        cs="Založena autorita, která vydává certifikáty zařízením",
        en="The authority that certifies devices was made",
    ),
    Code.DEVICE_CODE_ISSUED: Title(
        cs="Vydán kód pro zapsání zařízení: {who}", en="A code to enrol a device issued: {who}"
    ),
    Code.DEVICE_ENROLLED: Title(
        cs="Zapsáno zařízení „{device_name}“ {device} (kód vydal(a): {by})",
        en="Device “{device_name}” {device} enrolled (code issued by: {by})",
    ),
    Code.DEVICE_ENROLMENT_REFUSED: Title(
        cs="Zařízení nezapsáno (důvod: {reason})", en="A device was not enrolled (reason: {reason})"
    ),
    Code.DEVICE_APPROVED: Title(
        cs="Schváleno zařízení „{device_name}“ {device} (schválil(a): {by})",
        en="Device “{device_name}” {device} approved (by: {by})",
    ),
    Code.DEVICE_TURNED_DOWN: Title(
        cs="Odmítnuto zařízení „{device_name}“ {device} (odmítl(a): {by}, důvod: {why})",
        en="Device “{device_name}” {device} turned down (by: {by}, why: {why})",
    ),
    Code.DEVICE_HANDED_OVER: Title(
        cs="Zařízení „{device_name}“ {device} předáno: nyní patří {of} (předal(a): {by})",
        en="Device “{device_name}” {device} handed over: it is {of}'s now (by: {by})",
    ),
    Code.DEVICE_FORGOTTEN: Title(
        cs="Smazán zápis zařízení „{device_name}“ {device}, které je od {since} vyřazené nebo ztracené",
        en="The record of device “{device_name}” {device}, retired or lost since {since}, was deleted",
    ),
    Code.DEVICE_RENAMED: Title(
        cs="Přejmenováno zařízení {device}: „{before}“ se jmenuje „{device_name}“ (přejmenoval(a): {by})",
        en="Device {device} renamed: “{before}” is now “{device_name}” (by: {by})",
    ),
    Code.DEVICE_REPORTED_OTHERWISE: Title(
        cs="Zařízení „{device_name}“ hlásí změnu: {differs}",
        en="Device “{device_name}” reports a change: {differs}",
    ),
    Code.DEVICE_REPORT_REFUSED: Title(
        cs="Hlášení zařízení nepřijato: {who} (důvod: {reason})",
        en="A device's report was not taken: {who} (reason: {reason})",
    ),
    Code.DEVICE_STALE: Title(
        cs="Zařízení „{device_name}“ {device} se přestalo hlásit (naposledy {since})",
        en="Device “{device_name}” {device} reports no more (last: {since})",
    ),
    Code.DEVICE_RENEWED: Title(
        cs="Zařízení „{device_name}“ dostalo nový certifikát (platí do {until})",
        en="Device “{device_name}” got another certificate (good until {until})",
    ),
    Code.DEVICE_BLOCKED: Title(
        cs="Zařízení „{device_name}“ {device} zablokováno (zablokoval(a): {by}, důvod: {why})",
        en="Device “{device_name}” {device} blocked (by: {by}, why: {why})",
    ),
    Code.DEVICE_UNBLOCKED: Title(
        cs="Zařízení „{device_name}“ {device} odblokováno (odblokoval(a): {by}, důvod: {why})",
        en="Device “{device_name}” {device} unblocked (by: {by}, why: {why})",
    ),
    Code.DEVICE_RETIRED: Title(
        cs="Zařízení „{device_name}“ {device} vyřazeno (vyřadil(a): {by}, důvod: {why})",
        en="Device “{device_name}” {device} retired (by: {by}, why: {why})",
    ),
    Code.DEVICE_LOST: Title(
        cs="Zařízení „{device_name}“ {device} ztraceno nebo odcizeno (oznámil(a): {by}, důvod: {why})",
        en="Device “{device_name}” {device} lost or stolen (said by: {by}, why: {why})",
    ),
    Code.DEVICE_TAKEN_OVER: Title(
        cs="Zařízení „{device_name}“ {device} převzal úřad do správy (převzal(a): {by}, sériové číslo: {asset})",
        en="Device “{device_name}” {device} is managed by the office now (by: {by}, serial number: {asset})",
    ),
    Code.DEVICE_ACT_REFUSED: Title(
        cs="Úkon se zařízením neproveden: {who} (důvod: {reason})",
        en="An act on a device was not done: {who} (reason: {reason})",
    ),
}
