"""What the gateway answers a personnel system: users, lists, errors, what it can (RFC 7643 §5–§7; 7644 §3.12)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.settings import Title
from gateway.audit.reasons import REASONS
from gateway.personnel.attributes import ATTRIBUTES, CORE, ENTERPRISE, LINK, Attribute
from gateway.personnel.documents import document_of
from gateway.personnel.record import Record
from gateway.personnel.refused import STATUS, NotDone

BASE = "/scim/v2"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MOST = 200  # users in one answer
Document = dict[str, Any]
NAMES = {CORE: "User", ENTERPRISE: "EnterpriseUser", LINK: "Link"}


def etag_of(record: Record) -> str:
    return f'W/"{record.version}"'


def user(record: Record, address: str) -> Document:
    """`address`: of the protocol, `https://host/scim/v2`."""
    link: Document = {"linked": record.unlinked is None, "accounts": list(record.subjects)}
    if record.gives_to is not None:
        link["rolesTo"] = record.gives_to
    if record.unlinked is not None:
        link |= {"reason": record.unlinked.value, "detail": said(record.unlinked)}
    return {
        "schemas": [CORE, ENTERPRISE, LINK],
        "id": record.id,
        **document_of(record.values),
        LINK: link,
        "meta": {
            "resourceType": "User",
            "created": record.created_at.isoformat(),
            "lastModified": record.changed_at.isoformat(),
            "location": f"{address}/Users/{record.id}",
            "version": etag_of(record),
        },
    }


def listed(found: Sequence[Document], total: int, start: int) -> Document:
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(found),
        "Resources": list(found),
    }


def error(refused: NotDone) -> Document:
    status, kind = STATUS[refused.reason]
    about = f" ({refused.about})" if refused.about else ""
    return {
        "schemas": [ERROR],
        "status": str(status),
        **({"scimType": kind} if kind else {}),
        "detail": f"{said(refused.reason)}{about}",
        "reason": refused.reason.value,
    }


def said(reason: str) -> str:
    """In both languages: nobody knows which one a program's operator reads."""
    title = REASONS.name(reason) or Title(cs=reason, en=reason)
    return f"{title.cs} / {title.en}"


def provider_config(address: str) -> Document:
    off = {"supported": False}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {**off, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": off,
        "sort": off,
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth 2.0",
                "description": "An access token by client credentials (RFC 6749 §4.4).",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{address}/ServiceProviderConfig"},
    }


def resource_types(address: str) -> list[Document]:
    return [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "User",
            "name": "User",
            "endpoint": "/Users",
            "schema": CORE,
            "schemaExtensions": [{"schema": one, "required": False} for one in (ENTERPRISE, LINK)],
            "meta": {"resourceType": "ResourceType", "location": f"{address}/ResourceTypes/User"},
        }
    ]


def schemas(address: str) -> list[Document]:
    return [_schema(one, list(_attributes(one)), address) for one in (CORE, ENTERPRISE)] + [
        _schema(
            LINK,
            [
                _described("linked", "boolean", writable=False),
                _described("accounts", "string", writable=False) | {"multiValued": True},
                _described("rolesTo", "string", writable=False),
                _described("reason", "string", writable=False),
                _described("detail", "string", writable=False),
            ],
            address,
        )
    ]


def _schema(identifier: str, attributes: Sequence[Document], address: str) -> Document:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": identifier,
        "name": NAMES[identifier],
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": f"{address}/Schemas/{identifier}"},
    }


def _attributes(schema: str) -> Iterator[Document]:
    parts: dict[str, list[Document]] = {}
    for one in ATTRIBUTES:
        of, *path = one.path if one.path[0] == ENTERPRISE else (CORE, *one.path)
        if of != schema:
            continue
        if len(path) == 1:
            yield _of(one)
        else:
            parts.setdefault(path[0], []).append(_of(one))
    for name, below in parts.items():
        yield _described(name, "complex") | {"subAttributes": below}


def _of(one: Attribute) -> Document:
    unique = {"uniqueness": "server"} if one.field == "user_name" else {}
    if one.kind is tuple:
        return _described(one.name, "complex") | {
            "multiValued": True,
            "subAttributes": [_described("value", "string")],
        }
    made = _described(one.name, "boolean" if one.kind is bool else "string", required=one.required)
    return made | {"caseExact": one.exact} | unique


def _described(name: str, kind: str, *, writable: bool = True, required: bool = False) -> Document:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "required": required,
        "caseExact": False,
        "mutability": "readWrite" if writable else "readOnly",
        "returned": "default",
        "uniqueness": "none",
    }


def fixed(address: str) -> Mapping[str, Document]:
    """What is the same for everybody, by path below the protocol's address."""
    kinds, known = resource_types(address), schemas(address)
    return {
        "/ServiceProviderConfig": provider_config(address),
        "/ResourceTypes": listed(kinds, len(kinds), 1),
        "/Schemas": listed(known, len(known), 1),
        **{f"/ResourceTypes/{one['id']}": one for one in kinds},
        **{f"/Schemas/{one['id']}": one for one in known},
    }
