"""A mail server for benchmarks, in a process of its own: it takes everything, keeps nothing, and counts.

`python -m tests.benchmarks.far_end [seconds a reply] [tls folder]` prints its port and a token that its banner shows.
"""

import asyncio
import json
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

END = b"\r\n.\r\n"
COUNTS = b"COUNTS\r\n"  # a command of our own: how much there was


class Conversation(asyncio.Protocol):
    totals = {"letters": 0, "bytes": 0, "connections": 0}
    token = uuid.uuid4().hex

    def __init__(self, wait: float) -> None:
        self.wait, self.buffer, self.in_letter = wait, b"", False
        self.loop = asyncio.get_running_loop()
        self.busy_until = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.totals["connections"] += 1
        self.say(b"220 bench.example.org " + self.token.encode() + b"\r\n")

    def say(self, reply: bytes) -> None:
        """At once, or after the time that a reply takes; never out of order."""
        self.busy_until = max(self.loop.time(), self.busy_until) + self.wait
        if self.wait:
            self.loop.call_at(self.busy_until, self.transport.write, reply)
        else:
            self.transport.write(reply)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (self.in_letter and self.take_letter()) or (not self.in_letter and self.take_command()):
            continue

    def take_letter(self) -> bool:
        letter, end, rest = self.buffer.partition(END)
        if not end:
            return False
        self.buffer, self.in_letter = rest, False
        self.totals["letters"] += 1
        self.totals["bytes"] += len(letter)
        self.say(b"250 2.0.0 taken\r\n")
        return True

    def take_command(self) -> bool:
        command, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        verb = command[:4].upper()
        if verb == b"DATA":
            self.in_letter = True
            self.say(b"354 go on\r\n")
        elif verb == b"EHLO":
            self.say(b"250-bench.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif command + b"\r\n" == COUNTS:
            self.say(f"250 {json.dumps(self.totals)}\r\n".encode())
        else:
            self.say(b"250 2.0.0 fine\r\n")
        return True


async def serve(wait: float, certificates: str) -> None:
    tls = None
    if certificates:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(Path(certificates) / "cert.pem", Path(certificates) / "key.pem")
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(wait), "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], Conversation.token, flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class FarEnd:
    port: int
    token: str


@contextmanager
def far_end(wait: float = 0, certificates: str = "") -> Iterator[FarEnd]:
    """Ends with its caller."""
    command = [sys.executable, "-m", "tests.benchmarks.far_end", str(wait), certificates]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, token = process.stdout.readline().split()
            yield FarEnd(int(port), token)
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2]))
