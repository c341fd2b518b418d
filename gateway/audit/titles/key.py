"""What entries about the log's own keys say to people."""

from config.settings import Title
from gateway.audit.entry import Code

KEY_TITLES: dict[Code, Title] = {
    Code.LOG_KEY_INTRODUCED: Title(
        cs="Nový klíč auditního záznamu: {who} (klíč {key}, po záznamu {written})",
        en="New key of the log: {who} (key {key}, behind entry {written})",
    ),
    Code.LOG_KEY_RETIRED: Title(
        cs="Klíč auditního záznamu vyřazen: {who} (klíč {key}, po záznamu {written})",
        en="Key of the log retired: {who} (key {key}, behind entry {written})",
    ),
    Code.LOG_KEY_NOT_CHANGED: Title(
        cs="Klíč auditního záznamu nebyl změněn: {who} ({reason})",
        en="Key of the log not changed: {who} ({reason})",
    ),
}
