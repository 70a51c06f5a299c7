"""The mailbox of the tests: real IMAP on a port of our own, in which lies what a test puts there."""

import imaplib
import re
import socketserver
import ssl
import threading
import uuid
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from tests.sink import PATIENCE, Sink

HANG_UP = "HANG UP"
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\)|[^\s"]+)')


class Mailbox:
    """One INBOX, and whose it is."""

    host = "127.0.0.1"
    user = "ada quill"
    password = 'tell "no one" \\ of 100% of it'

    def __init__(self, certificate: str = "") -> None:
        """`certificate`: a file with one and its key, for IMAP over TLS."""
        self.messages: dict[int, EmailMessage] = {}
        self.deleted: set[int] = set()
        self.logins = 0  # that were tried
        self.says: dict[str, str] = {}  # what is answered to a command, instead of obeying it; or HANG_UP
        self.tls = bool(certificate)
        self.token = uuid.uuid4().hex
        self._server = socketserver.ThreadingTCPServer((self.host, 0), type("Bound", (Conversation,), {"of": self}))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> "Mailbox":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.assert_ours()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def assert_ours(self) -> None:
        """A run against somebody else's server would prove nothing, and would delete their mail."""
        if self.tls:
            anyone = ssl._create_unverified_context()  # only to read its banner
            caller: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=anyone, timeout=PATIENCE)
        else:
            caller = imaplib.IMAP4(self.host, self.port, timeout=PATIENCE)
        with caller:
            assert self.token in caller.welcome.decode()

    def serves(self, settings: Any) -> None:
        """Have Django's settings name this mailbox as the one to which self-test letters return."""
        settings.SELF_TEST_IMAP = {
            "host": self.host, "port": self.port, "user": self.user, "password": self.password, "tls": self.tls,
        }  # fmt: skip

    def receives(self, sink: Sink) -> None:
        """All that the mail server took by now, as if it had passed it on."""
        while sink.accepted:
            self.put(sink.accepted.pop(0)[1])

    def put(self, message: EmailMessage) -> None:
        self.messages[max(self.messages, default=0) + 1] = message

    def find(self, header: str, text: str) -> set[int]:
        return {uid for uid, message in self.messages.items() if text.lower() in str(message[header] or "").lower()}


class Conversation(socketserver.StreamRequestHandler):
    of: Mailbox
    timeout = PATIENCE

    def handle(self) -> None:
        self._say(f"* OK {self.of.token} is at your service")
        while line := self.rfile.readline():
            tag, command, *words = [quoted or plain for quoted, plain in WORD.findall(line.decode().strip())]
            words = [re.sub(r"\\(.)", r"\1", word) if word != r"(\Deleted)" else word for word in words]
            if command == "UID":
                command = words.pop(0)
            answer = self.of.says.get(command) or getattr(self, f"_{command.lower()}")(*words)
            if answer == HANG_UP:
                return
            self._say(f"{tag} {answer}")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _capability(self) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def _login(self, user: str, password: str) -> str:
        self.of.logins += 1
        is_right = (user, password) == (self.of.user, self.of.password)
        return "OK welcome" if is_right else f"NO [AUTHENTICATIONFAILED] {user} has another password"

    def _select(self, name: str) -> str:
        assert name == "INBOX"
        self._say(f"* {len(self.of.messages)} EXISTS")
        return "OK [READ-WRITE] open"

    def _search(self, *asked: str) -> str:
        """OR of two keys, each the value of a header."""
        union, header, name, text, subject, named = asked
        assert (union, header, subject) == ("OR", "HEADER", "SUBJECT")
        found = self.of.find(name, text) | self.of.find("Subject", named)
        self._say(" ".join(["* SEARCH", *map(str, sorted(found))]))
        return "OK done"

    def _store(self, uids: str, what: str, flags: str) -> str:
        assert (what, flags) == ("+FLAGS.SILENT", r"(\Deleted)")
        self.of.deleted |= set(map(int, uids.split(",")))
        return "OK done"

    def _expunge(self) -> str:
        for uid in self.of.deleted & self.of.messages.keys():
            del self.of.messages[uid]
        return "OK done"

    def _logout(self) -> str:
        self._say("* BYE")
        return "OK bye"
