import pytest

from config.vocabulary import Language
from idp.http.translations import CatalogUnusable, load_translations

HEADER = """msgid ""
msgstr ""
"Language: cs\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=((n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2);\\n"

"""
DAYS = """msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s den"
msgstr[1] "%(n)s dny"
msgstr[2] "%(n)s dní"
"""


def catalog(folder, text, name="cs.po", header=HEADER):
    (folder / name).write_text(header + text, encoding="utf-8")
    return load_translations([folder], Language.CZECH)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "dní"), (1, "den"), (2, "dny"), (4, "dny"), (5, "dní"), (22, "dní")]
)
def test_czech_has_three_plural_forms(tmp_path, number, text):
    assert catalog(tmp_path, DAYS).ngettext("%(n)s day", "%(n)s days", number) == f"%(n)s {text}"


def test_parts_of_a_catalog_are_read_together(tmp_path):
    catalog(tmp_path, 'msgid "Sign in"\nmsgstr "Přihlásit se"\n', "layout.cs.po")
    both = catalog(tmp_path, DAYS)
    assert both.gettext("Sign in") == "Přihlásit se"
    assert both.ngettext("%(n)s day", "%(n)s days", 1) == "%(n)s den"


def test_english_needs_no_catalog(tmp_path):
    assert load_translations([tmp_path], Language.ENGLISH).gettext("Sign in") == "Sign in"


def test_a_translation_that_nobody_checked_is_refused(tmp_path):
    with pytest.raises(CatalogUnusable, match="fuzzy"):
        catalog(tmp_path, '#, fuzzy\nmsgid "A"\nmsgstr "B"\n')


def test_a_catalog_that_cannot_be_read_is_refused_with_its_file(tmp_path):
    (tmp_path / "cs.po").write_bytes(HEADER.encode() + b'msgid "A"\nmsgstr "\xff"\n')
    with pytest.raises(CatalogUnusable, match=r"cs\.po") as refused:
        load_translations([tmp_path], Language.CZECH)
    assert refused.value.path == tmp_path / "cs.po"


def test_a_catalog_with_plural_forms_of_another_language_is_refused(tmp_path):
    two_forms = HEADER.replace(
        "nplurals=3; plural=((n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2)", "nplurals=2; plural=(n!=1)"
    )
    with pytest.raises(CatalogUnusable, match="Plural-Forms"):
        catalog(tmp_path, 'msgid "A"\nmsgstr "B"\n', header=two_forms)


def test_a_later_folder_has_the_last_word(tmp_path):
    for folder, word in (("shared", "Odhlásit"), ("room", "Odhlásit se")):
        (tmp_path / folder).mkdir()
        catalog(tmp_path / folder, f'msgid "Sign out"\nmsgstr "{word}"\n')
    both = load_translations([tmp_path / "shared", tmp_path / "room"], Language.CZECH)
    assert both.gettext("Sign out") == "Odhlásit se"


def test_two_translations_of_one_message_in_a_folder_are_refused(tmp_path):
    catalog(tmp_path, 'msgid "Open"\nmsgstr "Otevřít"\n', "a.cs.po")
    with pytest.raises(CatalogUnusable, match="another translation"):
        catalog(tmp_path, 'msgid "Open"\nmsgstr "Otevřeno"\n', "b.cs.po")
