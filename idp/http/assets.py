"""Style sheets and images: read once, named by their content, so browsers may keep them for ever.

While nodes of two versions are at work, a page of one may ask the other for its files: it gets this version's, not to
be kept, as a page without its style is worse.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from idp.http.security_headers import TRANSPORT_HEADERS

STATIC_PATH = "/.brana/static/"
DIGEST_CHARACTERS = 16  # of hex: 64 bits, enough that two versions never share a name
OF_ANY_VERSION = re.compile(rf"(.+)\.[0-9a-f]{{{DIGEST_CHARACTERS}}}(\.[a-z0-9]+)\Z")
OWN_FOLDER = Path(__file__).parent / "static"


class AssetUnknown(Exception):
    """A template names a file that no static folder holds."""

    def __init__(self, name: str, folders: Sequence[Path]) -> None:
        searched = ", ".join(str(folder) for folder in folders)
        super().__init__(f"asset {name!r} is in none of {searched}; add the file or correct the template")
        self.name = name


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    compressed: bytes
    content_type: str


class Assets:
    """The files of some folders (not their subfolders), served under `/.brana/static/` on every host."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = (OWN_FOLDER, *folders)
        self._by_public_name: dict[str, Asset] = {}
        self._public_names: dict[str, str] = {}
        for folder in self._folders:
            for path in sorted(folder.iterdir()):
                if path.is_file() and not path.name.startswith("."):
                    self._add(path)

    def _add(self, path: Path) -> None:
        body = path.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARACTERS]
        public_name = f"{path.stem}.{digest}{path.suffix}"
        content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self._by_public_name[public_name] = Asset(body, gzip.compress(body, mtime=0), content_type)
        self._public_names[path.name] = public_name

    def address(self, name: str) -> str:
        """Path of an asset on any host; raises AssetUnknown."""
        try:
            return STATIC_PATH + self._public_names[name]
        except KeyError:
            raise AssetUnknown(name, self._folders) from None

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a request for `/.brana/static/{name}`."""
        asked = request.match_info["name"]
        name = asked if asked in self._by_public_name else self._ours(asked)
        if name is None:
            return web.Response(status=404, headers=TRANSPORT_HEADERS)
        asset = self._by_public_name[name]
        headers = {
            **TRANSPORT_HEADERS,
            "Cache-Control": "public, max-age=31536000, immutable" if name == asked else "no-store",
            "Vary": "Accept-Encoding",
        }
        compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        if compressed:
            headers["Content-Encoding"] = "gzip"
        body = asset.compressed if compressed else asset.body
        charset = "utf-8" if asset.content_type.startswith("text/") else None
        return web.Response(body=body, content_type=asset.content_type, charset=charset, headers=headers)

    def _ours(self, asked: str) -> str | None:
        """The file of the same name in this version, where `asked` is named as another version names it."""
        found = OF_ANY_VERSION.match(asked)
        return None if found is None else self._public_names.get(found[1] + found[2])

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(STATIC_PATH + "{name}", self.serve)
