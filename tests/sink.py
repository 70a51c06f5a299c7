"""The mail server of the tests: real SMTP on a port of our own, whose every answer a test decides."""

import asyncio
import email
import logging
import smtplib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

ALWAYS = float("inf")
PATIENCE = 60  # seconds until what a test waits for counts as lost
HANG_UP = ""
CONNECT, ACCEPTED = "CONNECT", "ACCEPTED"

logging.getLogger("mail.log").disabled = True  # The far end's own log names addresses; it is none of ours.


@dataclass
class Trouble:
    """What happens instead of a friendly answer."""

    command: str  # or CONNECT, or ACCEPTED: after the letter
    reply: str  # or HANG_UP
    times: float
    of: str  # the recipient; empty: whoever it is

    def concerns(self, command: str, recipient: str) -> bool:
        return self.times > 0 and self.command == command and self.of in ("", recipient)


class TurnedAway(asyncio.Protocol):
    """A connection that is not wanted."""

    def __init__(self, reply: str) -> None:
        self._reply = reply

    def connection_made(self, transport: Any) -> None:
        transport.write(f"{self._reply}\r\n".encode() if self._reply else b"")
        transport.close()


class Conversation(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - named so where it is called
        """Counted even if it comes out of turn."""
        self.event_handler.asked["DATA"] += 1
        await super().smtp_DATA(arg)


class Sink:
    """Accepts every letter until told otherwise. A letter counts as accepted before its sender is told so."""

    host = "127.0.0.1"

    def __init__(self, *, takes_groups: bool = False) -> None:
        """`takes_groups`: it says that commands may come in groups (RFC 2920)."""
        self.takes_groups = takes_groups
        self.wants_login = False
        self.resets = 0  # how often a client had it forget an envelope
        self.asked: Counter[str] = Counter()  # commands, and CONNECT
        self.most_connections = ALWAYS  # at once; more are turned away
        self.accepted: list[tuple[str, EmailMessage]] = []  # envelope recipient, message with its Return-Path
        self.contents: list[bytes] = []  # the same messages, byte by byte
        self._conversations: list[SMTP] = []
        self._answers_up_to = ALWAYS
        self._troubles: list[Trouble] = []
        self._stays_for = ALWAYS
        self._hangs = ("", 0)
        self._later: tuple[float, Trouble] = (ALWAYS, Trouble("", "", 0, ""))
        self._token = uuid.uuid4().hex
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        listening = self._loop.create_server(self._connected, self.host, 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(PATIENCE)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.assert_ours()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def serves(self, settings: Any) -> None:
        """Have Django's settings name this server as the one to send by."""
        settings.SENDER = "subscriptions.sending.smtp.Smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.SENDER_CONNECTIONS = self.host, self.port, 1

    def assert_ours(self) -> None:
        """A run against somebody else's server would prove nothing."""
        with smtplib.SMTP(timeout=PATIENCE) as caller:
            _code, banner = caller.connect(self.host, self.port)
        assert self._token in banner.decode()
        self._conversations.clear()
        self.asked.clear()

    # ------------------------------------------------------------------------------------------------ what came of it

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _message in self.accepted]

    @property
    def connections(self) -> int:
        """So far, whether or not they still are."""
        return len(self._conversations)

    @property
    def twice(self) -> list[str]:
        """Message-IDs that were accepted more than once."""
        counts = Counter(str(message["Message-ID"]) for _recipient, message in self.accepted)
        return [message_id for message_id, count in counts.items() if count > 1]

    # ------------------------------------------------------------------------------------------------- what to answer

    def refuse(self, command: str, reply: str, times: float = ALWAYS, of: str = "") -> None:
        """At CONNECT, EHLO, AUTH, MAIL, RCPT or DATA; after HANG_UP or a 421 the connection is closed."""
        self._troubles.append(Trouble(command, reply, times, of))

    def refuse_after(self, command: str, reply: str, letters: int) -> None:
        """Once, after so many letters."""
        self._later = (letters, Trouble(command, reply, 1, ""))

    def is_repaired(self) -> None:
        """From now on it takes everything."""
        self._troubles.clear()
        self.most_connections = ALWAYS

    def refuse_recipient(self, reply: str, times: float = ALWAYS, of: str = "") -> None:
        """After a 421 the connection is closed, as real servers do."""
        self._troubles.append(Trouble("RCPT", reply, times, of))

    def refuse_message(self, reply: str, times: float = ALWAYS, of: str = "") -> None:
        self._troubles.append(Trouble("DATA", reply, times, of))

    def drop_before_message(self, times: float = 1, of: str = "") -> None:
        self._troubles.append(Trouble("RCPT", HANG_UP, times, of))

    def accept_then_drop(self, times: float = 1, of: str = "") -> None:
        """The letter arrives, its sender never learns so."""
        self._troubles.append(Trouble(ACCEPTED, HANG_UP, times, of))

    def goes_away(self, after: int) -> None:
        """Once so many letters are accepted, nobody listens here any more."""
        self._stays_for = after

    def hangs(self, until: int, of: str) -> None:
        """It says nothing to RCPT of this recipient until so many letters are accepted."""
        self._hangs = (of, until)

    def hang_up(self) -> None:
        """On everybody who is connected now."""
        for server in self._conversations:
            if server.transport:
                self._loop.call_soon_threadsafe(server.transport.close)

    @contextmanager
    def silent(self, after: int = 0) -> Iterator[None]:
        """All letters but the next `after` ones are accepted and not answered until this ends."""
        self._answers_up_to = len(self.accepted) + after
        try:
            yield
        finally:
            self._answers_up_to = ALWAYS

    # ---------------------------------------------------------------------------------------- the conversation itself

    def _connected(self) -> asyncio.Protocol:
        self.asked[CONNECT] += 1
        if trouble := self._found(CONNECT, ""):
            return TurnedAway(trouble.reply)
        if sum(server.transport is not None for server in self._conversations) >= self.most_connections:
            return TurnedAway("421 4.7.0 Error: too many connections")
        login = {"authenticator": self._login, "auth_require_tls": False} if self.wants_login else {}
        server = Conversation(self, hostname="sink.example.org", ident=self._token, loop=self._loop, **login)
        self._conversations.append(server)
        return server

    def _login(self, *_: Any) -> AuthResult:
        trouble = self._found("AUTH", "")
        if trouble is None:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=trouble.reply)

    async def handle_EHLO(  # noqa: N802 - named so where it is called
        self, server: SMTP, session: Any, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.asked["EHLO"] += 1
        if reply := await self._trouble(server, "EHLO", ""):
            return [reply]
        session.host_name = hostname
        return [*answers[:-1], "250-PIPELINING", answers[-1]] if self.takes_groups else answers

    async def handle_RSET(self, _server: SMTP, _session: Any, _envelope: Envelope) -> str:  # noqa: N802 - as above
        self.resets += 1
        return "250 2.0.0 forgotten"

    async def handle_HELO(  # noqa: N802 - named so where it is called
        self, server: SMTP, session: Any, _envelope: Envelope, hostname: str
    ) -> str:
        if reply := await self._trouble(server, "EHLO", ""):  # What clients try next.
            return reply
        session.host_name = hostname
        return "250 sink.example.org"

    async def handle_MAIL(  # noqa: N802 - named so where it is called
        self, server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.asked["MAIL"] += 1
        if reply := await self._trouble(server, "MAIL", ""):
            return reply
        envelope.mail_from = address
        return "250 2.1.0 fine"

    async def handle_RCPT(  # noqa: N802 - named so where it is called
        self, server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.asked["RCPT"] += 1
        if len(self.accepted) >= self._stays_for:
            self._server.close()
            await self._hang_up(server)
        while address == self._hangs[0] and len(self.accepted) < self._hangs[1]:
            await asyncio.sleep(0.005)
        if reply := await self._trouble(server, "RCPT", address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        [address] = envelope.rcpt_tos
        if reply := await self._trouble(server, "DATA", address):
            return reply
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        message["Return-Path"] = f"<{envelope.mail_from}>"
        self.contents.append(envelope.content)
        self.accepted.append((address, message))
        if len(self.accepted) == self._later[0]:
            self._troubles.append(self._later[1])
        its_number = len(self.accepted)
        await self._trouble(server, ACCEPTED, address)
        while its_number > self._answers_up_to:
            await asyncio.sleep(0.005)
        return "250 2.0.0 accepted"

    async def _trouble(self, server: SMTP, command: str, recipient: str) -> str:
        """The reply that is to be given instead of a friendly one, if any; does not return where we hang up."""
        trouble = self._found(command, recipient)
        if trouble is None:
            return ""
        if trouble.reply == HANG_UP or trouble.reply.startswith("421"):
            await self._hang_up(server, trouble.reply)
        return trouble.reply

    def _found(self, command: str, recipient: str) -> Trouble | None:
        """What is to happen now, for one of its times."""
        trouble = next((one for one in self._troubles if one.concerns(command, recipient)), None)
        if trouble:
            trouble.times -= 1
        return trouble

    async def _hang_up(self, server: SMTP, last_words: str = HANG_UP) -> None:
        if last_words:
            await server.push(last_words)
        assert server.transport is not None
        server.transport.close()
        await asyncio.sleep(PATIENCE)  # Cut short as soon as the connection is gone.

    async def _stop(self) -> None:
        self._server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


def wait_until(happened: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"Waited {PATIENCE} seconds for {what}."
        time.sleep(0.005)
