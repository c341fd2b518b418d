"""A relying party of the product under attack that signs its requests, and is heard by signed ones alone."""

import json
from functools import cache
from pathlib import Path

from joserfc.jwk import ECKey

from gateway.demo.start import DOMAIN

ARCHIVE = "archiv"
ARCHIVE_CALLBACK = f"https://archiv.{DOMAIN}/callback"


@cache
def archive_key() -> ECKey:
    return ECKey.generate_key("P-256")


def archive(folder: Path) -> str:
    """Its part of the configuration; its keys are put into the folder."""
    keys = folder / "archiv.jwks.json"
    keys.write_text(json.dumps({"keys": [archive_key().as_dict(private=False)]}), "utf-8")
    return f"""
[[oidc_clients]]
id = "{ARCHIVE}"
redirect_uris = ["{ARCHIVE_CALLBACK}"]
authentication = "private_key_jwt"
jwks_file = "{keys}"
require_signed_request = true
scopes = ["profile"]
"""
