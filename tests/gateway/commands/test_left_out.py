"""What is left out of the control plane is missed by nobody."""

import json
import os
import subprocess
import sys

import pytest

from gateway.commands.left_out import LeftOut

ASKED = """
import json, os, ssl, sys
from gateway.commands.left_out import leave_out
leave_out()
from gateway.commands.left_out import NAMED, WITHOUT, LeftOut
import gateway.commands.control_plane
print(json.dumps({
    "loaded": [name for name in WITHOUT if sys.modules[name] is not None]
    + [name for name in NAMED if type(sys.modules[name]) is not LeftOut],
    "unmentioned": [name for name in NAMED if len(vars(sys.modules[name])) == len(vars(LeftOut("fresh")))],
    "variable": os.environ.get("SSL_CERT_FILE"),
    "authorities": ssl.create_default_context().cert_store_stats()["x509_ca"],
}))
"""


def said(**variables: str) -> dict[str, object]:
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    ran = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment | variables, capture_output=True, check=True, text=True
    )
    return json.loads(ran.stdout)


def test_what_is_left_out_is_not_loaded_by_the_control_plane():
    assert said()["loaded"] == []


WAITS = """
import json, sys
from gateway.commands.left_out import leave_out
leave_out()
import gateway.commands.control_plane_process
from babel import localedata
found = [one for one in ("alembic", "click", "psycopg", "sqlalchemy.dialects.postgresql") if one in sys.modules]
print(json.dumps({"modules": found, "languages": list(localedata._cache)}))
"""


def test_a_start_loads_no_command_line_no_driver_of_a_server_and_no_names_of_countries():
    """2 and 5 MiB: one `postgresql_where` in a table brings the first, one name of a country the second."""
    ran = subprocess.run([sys.executable, "-c", WAITS], capture_output=True, check=True, text=True)
    assert json.loads(ran.stdout) == {"modules": [], "languages": []}


USED = """
import sys
from gateway.commands.left_out import leave_out, let_in
leave_out()
import gateway.commands.control_plane
let_in()
import bz2, html.entities
from alembic import command
assert html.entities.codepoint2name[38] == "amp"
assert bz2.decompress(bz2.compress(b"x")) == b"x"
"""


def test_what_is_imported_later_finds_it():
    """A control plane of a newer version migrates the database, and what migrates uses some of it."""
    subprocess.run([sys.executable, "-c", USED], check=True)


def test_what_has_every_name_does_nothing_that_a_library_could_take_for_an_answer():
    nothing = LeftOut("pickle")
    made = nothing.Pickler("whatever", protocol=5)
    assert nothing.Pickler is type(made)
    with pytest.raises(AttributeError):
        made.dump({})
    with pytest.raises(AttributeError):
        nothing.__path__  # noqa: B018 - no package: nothing below it is found


@pytest.mark.parametrize("mine", [{}, {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}])
def test_who_trusts_the_authorities_of_the_machine_finds_them_as_the_operator_set_them(mine: dict[str, str]):
    """A webhook without an authority of its own does."""
    found = said(**mine)
    assert found["variable"] == mine.get("SSL_CERT_FILE")
    assert found["authorities"] != 0
