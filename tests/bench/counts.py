"""System calls and user instructions per echoed message: what 2N messages have more than N, over N.

Start-up, accepting and ending are in both and fall out. One connection, 100 bytes, depth 1. Of the
simulated world, a whole round trip is counted: the client, the network and the server are one process.
"""

import collections
import contextlib
import pathlib
import re
import subprocess
import tempfile

from echo_rates import SERVERS
from servers import RUN_SECONDS, Server, run_load
from tables import print_table

TITLE = "{} of one message, 1 connection, 100 bytes, depth 1"


def system_calls(programs, name, messages):
    """{system call: how many per message}, without those that do not grow with the messages."""
    few, many = (counted_calls(programs, name, count) for count in (messages, 2 * messages))
    grown = {call: (many[call] - few[call]) / messages for call in many}
    return {call: per for call, per in sorted(grown.items()) if abs(per) >= 0.01}


def counted_calls(programs, name, messages):
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "calls"
        run_under(["strace", "-f", "-c", "-o", str(table)], programs, name, messages)
        return calls_in(table.read_text())


def calls_in(table):
    """{system call: how many} of a table that strace has made."""
    # The columns: % time, seconds, usecs/call, calls, errors (or nothing), name.
    rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", table, re.MULTILINE)
    return collections.Counter({call: int(calls) for calls, call in rows if call != "total"})


def instructions(programs, name, messages):
    """User instructions per message, those of the libraries included."""
    few, many = (counted_instructions(programs, name, count) for count in (messages, 2 * messages))
    return (many - few) / messages


def counted_instructions(programs, name, messages):
    with profile() as (wrapper, total):
        run_under(wrapper, programs, name, messages)
        return total()


def simulated_instructions(programs, messages):
    """User instructions per round trip in the simulated world: both ends and the network."""
    few, many = (counted_simulated(programs, count) for count in (messages, 2 * messages))
    return (many - few) / messages


def counted_simulated(programs, messages):
    with profile() as (wrapper, total):
        subprocess.run([*wrapper, programs["simulated_echo"], "--messages", str(messages)],
                       stdout=subprocess.DEVNULL, timeout=RUN_SECONDS, check=True)
        return total()


@contextlib.contextmanager
def profile():
    """(what to put before a command line, a function that returns the instructions it has taken)."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "profile"
        yield (["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={file}"],
               lambda: int(re.search(r"^totals: (\d+)$", file.read_text(), re.MULTILINE)[1]))


def run_under(wrapper, programs, name, messages):
    with Server(name, [programs[name]], wrapper=wrapper) as server:
        run_load(programs["echo_load"], server, messages=messages)


def report_system_calls(programs, settings):
    rows = []
    for name in SERVERS:
        if name not in programs:
            continue
        calls = system_calls(programs, name, settings.counted_messages)
        by_name = ", ".join(f"{call} {per:.2f}" for call, per in calls.items())
        rows.append([name, f"{sum(calls.values()):.2f}", by_name])
    print_table(TITLE.format("system calls"), ["", "all", "by name"], rows)


def report_instructions(programs, settings):
    rows = [[name, f"{instructions(programs, name, settings.counted_messages):.0f}"]
            for name in SERVERS if name in programs]
    rows.append(["simulated, a round trip",
                 f"{simulated_instructions(programs, settings.counted_messages):.0f}"])
    print_table(TITLE.format("user instructions"), ["", "all"], rows)
