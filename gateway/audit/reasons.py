"""What the named reasons of entries are called for whoever reads the log, in Czech and English.

The code is what is kept, searched for and tested; these are words beside it, about the person, not to them. A
policy's own reasons get their names from the policy (`with_policies`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Title

Group = tuple[Title, Mapping[str, Title]]

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Heslo a účet", en="Password and account"),
        {
            "login_empty": Title(cs="chybí přihlašovací jméno", en="no user name was given"),
            "empty_login": Title(
                cs="chybí přihlašovací jméno (zjistil adresář)", en="no user name was given (directory)"
            ),
            "login_unusable": Title(cs="nepoužitelné přihlašovací jméno", en="unusable user name"),
            "password_empty": Title(cs="chybí heslo", en="no password was given"),
            "empty_password": Title(
                cs="chybí heslo (zjistil adresář)", en="no password was given (directory)"
            ),
            "password_unusable": Title(cs="nepoužitelné heslo", en="unusable password"),
            "unfit_input": Title(
                cs="jméno nebo heslo s nepovolenými znaky nebo příliš dlouhé",
                en="name or password with forbidden characters or too long",
            ),
            "wrong_credentials": Title(cs="špatné jméno nebo heslo", en="wrong user name or password"),
            "wrong_password": Title(cs="špatné heslo", en="wrong password"),
            "unknown_person": Title(
                cs="takovou osobu adresář nezná", en="the directory knows no such person"
            ),
            "ambiguous_person": Title(
                cs="jménu v adresáři odpovídá více osob", en="several people of the directory fit the name"
            ),
            "entry_unusable": Title(
                cs="záznam osoby v adresáři je vadný", en="the person's directory entry is faulty"
            ),
            "account_disabled": Title(cs="účet je zakázán", en="the account is disabled"),
            "account_locked": Title(cs="účet je zamčen", en="the account is locked"),
            "account_expired": Title(cs="platnost účtu skončila", en="the account has expired"),
            "must_change_password": Title(
                cs="osoba si musí nejprve změnit heslo", en="the password must be changed first"
            ),
            "password_expired": Title(cs="platnost hesla skončila", en="the password has expired"),
            "directory_unreachable": Title(
                cs="adresář úřadu neodpovídal", en="the office directory did not answer"
            ),
            "too_many_attempts_account": Title(
                cs="příliš mnoho pokusů u jednoho účtu", en="too many attempts for one account"
            ),
            "too_many_attempts_address": Title(
                cs="příliš mnoho pokusů z jedné adresy", en="too many attempts from one address"
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
    (
        Title(cs="Žádosti aplikací o přihlášení", en="Applications' requests for sign-in"),
        {
            "client_unknown": Title(cs="neregistrovaná aplikace", en="the application is not registered"),
            "redirect_uri_missing": Title(cs="chybí návratová adresa", en="no address to return to"),
            "redirect_uri_unknown": Title(
                cs="neregistrovaná návratová adresa", en="an address to return to that is not registered"
            ),
            "parameter_repeated": Title(cs="parametr je uveden dvakrát", en="a parameter is given twice"),
            "invalid_request": Title(cs="vadná žádost", en="faulty request"),
            "unauthorized_client": Title(
                cs="aplikace k tomu není oprávněna", en="the application may not do this"
            ),
            "access_denied": Title(cs="přístup odepřen", en="access denied"),
            "unsupported_response_type": Title(
                cs="nepodporovaný druh odpovědi", en="unsupported type of response"
            ),
            "invalid_scope": Title(cs="neplatný rozsah údajů", en="invalid scope"),
            "server_error": Title(cs="chyba přihlašovací služby", en="error of the identity provider"),
            "temporarily_unavailable": Title(
                cs="přihlašovací služba je dočasně nedostupná",
                en="the identity provider is unavailable for now",
            ),
            "login_required": Title(cs="je potřeba přihlášení", en="a sign-in is needed"),
            "request_not_supported": Title(
                cs="nepodporovaný parametr request", en="the parameter request is not supported"
            ),
            "request_uri_not_supported": Title(
                cs="nepodporovaný parametr request_uri", en="the parameter request_uri is not supported"
            ),
            "registration_not_supported": Title(
                cs="nepodporovaný parametr registration", en="the parameter registration is not supported"
            ),
            "invalid_client": Title(cs="aplikace se neprokázala", en="the application did not prove itself"),
            "invalid_grant": Title(cs="neplatný kód", en="invalid code"),
            "unsupported_grant_type": Title(
                cs="nepodporovaný druh žádosti o token", en="unsupported type of token request"
            ),
            "invalid_token": Title(cs="neplatný token", en="invalid token"),
            "code_unknown": Title(cs="neznámý autorizační kód", en="unknown authorization code"),
            "code_of_another_client": Title(
                cs="autorizační kód jiné aplikace", en="authorization code of another application"
            ),
            "code_used_twice": Title(
                cs="autorizační kód použit podruhé", en="authorization code used a second time"
            ),
            "code_expired": Title(cs="prošlý autorizační kód", en="expired authorization code"),
            "redirect_uri_differs": Title(
                cs="jiná návratová adresa než v žádosti", en="another address than in the request"
            ),
            "verifier_wrong": Title(cs="důkaz PKCE nesouhlasí", en="the PKCE proof does not fit"),
            "session_ended": Title(cs="přihlášení mezitím skončilo", en="the sign-in has ended meanwhile"),
        },
    ),
    (
        Title(cs="Zamítnutý přístup", en="Access refused"),
        {
            "sign_in_needed": Title(cs="osoba není přihlášena", en="nobody is signed in"),
            "gateway_unavailable": Title(cs="brána nemohla rozhodnout", en="the gateway could not decide"),
            "unknown_application": Title(
                cs="neznámá aplikace nebo činnost", en="unknown application or action"
            ),
            "no_role": Title(cs="osoba nemá roli v žádné obci", en="the person has no role anywhere"),
            "application_not_offered": Title(
                cs="obec tuto aplikaci nepoužívá", en="the municipality does not use this application"
            ),
            "policy_error": Title(cs="zásady nelze vyhodnotit", en="the policies cannot be evaluated"),
            "unknown_municipality": Title(
                cs="obec nepatří do správního obvodu", en="the municipality is not in the district"
            ),
            "municipality_without_policies": Title(
                cs="obec zatím nemá zásady přístupu", en="the municipality has no policies yet"
            ),
            "no_role_in_municipality": Title(
                cs="osoba nemá v této obci žádnou roli", en="the person has no role in this municipality"
            ),
            "other_municipality_active": Title(
                cs="osoba jednala za jinou obec", en="the person acted for another municipality"
            ),
            "stronger_sign_in_needed": Title(
                cs="je potřeba silnější přihlášení", en="a stronger sign-in is needed"
            ),
            "sign_in_too_old": Title(cs="přihlášení je příliš staré", en="the sign-in is too old"),
            "action_not_permitted": Title(
                cs="tato činnost není osobě povolena", en="the person may not do this"
            ),
            "role_not_sufficient": Title(cs="role osoby nestačí", en="the person's role does not suffice"),
            "nothing_permits": Title(cs="není povoleno žádné roli", en="no role may do this"),
        },
    ),
    (
        Title(cs="Konec relace a odvolání oprávnění", en="End of a session, grants taken back"),
        {
            "signed_out": Title(cs="odhlášení", en="signed out"),
            "signed_out_everywhere": Title(cs="odhlášení na všech zařízeních", en="signed out everywhere"),
            "ended_by_officer": Title(cs="ukončeno úřední osobou", en="ended by an officer"),
            "idle": Title(cs="dlouhá nečinnost", en="idle for too long"),
            "too_long": Title(cs="nejdelší doba relace uplynula", en="longest time of a session reached"),
            "absolute_limit": Title(
                cs="nejdelší doba přihlášení uplynula", en="longest time of a sign-in reached"
            ),
            "account_gone": Title(cs="osoba v adresáři už není", en="the person left the directory"),
            "account_closed": Title(cs="účet byl uzavřen", en="the account was closed"),
            "provider_session_ended": Title(
                cs="skončilo přihlášení u přihlašovací služby", en="the sign-in at the provider ended"
            ),
            "replaced": Title(
                cs="v témže prohlížeči se přihlásil někdo jiný",
                en="somebody else signed in with the same browser",
            ),
            "session.municipality_switched": Title(
                cs="změna obce, za kterou osoba jedná", en="another municipality is acted for"
            ),
            "directory.facts_changed": Title(
                cs="změna údajů v adresáři", en="the directory says something else of the person"
            ),
        },
    ),
    (
        Title(cs="Auditní záznam", en="Audit log"),
        {
            "answer_unknown": Title(
                cs="datová část skončila dřív, než doložila odpověď",
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
OF_POLICIES = Title(cs="Důvody ze zásad", en="Reasons of policies")


@dataclass(frozen=True, slots=True)
class Reasons:
    """Names in groups, as they are offered for choice."""

    groups: tuple[Group, ...] = GROUPS

    def name(self, code: str) -> Title | None:
        """None for a code without a name: that of a policy which is no longer there, or of a newer version."""
        return next((names[code] for _, names in self.groups if code in names), None)


REASONS = Reasons()


def with_policies(titles: Mapping[str, Title]) -> Reasons:
    """With the reasons that policies in force speak, by the policies' own titles."""
    own = {code: titles[code] for code in sorted(titles) if REASONS.name(code) is None}
    return Reasons((*GROUPS, (OF_POLICIES, own))) if own else REASONS
