"""Names of the reasons why a change of the settings is not taken by a running product."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Nepřijatá změna nastavení", en="Change of settings refused"),
        {
            "configuration_invalid": Title(
                cs="nastavení nebo zásady mají chybu", en="the settings or the policies have a fault"
            ),
            "policy_cases_broken": Title(
                cs="zásady nedělají, co říkají jejich zkušební případy, nebo povolují, co nikdy nesmějí",
                en="the policies do not do what the cases beside them say, or permit what must never be",
            ),
            "policies_with_faults": Title(
                cs="nové nebo změněné zásady nemají názvy, nebo se ptají na to, co nikdy neplatí",
                en="new or changed policies have no names, or ask for what is never true",
            ),
            "settings_before_unknown": Title(
                cs="předchozí nastavení je z jiné verze a nejde přečíst",
                en="the settings before were of another version and cannot be read",
            ),
            "start_needed": Title(cs="změna vyžaduje nové spuštění", en="the change needs a new start"),
            "data_plane_refused": Title(
                cs="Envoy nastavení odmítl", en="the data plane refused the settings"
            ),
            "data_plane_silent": Title(
                cs="Envoy nastavení včas nepřevzal",
                en="the data plane did not take the settings in time",
            ),
            "policies_left_behind": Title(
                cs="uzel má jiné zásady, než které platí, a nikdo je na něm neupravil",
                en="the policies of this node are not those in force, and nobody has edited them here",
            ),
            "shared_policies_unusable": Title(
                cs="uzel nedokáže načíst zásady společné všem uzlům",
                en="the node cannot load the policies in force in the fleet",
            ),
            "reload_failed": Title(cs="změnu se nepodařilo dokončit", en="the change could not be completed"),
        },
    ),
)
