"""Names of the reasons why an act about an incident or a suspension comes to nothing."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(
            cs="Neprovedený úkon s incidentem nebo pozastavením",
            en="Act on an incident or suspension not done",
        ),
        {
            "suspension_of_no_person": Title(
                cs="pozastavit lze jen osobu z adresáře", en="only a person of a directory can be suspended"
            ),
            "suspension_of_own_device": Title(
                cs="vlastní zařízení nikdo nepozastaví", en="nobody suspends the device they work with"
            ),
            "device_not_seen": Title(cs="takové zařízení nikdo nepoužil", en="nobody has used such a device"),
            "suspended_already": Title(
                cs="osoba nebo zařízení už je pozastaveno", en="the person or device is suspended already"
            ),
            "suspension_over": Title(
                cs="osoba ani zařízení pozastaveno není", en="the person or device is not suspended"
            ),
            "suspension_without_reason": Title(
                cs="chybí důvod pozastavení nebo jeho zrušení",
                en="the suspension or its lifting has no reason",
            ),
            "suspension_end_unusable": Title(
                cs="konec pozastavení už uplynul", en="the end of the suspension is over already"
            ),
            "security_incident_unknown": Title(cs="takový incident není", en="there is no such incident"),
            "security_incident_closed": Title(
                cs="incident už je uzavřen", en="the incident is closed already"
            ),
            "incident_text_unusable": Title(
                cs="text chybí, je příliš dlouhý nebo nečitelný",
                en="a text is missing, too long or unreadable",
            ),
            "incident_times_unusable": Title(
                cs="uvedené časy nemohou být pravdivé", en="the times that were given cannot be true"
            ),
            "security_incident_target_unknown": Title(
                cs="taková obec, aplikace nebo uzavření není",
                en="there is no such municipality, application or closure",
            ),
            "security_incident_altered": Title(
                cs="incident nelze v databázi přečíst, někdo ho změnil ručně",
                en="the incident cannot be read in the database, somebody changed it by hand",
            ),
            "incident_hold_over": Title(
                cs="incident takové zadržení nemá, nebo už je zrušeno",
                en="the incident has no such hold, or it was lifted",
            ),
            "evidence_not_in_log": Title(
                cs="takový záznam v auditním záznamu není", en="the audit log has no such entry"
            ),
            "evidence_there_already": Title(
                cs="důkaz už u incidentu je", en="the incident has this evidence already"
            ),
            "incident_full": Title(
                cs="incident už má všeho příliš mnoho", en="the incident holds too much already"
            ),
            "evidence_search_unreadable": Title(
                cs="podmínky hledání nelze přečíst", en="the conditions of the search cannot be read"
            ),
            "incident_report_missing": Title(
                cs="hlášení ještě není napsáno", en="the report has not been written yet"
            ),
            "purpose_missing": Title(cs="chybí účel vydání", en="the purpose of handing out is missing"),
        },
    ),
)
