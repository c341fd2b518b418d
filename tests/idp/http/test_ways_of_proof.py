from config.vocabulary import AuthenticationLevel, Language
from idp.events import Factor
from idp.http.ways_of_proof import FACTORS, LEVELS, PROOFS, methods_in_words
from idp.login.authenticator import Proof
from idp.login.level import PASSKEY, WITH, methods_of


def test_every_level_factor_method_and_proof_has_words():
    assert set(AuthenticationLevel) <= set(LEVELS)
    assert {factor.value for factor in Factor} <= set(FACTORS)
    assert {method for methods in WITH.values() for method in methods} <= set(FACTORS)
    assert {proof.value for proof in Proof} <= set(PROOFS)


def test_what_was_shown_is_named_also_where_rfc_8176_has_no_word_for_it():
    new = AuthenticationLevel.TWO_FACTORS
    for methods, words in (
        (WITH[Factor.RECOVERY_CODE], "heslo, záložní kód"),
        (WITH[Factor.ONE_TIME_CODE], "heslo, jednorázový kód"),
        (WITH[Factor.KEY], "heslo, přístupový nebo bezpečnostní klíč"),
        (PASSKEY, "přístupový nebo bezpečnostní klíč"),
        (methods_of(WITH[Factor.KEY], new), "heslo, přístupový nebo bezpečnostní klíč"),
        (methods_of(PASSKEY, new), "přístupový nebo bezpečnostní klíč"),
        (("pwd",), "heslo"),
    ):
        assert methods_in_words(methods, Language.CZECH) == words
