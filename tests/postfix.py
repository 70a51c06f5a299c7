"""A real Postfix of a test's own, on loopback, in folders of its own; nothing of the machine's is read or written.

It hands on what it takes to a sink, which stands for the rest of the world. Its answers are its own: a test sets its
parameters (postconf(5)).
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.servers import free_port
from tests.sink import PATIENCE, Sink, wait_until

HOST = "127.0.0.1"
DAEMONS = Path("/usr/lib/postfix/sbin")
MISSING = "make deep needs Postfix, run by root: apt-get install postfix"
SERVICES = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Takes letters from this machine for everybody, until told otherwise."""

    def __init__(self, sink: Sink) -> None:
        if os.geteuid() or not (DAEMONS / "master").exists():
            pytest.fail(MISSING)
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="paper-route-postfix-"))
        self._folder.chmod(0o755)
        for name in ("conf", "queue", "data"):
            (self._folder / name).mkdir(mode=0o755)
        os.chown(self._folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        self._always = {
            "compatibility_level": "3.6", "queue_directory": self._folder / "queue", "mail_owner": "postfix",
            "data_directory": self._folder / "data", "daemon_directory": DAEMONS, "command_directory": "/usr/sbin",
            "setgid_group": "postdrop", "myhostname": "hop.example.net", "mydestination": "", "alias_maps": "",
            "inet_interfaces": HOST, "inet_protocols": "ipv4", "mynetworks": "127.0.0.0/8",
            "notify_classes": "",  # It writes to no postmaster of a full disk: that would arrive, too.
            "relayhost": f"[{HOST}]:{sink.port}", "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "maillog_file": self._folder / "log", "maillog_file_prefixes": self._folder,
            "smtpd_client_event_limit_exceptions": "", "minimal_backoff_time": "1s", "queue_run_delay": "1s",
        }  # fmt: skip
        (self._folder / "conf" / "master.cf").write_text(SERVICES.format(port=f"{HOST}:{self.port}"))

    def __enter__(self) -> "Postfix":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def serves(self, settings: Any) -> None:
        settings.SENDER = "subscriptions.sending.smtp.Smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, self.port

    def start(self, **parameters: object) -> None:
        lines = [f"{name} = {value}\n" for name, value in (self._always | parameters).items()]
        (self._folder / "conf" / "main.cf").write_text("".join(lines))
        command = ["/usr/sbin/postfix", "-c", str(self._folder / "conf"), "start"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr + self.log
        self._pid = int((self._folder / "queue" / "pid" / "master.pid").read_text())

    @property
    def is_running(self) -> bool:
        """Somebody who has ended may stay as a zombie, as nobody waits for it."""
        try:
            return Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def stop(self) -> None:
        if self.is_running:
            os.kill(self._pid, signal.SIGTERM)
            wait_until(lambda: not self.is_running, "Postfix to stop")

    def becomes(self, **parameters: object) -> None:
        self.stop()
        self.start(**parameters)

    @property
    def taken(self) -> Counter[str]:
        """How often it was given each letter, by the left part of the Message-ID."""
        return Counter(re.findall(r"cleanup\[\d+\]: \w+: message-id=<([^@>]+)", self.log))

    @property
    def log(self) -> str:
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""
