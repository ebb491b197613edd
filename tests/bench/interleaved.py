"""Paired comparison: in each round every server is measured once, one after the other.

What disturbs the machine for a while disturbs all of a round, so it falls out of the ratios within it.
"""

import dataclasses
import os
import statistics

from tables import print_table, spread


@dataclasses.dataclass(frozen=True)
class Rate:
    """What one server did in one round."""

    per_second: float
    cpu_micros: float


def cores(apart):
    """(server's processor, client's processor): two of them if wanted and there, else one for both.

    On one processor the figures hardly move: no wake-up of the other processor is paid for by chance.
    """
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1] if apart and len(usable) > 1 else usable[0])


def measure(servers, rounds, rate_of):
    """Returns {server's name: its Rate in each round}; `rate_of(server)` measures one."""
    rates = {server.name: [] for server in servers}
    for turn in range(rounds):
        first = turn % len(servers)
        for server in [*servers[first:], *servers[:first]]:
            rates[server.name].append(rate_of(server))
    return rates


def print_ratios(title, unit, rates, against):
    """A row for each server: its medians, then its ratios to each of `against` that was measured."""
    against = [name for name in against if name in rates]
    header = ["", f"{unit}s/s", f"CPU us/{unit}"]
    header += [f"{what}/{name.partition('_')[0]}" for name in against for what in ("rate", "CPU")]
    rows = []
    for name, own in rates.items():
        row = [name, f"{statistics.median(rate.per_second for rate in own):.0f}",
               f"{statistics.median(rate.cpu_micros for rate in own):.2f}"]
        for peer in against:
            pairs = list(zip(own, rates[peer]))
            row.append(spread([mine.per_second / theirs.per_second for mine, theirs in pairs]))
            row.append(spread([mine.cpu_micros / theirs.cpu_micros for mine, theirs in pairs]))
        rows.append(row)
    print_table(title, header, rows)
