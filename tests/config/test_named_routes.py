"""Routes of an application that have a name: nothing passes by it, and a grant has room for it."""

import pytest

from config.application_routes import MOST_NAMED
from config.load import load
from tests.config.test_consistency import READ, Office, faults


def named(name: str, path: str, action: str = "read") -> str:
    """A name of the route, and a further route that has it too."""
    return (
        f'name = "{name}"\n[[applications.routes]]\naction = "{action}"\npath = "{path}"\nname = "{name}"\n'
    )


def test_rows_of_one_path_share_a_name(office: Office) -> None:
    load(office((READ, f"{READ}\n{named('a', '/documents', 'write')}")))


def rows(*written: str) -> str:
    """In the place of an application's rows: `NAME PATH METHODS`, `-` for none, `public` as a name."""
    made = []
    for one in written:
        name, path, methods = one.split()
        lines = ["[[applications.routes]]", f'path = "{path}"']
        lines += ["public = true"] if name == "public" else [READ]
        lines += [f'name = "{name}"'] if name not in {"-", "public"} else []
        lines += [f"methods = {methods.split(',')!r}"] if methods != "-" else []
        made.append("\n".join(lines))
    return "\n".join(made)


@pytest.mark.parametrize(
    "written",
    [
        ("- /x -", "seal /x/seal -"),
        ("- /X -", "seal /x -"),
        ("seal /x -", "deeper /x/y -"),
        ("public /x GET", "seal /x -"),
        ("seal /x GET", "- /x -"),
        ("seal /x GET", "- /x POST"),
        ("seal /x GET", "seal /x POST", "public / -"),
        ("- / HEAD", "seal /x -"),
    ],
)
def test_no_row_takes_what_is_asked_for_below_the_path_of_a_named_one(
    office: Office, written: tuple[str, ...]
) -> None:
    [problem] = faults(
        office((f'path = "/documents"\nmethods = ["GET"]\n{READ}', f"{READ}\npath = '/z'\n{rows(*written)}"))
    )
    assert "past what is ruled of the name" in str(problem)


@pytest.mark.parametrize(
    "written",
    [
        ("seal /x -", "- / -"),
        ("seal /x GET", "seal /x -", "public / -"),
        ("seal /x GET", "seal /x POST,HEAD", "- / HEAD"),
        ("- /x/open -", "seal /x -", "- / -"),
        ("public /xy -", "seal /x -"),
        ("seal /x GET", "- /y -"),
    ],
)
def test_a_narrower_row_before_a_named_one_is_what_it_says(office: Office, written: tuple[str, ...]) -> None:
    load(
        office((f'path = "/documents"\nmethods = ["GET"]\n{READ}', f"{READ}\npath = '/z'\n{rows(*written)}"))
    )


def test_a_grant_has_no_room_for_the_names_of_any_number_of_routes(office: Office) -> None:
    more = "".join(
        f'[[applications.routes]]\nname = "n{one}"\npath = "/{one}"\n{READ}\n' for one in range(MOST_NAMED)
    )
    load(office((READ, f"{READ}\n{more}")))
    (problem,) = faults(office((READ, f'name = "one-more"\n{READ}\n{more}')))
    assert "name only routes of which policies speak" in str(problem)


def test_a_name_is_one_path_s(office: Office) -> None:
    [problem] = faults(office((READ, f"{READ}\n{named('a', '/x')}")))
    assert "give this route another name" in str(problem)
