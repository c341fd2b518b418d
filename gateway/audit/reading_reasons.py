"""Names of the reasons for which something about reading the log was not taken."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Čtení auditního záznamu", en="Reading the log"),
        {
            "view_unusable": Title(cs="pohled nelze uložit", en="the view cannot be saved"),
            "too_many_views": Title(cs="osoba má pohledů příliš mnoho", en="the person has too many views"),
            "view_unknown": Title(cs="osoba takový pohled nemá", en="the person has no such view"),
            "purpose_unusable": Title(cs="účel nelze použít", en="the purpose cannot be used"),
            "following_over": Title(
                cs="sledování záznamu skončilo nebo nebylo zaznamenáno",
                en="following the log was over, or is not recorded",
            ),
            "followers_too_many": Title(
                cs="záznam sleduje příliš mnoho oken najednou", en="too many windows follow the log at once"
            ),
        },
    ),
)
