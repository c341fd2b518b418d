"""Names of the reasons why the log's key was not changed."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Klíč auditního záznamu", en="Key of the log"),
        {
            "log_key_overlap": Title(
                cs="už podepisují dva klíče: nejdřív se vyřadí ten starší",
                en="two keys sign already: the older one has to be retired first",
            ),
            "log_key_alone": Title(
                cs="podepisuje jediný klíč: nejdřív se zavede nový",
                en="one key signs alone: a new one has to be introduced first",
            ),
            "log_key_not_sealed_yet": Title(
                cs="žádný kontrolní bod zatím nenese podpisy obou klíčů",
                en="no checkpoint carries the signatures of both keys yet",
            ),
            "log_key_month_not_sealed": Title(
                cs="měsíc, který právě skončil, ještě není podepsán",
                en="the month that has just ended is not signed yet",
            ),
            "log_key_older_nodes": Title(
                cs="pracuje uzel starší verze, která výměnu klíče nezná",
                en="a node of an older version, which knows of no other key, is at work",
            ),
            "log_key_not_vouched": Title(
                cs="dřívější změnu klíče nic nedokládá: záznam je třeba ověřit",
                en="nothing vouches for an earlier change of the key: the log has to be verified",
            ),
        },
    ),
)
