"""Names of the reasons why what a personnel system pushes is not done, or is of nobody."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Personální systémy", en="Personnel systems"),
        {
            "personnel_source_unknown": Title(
                cs="technický účet není účtem personálního systému",
                en="the technical account is no personnel system's",
            ),
            "personnel_reads_only": Title(
                cs="personální systém smí jen číst", en="the personnel system may only read"
            ),
            "personnel_path_unknown": Title(
                cs="na této adrese nebo touto metodou nic není", en="nothing is there, or not by that method"
            ),
            "personnel_record_unknown": Title(
                cs="takový personální záznam neexistuje", en="there is no such record"
            ),
            "personnel_unreadable": Title(
                cs="zpráva personálního systému je nečitelná", en="the message cannot be read"
            ),
            "personnel_value_unusable": Title(
                cs="hodnotu v personálním záznamu nelze použít", en="a value cannot be used"
            ),
            "personnel_attribute_unknown": Title(
                cs="takový údaj v personálním záznamu není", en="a record has no such attribute"
            ),
            "personnel_attribute_read_only": Title(
                cs="tento údaj personální systém nemění", en="that attribute cannot be written"
            ),
            "personnel_target_missing": Title(
                cs="změna neříká, čeho se týká", en="a change that does not say of what"
            ),
            "personnel_filter_unusable": Title(
                cs="podmínce hledání nelze rozumět", en="a filter that is not understood"
            ),
            "personnel_name_taken": Title(
                cs="stejné jméno už má jiný personální záznam", en="another record has that name"
            ),
            "personnel_changed_meanwhile": Title(
                cs="personální záznam se mezitím změnil", en="the record was changed meanwhile"
            ),
            "personnel_too_large": Title(
                cs="zpráva personálního systému je příliš dlouhá", en="the message is too long"
            ),
            "personnel_too_often": Title(
                cs="příliš mnoho požadavků personálního systému",
                en="too many requests of the personnel system",
            ),
            "personnel_full": Title(
                cs="příliš mnoho personálních záznamů", en="too many records of the personnel system"
            ),
            "personnel_closes_too_many": Title(
                cs="personální systém by za hodinu uzavřel příliš mnoho osob",
                en="the personnel system would close too many people within an hour",
            ),
            "personnel_closes_keeper": Title(
                cs="manažera bezpečnosti a správce centra uzavírají jen lidé",
                en="security officers and centre administrators are closed by people alone",
            ),
            "personnel_unavailable": Title(
                cs="brána teď nemůže zapisovat", en="the gateway cannot write at present"
            ),
            "personnel_nobody": Title(
                cs="nikdo z obcí personálního systému nemá takové číslo ani přihlašovací jméno",
                en="nobody of the personnel system's municipalities has that number or login",
            ),
            "personnel_several": Title(
                cs="číslo nebo přihlašovací jméno má víc lidí", en="several people have that number or login"
            ),
            "personnel_keys_disagree": Title(
                cs="osobní číslo patří jednomu, přihlašovací jméno jinému",
                en="the number is one person's, the login another's",
            ),
        },
    ),
)
