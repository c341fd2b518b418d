"""Names of the reasons about alerts, and why a receiver of the log takes nothing; those of notices stand with them."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Příjemci auditních záznamů", en="Receivers of the audit log"),
        {
            "receiver_not_trusted": Title(
                cs="certifikátu příjemce nelze věřit", en="the receiver's certificate is not trusted"
            ),
            "receiver_settings_unusable": Title(
                cs="soubory z nastavení příjemce nelze použít",
                en="files of the receiver's settings cannot be used",
            ),
        },
    ),
    (
        Title(cs="Upozornění", en="Alerts"),
        {
            "requests_not_recorded": Title(
                cs="požadavky procházejí, ale žádný se nezapsal",
                en="requests are answered, and none was recorded",
            ),
            "entries_not_sealed": Title(
                cs="záznamy nikdo nezapečetil", en="entries were not sealed by a checkpoint"
            ),
            "numbers_missing": Title(
                cs="v řadě čísel chybějí záznamy", en="entries are missing from the numbers"
            ),
            "entries_not_proven": Title(
                cs="záznamy nejsou takové, jak je dokládá konec auditního záznamu",
                en="entries are not what the end of the log proves",
            ),
            "alert_not_open": Title(
                cs="upozornění už pominulo, nebo je převzaté",
                en="the alert was over, or in somebody's hand",
            ),
        },
    ),
)
