"""Names of the reasons why a witness on another machine does not vouch for the log."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Svědci auditního záznamu", en="Witnesses of the log"),
        {
            "witness_knows_more": Title(
                cs="svědek zná víc záznamů: databáze byla vrácena zpět",
                en="the witness knows more entries: the database was put back",
            ),
            "witness_knows_other_root": Title(
                cs="svědek zná stejně záznamů, ale jiných: auditní záznam byl přepsán",
                en="the witness knows as many entries, but others: the log was rewritten",
            ),
            "witness_proof_wrong": Title(
                cs="auditní záznam nenavazuje na to, co svědek zná: byl přepsán",
                en="the log did not grow out of what the witness knows: it was rewritten",
            ),
            "witness_without_proof": Title(
                cs="záznamy v databázi nedávají to, co bylo podepsáno",
                en="the entries in the database do not give what was signed",
            ),
            "witness_unreachable": Title(cs="svědek neodpovídá", en="the witness does not answer"),
            "witness_knows_no_such_log": Title(
                cs="svědek tento auditní záznam nezná", en="the witness does not know this log"
            ),
            "witness_trusts_other_key": Title(
                cs="svědek nevěří klíči tohoto auditního záznamu",
                en="the witness does not trust this log's key",
            ),
            "witness_answer_unfit": Title(
                cs="odpověď svědka nelze použít", en="the answer of the witness cannot be used"
            ),
        },
    ),
)
