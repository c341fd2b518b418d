"""Names of the reasons why technical accounts are refused: by the token endpoint, the decision, the policies."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Technické účty", en="Technical accounts"),
        {
            "technical_account_unknown": Title(
                cs="takový technický účet neexistuje", en="no such technical account"
            ),
            "technical_account_ended": Title(
                cs="platnost technického účtu skončila", en="the technical account has ended"
            ),
            "technical_address": Title(
                cs="program přišel z nepovolené adresy", en="the program came from elsewhere"
            ),
            "technical_account_no_pages": Title(
                cs="aplikace není pro technické účty", en="the application is not for technical accounts"
            ),
            "technical_municipality_unclear": Title(
                cs="program neřekl, za kterou obec jedná", en="the program did not say for which municipality"
            ),
            "not_for_technical_accounts": Title(
                cs="žádné pravidlo to technickým účtům nepovoluje",
                en="no rule permits it to technical accounts",
            ),
            "token_unusable": Title(cs="neplatný nebo cizí token", en="a forged or foreign token"),
            "token_expired": Title(cs="prošlý token", en="an expired token"),
            "token_of_another_application": Title(
                cs="token jiné aplikace", en="a token of another application"
            ),
            "token_withdrawn": Title(cs="zneplatněný token", en="a token that was withdrawn"),
            "certificate_missing": Title(cs="chybí klientský certifikát", en="no client certificate"),
            "certificate_of_another_authority": Title(
                cs="certifikát jiné autority", en="a certificate of another authority"
            ),
            "certificate_expired": Title(
                cs="certifikát v tuto dobu neplatí", en="a certificate out of its time"
            ),
            "certificate_revoked": Title(cs="zneplatněný certifikát", en="a revoked certificate"),
            "certificate_of_another_purpose": Title(
                cs="certifikát vydaný k jinému účelu", en="a certificate of another purpose"
            ),
            "certificate_unknown": Title(
                cs="certifikát nepatří žádnému účtu", en="a certificate of no technical account"
            ),
            "certificate_unusable": Title(
                cs="certifikát nelze ověřit", en="a certificate that cannot be verified"
            ),
            "program_unknown": Title(cs="neznámý program", en="an unknown program"),
            "program_secret_wrong": Title(
                cs="nesprávné tajemství programu", en="a wrong secret of a program"
            ),
            "program_must_wait": Title(cs="příliš mnoho pokusů programu", en="too many tries of a program"),
            "program_assertion_wrong": Title(
                cs="neplatný podepsaný důkaz programu", en="an unusable assertion"
            ),
            "program_assertion_for_another": Title(
                cs="podepsaný důkaz určený někomu jinému", en="an assertion meant for somebody else"
            ),
            "program_assertion_out_of_time": Title(
                cs="podepsaný důkaz mimo dobu platnosti", en="an assertion out of its time"
            ),
            "program_assertion_used_twice": Title(
                cs="podepsaný důkaz použitý podruhé", en="an assertion used a second time"
            ),
            "invalid_target": Title(
                cs="žádost o token pro neznámou aplikaci", en="a token asked for an unknown application"
            ),
            "slow_down": Title(cs="program musí počkat", en="the program has to wait"),
        },
    ),
)
