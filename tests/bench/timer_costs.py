"""What timers cost beside libevent's own, and what arming idle deadlines again allocates."""

import json
import statistics
import subprocess

from idle_memory import crowd, possible_connections, probed_server
from interleaved import cores
from servers import RUN_SECONDS, on_core
from tables import print_table, spread

TIMERS = 1_000_000
DEADLINES = 10_000
ROUNDS = 9
QUICK_ROUNDS = 3

STEPS = {"create": "created", "cancel": "cancelled", "rearm": "armed again"}
SERVERS = ("ropewalk_echo", "ropewalk_deadline_echo")


def report(programs, settings):
    report_timers(programs, QUICK_ROUNDS if settings.quick else ROUNDS)
    report_deadlines(programs)


def report_timers(programs, rounds):
    core, _ = cores(apart=False)
    costs = {"callLater": [], "libevent": []}
    for _ in range(rounds):
        for name, taken in costs.items():
            taken.append(timer_costs(programs["timers"], core, libevent=int(name == "libevent")))
    rows = [[f"{name}, {done}", *row_of(taken, costs["libevent"], step)]
            for step, done in STEPS.items() for name, taken in costs.items()]
    print_table(f"timers: {TIMERS} created, then cancelled; {DEADLINES} armed again and again, {rounds} "
                "rounds: median (least..most)", ["", "ns each", "allocations each", "time/libevent"], rows)


def row_of(own, others, step):
    nanos, allocations = f"{step}_ns", f"{step}_allocations"
    return [f"{statistics.median(cost[nanos] for cost in own):.1f}",
            f"{max(cost[allocations] for cost in own):.6f}",
            spread([mine[nanos] / theirs[nanos] for mine, theirs in zip(own, others)])]


def timer_costs(program, core, libevent):
    with on_core(core):
        done = subprocess.run(
            [program, "--libevent", str(libevent), "--timers", str(TIMERS), "--deadlines", str(DEADLINES)],
            stdout=subprocess.PIPE, timeout=RUN_SECONDS, check=True)
    return json.loads(done.stdout)


def report_deadlines(programs):
    connections = min(DEADLINES, possible_connections())
    rows = [[name, str(allocations_of_a_message_each(programs, name, connections))] for name in SERVERS]
    print_table(f"timers: one message on each of {connections} connections, without and with an idle deadline "
                "that it arms again", ["", "allocations in all"], rows)


def allocations_of_a_message_each(programs, name, connections):
    """How often the server asks the heap for memory while each connection gets its second message."""
    with probed_server(programs, name) as (server, probe), crowd(programs, server, connections) as ask_again:
        before = probe().allocations
        ask_again()
        return probe().allocations - before


def allocations_of_rearming(programs, connections):
    return allocations_of_a_message_each(programs, "ropewalk_deadline_echo", connections)
