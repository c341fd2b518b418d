from io import StringIO

from rich.console import Console

from gateway.commands.reading_bar import reading_bar


def terminal() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=120)


def shown(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_bar_has_an_end_and_comes_to_it() -> None:
    console = terminal()
    with reading_bar("urad", console) as bar:
        assert bar.watched
        bar.expect(12)
        bar.read(10, 2)
    assert "urad: 10 people, 2 groups read" in shown(console)
    assert "12/12" in shown(console)


def test_more_than_was_counted_moves_the_end_and_does_not_pass_it() -> None:
    console = terminal()
    with reading_bar("urad", console) as bar:
        bar.expect(12)
        bar.read(13, 2)
    assert "15/15" in shown(console)


def test_where_nobody_watches_nothing_is_drawn_and_the_numbers_are_kept() -> None:
    console = Console(file=StringIO())
    with reading_bar("urad", console) as bar:
        assert not bar.watched
        bar.read(3, 1)
    assert shown(console) == ""
    assert (bar.people, bar.groups) == (3, 1)
