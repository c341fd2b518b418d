"""What entries about the running of the product say to people: policies, configuration, keys, certificates, processes,
nodes.
"""

from config.settings import Title
from gateway.audit.entry import Code

OPERATION_TITLES: dict[Code, Title] = {
    Code.POLICIES_LOADED: Title(
        cs="Od této chvíle platí zásady verze {policy_version} (počet: {policies}; před nimi verze: {previous})",
        en="Policies of version {policy_version} are in force from now on "
        "(number: {policies}; version before: {previous})",
    ),
    Code.CONFIGURATION_RELOADED: Title(
        cs="Od této chvíle platí nové nastavení {after}: {who} (aplikace přidané: {added}; odebrané: {removed}; "
        "změněné: {changed}; ostatní nastavení: {settings})",
        en="New settings {after} are in force from now on: {who} (applications added: {added}; removed: {removed}; "
        "changed: {changed}; other settings: {settings})",
    ),
    Code.STARTED_WITH_OTHER_SETTINGS: Title(
        cs="Spuštění s jiným nastavením než předtím: {after} (aplikace přidané: {added}; odebrané: {removed}; "
        "změněné: {changed}; ostatní nastavení: {settings}; hodnoty: {values}; důvod: {reason})",
        en="Started with other settings than before: {after} (applications added: {added}; removed: {removed}; "
        "changed: {changed}; other settings: {settings}; values: {values}; reason: {reason})",
    ),
    Code.CONFIGURATION_REFUSED: Title(
        cs="Změna nastavení nepřijata, platí dosavadní: {who} (důvod: {reason})",
        en="A change of the settings was not taken, the old ones stay: {who} (reason: {reason})",
    ),
    Code.CONFIGURATION_CHECKED: Title(
        cs="Změna nastavení je v pořádku a čeká na nové spuštění uzlu, zatím platí dosavadní: {who}",
        en="A change of the settings is sound and waits for a new start of the node, the old ones stay: {who}",
    ),
    Code.DECISION_TRIED: Title(
        cs="Zkouška rozhodnutí bez přístupu: {who}, pro osobu {of}, aplikace {application}, úkon {action} "
        "(vyšlo: {verdict})",
        en="A decision tried out, without access: {who}, about {of}, application {application}, action {action} "
        "(it came to: {verdict})",
    ),
    Code.KEY_CREATED: Title(
        cs="Vytvořen podpisový klíč {key} (účel: {purpose})",
        en="Signing key {key} created (purpose: {purpose})",
    ),
    Code.KEY_ROTATED: Title(
        cs="Klíč vyměněn: {key} (účel: {purpose}, podepisuje od {signs_from})",
        en="Key changed: {key} (purpose: {purpose}, signs from {signs_from})",
    ),
    Code.KEY_COMPROMISED: Title(
        cs="Klíče prohlášeny za vyzrazené, nic jimi podepsaného už neplatí (účel: {purpose})",
        en="Keys declared compromised, nothing they signed counts any more (purpose: {purpose})",
    ),
    Code.CERTIFICATE_REPLACED: Title(
        cs="Veřejný certifikát vyměněn, nový platí do {ends}",
        en="Public certificate replaced, the new one is good until {ends}",
    ),
    Code.CERTIFICATE_REFUSED: Title(
        cs="Nový veřejný certifikát odmítnut, dosavadní zůstává (důvod: {reason})",
        en="New public certificate refused, the one before stays (reason: {reason})",
    ),
    Code.STARTED: Title(cs="Brána spuštěna, verze {version}", en="Brána started, version {version}"),
    Code.STOPPED: Title(cs="Brána zastavena ({cause})", en="Brána stopped ({cause})"),
    Code.DATA_PLANE_STARTED: Title(
        cs="Spuštěna datová část (Envoy), proces {process}",
        en="Data plane (Envoy) started, process {process}",
    ),
    Code.DATA_PLANE_DIED: Title(
        cs="Datová část (Envoy) nečekaně skončila, proces {process}, stav {status}",
        en="Data plane (Envoy) ended unexpectedly, process {process}, status {status}",
    ),
    Code.PROCESS_HUNG: Title(
        cs="Ukončen proces Brány, který neodpovídal („{part}“, číslo {process}): {silent_seconds} s bez známky života",
        en="A process of Brána that hung was ended (“{part}”, number {process}): {silent_seconds} s without a sign",
    ),
    Code.CLOCK_JUMPED: Title(
        cs="Skok systémových hodin o {jumped_ms} ms", en="The system clock jumped by {jumped_ms} ms"
    ),
    Code.STATE_MOVED: Title(
        cs="Všechna uložená data přenesena ze souboru {file} do databáze {server}: {who} "
        "(auditních záznamů: {entries})",
        en="All that is kept was moved from the file {file} to the database {server}: {who} "
        "(entries in the log: {entries})",
    ),
    Code.VIEW_KEPT: Title(
        cs="Uložen pohled na auditní záznam „{view}“: {who}", en="View of the log saved as “{view}”: {who}"
    ),
    Code.VIEW_REMOVED: Title(
        cs="Odstraněn pohled na auditní záznam „{view}“: {who}", en="View of the log “{view}” removed: {who}"
    ),
    Code.PURPOSE_NAMED: Title(
        cs="Uveden účel nahlížení do auditního záznamu: {who} ({purpose})",
        en="Purpose of reading the log named: {who} ({purpose})",
    ),
    Code.FLEET_FOUNDED: Title(
        cs="Založena certifikační autorita uzlů: {who}", en="Authority of the nodes founded: {who}"
    ),
    Code.NODE_INVITED: Title(
        cs="Vydán kód pro připojení uzlu {node} ({role}): {who}",
        en="Code issued for node {node} to join ({role}): {who}",
    ),
    Code.NODE_JOINED: Title(
        cs="Připojen uzel {node} ({role}) z adresy {address}",
        en="Node {node} ({role}) joined from {address}",
    ),
    Code.NODE_RENEWED: Title(cs="Uzlu {node} obnoven certifikát", en="Certificate of node {node} renewed"),
    Code.NODE_LEFT: Title(cs="Vyřazen uzel {node}: {who}", en="Node {node} removed: {who}"),
    Code.NODE_REFUSED: Title(
        cs="Odmítnuto spojení uzlu {node} ke službě {service} z adresy {address}",
        en="Connection of node {node} to service {service} from {address} refused",
    ),
}
