"""A real SOAP service (spyne), as register systems have them: `python -m tests.rig.soap_server PORT`."""

import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from spyne import Application, ByteArray, Fault, Integer, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "urn:brana:test:filing"


class Filing(ServiceBase):
    """Files documents."""

    @rpc(Unicode, ByteArray, _returns=Integer)
    def file(self: Any, name: str, content: tuple[bytes, ...]) -> int:
        """How many bytes have come; a document without a name is a fault."""
        if not name:
            raise Fault("Client.Name", "Dokument nemá název.")
        return sum(len(piece) for piece in content)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    service = Application(
        [Filing],
        NAMESPACE,
        name="Filing",
        in_protocol=Soap11(validator="lxml", huge_tree=True),
        out_protocol=Soap11(),
    )
    served = WsgiApplication(service, max_content_length=2**26)
    with make_server("127.0.0.1", int(sys.argv[1]), served, handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
