"""Relying parties whose way of proving themselves does not fit what they are given are refused with their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused

Office = Callable[..., Path]
SECRET = 'secret_file = "client.secret"\n'
KEYS = 'jwks_file = "ca.pem"\n'


@pytest.mark.parametrize(
    "proof",
    [
        "",
        SECRET,
        'authentication = "none"\n',
        f'authentication = "client_secret_basic"\n{SECRET}',
        f'authentication = "client_secret_post"\n{SECRET}',
        f'authentication = "private_key_jwt"\n{KEYS}',
        f'authentication = "private_key_jwt"\n{KEYS}require_signed_request = true\nrequire_pushed = true\n',
        f"{SECRET}{KEYS}require_signed_request = true\nrequire_pushed = true\n",
        f"{KEYS}require_signed_request = true\n",
    ],
)
def test_each_way_with_what_it_takes_can_start(office: Office, proof: str) -> None:
    settings, _ = load(office((SECRET, proof)))
    assert (settings.oidc_clients[0].secret_file is not None) == ("secret_file" in proof)


@pytest.mark.parametrize(("idle", "fits"), [("1 min", True), ("10 h", True), ("59 s", False), ("11 h", True)])
def test_a_refresh_token_waits_for_a_minute_at_least(office: Office, idle: str, *, fits: bool) -> None:
    path = office((SECRET, f'{SECRET}refresh = "always"\nrefresh_idle = "{idle}"\n'))
    if fits:
        assert load(path)[0].oidc_clients[0].refresh == "always"
        return
    with pytest.raises(ConfigurationRefused, match="refresh_idle"):
        load(path)


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ('subject_type = "pairwise"', True),
        ('subject_type = "pairwise"\nsector = "knihovna.example"', True),
        ('sector = "knihovna.example"', False),
        ('subject_type = "pairwise"\nsector = " "', False),
    ],
)
def test_a_sector_goes_with_names_of_its_own(office: Office, more: str, *, fits: bool) -> None:
    path = office((SECRET, f"{SECRET}{more}\n"))
    if fits:
        assert load(path)[0].oidc_clients[0].subject_type == "pairwise"
        return
    with pytest.raises(ConfigurationRefused, match="sector"):
        load(path)


def test_with_addresses_of_several_hosts_a_sector_is_named(office: Office) -> None:
    two = '["https://knihovna.example/callback", "https://jina.example/callback"]'
    one = ('["https://knihovna.example/callback"]', two)
    with pytest.raises(ConfigurationRefused, match="sector"):
        load(office(one, (SECRET, f'{SECRET}subject_type = "pairwise"\n')))
    load(office(one, (SECRET, f'{SECRET}subject_type = "pairwise"\nsector = "knihovna.example"\n')))


@pytest.mark.parametrize(("name", "fits"), [("spis", True), ("neznama", False), ("portal", False)])
def test_the_application_of_a_client_is_one_of_ours(office: Office, name: str, *, fits: bool) -> None:
    path = office((SECRET, f'{SECRET}application = "{name}"\n'))
    if fits:
        assert load(path)[0].oidc_clients[0].application == name
        return
    with pytest.raises(ConfigurationRefused, match="application"):
        load(path)


@pytest.mark.parametrize(
    ("proof", "names", "fits"),
    [
        (SECRET, ["knihovna"], True),
        (SECRET, ["knihovna", "nikdo"], False),
        (SECRET, ["brana-gateway"], False),
        ("", ["knihovna"], False),
        (f"{KEYS}require_signed_request = true\n", ["knihovna"], False),
    ],
)
def test_only_who_proves_itself_asks_about_tokens_and_about_those_of_clients_that_are_there(
    office: Office, proof: str, names: list[str], *, fits: bool
) -> None:
    path = office((SECRET, f"{proof}introspects = {names!r}\n"))
    if fits:
        assert load(path)[0].oidc_clients[0].introspects == names
        return
    with pytest.raises(ConfigurationRefused, match="introspects"):
        load(path)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('backchannel_logout_uri = "http://gis.example/out"\n', "backchannel_logout_uri"),
        ('backchannel_logout_uri = "https://gis.example/out#x"\n', "backchannel_logout_uri"),
        ('backchannel_logout_authority = "client.secret"\n', "backchannel_logout_authority"),
        ('frontchannel_logout_uri = "http://gis.example/out"\n', "frontchannel_logout_uri"),
        ('frontchannel_logout_uri = "https://elsewhere.example/out"\n', "frontchannel_logout_uri"),
        (
            'backchannel_logout_uri = "https://gis.example/out"\nbackchannel_logout_authority = "none.pem"\n',
            "backchannel_logout_authority",
        ),
    ],
)
def test_nobody_is_told_of_sign_outs_where_it_would_not_be_safe(office: Office, text: str, at: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office((SECRET, f"{SECRET}{text}")))
    assert f"oidc_clients[0].{at}" in str(refused.value)


@pytest.mark.parametrize(
    ("proof", "at"),
    [
        ('authentication = "client_secret_basic"\n', "authentication"),
        ('authentication = "client_secret_post"\n', "authentication"),
        ('authentication = "private_key_jwt"\n', "authentication"),
        ('authentication = "tls_client_auth"\n', "authentication"),
        (f'authentication = "none"\n{SECRET}', "secret_file"),
        (f'authentication = "private_key_jwt"\n{SECRET}{KEYS}', "secret_file"),
        ("require_signed_request = true\n", "require_signed_request"),
        (f"{SECRET}require_signed_request = true\n", "require_signed_request"),
        ("require_pushed = true\n", "require_pushed"),
        (f"{KEYS}require_signed_request = true\nrequire_pushed = true\n", "require_pushed"),
        (f'{SECRET}scopes = ["address"]\n', "scopes"),
        (KEYS, "jwks_file"),
        (f"{SECRET}{KEYS}", "jwks_file"),
        (f'authentication = "none"\n{KEYS}', "jwks_file"),
        ('authentication = "private_key_jwt"\njwks_file = "none.json"\n', "jwks_file"),
    ],
)
def test_what_does_not_fit_its_way_is_refused(office: Office, proof: str, at: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office((SECRET, proof)))
    assert f"oidc_clients[0].{at}" in str(refused.value)


@pytest.mark.parametrize(("more", "fits"), [("device_authorization = true\n", True), ("", False)])
def test_only_a_program_without_a_browser_needs_no_address(office: Office, more: str, *, fits: bool) -> None:
    path = office(
        (SECRET, f"{SECRET}{more}"), ('redirect_uris = ["https://knihovna.example/callback"]\n', "")
    )
    if fits:
        assert load(path)[0].oidc_clients[0].redirect_uris == []
        return
    with pytest.raises(ConfigurationRefused, match="redirect_uris"):
        load(path)


BY_CERTIFICATE = 'authentication = "tls_client_auth"\n'
DNS, URI = 'tls_client_auth_san_dns = "a.example"\n', 'tls_client_auth_san_uri = "urn:a"\n'
AUTHORITY = '[technical]\nauthority = "ca.pem"\n'


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (BY_CERTIFICATE + DNS, ""),
        (BY_CERTIFICATE + URI, ""),
        (BY_CERTIFICATE, "takes one name"),
        (BY_CERTIFICATE + DNS + URI, "takes one name"),
        (DNS, "no certificate is asked for"),
    ],
)
def test_exactly_one_name_says_which_certificate_is_the_client_s(
    office: Office, more: str, wrong: str
) -> None:
    path = office((SECRET, more))
    path.write_text(path.read_text("utf-8") + AUTHORITY, "utf-8")
    if not wrong:
        assert load(path)[0].oidc_clients[0].authentication == "tls_client_auth"
        return
    with pytest.raises(ConfigurationRefused, match=wrong):
        load(path)


@pytest.mark.parametrize(
    "more", [BY_CERTIFICATE + DNS, "tls_client_certificate_bound_access_tokens = true\n"]
)
def test_certificates_of_clients_need_an_authority(office: Office, more: str) -> None:
    with pytest.raises(ConfigurationRefused, match="no authority of client certificates"):
        load(office((SECRET, more)))


def test_whom_people_are_asked_about_is_asked_about_in_a_browser(office: Office) -> None:
    outside = '[oidc_clients.outside]\nname = "Kurzy"\noperator = "Kurzy s.r.o."\n'
    assert load(office((SECRET, SECRET + outside)))[0].oidc_clients[0].outside is not None
    with pytest.raises(ConfigurationRefused, match="device_authorization"):
        load(office((SECRET, f"{SECRET}device_authorization = true\n{outside}")))


@pytest.mark.parametrize("more", ["require_pushed = true\n", 'introspects = ["knihovna"]\n'])
def test_who_shows_a_certificate_is_no_public_client(office: Office, more: str) -> None:
    """What this office lacks for certificates is told, and nothing else."""
    proof = f'authentication = "tls_client_auth"\ntls_client_auth_san_dns = "knihovna.example"\n{more}'
    with pytest.raises(ConfigurationRefused) as refused:
        load(office((SECRET, proof)))
    assert "public client" not in str(refused.value)
    with pytest.raises(ConfigurationRefused, match="public client"):
        load(office((SECRET, more)))
