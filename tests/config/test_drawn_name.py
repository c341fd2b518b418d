import re

from config.drawn_name import drawn_name


def test_a_command_takes_no_name_for_an_option() -> None:
    names = [drawn_name() for _ in range(2000)]
    assert all(re.fullmatch(r"[0-9A-Za-z_][0-9A-Za-z_-]{21}", name) for name in names)
    assert len(set(names)) == len(names)
    assert len(drawn_name(12)) == 16
