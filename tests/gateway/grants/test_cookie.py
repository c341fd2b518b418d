from datetime import timedelta
from http.cookies import SimpleCookie

from hypothesis import given
from hypothesis import strategies as st

from gateway.grants.cookie import GRANT, PREFIX, SESSION, SIGN_IN, clear_cookie, read_cookies, set_cookie


def test_our_cookies_are_bound_to_the_host_and_hidden_from_scripts() -> None:
    """RFC 6265bis §4.1.3.2: `__Host-` asks for Secure, Path=/ and no Domain."""
    attributes = set_cookie(GRANT, "v", timedelta(minutes=5)).split("; ")
    assert attributes[0] == "__Host-brana-grant=v"
    assert set(attributes[1:]) == {"Max-Age=300", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"}


def test_clearing_a_cookie_gives_it_no_lifetime_and_the_same_attributes() -> None:
    parsed = SimpleCookie(clear_cookie(SESSION))[SESSION]
    assert parsed.value == ""
    assert (parsed["max-age"], parsed["path"], parsed["secure"]) == ("0", "/", True)


def test_only_our_cookies_are_read() -> None:
    header = f"theme=dark; {SESSION}=abc; __Host-other=1; {SIGN_IN}x=s=t; x{SESSION}=no; {PREFIX.lower()}g=no"
    assert read_cookies(header) == {SESSION: "abc", f"{SIGN_IN}x": "s=t"}


def test_of_a_cookie_given_twice_nothing_is_believed() -> None:
    header = f"{SESSION}=mine; {GRANT}=g; {SESSION}=theirs"
    assert read_cookies(header) == {GRANT: "g"}
    assert read_cookies(f"{SESSION}=same; {SESSION}=same; {SESSION}=same") == {}


def test_odd_headers_give_nothing() -> None:
    for header in ("", ";", "=", ";;=;", SESSION, f"{SESSION};", f"={SESSION}", f"{SESSION.upper()}=x"):
        assert read_cookies(header) == {}


values = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='";,\\'), max_size=20
)


@given(st.dictionaries(values.map(lambda text: SIGN_IN + text.replace("=", "")), values, max_size=5))
def test_what_a_browser_sends_back_is_read_as_it_was_set(cookies: dict[str, str]) -> None:
    header = "; ".join(
        set_cookie(name, value, timedelta(1)).split("; ")[0] for name, value in cookies.items()
    )
    assert read_cookies(header) == cookies


@given(st.text())
def test_no_header_whatever_raises_or_names_another_cookie(header: str) -> None:
    assert all(name.startswith(PREFIX) for name in read_cookies(header))
