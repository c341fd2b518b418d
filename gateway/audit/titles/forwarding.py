"""What entries about receivers of the log, and about alerts, say to people."""

from config.settings import Title
from gateway.audit.entry import Code

FORWARDING_TITLES: dict[Code, Title] = {
    Code.LOG_GAP: Title(
        cs="Mezera v auditním záznamu: {reason} (počet: {number}, od záznamu {first}, od {since})",
        en="Gap in the log: {reason} (number: {number}, from entry {first}, since {since})",
    ),
    Code.LOG_FULL: Title(
        cs="Na auditní záznam není na disku místo, nikdo nový není vpuštěn (zbývá bajtů: {kept_bytes})",
        en="No room for the audit log on the disk, nobody new is let in (bytes left: {kept_bytes})",
    ),
    Code.LOG_ROOM_AGAIN: Title(
        cs="Na auditní záznam je opět místo, vstup je otevřen (zavřeno sekund: {closed_seconds})",
        en="Room for the audit log again, people are let in (closed for seconds: {closed_seconds})",
    ),
    Code.ALERT_RAISED: Title(
        cs="Upozornění „{alert_rule}“: {alert_of} (dosud: {number}, mez: {threshold})",
        en="Alert “{alert_rule}”: {alert_of} (so far: {number}, threshold: {threshold})",
    ),
    Code.ALERT_ACKNOWLEDGED: Title(
        cs="Upozornění „{alert_rule}“ převzato: {who} (týká se: {alert_of})",
        en="Alert “{alert_rule}” acknowledged: {who} (about: {alert_of})",
    ),
    Code.ALERT_OVER: Title(
        cs="Upozornění „{alert_rule}“ pominulo: {alert_of} (celkem: {number}, od {since})",
        en="Alert “{alert_rule}” is over: {alert_of} (in all: {number}, since {since})",
    ),
    Code.RECEIVER_BEGUN: Title(
        cs="Od této chvíle se auditní záznamy předávají příjemci {receiver} (od záznamu {first})",
        en="The audit log goes to receiver {receiver} from now on (from entry {first})",
    ),
    Code.RECEIVER_DOWN: Title(
        cs="Příjemce auditních záznamů {receiver} nepřijímá, záznamy čekají od {first} (důvod: {reason})",
        en="Receiver {receiver} of the audit log takes nothing, entries wait from {first} (reason: {reason})",
    ),
    Code.RECEIVER_BACK: Title(
        cs="Příjemce auditních záznamů {receiver} opět přijímá (nepřijímal od {since})",
        en="Receiver {receiver} of the audit log takes entries again (it took none since {since})",
    ),
    Code.RECEIVER_MISSED: Title(
        cs="Příjemce {receiver} nedostal záznamy {first} až {last}: v auditním záznamu už nejsou",
        en="Receiver {receiver} did not get entries {first} to {last}: they are in the log no more",
    ),
    Code.RECEIVER_GOT_LESS: Title(
        cs="Příjemce {receiver} dostal ze záznamu {first} jen číslo a druh: jeho znění nešlo předat",
        en="Receiver {receiver} got of entry {first} only its number and kind: its text could not be handed over",
    ),
}
