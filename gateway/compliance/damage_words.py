"""What the compliance report calls the damage that the log tells of."""

from collections.abc import Mapping

from config.settings import Title
from gateway.audit.entry import Code

TOLD_OF_THE_LOG: Mapping[Code, Title] = {
    Code.LOG_CHECKPOINT_ALTERED: Title(
        cs="V databázi někdo ručně změnil, odebral nebo podvrhl kontrolní bod záznamu",
        en="Somebody changed, took out or forged a checkpoint of the log by hand in the database",
    ),
    Code.LOG_ROLLED_BACK: Title(
        cs="Záznam v databázi někdo vrátil zpět, takže v něm chybějí zápisy, které už měl",
        en="Somebody put the log back in the database, so that it lacks entries that it already had",
    ),
    Code.LOG_SCHEMA_ALTERED: Title(
        cs="V databázi někdo vytvořil nebo změnil objekty, které Brána nezná",
        en="Somebody made or changed objects in the database that Brána does not know",
    ),
    Code.LOG_INCIDENTS_ALTERED: Title(
        cs="Co se v databázi vede o incidentech, se liší od toho, co o nich zapsal záznam",
        en="What the database holds of incidents differs from what the log has of them",
    ),
}
"""Sentences of what the log found out about itself, and about what its entries vouch for."""


BESIDE_THE_LOG: Mapping[Code, Title] = {
    Code.LOG_INDEX_ALTERED: Title(cs="rejstřík pro hledání", en="the index of searches"),
    Code.LOG_NAMES_ALTERED: Title(cs="jména osob pro hledání", en="the names of people for searches"),
    Code.LOG_PLACE_MOVED: Title(
        cs="místo, odkud se záznam čte dál", en="the place from which the log is read on"
    ),
    Code.LOG_HOLD_RESTORED: Title(cs="zadržení záznamů", en="a hold of entries"),
    Code.LOG_ALERTS_RESTORED: Title(cs="trvající upozornění", en="alerts that stand"),
    Code.LOG_SEEN_RESTORED: Title(
        cs="země, ze kterých se lidé přihlásili", en="the countries that people signed in from"
    ),
    Code.LOG_ROOTS_RESTORED: Title(
        cs="uložené kořeny podstromů záznamu", en="the kept roots of the log's tree"
    ),
}
"""What stands beside the log in the database, and was changed there by hand."""
