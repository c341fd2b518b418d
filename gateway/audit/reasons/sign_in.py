"""Names of the reasons why a sign-in does not succeed, from the password to the return to the gateway."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Heslo a účet", en="Password and account"),
        {
            "login_empty": Title(cs="chybí přihlašovací jméno", en="no user name was given"),
            "login_unusable": Title(cs="nepoužitelné přihlašovací jméno", en="unusable user name"),
            "password_empty": Title(cs="chybí heslo", en="no password was given"),
            "password_unusable": Title(cs="nepoužitelné heslo", en="unusable password"),
            "unfit_input": Title(
                cs="jméno nebo heslo s nepovolenými znaky nebo příliš dlouhé",
                en="name or password with forbidden characters or too long",
            ),
            "wrong_credentials": Title(cs="špatné jméno nebo heslo", en="wrong user name or password"),
            "wrong_password": Title(cs="špatné heslo", en="wrong password"),
            "answered_too_late": Title(
                cs="odpověď adresáře přišla pozdě: přihlášení mezitím skončilo nebo pokračovalo v jiném okně",
                en="the directory's answer came too late: the sign-in had ended or gone on in another window",
            ),
            # of an earlier version: its entries stay
            "asked_before_the_end": Title(
                cs="heslo nebo klíč ověřené dříve, než všechna přihlášení osoby skončila",
                en="a password or key checked before all sign-ins of the person ended",
            ),
            "unknown_person": Title(
                cs="takovou osobu adresář nezná", en="the directory knows no such person"
            ),
            "ambiguous_person": Title(
                cs="jménu v adresáři odpovídá více osob", en="several people of the directory fit the name"
            ),
            "undecided_person": Title(
                cs="neodpověděl adresář, který by jméno mohl znát; pomůže jméno s doménou úřadu",
                en="a directory that may know the name did not answer; the name with the office's domain helps",
            ),
            "entry_unusable": Title(
                cs="záznam osoby v adresáři je vadný", en="the person's directory entry is faulty"
            ),
            "account_disabled": Title(cs="účet je zakázán", en="the account is disabled"),
            "account_locked": Title(cs="účet je zamčen", en="the account is locked"),
            "account_not_now": Title(
                cs="účet se teď nebo odtud nesmí přihlašovat",
                en="the account may not sign in now or from here",
            ),
            "account_expired": Title(cs="platnost účtu skončila", en="the account has expired"),
            "must_change_password": Title(
                cs="osoba si musí nejprve změnit heslo", en="the password must be changed first"
            ),
            "password_expired": Title(cs="platnost hesla skončila", en="the password has expired"),
            "roles_mixed": Title(
                cs="účet má roli správce i jinou roli, správa vyžaduje samostatný účet",
                en="the account has an administrator's role and another one; administration needs its own account",
            ),
            "device_suspended": Title(
                cs="zařízení pozastavil manažer kybernetické bezpečnosti nebo správce",
                en="the device was suspended by the cyber security manager or an administrator",
            ),
            "account_suspended": Title(
                cs="osobu pozastavil manažer kybernetické bezpečnosti nebo správce",
                en="the person was suspended by the cyber security manager or an administrator",
            ),
            "directory_unreachable": Title(
                cs="adresář úřadu neodpovídal", en="the office directory did not answer"
            ),
            "too_many_attempts_account": Title(
                cs="příliš mnoho pokusů u jednoho účtu", en="too many attempts for one account"
            ),
            "too_many_attempts_address": Title(
                cs="příliš mnoho pokusů z jedné adresy", en="too many attempts from one address"
            ),
            "too_many_attempts_network": Title(
                cs="příliš mnoho pokusů z jedné sítě", en="too many attempts from one network"
            ),
            "too_many_attempts_directory": Title(
                cs="další špatné heslo by mohlo účet zamknout v adresáři",
                en="one more wrong password could lock the account in the directory",
            ),
            "not_tried": Title(
                cs="heslo se nezkoušelo, pokusy jsou vyčerpány",
                en="the password was not tried: no attempt is left",
            ),
            "not_recognised": Title(
                cs="osoba nebyla rozpoznána (příčinu má záznam přihlášení)",
                en="the person was not recognised (the entry of the sign-in says why)",
            ),
            "wait": Title(
                cs="příliš mnoho pokusů, osoba musí počkat", en="too many attempts, the person has to wait"
            ),
            "too_many_sign_ins_begun": Title(
                cs="příliš mnoho přihlášení zahájených z jedné adresy",
                en="too many sign-ins begun from one address",
            ),
            "too_many_sign_ins_from_network": Title(
                cs="příliš mnoho přihlášení zahájených z jedné sítě",
                en="too many sign-ins begun from one network",
            ),
            "too_many_sign_ins_of_person": Title(
                cs="příliš mnoho přihlášení zahájených v prohlížečích jedné osoby",
                en="too many sign-ins begun in the browsers of one person",
            ),
            "too_many_sign_ins_at_once": Title(
                cs="příliš mnoho rozpracovaných přihlášení odevšad najednou",
                en="too many sign-ins under way from everywhere at once",
            ),
        },
    ),
    (
        Title(cs="Jednorázový kód a průběh přihlášení", en="One-time code and course of the sign-in"),
        {
            "code_unusable": Title(cs="nepoužitelný jednorázový kód", en="unusable one-time code"),
            "code_wrong": Title(cs="špatný jednorázový kód", en="wrong one-time code"),
            "code_replayed": Title(
                cs="jednorázový kód už byl použit", en="the one-time code was used already"
            ),
            "factor_missing": Title(
                cs="druhý faktor mezitím zmizel", en="the second factor is gone meanwhile"
            ),
            "already_enrolled": Title(
                cs="druhý faktor už byl zaveden", en="a second factor is enrolled already"
            ),
            "flow_unknown": Title(
                cs="neznámé nebo prošlé přihlášení", en="unknown or expired course of a sign-in"
            ),
            "out_of_turn": Title(cs="krok přihlášení mimo pořadí", en="a step of the sign-in out of turn"),
            "start_again": Title(
                cs="přihlášení už nelze dokončit, musí začít znovu",
                en="the sign-in can no longer be finished and has to begin again",
            ),
        },
    ),
    (
        Title(cs="Nouzový správce", en="Recovery administrator"),
        {
            "recovery_not_issued": Title(
                cs="žádné platné nouzové tajemství není vydáno", en="no recovery secret is in force"
            ),
            "recovery_spent": Title(
                cs="nouzové tajemství už bylo použito nebo zneplatněno",
                en="the recovery secret was used or taken back already",
            ),
            "recovery_wrong": Title(cs="špatné nouzové tajemství", en="wrong recovery secret"),
            "recovery_factor_wrong": Title(
                cs="nouzové tajemství je správné, jednorázový kód ne",
                en="the recovery secret is right, the one-time code is not",
            ),
            "recovery_too_many_attempts": Title(
                cs="příliš mnoho pokusů o nouzové přihlášení", en="too many attempts of the recovery sign-in"
            ),
            "recovery_busy": Title(
                cs="příliš mnoho nouzových přihlášení najednou", en="too many recovery sign-ins at once"
            ),
            "not_accepted": Title(
                cs="nouzové přihlášení nebylo přijato (příčinu má jeho záznam)",
                en="the recovery sign-in was not accepted (its entry says why)",
            ),
        },
    ),
    (
        Title(cs="Přístupový nebo bezpečnostní klíč", en="Passkey or security key"),
        {
            "key_answer_unreadable": Title(
                cs="odpověď klíče nelze přečíst", en="the key's answer cannot be read"
            ),
            "key_unknown": Title(cs="takový klíč nikdo nepřidal", en="nobody enrolled such a key"),
            "key_owner_unnamed": Title(cs="klíč neřekl, čí je", en="the key did not say whose it is"),
            "key_of_another_person": Title(cs="klíč patří jiné osobě", en="the key is another person's"),
            "key_challenge_wrong": Title(
                cs="klíč odpověděl na jinou výzvu, nebo už jednou použitou",
                en="the key answered another challenge, or one that was used already",
            ),
            "key_origin_wrong": Title(
                cs="klíč byl použit na cizí stránce", en="the key was used on a foreign page"
            ),
            "key_site_wrong": Title(cs="klíč podepsal pro cizí web", en="the key signed for a foreign site"),
            "key_nobody_present": Title(
                cs="klíč nepotvrdil, že se ho někdo dotkl", en="the key did not say that anybody touched it"
            ),
            "key_user_not_verified": Title(
                cs="klíč neověřil osobu (PIN, otisk prstu)",
                en="the key did not verify the person (PIN, finger)",
            ),
            "key_never_verified": Title(
                cs="klíč sám bez hesla, ač dosud nikdy neověřil osobu (PIN, otisk prstu) spolu s heslem",
                en="a key alone, which never verified the person (PIN, finger) beside the password before",
            ),
            "key_signature_wrong": Title(cs="podpis klíče nesouhlasí", en="the key's signature is wrong"),
            "key_count_went_back": Title(
                cs="počitadlo klíče se vrátilo: klíč může mít kopii",
                en="the key's counter went back: there may be a copy of it",
            ),
            "key_registration_refused": Title(
                cs="klíč tohoto druhu nelze ověřit", en="a key of this kind cannot be verified"
            ),
            "key_enrolled_already": Title(cs="klíč už je přidán", en="the key is enrolled already"),
            "key_refused": Title(
                cs="klíč nebyl přijat (příčinu má záznam přihlášení)",
                en="the key was not accepted (the entry of the sign-in says why)",
            ),
        },
    ),
    (
        Title(cs="Síla ověření, jeho přidání a výjimky", en="Level, enrolment and exceptions"),
        {
            "recovery_code_wrong": Title(
                cs="špatný nebo už použitý záložní kód", en="wrong or spent recovery code"
            ),
            "factor_too_weak": Title(
                cs="pro tento přístup je potřeba silnější ověření", en="this access needs a stronger factor"
            ),
            "factor_too_new": Title(
                cs="způsob ověření byl přidán nedávno a zatím neplatí plně",
                en="the authenticator was added lately and does not count in full yet",
            ),
            "proof_too_new": Title(
                cs="ověřeno způsobem, který zatím neplatí plně a starší nemění",
                en="shown was an authenticator that does not count in full yet and changes no older one",
            ),
            "codes_made_already": Title(
                cs="týž formulář už nové záložní kódy vytvořil",
                en="the same form made new recovery codes before",
            ),
            "last_in_full": Title(
                cs="poslední způsob ověření, který platí plně, nelze odebrat",
                en="the last authenticator that counts in full cannot be removed",
            ),
            "proof_too_old": Title(
                cs="ověření před změnou je příliš staré",
                en="the factors were shown too long ago for a change",
            ),
            "last_authenticator": Title(
                cs="jediný způsob ověření nelze odebrat", en="the only authenticator cannot be removed"
            ),
            "too_many_authenticators": Title(
                cs="osoba má tohoto druhu už nejvyšší počet",
                en="the person has as many of this kind as may be",
            ),
            "authenticator_unknown": Title(
                cs="osoba takový způsob ověření nemá", en="the person has no such authenticator"
            ),
            "not_among_own": Title(
                cs="přihlášení nebo prohlížeč není mezi vlastními osoby, nebo už neplatí",
                en="the sign-in or browser is not among the person's own, or is over",
            ),
            "nothing_pending": Title(cs="přidávání trvalo příliš dlouho", en="adding it took too long"),
            "level_unreachable": Title(
                cs="osoba nemá způsob ověření požadované síly",
                en="the person has no factor of the demanded level",
            ),
            "enrolment_code_wrong": Title(cs="špatný kód od správce", en="wrong enrolment code"),
            "enrolment_code_of_another_person": Title(
                cs="kód od správce byl vydán jiné osobě",
                en="the enrolment code was issued for another person",
            ),
            "enrolment_code_used": Title(
                cs="kód od správce už byl použit", en="the enrolment code was used already"
            ),
            "enrolment_code_expired": Title(
                cs="platnost kódu od správce skončila", en="the enrolment code has expired"
            ),
        },
    ),
    (
        Title(cs="Změna hesla", en="Change of the password"),
        {
            "old_password_wrong": Title(cs="současné heslo nesouhlasí", en="the present password is wrong"),
            "new_password_unusable": Title(cs="nepoužitelné nové heslo", en="unusable new password"),
            "new_passwords_differ": Title(
                cs="nové heslo bylo podruhé napsáno jinak", en="the new password was typed differently twice"
            ),
            "new_password_same": Title(
                cs="nové heslo je stejné jako staré", en="the new password is the old one"
            ),
            "password_too_short": Title(
                cs="nové heslo má méně než 12 znaků", en="the new password has fewer than 12 characters"
            ),
            "password_too_short_of_administrator": Title(
                cs="nové heslo správce má méně než 17 znaků",
                en="the new password of an administrator has fewer than 17 characters",
            ),
            "password_of_own_names": Title(
                cs="nové heslo je odvozené ze jména osoby, úřadu nebo aplikace",
                en="the new password comes from the name of the person, the office or an application",
            ),
            "password_too_common": Title(
                cs="nové heslo se dá snadno uhodnout", en="the new password is easy to guess"
            ),
            "new_password_refused": Title(
                cs="nové heslo neodpovídá pravidlům adresáře",
                en="the directory's rules do not take the new password",
            ),
            "new_password_too_short": Title(
                cs="nové heslo je příliš krátké", en="the new password is too short"
            ),
            "new_password_not_complex": Title(
                cs="nové heslo je příliš jednoduché", en="the new password is too simple"
            ),
            "new_password_used_before": Title(
                cs="nové heslo už osoba někdy měla", en="the new password was used before"
            ),
            "password_changed_too_recently": Title(
                cs="heslo bylo změněno teprve před chvílí", en="the password was changed a short while ago"
            ),
            "password_change_refused": Title(
                cs="adresář změnu hesla odmítl", en="the directory refused to change the password"
            ),
            "password_change_uncertain": Title(
                cs="adresář neodpověděl, zda heslo změnil",
                en="the directory did not answer whether it changed the password",
            ),
            "password_change_not_possible": Title(
                cs="heslo tu nelze změnit, jen v úřadu",
                en="the password cannot be changed here, only at the office",
            ),
        },
    ),
    (
        Title(cs="Návrat z přihlášení na bránu", en="Return from the sign-in to the gateway"),
        {
            "attempt_lost": Title(
                cs="prohlížeč nezná začátek tohoto přihlášení", en="no attempt of this browser fits"
            ),
            "other_issuer": Title(
                cs="odpověď přišla od jiného poskytovatele", en="the answer came from another provider"
            ),
            "provider_unavailable": Title(
                cs="přihlašovací služba nemohla ověřovat, protože jí něco neodpovídalo",
                en="the identity provider could not verify anybody: something did not answer it",
            ),
            "provider_denied": Title(
                cs="přihlašovací služba osobu nepustila dál", en="the identity provider denied access"
            ),
            "provider_refused": Title(
                cs="přihlašovací služba přihlášení odmítla", en="the identity provider refused the sign-in"
            ),
            "code_refused": Title(
                cs="přihlašovací služba nepřijala kód", en="the identity provider refused the code"
            ),
            "id_token_refused": Title(
                cs="potvrzení totožnosti není v pořádku", en="the id token proves nothing"
            ),
            "unknown_host": Title(cs="neznámý název hostitele", en="unknown host name"),
            "session_over": Title(
                cs="relace už skončila, je potřeba nové přihlášení",
                en="the session is over, a new sign-in is needed",
            ),
            "provider_unreachable": Title(
                cs="přihlašovací služba neodpovídala", en="the identity provider did not answer"
            ),
        },
    ),
)
