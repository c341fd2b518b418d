import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import ldap
import psutil
import pytest

from gateway.demo.slapd import SlapdUnusable, free_port
from tests.rig.slapd import BASE, SERVICE, SERVICE_PASSWORD, person_dn, person_ldif, slapd

pytestmark = pytest.mark.real


def connect(url: str, authority: Path) -> object:
    connection = ldap.initialize(url)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 2)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(authority))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    return connection


def test_the_server_is_ready_within_a_second_and_binds_over_tls(tmp_path: Path):
    began = time.monotonic()
    with slapd(tmp_path, person_ldif("novak.jan", password="heslo-heslo-heslo")) as directory:
        assert time.monotonic() - began < 3  # 0.3 s alone; a busy machine is given more
        connection = connect(directory.url, directory.authority)
        connection.simple_bind_s(person_dn("novak.jan"), "heslo-heslo-heslo")
        connection.simple_bind_s(SERVICE, SERVICE_PASSWORD)
        found = connection.search_s(
            BASE, ldap.SCOPE_SUBTREE, "(uid=novak.jan)", ["entryUUID", "userPassword"]
        )
        assert list(found[0][1]) == ["entryUUID"]


def test_a_password_over_a_plain_connection_is_refused(tmp_path: Path):
    with slapd(tmp_path) as directory:
        connection = connect(directory.plain_url, directory.authority)
        with pytest.raises(ldap.CONFIDENTIALITY_REQUIRED):
            connection.simple_bind_s(SERVICE, SERVICE_PASSWORD)
        connection = connect(directory.plain_url, directory.authority)
        connection.start_tls_s()
        connection.simple_bind_s(SERVICE, SERVICE_PASSWORD)


def test_a_stopped_server_starts_again_with_its_data(tmp_path: Path):
    with slapd(tmp_path, person_ldif("novak.jan", password="heslo-heslo-heslo")) as directory:
        directory.stop()
        with pytest.raises(ldap.SERVER_DOWN):
            connect(directory.url, directory.authority).simple_bind_s(SERVICE, SERVICE_PASSWORD)
        directory.start()
        connect(directory.url, directory.authority).simple_bind_s(person_dn("novak.jan"), "heslo-heslo-heslo")


def test_data_that_slapd_refuses_says_why(tmp_path: Path):
    with pytest.raises(SlapdUnusable, match="nonsense"), slapd(tmp_path, "dn: nonsense\n\n"):
        pass


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path):
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from tests.rig.slapd import slapd
        with slapd(Path(sys.argv[1])) as directory:
            print(directory.server.pid, flush=True)
            time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    child.wait(5)
    assert not child.is_running()


def test_a_port_that_one_process_was_given_no_other_is_given():
    """Also while nobody listens on it: both draw the same numbers."""
    before = random.getstate()
    random.seed(1)
    mine = free_port()
    random.setstate(before)
    draw = "import random; from gateway.demo.slapd import free_port; random.seed(1); print(free_port())"
    drawn = subprocess.run([sys.executable, "-c", draw], capture_output=True, text=True, check=True)
    assert int(drawn.stdout) != mine
