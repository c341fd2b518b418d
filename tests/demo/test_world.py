import base64
import json
import stat

from gateway.demo.world import World, draw_password, keep, read


def test_passwords_are_long_readable_and_different():
    password = draw_password()
    assert len(password) >= 17
    assert password.isascii()
    assert password != draw_password()


def test_a_kept_world_is_read_back_whole(world: World, tmp_path):
    keep(world, tmp_path / "inhabitants.json")
    assert read(tmp_path / "inhabitants.json") == world
    assert stat.S_IMODE((tmp_path / "inhabitants.json").stat().st_mode) == 0o600


def test_a_world_of_another_version_or_damaged_is_none(world: World, tmp_path):
    path = tmp_path / "inhabitants.json"
    assert read(path) is None
    keep(world, path)
    facts = json.loads(path.read_text())
    path.write_text(json.dumps(facts | {"version": 0}))
    assert read(path) is None
    path.write_text(path.read_text()[:100])
    assert read(path) is None


def test_secrets_are_drawn_for_everybody_and_not_shown(world: World):
    assert len({one.password for one in world.accounts}) == len(world.accounts)
    secrets = [one.totp_secret for one in world.accounts if one.totp_secret]
    assert len(set(secrets)) == len(secrets) == len(world.accounts) - 10
    assert all(len(base64.b32decode(secret)) == 20 for secret in secrets)
    assert world.accounts[0].password not in repr(world.accounts) + repr(world)
