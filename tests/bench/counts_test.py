"""Checks one of the figures that do not depend on the machine.

Usage: counts_test.py WHAT BUILD OPTIMIZATION SANITIZER

WHAT: calls, instructions, idle, deadlines. BUILD is the build folder; the two others are meson's options of
that build.
Exits 77, with a line that says why, where it cannot be checked.
"""

import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import counts  # noqa: E402
import idle_memory  # noqa: E402
import timer_costs  # noqa: E402
from built import programs_of  # noqa: E402

SERVER = "ropewalk_echo"
MESSAGES = 500
FEWEST_CONNECTIONS = 2000

# DESIGN.md, sections 3 and 9.
MOST_CALLS = 3
MOST_INSTRUCTIONS = 900
MOST_IDLE_BYTES = 600


def skip(why):
    print(why)
    sys.exit(77)


def check(what, figure, most):
    print(f"{what}: {figure:.1f}, at most {most}")
    sys.exit(figure > most)


def need(program, *options):
    """`program` is there and allowed to do its work, which a container may forbid."""
    if not shutil.which(program):
        skip(f"{program} is not installed")
    if subprocess.run([program, *options, "true"], capture_output=True, check=False).returncode != 0:
        skip(f"{program} does not run here")


def main():
    what, folder, optimization, sanitizer = sys.argv[1:]
    if sanitizer != "none":
        skip("a sanitizer counts too")
    programs = programs_of(folder)
    if what == "calls":
        need("strace", "-o", "/dev/null")
        calls = counts.system_calls(programs, SERVER, MESSAGES)
        # The sweeps of that time are a call or two more in all.
        check(f"system calls of a message {calls}", round(sum(calls.values()), 1), MOST_CALLS)
    if what == "instructions":
        need("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        if optimization not in ("2", "3"):
            skip("only the release build is bound by it")
        check("user instructions of a message",
              counts.instructions(programs, SERVER, MESSAGES), MOST_INSTRUCTIONS)
    if what == "idle":
        connections = idle_memory.possible_connections()
        if connections < FEWEST_CONNECTIONS:
            skip("the limit of open files is too low (ulimit -Hn)")
        heap, rss = idle_memory.bytes_per_connection(programs, SERVER, connections)
        check("heap and RSS bytes of an idle connection", max(heap, rss), MOST_IDLE_BYTES)
    if what == "deadlines":
        if idle_memory.possible_connections() < timer_costs.DEADLINES:
            skip("the limit of open files is too low (ulimit -Hn)")
        check(f"allocations while {timer_costs.DEADLINES} deadlines are armed again",
              timer_costs.allocations_of_rearming(programs, timer_costs.DEADLINES), 0)
    sys.exit(f"counts_test.py: no figure '{what}'")


if __name__ == "__main__":
    main()
