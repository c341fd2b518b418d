"""Names of the reasons why a month of the log is kept whose time is over, or which somebody marked as deleted."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Mazání auditního záznamu", en="Deletion of the log"),
        {
            "month_not_sealed": Title(
                cs="kontrolní bod jejího konce chybí nebo nesouhlasí: záznam je třeba ověřit",
                en="the checkpoint of its end is missing or differs: the log has to be verified",
            ),
            "month_not_as_sealed": Title(
                cs="databáze uvádí jiné časy než její záznamy: záznam je třeba ověřit",
                en="the database says other times than its entries: the log has to be verified",
            ),
            "month_tells_of_unsigned_deletion": Title(
                cs="mluví o vymazání, které klíč auditního záznamu nepodepsal: záznam je třeba ověřit",
                en="it tells of a deletion that the log's key did not sign: the log has to be verified",
            ),
            "month_marked_as_deleted_by_hand": Title(
                cs="databáze ji uvádí jako vymazanou, klíč auditního záznamu to však nepodepsal: záznam je třeba "
                "ověřit",
                en="the database has it as deleted, but the log's key did not sign that: the log has to be verified",
            ),
            "month_by_a_clock_that_was_set": Title(
                cs="v týdnu do včerejška není nic zaznamenáno: hodiny mohl někdo přestavit, maže se nejdřív za den",
                en="nothing is recorded in the week until yesterday: the clock may have been set, nothing is deleted "
                "for a day",
            ),
            "month_in_log_not_whole": Title(
                cs="záznam není celý, nebo ho nebylo možné ověřit: není jisté, co z něj se má uchovat",
                en="the log is not whole, or could not be verified: what of it is held is not certain",
            ),
            "month_without_log_key": Title(
                cs="vymazání nemá čím podepsat: změnu klíče auditního záznamu nic nedokládá",
                en="nothing can sign the deletion: nothing vouches for a change of the log's key",
            ),
        },
    ),
)
