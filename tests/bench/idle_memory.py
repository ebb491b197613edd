"""User memory of an idle connection: what many, after one message each, add to the heap and the RSS."""

import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import select
import signal
import subprocess
import time

from servers import START_SECONDS, Server, line_of
from tables import print_skipped, print_table

CONNECTIONS = 10_000
WARM_UP = 32
SETTLE_SECONDS = 0.7  # more than two sweeps of the reactor

# server -> what it speaks
SERVERS = {
    "epoll_echo": "lines",
    "event_echo": "lines",
    "bufferevent_echo": "lines",
    "asio_echo": "lines",
    "uv_echo": "lines",
    "ropewalk_echo": "lines",
    "ropewalk_line_echo": "lines",
    "ropewalk_stream_echo": "lines",
    "ropewalk_hello": "http",
}


def report(programs, settings):
    connections = possible_connections()
    rows = []
    for name, speaks in SERVERS.items():
        if name in programs:
            heap, rss = bytes_per_connection(programs, name, connections, speaks == "http")
            rows.append([name, f"{heap:.0f}", f"{rss:.0f}"])
    print_table(f"user memory of one of {connections} idle connections, bytes", ["", "heap", "RSS"], rows)
    if connections < CONNECTIONS:
        print_skipped(f"{CONNECTIONS} connections", "the limit of open files is too low (ulimit -Hn)")


def possible_connections():
    """CONNECTIONS, or what the hard limit of descriptors less the toolkit's reserve of a twentieth allows."""
    hard = descriptor_limit()
    return min(CONNECTIONS, hard - hard // 20 - 200)


def descriptor_limit():
    """As far as this process may raise its own."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def bytes_per_connection(programs, name, connections, http=False):
    """(heap bytes, RSS bytes) of one idle connection."""
    with probed_server(programs, name) as (server, probe):
        with crowd(programs, server, WARM_UP, http):
            pass
        time.sleep(SETTLE_SECONDS)
        heap, rss = probe().bytes, rss_size(server)
        with crowd(programs, server, connections, http):
            time.sleep(SETTLE_SECONDS)
            return (probe().bytes - heap) / connections, (rss_size(server) - rss) / connections


@dataclasses.dataclass(frozen=True)
class Heap:
    """What the heap probe tells."""

    bytes: int  # handed out now
    allocations: int  # since the program began


@contextlib.contextmanager
def probed_server(programs, name):
    """The server with the heap probe inside, and a function that asks it for the Heap."""
    raise_descriptor_limit()
    answers, told = os.pipe()
    environment = {"LD_PRELOAD": str(programs["heap_probe"]), "HEAP_PROBE_FD": str(told)}

    def probe():
        os.kill(server.pid, signal.SIGUSR2)
        if not select.select([answers], [], [], START_SECONDS)[0]:
            raise RuntimeError(f"{name} does not tell its heap")
        return Heap(*map(int, os.read(answers, 64).split()))

    try:
        with Server(name, [programs[name]], env=environment, pass_fds=(told,)) as server:
            yield server, probe
    finally:
        os.close(answers)
        os.close(told)


def raise_descriptor_limit():
    hard = descriptor_limit()
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def crowd(programs, server, connections, http=False, together=1):
    """So many clients, each of which has had one answer; they leave at the end of the block.

    They come one after the other, or so many `together`, which is kinder to a slow server. Yields a function
    that has each of them ask again, one after the other, and returns when all have been answered.
    """
    arguments = ["--port", server.port, "--connections", connections, "--http", int(http),
                 "--together", together]
    descriptors = open_descriptors(server)
    process = subprocess.Popen([programs["idle_crowd"], *map(str, arguments)], bufsize=0,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask_again():
        process.stdin.write(b"\n")
        line_of(process, "idle_crowd")

    try:
        line_of(process, "idle_crowd")
        if open_descriptors(server) < descriptors + connections:
            raise RuntimeError(f"{server.name} did not keep {connections} connections open")
        yield ask_again
    finally:
        process.communicate(timeout=START_SECONDS)


def open_descriptors(server):
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def rss_size(server):
    """Exact, where VmRSS of /proc/PID/status may lag behind by some pages for each processor."""
    summary = pathlib.Path(f"/proc/{server.pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB$", summary, re.MULTILINE)[1]) * 1024

