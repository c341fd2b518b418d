"""A real Apache: files with ranges and validators, compression, WebDAV with locks, HTTP/1.1 and HTTP/2 without TLS."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.slapd import free_port
from tests.rig.child import child

APACHE = "/usr/sbin/apache2"
NOBODY = "www-data"  # Apache serves nothing as root
MODULES = ("mpm_event", "alias", "authz_core", "dav", "dav_fs", "deflate", "dir", "filter", "http2", "mime")
SERVER = """
ServerName localhost
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors.log
Listen 127.0.0.1:{port}
{modules}
"""
CONFIGURATION = """
Protocols h2c http/1.1
LimitRequestLine 32000
TypesConfig /dev/null
DocumentRoot {folder}/files
AddType text/plain .txt
AddOutputFilterByType DEFLATE text/plain
RedirectMatch "^/dav/moved-(.*)$" "/dav/$1"
DavLockDB {folder}/locks
<Directory {folder}/files>
    Require all granted
</Directory>
<Directory {folder}/files/dav>
    Dav On
    DirectorySlash Off
</Directory>
"""


@dataclass(frozen=True, slots=True)
class Apache:
    port: int
    files: Path
    """What it serves; `dav` in it may be written by clients. `/dav/moved-x` leads to `/dav/x`."""


@contextlib.contextmanager
def apache() -> Iterator[Apache]:
    """Started and listening; ended with the block."""
    with tempfile.TemporaryDirectory(prefix="brana-apache-") as kept:
        folder, port = Path(kept), free_port()
        (folder / "files/dav").mkdir(parents=True)
        with serving(folder, port, MODULES, CONFIGURATION.format(folder=folder)):
            yield Apache(port, folder / "files")


@contextlib.contextmanager
def serving(folder: Path, port: int, modules: Sequence[str], site: str) -> Iterator[None]:
    """An Apache with these modules and that configuration, which may read all of `folder`."""
    loaded = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules)
    text = SERVER.format(folder=folder, port=port, modules=loaded) + site
    (folder / "apache.conf").write_text(text, "utf-8")
    nobody = NOBODY if os.getuid() == 0 else None
    if nobody is not None:
        for one in (folder, *folder.rglob("*")):
            shutil.chown(one, nobody, nobody)
    with child([APACHE, "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"], port, nobody):
        yield
