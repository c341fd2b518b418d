import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from idp.http.user_agent import BROWSERS, SYSTEMS, UNKNOWN, describe

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)


@pytest.mark.parametrize(
    ("header", "described"),
    [
        (EDGE, "Microsoft Edge, Windows"),
        (ANDROID, "Chrome, Android"),
        (MAC, "Safari, macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        ("curl/8.5.0", "curl"),
        ("", "neznámý prohlížeč"),
    ],
)
def test_a_device_is_described_by_browser_and_system(header, described):
    assert describe(header, Language.CZECH) == described


@given(st.text(), st.sampled_from(Language))
def test_a_description_holds_nothing_but_our_own_words(header, language):
    words = {name for _, name in BROWSERS} | {name for _, name in SYSTEMS} | set(UNKNOWN.values())
    assert set(describe(header, language).split(", ")) <= words
