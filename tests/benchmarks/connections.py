"""What more connections and more processes gain: `make bench`.

First a mail server behind TLS that takes 20 ms for each reply, by one connection of ours and by 32. Then one without
any delay, by one process and by two, beside raw bytes by one connection and by two, each in its own process; these
four are interleaved. Personal letters of ten papers, the ledger on PostgreSQL included.
"""

import ipaddress
import os
import pickle
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.far_end import far_end
from tests.benchmarks.sending import again, configure, make_letters, raw, rendered

A_REPLY, MANY, ROUNDS = 0.02, 32, 5
BY_ONE, BY_MANY = 100, 2_000  # letters, as one connection takes long


def main() -> None:
    from tests.benchmarks.collecting import prepare

    with tempfile.TemporaryDirectory() as folder:
        certify(Path(folder))
        prepare("bench_connections")
        make_letters()
        slow(Path(folder))
        processes(Path(folder))


def certify(folder: Path) -> None:
    """A certificate for this machine's own address, which our processes are told to trust."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    os.environ["SSL_CERT_FILE"] = str(folder / "cert.pem")


# --------------------------------------------------------------------------------------------------- connections


def slow(folder: Path) -> None:
    with far_end(A_REPLY, str(folder)) as sink:
        from django.conf import settings

        settings.SENDER, settings.EMAIL_HOST, settings.EMAIL_PORT = (
            "subscriptions.sending.smtp.Smtp",
            "127.0.0.1",
            sink.port,
        )
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = True, False, ""
        one, many = [], []
        for _ in range(ROUNDS):
            one.append(by(1, BY_ONE))
            many.append(by(MANY, BY_MANY))
    say(f"{A_REPLY * 1000:.0f} ms a reply and TLS, one connection", one, one)
    say(f"the same, {MANY} connections", many, one)


def by(connections: int, letters: int) -> float:
    """Letters a second."""
    import logging

    from django.conf import settings

    from subscriptions.models import Letter
    from subscriptions.sending import post
    from tests.benchmarks.sending import NOW

    logging.disable(logging.INFO)
    settings.SENDER_CONNECTIONS = connections
    again()
    last = Letter.objects.order_by("pk").values_list("pk", flat=True)[letters - 1]
    Letter.objects.filter(pk__gt=last).update(state="skipped")
    began = time.perf_counter()
    assert post.drain(NOW) == letters
    return letters / (time.perf_counter() - began)


# ----------------------------------------------------------------------------------------------------- processes


def processes(folder: Path) -> None:
    rates: dict[str, list[float]] = {"raw": [], "raw raw": [], "drain": [], "drain drain": []}
    with far_end() as sink:
        configure(sink)
        (folder / "letters").write_bytes(pickle.dumps(rendered()))
        os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "SENDER_CONNECTIONS": "1"}
        for _ in range(ROUNDS):
            for what in rates:
                again()
                rates[what].append(together(what.split(), str(folder / "letters"), str(sink.port)))
    for what, found in rates.items():
        say(f"{what.replace(' ', ' and ')}, each a process", found, rates[what.split()[0]])
    gains = [statistics.median(rates[f"{what} {what}"]) / statistics.median(rates[what]) for what in ("drain", "raw")]
    print(f"two processes gain {gains[0]:.2f}, two raw connections {gains[1]:.2f}: {gains[0] / gains[1]:.2f} of that")


def together(workers: Sequence[str], *arguments: str) -> float:
    """Letters a second of all of them, begun at one moment."""
    with ExitStack() as running:
        started = [running.enter_context(begun(what, *arguments)) for what in workers]
        for worker in started:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        began = time.time()
        said = [worker.communicate(timeout=120)[0].split() for worker in told_to_go(started)]
        return sum(int(sent) for sent, _at in said) / (max(float(at) for _sent, at in said) - began)


def begun(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.benchmarks.connections", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def told_to_go(workers: "Sequence[subprocess.Popen[str]]") -> "Sequence[subprocess.Popen[str]]":
    """All of them before any is waited for."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return workers


def work(what: str, letters: str, port: str) -> int:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from subscriptions.sending import post
    from tests.benchmarks.far_end import FarEnd
    from tests.benchmarks.sending import NOW

    # Whatever sends is warm: its cards are encoded.
    rows = pickle.loads(Path(letters).read_bytes()) if what == "raw" else rendered()
    socket.create_connection(("127.0.0.1", int(port))).close()
    print("ready", flush=True)
    sys.stdin.readline()
    return raw(FarEnd(int(port), ""), rows) if what == "raw" else post.drain(NOW)


def say(name: str, found: list[float], beside: list[float]) -> None:
    middle = statistics.median(found)
    print(
        f"{name:44} {middle:7.0f} letters/s ({min(found):.0f} to {max(found):.0f}), "
        f"{middle / statistics.median(beside):.2f} times"
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        print(work(*sys.argv[1:]), time.time())
    else:
        main()
