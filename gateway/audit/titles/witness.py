"""What entries about witnesses of the log, and about its checkpoints, say to people."""

from config.settings import Title
from gateway.audit.entry import Code

WITNESS_TITLES: dict[Code, Title] = {
    Code.WITNESS_REFUSED: Title(
        cs="Svědek {witness} odmítá potvrdit auditní záznam {origin} (důvod: {reason}; tady záznamů: {ours}, "
        "svědek zná: {theirs})",
        en="The witness {witness} refuses to vouch for the log {origin} (reason: {reason}; entries here: {ours}, "
        "known to the witness: {theirs})",
    ),
    Code.WITNESS_UNREACHABLE: Title(
        cs="Svědek {witness} nepotvrzuje auditní záznam (důvod: {reason})",
        en="The witness {witness} does not vouch for the log (reason: {reason})",
    ),
    Code.WITNESS_RECOVERED: Title(
        cs="Svědek {witness} auditní záznam opět potvrzuje",
        en="The witness {witness} vouches for the log again",
    ),
    Code.CHECKPOINT_MAILED: Title(
        cs="Kontrolní bod auditního záznamu poslán poštou: {who} (záznamů: {sealed}; komu: {receivers})",
        en="Checkpoint of the log sent by mail: {who} (entries: {sealed}; to: {receivers})",
    ),
}
