"""What was read once is what is kept and what everybody is given, whatever becomes of the files meanwhile."""

from pathlib import Path

from config.sources import ACCEPTED, Accepted, Noting


def test_files_that_change_or_appear_after_they_were_read_are_no_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    first, second = folder / "a.cedar", folder / "b.cedar"
    first.write_text("first")
    noting = Noting()
    assert noting.files(folder) == [first]
    assert noting.text(first) == "first"
    first.write_text("changed")
    second.write_text("second")
    assert (noting.files(folder), noting.text(first)) == ([first], "first")
    noting.keep(tmp_path / ACCEPTED)
    accepted = Accepted.read(tmp_path / ACCEPTED)
    assert (accepted.files(folder), accepted.text(first), accepted.size(first)) == ([first], "first", 5)
