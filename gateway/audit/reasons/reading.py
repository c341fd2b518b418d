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
            "export_without_purpose": Title(
                cs="chybí účel výpisu", en="the purpose of the export is missing"
            ),
            "export_conditions_unreadable": Title(
                cs="podmínky výpisu nelze přečíst", en="the conditions of the export cannot be read"
            ),
            "export_of_nothing": Title(cs="není co vydat", en="there is nothing to hand out"),
            "export_too_large": Title(cs="výpis by byl příliš velký", en="the export would be too large"),
            "export_not_searched": Title(
                cs="část záznamu ještě není v rejstříku", en="a part of the log is not indexed yet"
            ),
            "export_not_sealed": Title(
                cs="výpis by nešlo doložit", en="nothing would prove what is handed out"
            ),
            "export_under_way": Title(
                cs="téže osobě se právě vydává jiný výpis",
                en="another export of the same person is under way",
            ),
            "export_search_too_long": Title(
                cs="hledání pro výpis trvá příliš dlouho", en="searching for the export takes too long"
            ),
            "searches_too_many": Title(
                cs="osoba má hledání příliš mnoho najednou", en="the person has too many searches at once"
            ),
            "search_too_long": Title(cs="hledání trvá příliš dlouho", en="the search takes too long"),
            "came_from_elsewhere": Title(
                cs="na stránku vedl odkaz odjinud", en="a link from elsewhere led to the page"
            ),
            "hold_without_reason": Title(
                cs="chybí důvod zadržení nebo jeho zrušení",
                en="the reason of the hold, or of its end, is missing",
            ),
            "hold_times_unusable": Title(
                cs="doba zadržení nedává smysl", en="the times of the hold make no sense"
            ),
            "hold_over": Title(cs="takové zadržení netrvá", en="no such hold stands"),
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
