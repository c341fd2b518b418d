from gateway.audit.entry import Code, Outcome, code_of
from gateway.web.officer.kinds import GROUPS, KINDS, OF_A_NEWER_VERSION, OUTCOMES, kind_of
from tests.gateway.audit.making import entry


def test_every_code_has_one_name_in_both_languages():
    listed = [code for _, group in GROUPS for code in group]
    assert sorted(listed) == sorted(Code)
    assert all(title.cs and title.en for title in KINDS.values())


def test_no_two_codes_have_the_same_name():
    assert len({title.cs for title in KINDS.values()}) == len(KINDS)
    assert len({title.en for title in KINDS.values()}) == len(KINDS)


def test_every_outcome_has_a_name():
    assert set(OUTCOMES) == set(Outcome)
    assert all(title.cs != title.en for title in OUTCOMES.values())


def test_what_a_newer_version_has_recorded_has_a_name_too():
    assert kind_of(entry(code=code_of("access.of_tomorrow"))) == OF_A_NEWER_VERSION
