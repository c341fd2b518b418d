"""How an application learns who asks, other than by the assertion: plain headers, or one account of its own.

Both are filters of the application's cluster, so that other applications pay nothing for them. What headers say
are claims of the grant: no question is asked for a fresh one.
"""

import re
from collections.abc import Iterable

from config.identity import FACTS, PERSON_HEADER, names_of
from config.settings import Application, IdentityHeaders
from gateway.envoy.messages import Json, Surroundings, discovered, overwrite, typed

ASSERTION = "x-brana-assertion"
INJECTOR = "envoy.extensions.filters.http.credential_injector.v3.CredentialInjector"
GENERIC = "envoy.extensions.http.injected_credentials.generic.v3.Generic"
MUTATION = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"


def not_told(application: Application) -> list[str]:
    """Headers that its routes take away. Whoever reads the assertion is decided upon without any word for headers."""
    match application.identity.way:
        case "assertion":
            return []
        case "headers":
            return [ASSERTION]
        case "basic" | "openid" | "none":
            return [ASSERTION, *(PERSON_HEADER + fact for fact in FACTS)]


def identity_filters(application: Application) -> list[Json]:
    """Filters of the cluster."""
    if application.identity.headers is not None:
        return [_headers(application.identity.headers)]
    return [_account(application)] if application.identity.way == "basic" else []


def accounts(applications: Iterable[Application], surroundings: Surroundings) -> list[Json]:
    """Secrets of their own: Envoy shows no secret in what it tells of its configuration."""
    return [
        {
            "name": _account_of(application),
            "generic_secret": {"secret": {"inline_string": surroundings.accounts[application.id]}},
        }
        for application in applications
        if application.identity.way == "basic"
    ]


def no_trailers() -> Json:
    """Filter of a cluster whose servers speak HTTP/2: what comes after a body was looked at by nobody."""
    everything = {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": ".*"}}}}
    return {
        "name": "brana.no_trailers",
        "typed_config": typed(MUTATION, mutations={"request_trailers_mutations": [everything]}),
    }


def _headers(headers: IdentityHeaders) -> Json:
    """What the client says under these names, or names that some server reads as these, is taken away first."""
    names = names_of(headers)
    mutations: list[Json] = [
        {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": _spellings(name)}}}}
        for name in names.values()
    ]
    mutations += [
        {"append": overwrite(name, f"%REQ({PERSON_HEADER}{fact})%")} for fact, name in names.items()
    ]
    mutations += [{"remove": PERSON_HEADER + fact} for fact in FACTS]
    return {
        "name": "brana.person",
        "typed_config": typed(MUTATION, mutations={"request_mutations": mutations}),
    }


def _spellings(name: str) -> str:
    """CGI makes one variable of `X-Remote-User`, `X_Remote_User` and, in some servers, `X.Remote.User`."""
    return "[^a-z0-9]".join(re.escape(part) for part in name.lower().split("-"))


def _account(application: Application) -> Json:
    credential = typed(
        GENERIC,
        credential={"name": _account_of(application), "sds_config": discovered()},
        header="authorization",
    )
    injector = typed(
        INJECTOR,
        overwrite=True,
        credential={"name": "envoy.http.injected_credentials.generic", "typed_config": credential},
    )
    return {"name": "brana.account", "typed_config": injector}


def _account_of(application: Application) -> str:
    return f"account {application.id}"
