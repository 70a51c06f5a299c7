"""The web server, as `manage.py run` starts it: `python -m digest.serving.server HOST PORT PROCESSES`.

It stops when its standard input ends. Whoever started it holds the other end, so it never outlives them, however they
came to their end.
"""

import multiprocessing
import os
import resource
import signal
import sys
import threading

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

APPLICATION = "digest.asgi:application"
CONNECTIONS = 4096  # of each process, at once
BUFFER = 65_536  # bytes that a connection holds: of answers that are not read, no more are made than fill it
HEADERS_WITHIN = 10_000  # milliseconds: until a connection has sent what it asks for, also the next time
STOPPED_WITHIN = 10  # seconds: what is not answered by then is cut off


def serve(host: str, port: int, processes: int) -> None:
    """Until SIGTERM, or until standard input ends."""
    open_files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    if most == resource.RLIM_INFINITY or most > open_files:
        ceiling = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(open_files, ceiling), most))
    threading.Thread(target=_stop_when_alone, daemon=True).start()
    Granian(
        APPLICATION,
        address=host,
        port=port,
        workers=processes,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN, max_buffer_size=BUFFER),
        log_enabled=False,
        workers_kill_timeout=STOPPED_WITHIN,
    ).serve()


def _stop_when_alone() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def end_with_parent() -> None:
    """For a process that serves pages: it does not outlive the web server that it belongs to."""
    parent = multiprocessing.parent_process()

    def end() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=end, daemon=True).start()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
