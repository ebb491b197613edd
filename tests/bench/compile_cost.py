"""CPU seconds, user and system, that the compiler takes for the echo program at -O0."""

import os

from built import COMPILER, ROOT, SERVERS
from tables import print_table, spread

ROUNDS = 5
QUICK_ROUNDS = 3

# Programs of one size that do the same.
SOURCES = ("ropewalk_echo", "event_echo", "bufferevent_echo", "asio_echo", "uv_echo")


def report(programs, settings):
    names = [name for name in SOURCES if name in programs]
    seconds = {name: [] for name in names}
    rounds = QUICK_ROUNDS if settings.quick else ROUNDS
    for _ in range(rounds):
        for name in names:
            seconds[name].append(compile_seconds(SERVERS / f"{name}.cc"))
    rows = [[name, spread(taken), spread([own / other for own, other in zip(taken, seconds["event_echo"])])]
            for name, taken in seconds.items()]
    print_table(f"compiling the echo program at -O0, {rounds} rounds: median (least..most)",
                ["", "CPU s", "ratio to event_echo"], rows)


def compile_seconds(source):
    command = [COMPILER, "-std=c++20", "-O0", "-I", str(ROOT / "include"),
               "-c", str(source), "-o", os.devnull]
    _, status, used = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
    if status != 0:
        raise RuntimeError(f"{source.name} does not compile")
    return used.ru_utime + used.ru_stime
