import re
from pathlib import Path

import idp.http
from config.vocabulary import Language
from idp.http.account_words import DONE, OF_PASSWORD, UNCHANGED, WORDS
from idp.http.page import Assets, Office, Pages
from idp.http.words import ENDED, STATUS_REASONS, STATUS_WORDS, TELLINGS, UNSAFE
from idp.login.own_authenticators import Unchanged
from idp.login.refusal import Told
from idp.oidc.errors import RequestFault, Unsafe

TEMPLATES = Path(idp.http.__file__).parent / "templates"
BLOCK = re.compile(r"{% trans[^%]*%}(.*?){% (?:pluralize|endtrans)", re.DOTALL)
VALUE = re.compile(r"{{ (\w+) }}")
MESSAGE = re.compile(r'\b_\(\s*"((?:[^"\\]|\\.)*)"|\b_\(\s*\'([^\']*)\'|ngettext\("([^"]*)"')


def pages() -> Pages:
    return Pages((), (), Office("Město Kroměříž"), domain="brana.test", assets=Assets())


def test_every_telling_has_words():
    assert set(TELLINGS) == set(Told)
    assert set(UNSAFE) == {*Unsafe, *RequestFault}
    assert set(STATUS_REASONS) == set(STATUS_WORDS)
    assert set(UNCHANGED) == set(Unchanged)


def test_every_message_is_translated_to_czech():
    words = [telling.message for telling in TELLINGS.values()] + [*UNSAFE.values(), *STATUS_WORDS.values()]
    words += [*UNCHANGED.values(), *WORDS.values(), *(one.message for one in OF_PASSWORD.values())]
    words += [one.message for one in DONE.values()]
    words += [one.message for one in ENDED.values()] + [one.more for one in TELLINGS.values() if one.more]
    for template in TEMPLATES.glob("*.html"):
        found = ["".join(groups) for groups in MESSAGE.findall(template.read_text("utf-8"))]
        words += [message for message in found if message]
        blocks = BLOCK.findall(template.read_text("utf-8"))
        plural = {message for message in blocks if "{{ count }}" in message}
        words += [VALUE.sub(r"%(\1)s", message) for message in blocks if message not in plural]
    assert len(words) > 50
    made = pages()
    plural = {
        "Try again in %(num)d minute.",
        "For safety a sign-in has to be finished within %(num)d minute.",
    }
    alike = {"Program"}  # the same word in both languages
    missing = {
        word for word in words if word not in plural | alike and made.gettext(word, Language.CZECH) == word
    }
    assert missing == set()


def test_minutes_have_three_czech_forms():
    made = pages()
    shown = {
        wait: made.render(
            "code.html",
            Language.CZECH,
            message="Too many attempts.",
            wrong_field="",
            wait=wait,
            action="flow=x",
            flow="flow=x",
            ways=["code"],
            lifting=False,
            who=None,
        )
        for wait in (1, 2, 5)
    }
    assert "za 1 minutu." in shown[1]
    assert "za 2 minuty." in shown[2]
    assert "za 5 minut." in shown[5]
