"""What Envoy says when it asks for its configuration: the part of a DiscoveryRequest that is needed."""

import msgspec
from aiohttp import web

LARGEST_QUESTION = 1 << 20


class Node(msgspec.Struct, frozen=True):
    id: str = ""


class Error(msgspec.Struct, frozen=True):
    message: str = ""


class Question(msgspec.Struct, frozen=True):
    """What is needed of a DiscoveryRequest. Envoy adds a list of all it was built with, which would wait with it."""

    version_info: str = ""
    resource_names: tuple[str, ...] = ()
    node: Node = Node()
    error_detail: Error | None = None


async def question_of(request: web.Request) -> Question:
    """Read past the request, which would keep the body for as long as the question waits."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_QUESTION:
            raise web.HTTPRequestEntityTooLarge(LARGEST_QUESTION, len(body))
    try:
        return msgspec.json.decode(body, type=Question)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
