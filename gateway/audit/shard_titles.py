"""What entries about the log's own months say to people."""

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
}
