"""Names of the reasons why the provider refuses an application: the errors of OAuth, and what is behind them."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
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
            "invalid_request_object": Title(cs="neplatná podepsaná žádost", en="invalid signed request"),
            "invalid_request_uri": Title(cs="neplatný odkaz na žádost", en="invalid reference to a request"),
            "request_object_wrong": Title(
                cs="žádost nepodepsal žádný klíč aplikace, nebo to není žádost",
                en="no key of the application signed the request, or it is none",
            ),
            "request_object_for_another": Title(
                cs="podepsaná žádost jiné aplikace nebo pro jinou službu",
                en="a signed request of another application, or for another service",
            ),
            "request_object_out_of_time": Title(
                cs="podepsaná žádost mimo dobu platnosti", en="a signed request out of its time"
            ),
            "request_object_used_twice": Title(
                cs="podepsaná žádost použita podruhé", en="a signed request used a second time"
            ),
            "request_not_signed": Title(
                cs="žádost není podepsaná, a aplikace podepisovat musí",
                en="the request is not signed, and the application has to sign",
            ),
            "request_not_pushed": Title(
                cs="žádost přinesl prohlížeč, a aplikace ji musí předat sama",
                en="the request came by the browser, and the application has to hand it over itself",
            ),
            "request_keys_missing": Title(
                cs="podepsaná žádost aplikace, jejíž klíče neznáme",
                en="a signed request of an application whose keys are not known",
            ),
            "request_in_two_ways": Title(cs="dvě žádosti najednou", en="two requests at once"),
            "request_uri_elsewhere": Title(
                cs="odkaz na žádost uloženou jinde", en="a reference to a request kept elsewhere"
            ),
            "request_uri_unknown": Title(
                cs="neznámý odkaz na žádost", en="an unknown reference to a request"
            ),
            "request_uri_of_another_client": Title(
                cs="odkaz na žádost jiné aplikace", en="a reference to another application's request"
            ),
            "request_uri_used_twice": Title(
                cs="odkaz na žádost použit podruhé", en="a reference to a request used a second time"
            ),
            "request_uri_expired": Title(
                cs="odkaz na žádost už neplatí", en="a reference to a request that is no longer valid"
            ),
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
            "consent_required": Title(cs="je potřeba souhlas osoby", en="the person has to agree first"),
            "login_required": Title(cs="je potřeba přihlášení", en="a sign-in is needed"),
            "unmet_authentication_requirements": Title(
                cs="požadované síly ověření nelze dosáhnout", en="the demanded level cannot be reached"
            ),
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
            "client_proof_of_another_kind": Title(
                cs="aplikace se prokazuje jinak, než má nastaveno",
                en="the application proves itself otherwise than configured",
            ),
            "client_secret_wrong": Title(
                cs="nesprávné tajemství aplikace", en="a wrong secret of an application"
            ),
            "client_assertion_wrong": Title(
                cs="neplatný podepsaný důkaz aplikace", en="an unusable assertion of an application"
            ),
            "client_assertion_for_another": Title(
                cs="podepsaný důkaz aplikace určený někomu jinému",
                en="an assertion of an application meant for somebody else",
            ),
            "client_assertion_out_of_time": Title(
                cs="podepsaný důkaz aplikace mimo dobu platnosti",
                en="an assertion of an application out of its time",
            ),
            "client_assertion_used_twice": Title(
                cs="podepsaný důkaz aplikace použitý podruhé",
                en="an assertion of an application used a second time",
            ),
            "client_certificate_wrong": Title(
                cs="aplikace neukázala svůj certifikát", en="the application did not show its certificate"
            ),
            "client_certificate_missing": Title(
                cs="chybí certifikát, ke kterému token patří", en="the certificate of the token was not shown"
            ),
            "client_certificate_differs": Title(
                cs="token patří k jinému certifikátu", en="the token is bound to another certificate"
            ),
            "client_must_wait": Title(
                cs="příliš mnoho neúspěšných pokusů aplikace", en="too many failed tries of an application"
            ),
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
            "token_of_another_client": Title(
                cs="token vydaný jiné aplikaci", en="a token that was given to another application"
            ),
            "refresh_token_unknown": Title(cs="neznámý obnovovací token", en="unknown refresh token"),
            "refresh_token_of_another_client": Title(
                cs="obnovovací token jiné aplikace", en="refresh token of another application"
            ),
            "refresh_token_used_twice": Title(
                cs="obnovovací token použit podruhé", en="refresh token used a second time"
            ),
            "refresh_token_withdrawn": Title(
                cs="zneplatněný obnovovací token", en="refresh token that was withdrawn"
            ),
            "refresh_token_expired": Title(cs="prošlý obnovovací token", en="expired refresh token"),
            "invalid_dpop_proof": Title(
                cs="neplatný důkaz o držení klíče", en="no usable proof of holding the key"
            ),
            "dpop_proof_missing": Title(
                cs="chybí důkaz o držení klíče", en="no proof of holding the key was sent"
            ),
            "dpop_proof_wrong": Title(
                cs="vadný důkaz o držení klíče", en="an unusable proof of holding the key"
            ),
            "dpop_proof_for_another": Title(
                cs="důkaz o držení klíče pro jinou adresu, metodu nebo token",
                en="a proof of holding the key for another address, method or token",
            ),
            "dpop_proof_out_of_time": Title(
                cs="důkaz o držení klíče mimo dobu platnosti", en="a proof of holding the key out of its time"
            ),
            "dpop_proof_used_twice": Title(
                cs="důkaz o držení klíče použitý podruhé", en="a proof of holding the key used a second time"
            ),
            "dpop_key_differs": Title(
                cs="kód nebo token patří k jinému klíči", en="the code or token is bound to another key"
            ),
            "token_not_bound": Title(cs="token není vázán na žádný klíč", en="the token is bound to no key"),
            "dpop_not_for_programs": Title(
                cs="tokeny technických účtů se na klíč nevážou",
                en="tokens of technical accounts are bound to no key",
            ),
            "authorization_pending": Title(
                cs="čeká se na odpověď osoby", en="the person has not answered yet"
            ),
            "expired_token": Title(cs="osoba neodpověděla včas", en="the person did not answer in time"),
            "user_code_unknown": Title(
                cs="neznámý nebo prošlý kód programu", en="unknown or expired code of a program"
            ),
            "user_code_answered": Title(
                cs="kód programu už byl vyřízen", en="code of a program that was answered already"
            ),
            "user_code_of_another_person": Title(
                cs="kód programu už zadal někdo jiný", en="somebody else has typed the program's code before"
            ),
            "user_code_must_wait": Title(
                cs="příliš mnoho nesprávných kódů programu", en="too many wrong codes of programs"
            ),
            "denied_by_person": Title(cs="osoba program odmítla", en="the person said no to the program"),
            "device_code_unknown": Title(cs="neznámý kód zařízení", en="unknown device code"),
            "device_code_of_another_client": Title(
                cs="kód zařízení jiné aplikace", en="device code of another application"
            ),
            "device_code_used_twice": Title(
                cs="kód zařízení použit podruhé", en="device code used a second time"
            ),
            "device_code_expired": Title(cs="prošlý kód zařízení", en="expired device code"),
            "too_many_device_codes": Title(
                cs="příliš mnoho žádostí o kód zařízení", en="too many requests for device codes"
            ),
            "saml_request_unreadable": Title(
                cs="vadná žádost SAML", en="a request of SAML that cannot be read"
            ),
            "saml_provider_unknown": Title(
                cs="neregistrovaná aplikace (SAML)", en="the service provider is not registered"
            ),
            "saml_address_unknown": Title(
                cs="neregistrovaná adresa pro odpověď SAML",
                en="an address for the answer that is not registered",
            ),
            "saml_signature_missing": Title(
                cs="žádost SAML není podepsaná, ačkoli má být",
                en="a request of SAML that should be signed is not",
            ),
            "saml_signature_wrong": Title(
                cs="podpis žádosti SAML není platný", en="the signature of a request of SAML is not valid"
            ),
            "saml_request_for_another": Title(
                cs="žádost SAML určená někomu jinému", en="a request of SAML meant for somebody else"
            ),
            "saml_request_out_of_time": Title(
                cs="žádost SAML mimo dobu platnosti", en="a request of SAML out of its time"
            ),
            "saml_request_used_twice": Title(
                cs="na žádost SAML už bylo odpovězeno", en="a request of SAML that was answered before"
            ),
            "saml_not_without_asking": Title(
                cs="aplikace nechtěla, aby se brána ptala, a bez toho přihlásit nelze",
                en="the application wanted nobody to be asked, and without that nobody is signed in",
            ),
            "saml_level_unmet": Title(
                cs="síly ověření požadované přes SAML nelze dosáhnout",
                en="the level demanded by SAML cannot be reached",
            ),
            "saml_name_not_offered": Title(
                cs="označení osoby, které aplikace požaduje, nemá",
                en="the person has no name of the kind that the application asks for",
            ),
            "saml_name_shared": Title(
                cs="přihlašovací jméno, podle kterého aplikace osobu pozná, má i někdo jiný",
                en="somebody else has the user name too by which the application knows the person",
            ),
            "token_missing": Title(cs="chybí token", en="no token was sent"),
        },
    ),
)
