"""User instructions of one connection among few and among many: a cost that grows with the crowd shows."""

import contextlib
import pathlib
import re
import subprocess
import tempfile

from idle_memory import raise_descriptor_limit
from servers import RUN_SECONDS, Server

FEW = 1000
MANY = 16_000

# Of what many.cc makes: the same factor, in less time.
FEW_OF_A_KIND = 125
MANY_OF_A_KIND = 2000

# The order of many.cc's kKinds.
KINDS = (
    "a callback of a descriptor",
    "a callback of a descriptor that a stop ends",
    "a file that is polled",
    "a trigger",
    "a name that is looked up in the simulation",
    "a simulated port",
    "a reset of one simulated connection",
    "one of a protocol's timed calls",
)

# crowd.cc
SERVER, CLIENTS, SIMULATED = range(3)
MOST_CONNECTIONS = 19_000


def growth(programs, counted):
    """{what: (instructions of one among FEW, of one among MANY)} of SERVER, CLIENTS or SIMULATED."""
    raise_descriptor_limit()
    few, many = (costs(programs["crowd"], counted, connections) for connections in (FEW, MANY))
    return {what: (few[what], many[what]) for what in few}


def growth_of_kinds(programs):
    """{kind: (instructions of one of FEW_OF_A_KIND, of one of MANY_OF_A_KIND)}."""
    return {name: tuple(cost_of_kind(programs["many"], kind, count) for count in (FEW_OF_A_KIND, MANY_OF_A_KIND))
            for kind, name in enumerate(KINDS)}


def cost_of_kind(many, kind, count):
    with profile_of_phases() as (wrapper, phase):
        subprocess.run([*wrapper, many, "--kind", str(kind), "--count", str(count)],
                       timeout=RUN_SECONDS, check=True)
        return phase(2) / count


def costs(crowd, counted, connections):
    """{what: instructions of one connection}."""
    with profile_of_phases() as (wrapper, phase):
        run(crowd, counted, connections, wrapper)
        close, connect, stop = (phase(number) / connections for number in (2, 3, 4))
        return {"connect, echo and close": connect + close, "stop": stop}


@contextlib.contextmanager
def profile_of_phases():
    """(what to put before a command line, a function from a phase's number to its instructions)."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "phase"
        yield (["valgrind", "-q", "--tool=callgrind", "--dump-before=endOfPhase",
                f"--callgrind-out-file={profile}"],
               lambda number: total_of(profile.with_suffix(f".{number}")))


def run(crowd, counted, connections, wrapper):
    many = str(connections)
    if counted == SIMULATED:
        subprocess.run([*wrapper, crowd, "--role", str(SIMULATED), "--connections", many],
                       timeout=RUN_SECONDS, check=True)
        return
    is_server = counted == SERVER
    of_server = ["--connections", many if is_server else str(MOST_CONNECTIONS)]
    with CrowdServer(crowd, wrapper if is_server else [], of_server) as server:
        subprocess.run([*([] if is_server else wrapper), crowd, "--role", str(CLIENTS), "--connections", many,
                        "--stays", str(int(is_server)), "--port", str(server.port)],
                       timeout=RUN_SECONDS, check=True)
        if is_server:
            server.process.wait(RUN_SECONDS)


class CrowdServer(Server):
    """crowd.cc as a server: it chooses its port itself."""

    def __init__(self, crowd, wrapper, arguments):
        super().__init__("crowd", [crowd, "--role", str(SERVER), *arguments, "--port"], wrapper=wrapper)


def total_of(profile):
    return int(re.search(r"^totals: (\d+)$", profile.read_text(), re.MULTILINE)[1])
