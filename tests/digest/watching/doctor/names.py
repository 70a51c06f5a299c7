"""A name server of the tests on a port of our own, which knows what a test tells it."""

import socket
import threading
from types import TracebackType

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


class NameServer:
    """Answers TXT of the names it was given, to whoever asks by the default resolver meanwhile; of others NXDOMAIN."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))

    def __enter__(self) -> "NameServer":
        threading.Thread(target=self._serve, daemon=True).start()
        self._before = dns.resolver.default_resolver
        dns.resolver.default_resolver = dns.resolver.Resolver(configure=False)
        dns.resolver.default_resolver.nameservers = ["127.0.0.1"]
        dns.resolver.default_resolver.port = self._socket.getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        dns.resolver.default_resolver = self._before
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                asked, client = self._socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(asked)
            answer = dns.message.make_response(question)
            name = question.question[0].name
            if texts := self.texts.get(name.to_text(omit_final_dot=True)):
                chunks = [" ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250)) for text in texts]
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *chunks))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), client)
