import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.tunnels.key_file import private_key
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.wireguard_go import CannotTunnel


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "private.key"


def test_it_is_made_once_for_this_user_alone(file: Path) -> None:
    before = os.umask(0)
    try:
        made = private_key(file)
    finally:
        os.umask(before)
    assert private_key(file).public == made.public
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_of_starts_at_once_all_have_the_key_of_the_quickest(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {key.public for key in pool.map(private_key, [file] * 8)}
    assert len(keys) == 1


def test_half_a_key_that_a_crash_left_is_never_taken(file: Path) -> None:
    left = file.with_name(f".{file.name}")
    left.write_text(PrivateKey.generate().base64()[:20], "ascii")
    made = private_key(file)
    assert private_key(file).public == made.public
    assert not left.exists()


def test_one_that_others_can_read_is_refused(file: Path) -> None:
    private_key(file)
    file.chmod(0o640)
    with pytest.raises(CannotTunnel, match="chmod 600"):
        private_key(file)


@pytest.mark.parametrize("text", ["", "klíč", "AAAA", "A" * 48])
def test_what_is_no_key_is_told_and_stays(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    with pytest.raises(CannotTunnel, match="holds no key"):
        private_key(file)
    assert file.read_text("utf-8") == text
