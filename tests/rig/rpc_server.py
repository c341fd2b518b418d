"""A real gRPC server (grpcio) with one method of each kind; messages are bytes, which need no schema to pass."""

import contextlib
from collections.abc import AsyncIterator

import grpc
import grpc.aio

from gateway.demo.slapd import free_port

SERVICE = "brana.test.Echo"
Context = grpc.aio.ServicerContext[bytes, bytes]


async def _one(request: bytes, context: Context) -> bytes:
    """`fail` fails with a status, a message that is not ASCII, and a trailer."""
    metadata = dict(context.invocation_metadata() or ())
    context.set_trailing_metadata(
        (("asked-by", str("x-brana-assertion" in metadata)), ("echo-bin", b"\x00\xff"))
    )
    if request == b"fail":
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "spis je uzavřen")
    return b"echo " + request


async def _down(request: bytes, context: Context) -> AsyncIterator[bytes]:
    for number in range(int(request)):
        yield b"%d" % number


async def _up(requests: AsyncIterator[bytes], context: Context) -> bytes:
    return b"%d" % sum([len(one) async for one in requests])


async def _both(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
    async for one in requests:
        yield b"echo " + one
    context.set_trailing_metadata((("at-the-end", "yes"),))


@contextlib.asynccontextmanager
async def rpc_server() -> AsyncIterator[int]:
    """Its port."""
    port = free_port()
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    handlers = {
        "One": grpc.unary_unary_rpc_method_handler(_one),
        "Down": grpc.unary_stream_rpc_method_handler(_down),
        "Up": grpc.stream_unary_rpc_method_handler(_up),
        "Both": grpc.stream_stream_rpc_method_handler(_both),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(0)
