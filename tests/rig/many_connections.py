"""Connections of several clients to one port: `PORT 127.0.0.2x12 127.0.0.2-4 …` opens twelve, then closes four.

Prints a list: how many of each group were made, or closed. Those that were made stay open until the end.
"""

import json
import re
import socket
import sys
from collections import defaultdict

SOON = 5.0  # seconds; on loopback an answer takes none


Pair = tuple[socket.socket, socket.socket]


def main(port: int, asked: list[str]) -> list[int]:
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        held: dict[str, list[Pair]] = defaultdict(list)
        counts = []
        for group in asked:
            found = re.fullmatch(r"(.+)([x-])(\d+)", group)
            assert found is not None, group
            address, sign, number = found.groups()
            if sign == "x":
                made = [one for one in (_connect(server, address, port) for _ in range(int(number))) if one]
                held[address] += made
                counts.append(len(made))
                continue
            for _ in range(int(number)):
                for side in held[address].pop():
                    side.close()
            counts.append(int(number))
        return counts


def _connect(server: socket.socket, address: str, port: int) -> Pair | None:
    to = "::1" if ":" in address else "127.0.0.1"
    try:
        made = socket.create_connection((to, port), SOON, (address, 0))
    except ConnectionRefusedError:
        return None
    return made, server.accept()[0]


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), sys.argv[2:])))
