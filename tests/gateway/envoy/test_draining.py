from pathlib import Path

from gateway.envoy import draining


def test_a_node_drains_from_the_word_on_until_it_is_over(tmp_path: Path) -> None:
    assert not draining.is_draining(tmp_path)
    draining.begin(tmp_path)
    draining.begin(tmp_path)
    assert draining.is_draining(tmp_path)
    draining.over(tmp_path)
    draining.over(tmp_path)
    assert not draining.is_draining(tmp_path)
