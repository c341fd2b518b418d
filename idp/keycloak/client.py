"""Our client, and what it is told of people. Pure.

It takes no shared client scope: what somebody adds to one reaches no token of ours.
"""

from collections.abc import Iterator

from idp.keycloak.office import Office
from idp.keycloak.piece import Fields, Key, Kind

ROLES_CLAIM = "municipal_roles"
NUMBER_CLAIM = "employee_number"
NUMBER_ATTRIBUTE = "employeeNumber"

REALMS_OWN = (
    "acr.loa.map",  # or a one-time code could be told as the level of a key
    "minimum.acr.value",
    *("access.token.lifespan", "client.session.idle.timeout", "client.session.max.lifespan"),
    *("client.offline.session.idle.timeout", "client.offline.session.max.lifespan"),
)
"""What a client could have instead of what its realm has; ours has it as the realm."""

IN_TOKENS = {"id.token.claim": "true", "access.token.claim": "true", "introspection.token.claim": "true"}


def client(office: Office) -> Iterator[tuple[Key, Fields]]:
    name = office.provider.client_id
    yield (
        Key(Kind.CLIENT, name),
        {
            "name": "Brána",
            "enabled": True,
            "protocol": "openid-connect",
            "publicClient": False,
            "bearerOnly": False,
            "clientAuthenticatorType": "client-secret",
            "secret": office.client_secret,
            "standardFlowEnabled": True,
            "implicitFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": False,
            "consentRequired": False,
            "fullScopeAllowed": False,
            "frontchannelLogout": False,
            "redirectUris": [office.redirect_uri],
            "webOrigins": [],
            "defaultClientScopes": [],
            "optionalClientScopes": [],
            "authenticationFlowBindingOverrides": {"browser": "", "direct_grant": ""},
            "attributes": {
                "pkce.code.challenge.method": "S256",
                "backchannel.logout.url": office.backchannel_logout_uri,
                "backchannel.logout.session.required": "true",
                "backchannel.logout.revoke.offline.tokens": "true",
                "post.logout.redirect.uris": office.signed_out_uri,
                "default.acr.values": office.acrs["two-factors"],
                "oauth2.device.authorization.grant.enabled": "false",
                "oidc.ciba.grant.enabled": "false",
                "standard.token.exchange.enabled": "false",
                "use.refresh.tokens": "true",
                **dict.fromkeys(REALMS_OWN, ""),
            },
        },
    )
    for claim, fields in _claims(office):
        yield Key(Kind.CLAIM, claim, name), {"protocol": "openid-connect", **fields}


def _claims(office: Office) -> Iterator[tuple[str, Fields]]:
    yield "sub", {"protocolMapper": "oidc-sub-mapper", "config": _tokens("access", "introspection")}
    yield "acr", {"protocolMapper": "oidc-acr-mapper", "config": IN_TOKENS}
    yield (
        "name",
        {"protocolMapper": "oidc-full-name-mapper", "config": {**IN_TOKENS, "userinfo.token.claim": "true"}},
    )
    noted = {
        **IN_TOKENS,
        "user.session.note": "AUTH_TIME",
        "claim.name": "auth_time",
        "jsonType.label": "long",
    }
    yield "auth_time", {"protocolMapper": "oidc-usersessionmodel-note-mapper", "config": noted}
    for claim, attribute in (
        ("preferred_username", "username"),
        ("email", "email"),
        (NUMBER_CLAIM, NUMBER_ATTRIBUTE),
    ):
        yield (
            claim,
            {
                "protocolMapper": "oidc-usermodel-attribute-mapper",
                "config": {
                    **IN_TOKENS,
                    "userinfo.token.claim": "true",
                    "user.attribute": attribute,
                    "claim.name": claim,
                    "jsonType.label": "String",
                },
            },
        )
    yield (
        ROLES_CLAIM,
        {
            "protocolMapper": "oidc-usermodel-client-role-mapper",
            "config": {
                **IN_TOKENS,
                "userinfo.token.claim": "true",
                "usermodel.clientRoleMapping.clientId": office.provider.client_id,
                "claim.name": ROLES_CLAIM,
                "jsonType.label": "String",
                "multivalued": "true",
            },
        },
    )


def _tokens(*names: str) -> dict[str, str]:
    return {f"{name}.token.claim": "true" for name in names}
