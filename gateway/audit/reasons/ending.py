"""Names of the reasons why sessions end, grants are taken back, notices do not arrive, the log is in trouble."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Konec relace a odvolání povolení", en="End of a session, grants taken back"),
        {
            "signed_out": Title(cs="odhlášení", en="signed out"),
            "signed_out_everywhere": Title(cs="odhlášení ve všech prohlížečích", en="signed out everywhere"),
            "signed_out_elsewhere": Title(
                cs="odhlášení v ostatních prohlížečích", en="signed out in all other browsers"
            ),
            "ended_by_officer": Title(
                cs="ukončil manažer kybernetické bezpečnosti nebo správce",
                en="ended by the cyber security manager or an administrator",
            ),
            "idle": Title(cs="dlouhá nečinnost", en="idle for too long"),
            "too_long": Title(cs="nejdelší doba relace uplynula", en="longest time of a session reached"),
            "absolute_limit": Title(
                cs="nejdelší doba přihlášení uplynula", en="longest time of a sign-in reached"
            ),
            "password_changed": Title(cs="osoba si změnila heslo", en="the person changed the password"),
            "password_change_unknown": Title(
                cs="není známo, zda se heslo změnilo", en="not known whether the password was changed"
            ),
            "exception_ended": Title(
                cs="skončila výjimka, která povolovala samotné heslo",
                en="the exception ended that allowed the password alone",
            ),
            "account_gone": Title(cs="osoba v adresáři už není", en="the person left the directory"),
            "account_closed": Title(
                cs="účet se podle adresáře nesmí používat", en="by the directory the account may not be used"
            ),
            "role_lost": Title(
                cs="osoba přišla o roli, s níž byla přihlášena",
                en="the person lost a role that they were signed in with",
            ),
            "provider_session_ended": Title(
                cs="skončilo přihlášení u přihlašovací služby", en="the sign-in at the provider ended"
            ),
            "replaced": Title(
                cs="v témže prohlížeči se přihlásil někdo jiný",
                en="somebody else signed in with the same browser",
            ),
            "session.level_changed": Title(
                cs="osoba znovu doložila svou totožnost", en="the person has shown anew who they are"
            ),
            "session.municipality_switched": Title(
                cs="změna obce, za kterou osoba jedná", en="another municipality is acted for"
            ),
            "roles_changed": Title(cs="osoba má jiné role", en="the person has other roles"),
            "nothing_changed": Title(cs="nic se nezměnilo", en="nothing has changed"),
            "directory.facts_changed": Title(
                cs="změna údajů v adresáři", en="the directory says something else of the person"
            ),
            "device.approved": Title(cs="zařízení bylo schváleno", en="the device was approved"),
            "device.taken_over": Title(
                cs="zařízení převzal do správy úřad", en="the office took the device over"
            ),
            "device.blocked": Title(cs="zařízení bylo zablokováno", en="somebody blocked the device"),
            "device.unblocked": Title(
                cs="zařízení bylo odblokováno", en="the block of the device was lifted"
            ),
        },
    ),
    (
        Title(cs="Nedoručená upozornění", en="Notices not delivered"),
        {
            "receiver_unreachable": Title(cs="příjemce neodpovídá", en="the receiver does not answer"),
            "receiver_refused": Title(cs="příjemce zprávu nepřijal", en="the receiver took no message"),
            "mail_server_unreachable": Title(
                cs="poštovní server neodpovídá", en="the mail server does not answer"
            ),
            "mail_refused": Title(cs="poštovní server zprávu nepřijal", en="the mail server took no message"),
            "no_mail_address": Title(
                cs="v adresáři není poštovní adresa osoby",
                en="the directory has no mail address of the person",
            ),
            "address_not_known_now": Title(
                cs="adresář neodpověděl na dotaz po adrese", en="the directory did not tell the address"
            ),
            "channel_not_configured": Title(
                cs="tato cesta už není nastavena", en="this way is configured no more"
            ),
            "attempt_broke": Title(
                cs="odeslání selhalo z nečekané příčiny, viz provozní záznam",
                en="sending broke for a cause nobody foresaw, see the operations log",
            ),
        },
    ),
    (
        Title(cs="Odhlášení nesdělená aplikacím", en="Sign-outs not told to applications"),
        {
            "client_unreachable": Title(cs="aplikace neodpovídá", en="the application does not answer"),
            "client_not_trusted": Title(
                cs="certifikát aplikace nevydala autorita, které se věří",
                en="the application's certificate is of no authority that is trusted",
            ),
            "client_refused": Title(
                cs="aplikace zprávu o odhlášení nepřijala", en="the application did not take the sign-out"
            ),
        },
    ),
    (
        Title(cs="Auditní záznam", en="Audit log"),
        {
            "answer_unknown": Title(
                cs="datová část (Envoy) skončila dřív, než doložila odpověď",
                en="the data plane ended before it told of an answer",
            ),
            "spool_damaged": Title(
                cs="část souboru s přístupy nelze přečíst", en="a part of the access spool cannot be read"
            ),
            "verification_too_long": Title(
                cs="ověření se nestihlo v daném čase", en="the verification took too long"
            ),
            "verification_failed": Title(
                cs="ověření se nepodařilo provést", en="the verification could not be carried out"
            ),
        },
    ),
)
