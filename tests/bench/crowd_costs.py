"""What many idle connections cost a server, in memory, in CPU time, and to one busy connection beside them."""

import contextlib
import dataclasses
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from counts import calls_in
from idle_memory import SETTLE_SECONDS, bytes_per_connection, crowd, raise_descriptor_limit
from interleaved import cores, measure
from servers import START_SECONDS, Server, run_load
from tables import print_skipped, print_table, spread

CONNECTIONS = 19_000  # the busy one included
IDLE_SECONDS = 5
SERVERS = ("epoll_echo", "bufferevent_echo", "ropewalk_echo")


def report(programs, settings):
    raise_descriptor_limit()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The toolkit keeps a twentieth of the descriptors for other things than connections.
    idle = min(CONNECTIONS, hard - hard // 20) - 1
    idle_rows, busy_rows = [], []
    for name in SERVERS:
        heap, rss = bytes_per_connection(programs, name, idle)
        with servers_alone_and_beside(programs, name, idle) as (alone, beside):
            idle_rows.append([name, f"{heap:.0f}", f"{rss:.0f}", *idle_costs(beside)])
            for where, row in busy_costs(programs, settings, alone, beside):
                busy_rows.append([f"{name}, {where}", *row])
    print_table(f"crowd: {idle} idle connections: bytes of each, and what the server does in {IDLE_SECONDS} s",
                ["", "heap", "RSS", "CPU ms", "wake-ups", "system calls"], idle_rows)
    print_table(f"crowd: one busy connection alone and beside {idle} idle ones, bytes 100, depth 1, client and "
                f"server on one core, {settings.rounds} rounds: median (least..most)",
                ["", "us/message", "/alone", "longest ms", "CPU us/message", "/alone"], busy_rows)
    if idle < CONNECTIONS - 1:
        print_skipped(f"{CONNECTIONS} connections", "the limit of open files is too low (ulimit -Hn)")


@contextlib.contextmanager
def servers_alone_and_beside(programs, name, idle):
    """Two servers of a kind: one has no connections, the other `idle` that have settled."""
    core, _ = cores(apart=False)
    with Server("alone", [programs[name]], core=core) as alone, \
            Server("beside", [programs[name]], core=core) as beside, crowd(programs, beside, idle):
        time.sleep(SETTLE_SECONDS)
        yield alone, beside


def idle_costs(server):
    """Cells: CPU milliseconds, wake-ups, and in as long a time again the system calls."""
    cpu, slept = server.cpu_seconds(), times_slept(server)
    time.sleep(IDLE_SECONDS)
    cpu, slept = server.cpu_seconds() - cpu, times_slept(server) - slept
    return [f"{cpu * 1e3:.3f}", str(slept), system_calls(server)]


def times_slept(server):
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)$", status, re.MULTILINE)[1])


def system_calls(server):
    """How many strace counts while nothing happens, or why it counts none."""
    if not shutil.which("strace"):
        return "no strace"
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "calls"
        strace = subprocess.Popen(["strace", "-f", "-c", "-o", table, "-p", str(server.pid)],
                                  stderr=subprocess.DEVNULL)
        time.sleep(IDLE_SECONDS)
        if strace.poll() is not None:
            return "not allowed"
        strace.send_signal(signal.SIGINT)
        strace.wait(START_SECONDS)
        return str(sum(calls_in(table.read_text()).values()))


@dataclasses.dataclass(frozen=True)
class Trips:
    """The round trips of one busy connection in one round."""

    micros: float
    longest_millis: float
    cpu_micros: float


def busy_costs(programs, settings, alone, beside):
    """(server's name, cells) of both."""
    _, client_core = cores(apart=False)
    trips = measure([alone, beside], settings.rounds,
                    lambda server: trips_to(programs, server, client_core, settings.slice_millis))
    for name, own in trips.items():
        pairs = list(zip(own, trips[alone.name]))
        yield name, [f"{statistics.median(trip.micros for trip in own):.2f}",
                     spread([mine.micros / lone.micros for mine, lone in pairs]),
                     spread([trip.longest_millis for trip in own]),
                     f"{statistics.median(trip.cpu_micros for trip in own):.2f}",
                     spread([mine.cpu_micros / lone.cpu_micros for mine, lone in pairs])]


def trips_to(programs, server, core, millis):
    done = run_load(programs["echo_load"], server, core, millis=millis)
    messages = done["messages"]
    return Trips(done["seconds"] / messages * 1e6, done["longest_wait_seconds"] * 1e3,
                 done["server_cpu_seconds"] / messages * 1e6)
