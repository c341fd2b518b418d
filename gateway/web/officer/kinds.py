"""Short names of what can be recorded, in groups, for the filter and the list of the log."""

from config.settings import Title
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.titles import of_gateway
from gateway.web.officer.personnel_kinds import PERSONNEL
from gateway.web.officer.sign_in_kinds import SIGN_IN

GROUPS: tuple[tuple[Title, dict[Code, Title]], ...] = (
    *SIGN_IN,
    *PERSONNEL,
    (
        Title(cs="Přístup", en="Access"),
        {
            Code.ACCESS: Title(cs="Požadavek", en="Request"),
            Code.DECISION_PERMIT: Title(cs="Povolený přístup", en="Access permitted"),
            Code.DECISION_REFUSE: Title(cs="Zamítnutý přístup", en="Access refused"),
            Code.TRAVEL_IMPOSSIBLE: Title(cs="Nemožný přesun", en="Impossible travel"),
            Code.DECISION_TRIED: Title(cs="Zkouška rozhodnutí", en="Decision tried out"),
            Code.STREAM_OPENED: Title(cs="Otevřené trvalé spojení", en="Lasting connection opened"),
            Code.STREAM_KEPT: Title(cs="Ponechané trvalé spojení", en="Lasting connection kept"),
            Code.STREAM_CUT: Title(cs="Přerušené trvalé spojení", en="Lasting connection cut"),
            Code.REVOCATION: Title(cs="Odvolané povolení", en="Grant revoked"),
        },
    ),
    (
        Title(cs="Tunely", en="Tunnels"),
        {
            Code.TUNNEL_OPENED: Title(cs="Otevřený tunel", en="Tunnel opened"),
            Code.TUNNEL_NOT_OPENED: Title(cs="Neotevřený tunel", en="Tunnel not opened"),
            Code.TUNNEL_CLOSED: Title(cs="Zavřený tunel", en="Tunnel closed"),
            Code.TUNNEL_PERMITTED: Title(cs="Povolený cíl v tunelu", en="Target in the tunnel permitted"),
            Code.TUNNEL_REFUSED: Title(cs="Zamítnutý cíl v tunelu", en="Target in the tunnel refused"),
            Code.TUNNEL_MOVED: Title(cs="Zařízení s tunelem jinde", en="Device with a tunnel elsewhere"),
            Code.TUNNEL_TWO_PLACES: Title(cs="Tunel ze dvou míst", en="Tunnel from two places"),
            Code.TUNNEL_PLACE_UNKNOWN: Title(
                cs="Zařízení s tunelem neznámo kde", en="Device with a tunnel at an unknown place"
            ),
            Code.TUNNEL_PLACE_KNOWN: Title(
                cs="Zařízení s tunelem se přihlásilo", en="Device with a tunnel has said where it is"
            ),
            Code.TUNNEL_TRIED: Title(cs="Marný pokus v tunelu", en="Tried in vain through the tunnel"),
            Code.TUNNEL_CONNECTED: Title(
                cs="Začátek spojení tunelem", en="Connection through the tunnel begun"
            ),
            Code.TUNNEL_DISCONNECTED: Title(
                cs="Konec spojení tunelem", en="Connection through the tunnel ended"
            ),
        },
    ),
    (
        Title(cs="Přezkum oprávnění", en="Access review"),
        {
            Code.ACCESS_REVIEW_BEGUN: Title(cs="Zahájený přezkum", en="Review begun"),
            Code.ACCESS_REVIEW_DECIDED: Title(cs="Rozhodnutí přezkumu", en="Decision of a review"),
            Code.ACCESS_REVIEW_CHANGED: Title(cs="Změna během přezkumu", en="Change during a review"),
            Code.ACCESS_REVIEW_CLOSED: Title(cs="Uzavřený přezkum", en="Review closed"),
            Code.ACCESS_REVIEW_REFUSED: Title(cs="Neprovedený úkon přezkumu", en="Act of review not done"),
            Code.ACCESS_REMOVED: Title(cs="Odebraná role", en="Role removed"),
            Code.ACCESS_RESTORED: Title(cs="Vrácená role", en="Role given back"),
            Code.ACCESS_REMOVAL_FOLLOWED: Title(
                cs="Odebraná role zmizela z adresáře", en="Removed role gone from the directory"
            ),
            Code.ACCESS_REMOVAL_UNDONE: Title(
                cs="Odebraná role opět v adresáři", en="Removed role in the directory again"
            ),
            Code.ACCESS_BLOCK_OVER: Title(cs="Konec blokování role", en="Block of a role over"),
        },
    ),
    (
        Title(cs="Žádosti o přístup", en="Access requests"),
        {
            Code.REQUEST_MADE: Title(cs="Žádost o přístup", en="Access asked for"),
            Code.ORDER_PLACED: Title(cs="Zakázka dodavatele", en="Order of a supplier"),
            Code.EMERGENCY_BEGUN: Title(cs="Nouzový přístup", en="Emergency access"),
            Code.EMERGENCY_REVIEWED: Title(cs="Přezkoumaný nouzový přístup", en="Emergency access reviewed"),
            Code.DELEGATION_RECORDED: Title(cs="Zastupování", en="Delegation"),
            Code.PURPOSE_STATED: Title(cs="Uvedený účel nahlížení", en="Purpose stated"),
            Code.REQUEST_APPROVED: Title(cs="Schválená žádost", en="Request approved"),
            Code.REQUEST_DECLINED: Title(cs="Zamítnutá žádost", en="Request declined"),
            Code.REQUEST_ENDED: Title(cs="Předčasně ukončený přístup", en="Access ended early"),
            Code.SPONSOR_GONE: Title(cs="Přístup bez garanta", en="Access without its sponsor"),
            Code.REQUEST_ACT_REFUSED: Title(
                cs="Nepřijatý úkon s žádostí", en="Act about a request not taken"
            ),
        },
    ),
    (
        Title(cs="Relace", en="Sessions"),
        {
            Code.SESSION_OPENED: Title(cs="Zahájená relace", en="Session opened"),
            Code.SESSION_ENDED: Title(cs="Ukončená relace", en="Session ended"),
            Code.SESSION_LEVEL: Title(cs="Nové ověření v relaci", en="Identity shown anew"),
            Code.SESSION_MUNICIPALITY: Title(cs="Změna obce, za kterou se jedná", en="Municipality switched"),
        },
    ),
    (
        Title(cs="Adresář", en="Directory"),
        {
            Code.FACTS_CHANGED: Title(cs="Změna údajů v adresáři", en="Directory facts changed"),
            Code.PERSON_RECHECKED: Title(cs="Nové přečtení osoby", en="Person read again"),
            Code.DIRECTORY_UNREACHABLE: Title(cs="Nedostupný adresář", en="Directory unreachable"),
            Code.DIRECTORY_MISCONFIGURED: Title(
                cs="Adresář neodpovídá nastavení", en="Directory not as configured"
            ),
            Code.DIRECTORY_RECOVERED: Title(cs="Adresář opět dostupný", en="Directory recovered"),
            Code.DIRECTORY_REMOVAL_CONFIRMED: Title(
                cs="Potvrzené hromadné odebrání", en="Removal of many confirmed"
            ),
            Code.KEYCLOAK_PROVISIONED: Title(cs="Nastavení Keycloaku", en="Keycloak set up"),
        },
    ),
    (
        Title(cs="Auditní záznam", en="Audit log"),
        {
            Code.LOG_SEARCHED: Title(cs="Nahlížení do auditního záznamu", en="Audit log read"),
            Code.LOG_VERIFIED: Title(cs="Ověření neporušenosti", en="Integrity verified"),
            Code.VIEW_KEPT: Title(cs="Uložený pohled", en="View saved"),
            Code.VIEW_REMOVED: Title(cs="Odstraněný pohled", en="View removed"),
            Code.PURPOSE_NAMED: Title(cs="Účel nahlížení do záznamu", en="Purpose of reading the log"),
            Code.LOG_SHARD_OPENED: Title(cs="Nový měsíc záznamu", en="Month of the log begun"),
            Code.LOG_SHARD_DROPPED: Title(cs="Vymazaná část záznamu", en="Part of the log deleted"),
            Code.LOG_SHARD_NOT_DROPPED: Title(cs="Nevymazaná část záznamu", en="Part of the log not deleted"),
            Code.LOG_DROPS_VOUCHED: Title(cs="Podepsaná dřívější vymazání", en="Earlier deletions signed"),
            Code.LOG_END_ALTERED: Title(
                cs="Ručně změněný konec záznamu", en="End of the log changed by hand"
            ),
            Code.LOG_CHECKPOINT_ALTERED: Title(
                cs="Ručně změněný kontrolní bod", en="Checkpoint changed by hand"
            ),
            Code.LOG_ROLLED_BACK: Title(cs="Vrácený auditní záznam", en="Log put back"),
            Code.LOG_SCHEMA_ALTERED: Title(cs="Cizí objekty v databázi", en="Alien objects in the database"),
            Code.LOG_HOLD_PLACED: Title(cs="Zadržení záznamů", en="Records held"),
            Code.LOG_HOLD_LIFTED: Title(cs="Zrušené zadržení záznamů", en="Hold on records lifted"),
            Code.LOG_HOLD_RESTORED: Title(cs="Obnovené zadržení záznamů", en="Hold on records restored"),
            Code.LOG_ALERTS_RESTORED: Title(cs="Obnovená upozornění", en="Alerts restored"),
            Code.LOG_SEEN_RESTORED: Title(cs="Obnovené známé země", en="Known countries restored"),
            Code.LOG_ROOTS_RESTORED: Title(
                cs="Obnovené kořeny podstromů záznamu", en="Roots of the log's tree restored"
            ),
            Code.LOG_INCIDENTS_ALTERED: Title(
                cs="Ručně změněné zápisy o incidentech", en="Incidents changed by hand"
            ),
            Code.LOG_KEY_INTRODUCED: Title(cs="Nový klíč záznamu", en="New key of the log"),
            Code.LOG_KEY_RETIRED: Title(cs="Vyřazený klíč záznamu", en="Key of the log retired"),
            Code.LOG_KEY_NOT_CHANGED: Title(cs="Nezměněný klíč záznamu", en="Key of the log not changed"),
            Code.LOG_INDEX_ALTERED: Title(cs="Změněný rejstřík pro hledání", en="Search index altered"),
            Code.LOG_NAMES_ALTERED: Title(cs="Změněná jména pro hledání", en="Names for searches altered"),
            Code.LOG_PLACE_MOVED: Title(
                cs="Ručně změněné místo čtení", en="Place of reading changed by hand"
            ),
            Code.LOG_ACT_REFUSED: Title(cs="Neprovedený úkon se záznamem", en="Act about the log not done"),
            Code.LOG_GAP: Title(cs="Mezera v auditním záznamu", en="Gap in the log"),
            Code.LOG_FULL: Title(cs="Na záznam došlo místo", en="No room for the log"),
            Code.LOG_ROOM_AGAIN: Title(cs="Na záznam je opět místo", en="Room for the log again"),
            Code.ALERT_RAISED: Title(cs="Upozornění", en="Alert"),
            Code.ALERT_ACKNOWLEDGED: Title(cs="Převzaté upozornění", en="Alert acknowledged"),
            Code.ALERT_OVER: Title(cs="Pominulé upozornění", en="Alert over"),
            Code.RECEIVER_BEGUN: Title(cs="Nový příjemce záznamů", en="New receiver of the log"),
            Code.RECEIVER_DOWN: Title(cs="Příjemce záznamů nepřijímá", en="Receiver takes nothing"),
            Code.RECEIVER_BACK: Title(cs="Příjemce záznamů opět přijímá", en="Receiver is back"),
            Code.RECEIVER_MISSED: Title(cs="Záznamy příjemci nepředané", en="Entries a receiver missed"),
            Code.RECEIVER_GOT_LESS: Title(cs="Záznam předaný bez znění", en="Entry sent without its text"),
            Code.WITNESS_REFUSED: Title(cs="Odmítnutí svědka", en="Refusal of a witness"),
            Code.WITNESS_UNREACHABLE: Title(cs="Svědek nepotvrzuje", en="Witness does not vouch"),
            Code.WITNESS_RECOVERED: Title(cs="Svědek opět potvrzuje", en="Witness vouches again"),
            Code.CHECKPOINT_MAILED: Title(cs="Kontrolní bod poštou", en="Checkpoint by mail"),
            Code.ACCESS_CUT_OFF: Title(
                cs="Požadavek bez doložené odpovědi", en="Request whose answer is not known"
            ),
            Code.ACCESS_SPOOL_DAMAGED: Title(cs="Poškozený soubor s přístupy", en="Access spool damaged"),
        },
    ),
    (
        Title(cs="Zásady", en="Policies"),
        {
            Code.POLICIES_LOADED: Title(cs="Načtené zásady", en="Policies loaded"),
            Code.POLICY_SUBMITTED: Title(cs="Předložený návrh zásad", en="Policies submitted"),
            Code.POLICY_RETURNED: Title(cs="Vrácený návrh zásad", en="Policies returned"),
            Code.POLICY_WITHDRAWN: Title(cs="Stažený návrh zásad", en="Policies withdrawn"),
            Code.POLICY_APPROVED: Title(cs="Schválený návrh zásad", en="Policies approved"),
            Code.POLICY_ACTIVATED: Title(cs="Nová verze zásad", en="New version of policies"),
            Code.POLICY_NOT_ACTIVATED: Title(
                cs="Schválené zásady, které nevstoupily v platnost", en="Approved policies not activated"
            ),
            Code.POLICY_ROLLED_BACK: Title(cs="Návrat ke starším zásadám", en="Policies rolled back"),
            Code.POLICY_WITHOUT_APPROVAL: Title(
                cs="Zásady v platnosti bez schválení", en="Policies in force without approval"
            ),
            Code.POLICY_ACT_REFUSED: Title(cs="Neprovedený úkon se zásadami", en="Act on policies refused"),
            Code.INCIDENT_CLOSED: Title(
                cs="Uzavření přístupu při incidentu", en="Access closed for an incident"
            ),
            Code.INCIDENT_OPENED: Title(cs="Opětovné otevření přístupu", en="Access opened again"),
        },
    ),
    (
        Title(cs="Bezpečnostní incidenty", en="Security incidents"),
        {
            Code.PERSON_SUSPENDED: Title(cs="Pozastavená osoba", en="Person suspended"),
            Code.PERSON_RESUMED: Title(cs="Zrušené pozastavení osoby", en="Suspension lifted"),
            Code.DEVICE_SUSPENDED: Title(cs="Pozastavené zařízení", en="Device suspended"),
            Code.DEVICE_RESUMED: Title(cs="Zrušené pozastavení zařízení", en="Suspension of a device lifted"),
            Code.SECURITY_INCIDENT_OPENED: Title(cs="Založený incident", en="Incident opened"),
            Code.SECURITY_INCIDENT_NOTED: Title(cs="Poznámka k incidentu", en="Note on an incident"),
            Code.SECURITY_INCIDENT_EVIDENCE: Title(cs="Důkaz k incidentu", en="Evidence of an incident"),
            Code.SECURITY_INCIDENT_ACT: Title(cs="Opatření k incidentu", en="Act linked to an incident"),
            Code.SECURITY_INCIDENT_REPORT: Title(
                cs="Napsané hlášení o incidentu", en="Incident report written"
            ),
            Code.SECURITY_INCIDENT_SENT: Title(cs="Odeslané hlášení o incidentu", en="Incident report sent"),
            Code.SECURITY_INCIDENT_EXPORTED: Title(cs="Vydaný balíček incidentu", en="Incident handed out"),
            Code.SECURITY_INCIDENT_CLOSED: Title(cs="Uzavřený incident", en="Incident closed"),
            Code.SECURITY_INCIDENT_REFUSED: Title(
                cs="Neprovedený úkon s incidentem", en="Act on an incident not done"
            ),
        },
    ),
    (
        Title(cs="Připojené aplikace", en="Connected applications"),
        {
            Code.CONSENT_GIVEN: Title(cs="Souhlas se sdělením údajů", en="Consent given"),
            Code.CONSENT_REFUSED: Title(cs="Nesouhlas se sdělením údajů", en="Consent refused"),
            Code.CONSENT_WITHDRAWN: Title(cs="Odvolaný souhlas", en="Consent withdrawn"),
            Code.CLIENT_ADDED: Title(cs="Připojená aplikace", en="Application connected"),
            Code.CLIENT_CHANGED: Title(cs="Změna připojené aplikace", en="Connected application changed"),
            Code.CLIENT_SUSPENDED: Title(
                cs="Pozastavené připojení aplikace", en="Connected application suspended"
            ),
            Code.CLIENT_RESUMED: Title(cs="Obnovené připojení aplikace", en="Connected application resumed"),
            Code.CLIENT_REMOVED: Title(cs="Odpojená aplikace", en="Connected application removed"),
            Code.CLIENT_SECRET_MADE: Title(cs="Nové tajemství aplikace", en="Secret of an application made"),
            Code.CLIENT_SECRET_ENDED: Title(
                cs="Ukončené tajemství aplikace", en="Secret of an application ended"
            ),
            Code.CLIENT_ACT_REFUSED: Title(
                cs="Neprovedený úkon s připojenou aplikací", en="Act on a connected application not done"
            ),
        },
    ),
    (
        Title(cs="Zařízení", en="Devices"),
        {
            Code.DEVICE_CODE_ISSUED: Title(cs="Kód pro zapsání zařízení", en="Code to enrol a device"),
            Code.DEVICE_ENROLLED: Title(cs="Zapsané zařízení", en="Device enrolled"),
            Code.DEVICE_ENROLMENT_REFUSED: Title(cs="Nezapsané zařízení", en="Device not enrolled"),
            Code.DEVICE_APPROVED: Title(cs="Schválené zařízení", en="Device approved"),
            Code.DEVICE_TURNED_DOWN: Title(cs="Odmítnuté zařízení", en="Device turned down"),
            Code.DEVICE_HANDED_OVER: Title(cs="Předané zařízení", en="Device handed over"),
            Code.DEVICE_FORGOTTEN: Title(cs="Smazané zařízení", en="Device deleted"),
            Code.DEVICE_RENAMED: Title(cs="Přejmenované zařízení", en="Device renamed"),
            Code.DEVICE_REPORTED_OTHERWISE: Title(cs="Změna stavu zařízení", en="Device reported a change"),
            Code.DEVICE_REPORT_REFUSED: Title(
                cs="Nepřijaté hlášení zařízení", en="Device's report not taken"
            ),
            Code.DEVICE_STALE: Title(cs="Zařízení, které se nehlásí", en="Device that reports no more"),
            Code.DEVICE_RENEWED: Title(cs="Obnova certifikátu zařízení", en="Device's certificate renewed"),
            Code.DEVICE_BLOCKED: Title(cs="Zablokované zařízení", en="Device blocked"),
            Code.DEVICE_UNBLOCKED: Title(cs="Odblokované zařízení", en="Device unblocked"),
            Code.DEVICE_RETIRED: Title(cs="Vyřazené zařízení", en="Device retired"),
            Code.DEVICE_LOST: Title(cs="Ztracené zařízení", en="Device lost"),
            Code.DEVICE_TAKEN_OVER: Title(cs="Zařízení převzaté do správy", en="Device taken over"),
            Code.DEVICE_ACT_REFUSED: Title(cs="Neprovedený úkon se zařízením", en="Act on a device not done"),
            Code.DEVICE_AUTHORITY_FOUNDED: Title(
                cs="Založení autority zařízení", en="Authority of devices made"
            ),
        },
    ),
    (
        Title(cs="Provoz", en="Operation"),
        {
            Code.STARTED: Title(cs="Spuštění", en="Started"),
            Code.STOPPED: Title(cs="Zastavení", en="Stopped"),
            Code.DATA_PLANE_STARTED: Title(cs="Spuštění datové části (Envoy)", en="Data plane started"),
            Code.DATA_PLANE_DIED: Title(cs="Pád datové části (Envoy)", en="Data plane died"),
            Code.PROCESS_HUNG: Title(cs="Proces, který neodpovídal", en="Process that hung"),
            Code.CONFIGURATION_RELOADED: Title(cs="Nové nastavení za běhu", en="Settings reloaded"),
            Code.STARTED_WITH_OTHER_SETTINGS: Title(
                cs="Spuštění s jiným nastavením", en="Started with other settings"
            ),
            Code.CONFIGURATION_REFUSED: Title(
                cs="Nepřijatá změna nastavení", en="Change of settings refused"
            ),
            Code.CONFIGURATION_CHECKED: Title(cs="Ověřená změna nastavení", en="Change of settings checked"),
            Code.KEY_CREATED: Title(cs="Nový klíč", en="Key created"),
            Code.KEY_ROTATED: Title(cs="Výměna klíče", en="Key changed"),
            Code.KEY_COMPROMISED: Title(cs="Vyzrazené klíče", en="Keys compromised"),
            Code.CERTIFICATE_REPLACED: Title(cs="Výměna certifikátu", en="Certificate replaced"),
            Code.CERTIFICATE_REFUSED: Title(cs="Odmítnutý certifikát", en="Certificate refused"),
            Code.CLOCK_JUMPED: Title(cs="Skok hodin", en="Clock jumped"),
            Code.STATE_MOVED: Title(cs="Přenesení uložených dat", en="State moved"),
        },
    ),
    (
        Title(cs="Uzly", en="Nodes"),
        {
            Code.FLEET_FOUNDED: Title(cs="Založení autority uzlů", en="Authority founded"),
            Code.NODE_INVITED: Title(cs="Kód pro připojení uzlu", en="Node invited"),
            Code.NODE_JOINED: Title(cs="Připojení uzlu", en="Node joined"),
            Code.NODE_RENEWED: Title(cs="Obnova certifikátu uzlu", en="Node renewed"),
            Code.NODE_LEFT: Title(cs="Vyřazení uzlu", en="Node removed"),
            Code.NODE_REFUSED: Title(cs="Odmítnuté spojení uzlu", en="Node refused"),
        },
    ),
)
KINDS: dict[Code, Title] = {code: title for _, group in GROUPS for code, title in group.items()}

SIGN_ON_ENDED = Title(cs="Ukončené přihlášení", en="Sign-in ended")
SESSION_OF_GATEWAY_ENDED = Title(cs="Ukončená relace brány", en="Gateway session ended")

OF_A_NEWER_VERSION = Title(cs="Událost novější verze", en="Event of a newer version")


def kind_of(entry: Entry) -> Title:
    """What an entry is called in a list: an end at the gateway otherwise than one at the provider."""
    if entry.code is Code.SESSION_ENDED:
        return SESSION_OF_GATEWAY_ENDED if of_gateway(entry) else SIGN_ON_ENDED
    return KINDS.get(entry.code, OF_A_NEWER_VERSION)


OUTCOMES: dict[Outcome, Title] = {
    Outcome.SUCCESS: Title(cs="úspěch", en="success"),
    Outcome.REFUSED: Title(cs="zamítnuto", en="refused"),
    Outcome.FAILURE: Title(cs="selhání", en="failure"),
}
