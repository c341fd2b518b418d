"""Names of the reasons why a device is not enrolled, not believed, or not changed."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Zápis zařízení", en="Enrolling a device"),
        {
            "device_code_not_good": Title(
                cs="kód neexistuje, byl použit, nebo mu skončila platnost",
                en="the code is unknown, was used, or is over",
            ),
            "device_challenge_not_good": Title(
                cs="zařízení odpovědělo na jinou nebo starou výzvu",
                en="the device answered another challenge, or an old one",
            ),
            "device_proof_not_good": Title(
                cs="zařízení neprokázalo, že má svůj klíč", en="the device did not prove that it has its key"
            ),
            "device_key_not_good": Title(
                cs="klíč nebo žádost o certifikát nejsou použitelné",
                en="the key or the request for a certificate is unusable",
            ),
            "device_key_in_use": Title(
                cs="klíč už patří jinému zařízení", en="the key belongs to another device"
            ),
            "device_tunnel_key_in_use": Title(
                cs="klíč tunelu už patří jinému zařízení",
                en="the key of the tunnel belongs to another device",
            ),
            "device_asset_differs": Title(
                cs="zařízení má jiné sériové číslo, než pro které byl kód vydán",
                en="the device has another serial number than the code is for",
            ),
            "device_message_not_understood": Title(
                cs="zprávě nelze rozumět", en="the message is not understood"
            ),
            "device_too_many_attempts": Title(cs="příliš mnoho pokusů", en="too many attempts"),
        },
    ),
    (
        Title(cs="Hlášení zařízení", en="Reports of devices"),
        {
            "report_not_signed": Title(
                cs="hlášení nepodepsalo žádné známé zařízení", en="no device that is known signed the report"
            ),
            "report_nonce_not_good": Title(
                cs="hlášení už jednou přišlo, nebo je z jiné kopie zařízení",
                en="the report came before, or is of another copy of the device",
            ),
            "report_out_of_order": Title(
                cs="hlášení má číslo, které už zařízení řeklo",
                en="the report has a number that the device said before",
            ),
            "report_time_not_good": Title(
                cs="hlášení vzniklo v jinou dobu, nebo jdou hodiny zařízení špatně",
                en="the report was made at another time, or the device's clock is wrong",
            ),
            "device_tunnel_key_not_good": Title(
                cs="klíč tunelu není použitelný", en="the key of the tunnel is unusable"
            ),
            "report_facts_not_good": Title(
                cs="údajům o zařízení nelze věřit", en="what it says of the device cannot be"
            ),
            "device_gone": Title(
                cs="zařízení bylo vyřazeno nebo ztraceno", en="the device was retired or lost"
            ),
        },
    ),
    (
        Title(cs="Neprovedený úkon se zařízením", en="Act on a device not done"),
        {
            "device_not_known": Title(cs="takové zařízení není", en="there is no such device"),
            "device_not_waiting": Title(
                cs="zařízení nečeká na schválení", en="the device does not wait for approval"
            ),
            "device_not_in_use": Title(cs="zařízení už je zablokováno", en="the device is blocked already"),
            "device_not_blocked": Title(cs="zařízení není zablokováno", en="the device is not blocked"),
            "device_managed_already": Title(
                cs="zařízení už je ve správě úřadu", en="the office manages the device already"
            ),
            "device_without_serial_number": Title(
                cs="sériové číslo chybí nebo je nečitelné", en="the serial number is missing or unreadable"
            ),
            "device_name_not_good": Title(
                cs="název chybí, je příliš dlouhý nebo nečitelný",
                en="the name is missing, too long or unreadable",
            ),
            "device_act_without_reason": Title(
                cs="chybí důvod, nebo je příliš dlouhý", en="no reason is given, or it is too long"
            ),
            "device_of_another_person": Title(
                cs="kód si nikdo nevydá pro zařízení jiné osoby",
                en="nobody issues a code for another person's device",
            ),
            "device_own": Title(
                cs="o vlastním zařízení nikdo nerozhoduje", en="nobody decides about a device of their own"
            ),
            "device_owner_same": Title(
                cs="zařízení této osobě už patří", en="the device is that person's already"
            ),
            "device_owner_not_known": Title(
                cs="v obci, které zařízení patří, nemá nikdo s tímto přihlašovacím jménem roli",
                en="nobody with that user name has a role in the municipality of the device",
            ),
            "device_enrolment_by_people_off": Title(
                cs="lidé si tu vlastní zařízení nezapisují", en="people enrol no devices of their own here"
            ),
            "device_code_lifetime_not_good": Title(
                cs="platnost kódu je mimo povolené meze", en="the life of the code is out of bounds"
            ),
            "device_needs_two_factors": Title(
                cs="přihlášení samotným heslem nestačí", en="a sign-in by password alone does not do"
            ),
            "device_too_many_of_one_person": Title(
                cs="příliš mnoho zařízení jedné osoby", en="too many devices of one person"
            ),
            "device_too_many_codes": Title(
                cs="příliš mnoho nevyužitých kódů", en="too many codes that were not used"
            ),
        },
    ),
)
