"""Connections that bring one message each: how many per second, and the server's CPU time for one."""

import contextlib

from interleaved import Rate, cores, measure, print_ratios
from servers import Server, run_load

SERVERS = ("epoll_echo", "event_echo", "bufferevent_echo", "ropewalk_echo")
AGAINST = ("epoll_echo", "bufferevent_echo")
TOGETHER = (1, 64)


def report(programs, settings):
    server_core, client_core = cores(apart=False)
    for together in TOGETHER:
        def rate_of(server, together=together):
            done = run_load(programs["churn_load"], server, client_core, together=together,
                            millis=settings.slice_millis)
            connections = done["connections"]
            return Rate(connections / done["seconds"], done["server_cpu_seconds"] / connections * 1e6)

        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(Server(name, [programs[name]], core=server_core))
                       for name in SERVERS]
            rates = measure(servers, settings.rounds, rate_of)
        print_ratios(f"churn: connect, 100 bytes there and back, close, {together} at a time, client and "
                     f"server on one core, {settings.rounds} rounds: median (least..most)",
                     "connection", rates, AGAINST)
