"""Messages per second and the server's CPU time per message, against the floor and bufferevent."""

import contextlib
import dataclasses

from interleaved import Rate, cores, measure, print_ratios
from servers import Server, run_load

SERVERS = ("epoll_echo", "event_echo", "bufferevent_echo", "asio_echo", "uv_echo", "ropewalk_echo")
AGAINST = ("epoll_echo", "bufferevent_echo")


@dataclasses.dataclass(frozen=True)
class Workload:
    connections: int
    size: int
    depth: int
    apart: bool

    def title(self, rounds):
        where = "client and server on two cores" if self.apart else "client and server on one core"
        return (f"echo: connections {self.connections}, bytes {self.size}, depth {self.depth}, {where}, "
                f"{rounds} rounds: median (least..most)")


WORKLOADS = (
    Workload(connections=1, size=100, depth=1, apart=False),
    Workload(connections=64, size=100, depth=1, apart=False),
    Workload(connections=64, size=100, depth=1, apart=True),
    Workload(connections=64, size=100, depth=16, apart=False),
    Workload(connections=8, size=65536, depth=4, apart=False),
)


def report(programs, settings):
    for workload in WORKLOADS:
        server_core, client_core = cores(workload.apart)
        if workload.apart and server_core == client_core:
            continue

        def rate_of(server):
            return rate_of_echo(programs, server, client_core,
                                connections=workload.connections, size=workload.size,
                                depth=workload.depth, millis=settings.slice_millis)

        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(Server(name, [programs[name]], core=server_core))
                       for name in SERVERS if name in programs]
            rates = measure(servers, settings.rounds, rate_of)
        print_ratios(workload.title(settings.rounds), "message", rates, AGAINST)


def rate_of_echo(programs, server, core, **options):
    """The Rate of messages under the load that `options` describe."""
    done = run_load(programs["echo_load"], server, core, **options)
    messages = done["messages"]
    return Rate(messages / done["seconds"], done["server_cpu_seconds"] / messages * 1e6)
