from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused

Office = Callable[..., Path]
NETWORKS = """[[sign_in.networks]]
networks = ["10.0.0.0/8", "2001:db8::/32"]
attempts_per_address = 100
attempts_per_network = 500
"""


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (NETWORKS.replace("10.0.0.0/8", "10.0.0.1/8"), "'10.0.0.1/8' is not a network"),
        (NETWORKS.replace("10.0.0.0/8", "office"), "'office' is not a network"),
        (NETWORKS + NETWORKS, "10.0.0.0/8 has limits already, in sign_in.networks[0]"),
        (NETWORKS.replace("500", "99"), "fewer than attempts_per_address"),
        ("[sign_in]\nattempts_per_network = 49\n", "fewer than sign_in.attempts_per_address"),
    ],
)
def test_networks_and_limits_that_cannot_be_are_refused(written: str, says: str, office: Office) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(("[policies]", f"{written}[policies]")))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("attempts", "says"), [(1, "no password could be tried"), (2, "would keep the person out everywhere")]
)
def test_a_lock_out_so_soon_that_a_stranger_has_the_last_guess_is_refused(
    attempts: int, says: str, office: Office
) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(("[[directories]]", f"[[directories]]\nlockout_attempts = {attempts}")))
    assert says in str(refused.value)
    assert "let the directory lock after 5 or more, 3 at the least" in str(refused.value)


def test_a_lock_out_after_three_is_taken(office: Office) -> None:
    settings, _ = load(office(("[[directories]]", "[[directories]]\nlockout_attempts = 3")))
    assert settings.directories[0].lockout_attempts == 3


def test_networks_of_the_office_can_be_set(office: Office) -> None:
    settings, _ = load(office(("[policies]", f"{NETWORKS}[policies]")))
    assert settings.sign_in.networks[0].attempts_per_network == 500
