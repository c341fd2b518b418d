"""Applications that sign people in by themselves at the product that is attacked."""

from gateway.demo.configuration import BUDGET
from gateway.demo.start import DOMAIN
from tests.rig.service_provider import ACS, ENTITY

LIBRARY = "library"
LIBRARY_CALLBACK = f"https://knihovna.{DOMAIN}/callback"
LEDGER = "ucetnictvi"
LEDGER_CALLBACK = f"https://ucetnictvi.{DOMAIN}/callback"
"""Of who may use the budget."""
TOOL = "nastroj"
"""A program for the command line."""
RELYING_PARTY = f"""
[[oidc_clients]]
id = "{LIBRARY}"
redirect_uris = ["{LIBRARY_CALLBACK}"]
post_logout_redirect_uris = ["https://knihovna.{DOMAIN}/out"]
refresh = "asked"

[[oidc_clients]]
id = "{LEDGER}"
redirect_uris = ["{LEDGER_CALLBACK}"]
refresh = "always"
application = "{BUDGET}"

[[oidc_clients]]
id = "{TOOL}"
refresh = "asked"
device_authorization = true

[[saml_service_providers]]
entity_id = "{ENTITY}"
addresses = ["{ACS}"]
certificates = ["saml.pem"]
requests_signed = true
application = "{BUDGET}"
logout_address = "{ENTITY}/slo"
"""
