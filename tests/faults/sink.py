"""A mail server in a process of its own, whose log is the truth: a letter is on the disk there before its sender hears
that it was accepted. `python -m tests.faults.sink PORT LOG TOKEN`; the token is in its banner.

How a letter fares is said by the end of its reader's address, before the @. While there is a file of refusals beside
the log, everybody is refused as it says.
"""

import asyncio
import os
import re
import smtplib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests.benchmarks.far_end import END, Conversation

HOST, PATIENCE = "127.0.0.1", 60
REFUSALS = "refusals"
TIMES = 2  # how often what passes happens, before the letter is taken
NEVER = {"550": b"550 5.1.1 nobody of that name", "554": b"554 5.6.0 not wanted here"}
FOR_NOW = {"451": b"451 4.2.0 later", "452": b"452 4.3.1 no room"}
AFTER_LETTER = {"452", "554"}  # refused once the whole letter is there; the others before
ACCEPTED_UNHEARD = ("drop", "hang")  # on purpose: such letters can only be uncertain
ENDINGS = (*NEVER, *FOR_NOW, *ACCEPTED_UNHEARD, "reset")
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.M | re.I)


class Recorder(Conversation):
    passed: Counter[str] = Counter()  # what has happened to whom, while this process lives
    log = -1
    refusals = Path()

    def __init__(self) -> None:
        super().__init__(0)
        self.recipient = ""

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)

    def take_command(self) -> bool:
        command, end, rest = self.buffer.partition(b"\r\n")
        if end and (reply := self.refusal_at(command[:4])):
            self.buffer = rest
            return self.reply(reply)
        if end and command[:4].upper() == b"RCPT":
            self.buffer, self.recipient = rest, command.partition(b"<")[2].partition(b">")[0].decode()
            return self.answer_recipient(self.trouble)
        if end and command[:4].upper() == b"DATA" and not self.recipient:
            self.buffer = rest
            return self.reply(b"503 5.5.1 to whom?")
        return super().take_command()

    def refusal_at(self, command: bytes) -> bytes:
        """What everybody is told now; empty: nothing."""
        try:
            at, _, reply = self.refusals.read_bytes().partition(b" ")
        except FileNotFoundError:
            return b""
        return reply if at == command.upper() else b""

    @property
    def trouble(self) -> str:
        """What is to happen to this recipient now, one of ENDINGS; empty: nothing."""
        ending = self.recipient.partition("@")[0].rpartition("-")[2]
        if ending not in ENDINGS or (ending in {*FOR_NOW, "reset"} and self.passed[self.recipient] >= TIMES):
            return ""
        return ending

    def answer_recipient(self, trouble: str) -> bool:
        if trouble == "reset":
            return self.hang_up()
        if trouble in {*NEVER, *FOR_NOW} - AFTER_LETTER:
            return self.refuse(trouble)
        return self.reply(b"250 2.1.5 fine")

    def refuse(self, trouble: str) -> bool:
        self.passed[self.recipient] += 1
        self.recipient = ""
        return self.reply((NEVER | FOR_NOW)[trouble])

    def take_letter(self) -> bool:
        letter, end, rest = self.buffer.partition(END)
        if not end:
            return False
        self.buffer, self.in_letter = rest, False
        if reply := self.refusal_at(b"."):
            self.recipient = ""
            return self.reply(reply)
        if self.trouble in AFTER_LETTER:
            return self.refuse(self.trouble)
        self.write_down(letter)
        if self.trouble == "drop":
            return self.hang_up()
        if self.trouble == "hang":
            return self.listen_no_more()
        self.recipient = ""
        return self.reply(b"250 2.0.0 taken")

    def write_down(self, letter: bytes) -> None:
        """Before anybody is told."""
        found = MESSAGE_ID.search(letter)
        os.write(self.log, f"{self.recipient} {found[1].decode() if found else '-'}\n".encode())
        os.fsync(self.log)

    def reply(self, words: bytes) -> bool:
        self.say(words + b"\r\n")
        return True

    def hang_up(self) -> bool:
        self.passed[self.recipient] += 1
        self.transport.abort()
        return self.listen_no_more()

    def listen_no_more(self) -> bool:
        """Whatever came along with this is not answered either."""
        self.transport.pause_reading()
        self.buffer, self.in_letter = b"", True
        return False


async def serve(port: int, log: str, token: str) -> None:
    Recorder.refusals = Path(log).with_name(REFUSALS)
    Recorder.token, Recorder.log = token, os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    server = await asyncio.get_running_loop().create_server(Recorder, HOST, port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# ------------------------------------------------------------------------------------------------- for whoever uses it


class FaultySink:
    """The process, which may be killed and started again on the same port, with the same log."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log, self.token = 0, folder / "accepted.log", os.urandom(8).hex()
        self.log.touch()

    def __enter__(self) -> "FaultySink":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.sink", str(self.port), str(self.log), self.token]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"smtp://{HOST}:{self.port}"
        self.assert_ours()

    def assert_ours(self) -> None:
        """A run against somebody else's server would prove nothing."""
        caller = smtplib.SMTP(timeout=PATIENCE)
        _code, banner = caller.connect(HOST, self.port)
        caller.close()
        assert banner.decode().split()[-1] == self.token

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    @contextmanager
    def refusing(self, at: str, reply: str) -> Iterator[None]:
        """Everybody, at a command, or "." for the letter."""
        draft = self.log.with_name(f"{REFUSALS}.tmp")
        draft.write_text(f"{at} {reply}")
        draft.rename(self.log.with_name(REFUSALS))
        try:
            yield
        finally:
            self.log.with_name(REFUSALS).unlink()

    def forget(self) -> None:
        """What was accepted so far."""
        os.truncate(self.log, 0)

    @property
    def count(self) -> int:
        return self.log.read_bytes().count(b"\n")

    @property
    def accepted(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID, in the order of acceptance."""
        pairs = [line.split() for line in self.log.read_text().splitlines()]
        return [(recipient, message_id) for recipient, message_id in pairs]


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
