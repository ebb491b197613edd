"""What the reactor's backends make of idle connections: messages on one busy connection beside them."""

import contextlib

from echo_rates import rate_of_echo
from idle_memory import crowd, possible_connections, raise_descriptor_limit
from interleaved import cores, measure, print_ratios
from servers import Server
from tables import print_skipped

BACKENDS = ("epoll", "poll", "select")
MOST_IDLE = {"select": 900}  # no descriptor from 1000 on
IDLE = (0, 500, 900, 10_000)
TOGETHER = 100


def report(programs, settings):
    raise_descriptor_limit()
    for idle in IDLE:
        if idle > possible_connections():
            print_skipped(f"backends beside {idle} idle connections",
                          "the limit of open files is too low (ulimit -Hn)")
            continue
        report_beside(programs, settings, idle)


def report_beside(programs, settings, idle):
    server_core, client_core = cores(apart=False)
    with contextlib.ExitStack() as stack:
        servers = []
        for backend in BACKENDS:
            if idle > MOST_IDLE.get(backend, idle):
                continue
            servers.append(stack.enter_context(
                Server(backend, [programs["ropewalk_echo"]], arguments=[backend], core=server_core)))
            if idle:
                stack.enter_context(crowd(programs, servers[-1], idle, together=TOGETHER))
        rates = measure(servers, settings.rounds, lambda server: rate_of_echo(
            programs, server, client_core, millis=settings.slice_millis))
    print_ratios(f"backends: ropewalk_echo, one busy connection beside {idle} idle ones, bytes 100, depth 1, "
                 f"client and server on one core, {settings.rounds} rounds: median (least..most)",
                 "message", rates, ("epoll",))
