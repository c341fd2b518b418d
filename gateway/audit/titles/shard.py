"""What entries about the log's own months, and holds on them, say to people."""

from config.settings import Title
from gateway.audit.entry import Code

SHARD_TITLES: dict[Code, Title] = {
    Code.LOG_SHARD_OPENED: Title(
        cs="Začal měsíc auditního záznamu: {month} (předchozí část má záznamů: {before_size})",
        en="Month of the log begun: {month} (entries of the part before: {before_size})",
    ),
    Code.LOG_SHARD_DROPPED: Title(
        cs="Po uplynutí lhůty vymazána část auditního záznamu (záznamů: {entries}, přijaty od {since} do {until})",
        en="Part of the log deleted after its time (entries: {entries}, received from {since} to {until})",
    ),
    Code.LOG_SHARD_NOT_DROPPED: Title(
        cs="Část auditního záznamu se nemaže (záznamů: {entries}, od čísla {first}): {reason}",
        en="Part of the log is not deleted (entries: {entries}, from number {first}): {reason}",
    ),
    Code.LOG_DROPS_VOUCHED: Title(
        cs="Klíč auditního záznamu podepsal vymazání, která starší verze nepodepisovala",
        en="The log's key signed deletions that an older version did not sign",
    ),
    Code.LOG_END_ALTERED: Title(
        cs="Konec auditního záznamu nenese značku Brány: záznamy {first} až {last} mohl připsat někdo ručně",
        en="The end of the log bears no mark of Brána's: entries {first} to {last} may have been added by hand",
    ),
    Code.LOG_HOLD_PLACED: Title(
        cs="Záznamy zadrženy před vymazáním: {who} (zadržení {hold}, od {since} do {until}, důvod: {why})",
        en="Records held back from deletion: {who} (hold {hold}, from {since} to {until}, reason: {why})",
    ),
    Code.LOG_HOLD_LIFTED: Title(
        cs="Zadržení záznamů zrušeno: {who} (zadržení {hold}, důvod: {why})",
        en="Hold on records lifted: {who} (hold {hold}, reason: {why})",
    ),
    Code.LOG_ACT_REFUSED: Title(
        cs="Neprovedený úkon s auditním záznamem: {who} ({reason})",
        en="Act about the audit log not done: {who} ({reason})",
    ),
}
