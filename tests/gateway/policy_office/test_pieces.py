"""Pieces of a file are told by the titles that people gave them, and found by their names."""

from config.vocabulary import ApplicationId, Language
from gateway.policy_office.pieces import Pieces, pieces
from policies.blocks import blocks_of
from policies.forms import forms, render
from policies.parameters import Offered
from tests.policies.world import HULIN

CS, EN = Language.CZECH, Language.ENGLISH
FILE, CASES = "municipalities/588491.cedar", "municipalities/588491.cases.toml"
OFFERED = Offered({ApplicationId("records"): {CS: "Spisová služba", EN: "Records"}})
FILLED = {"id": "zapis", "roles": ["mayor"], "applications": ["records"], "actions": ["read"]}


def found(file: str, text: str) -> Pieces:
    return pieces(file, {one.key: one.text for one in blocks_of(file, text)})


def test_a_policy_of_a_form_is_told_by_what_was_filled_in_whatever_remark_stands_above_it() -> None:
    written = found(FILE, "// Na léto.\n" + render(forms()["may-use"], FILLED, HULIN))
    assert list(written.said_in(CS, OFFERED)) == [f"{FILE}: Starosta smí číst: Spisová služba (zapis)"]
    assert list(written.said_in(EN, OFFERED)) == [f"{FILE}: Mayor may read: Records (zapis)"]
    assert written.named() == f"{FILE}: zapis"


def test_each_piece_has_its_line_and_what_nobody_named_in_a_language_goes_by_its_name() -> None:
    cases = '[[case]]\nname = "b"\ntitle_cs = "Bé"\n\n[[never]]\nname = "a"\ntitle_en = "Ay"\n\n[[case]]\nname = "c"\n'
    told = found(CASES, cases)
    assert list(told.said_in(CS)) == [f"{CASES}: Bé (b)", f"{CASES}: c", f"{CASES}: a"]
    assert list(told.said_in(EN)) == [f"{CASES}: b", f"{CASES}: c", f"{CASES}: Ay (a)"]
    assert told.named() == f"{CASES}: a, b, c"


def test_what_has_no_name_or_cannot_be_read_is_told_all_the_same() -> None:
    assert list(found(FILE, "// Poznámka.\n").said_in(CS)) == [FILE]
    nameless = "permit (principal, action, resource)\nwhen { true };\n"
    assert list(found(FILE, nameless).said_in(CS)) == [f"{FILE}: permit (principal, action, resource)"]
    broken = '@id("x")\n@title_cs("Iks") permit (;\n'
    assert list(found(FILE, broken).said_in(CS)) == [f"{FILE}: x"]
