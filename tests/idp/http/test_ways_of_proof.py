from config.vocabulary import AuthenticationLevel
from idp.events import Factor
from idp.http.ways_of_proof import FACTORS, LEVELS, PROOFS
from idp.login.authenticator import Proof
from idp.login.level import WITH


def test_every_level_factor_method_and_proof_has_words():
    assert set(AuthenticationLevel) <= set(LEVELS)
    assert {factor.value for factor in Factor} <= set(FACTORS)
    assert {method for methods in WITH.values() for method in methods} <= set(FACTORS)
    assert {proof.value for proof in Proof} <= set(PROOFS)
