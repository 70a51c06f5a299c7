"""A mail server as operators have them: with STARTTLS, TLS from the first byte, a login; what it took can be read."""

import asyncio
import ssl
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATIENCE = 60  # seconds


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate for this machine that nobody but itself vouches for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=3650)).not_valid_after(now + timedelta(days=3650))
    names = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(own)) for own in ("127.0.0.1", "::1"))]
    certificate = made.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(key.private_bytes(*plain) + certificate.public_bytes(serialization.Encoding.PEM))
    return file


class Relay(AbstractContextManager["Relay"]):
    """Listens on this machine alone, by IPv4 and IPv6, at one port."""

    def __init__(
        self, certificate: Path | None = None, login: tuple[str, str] | None = None, *, starttls: bool = False
    ) -> None:
        """With a certificate TLS from the first byte, or once STARTTLS was said; with a login none but that."""
        self.took: list[tuple[str, EmailMessage]] = []  # envelope sender, letter
        self.refuses: dict[str, str] = {}  # a command, and what it is answered
        self._login, self._starttls, self._tls = login, starttls, None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)  # such as a client that believes no certificate
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Relay":
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    async def _listen(self) -> int:
        at_once = None if self._starttls else self._tls
        first = await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=at_once)
        port: int = first.sockets[0].getsockname()[1]
        self._servers = [first, await self._loop.create_server(self._conversation, "::1", port, ssl=at_once)]
        return port

    def _conversation(self) -> SMTP:
        return SMTP(
            self,
            loop=self._loop,
            hostname="relay.example.org",
            tls_context=self._tls if self._starttls else None,
            require_starttls=self._starttls,
            authenticator=self._knows,
            auth_required=self._login is not None,
            auth_require_tls=False,
        )

    def _knows(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        knows = (login.login.decode(), login.password.decode()) == self._login
        return AuthResult(success=knows, handled=False)

    async def handle_MAIL(  # noqa: N802 - named so where it is called
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.refuses.get("MAIL", "250 2.1.0 fine")

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if refusal := self.refuses.get("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.took.append((str(envelope.mail_from), letter))
        return self.refuses.get("DATA", "250 2.0.0 accepted")
