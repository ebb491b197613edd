"""Checks one of the figures that do not depend on the machine.

Usage: counts_test.py WHAT BUILD OPTIMIZATION SANITIZER

WHAT: calls, instructions, simulated, idle, deadlines, kinds, crowd-server,
crowd-clients, crowd-simulated. BUILD is the build folder; the two others are
meson's options of that build.
Exits 77, with a line that says why, where it cannot be checked.
"""

import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import counts  # noqa: E402
import crowd_growth  # noqa: E402
import idle_memory  # noqa: E402
import timer_costs  # noqa: E402
from built import programs_of  # noqa: E402

SERVER = "ropewalk_echo"
MESSAGES = 500
FEWEST_CONNECTIONS = 2000

# DESIGN.md, sections 3, 7 and 9.
MOST_CALLS = 3
MOST_INSTRUCTIONS = 900
MOST_SIMULATED = 7000
MOST_IDLE_BYTES = 600

# Of one connection among many, as a multiple of one among few.
MOST_GROWTH = 1.2
CROWDS = {
    "crowd-server": crowd_growth.SERVER,
    "crowd-clients": crowd_growth.CLIENTS,
    "crowd-simulated": crowd_growth.SIMULATED,
}


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


def check_growth(growth):
    for name, (few, many) in growth.items():
        print(f"{name}: {few:.0f} instructions of one among few, {many:.0f} of one among many: "
              f"{many / few:.3f}, at most {MOST_GROWTH}")
    sys.exit(any(many > MOST_GROWTH * few for few, many in growth.values()))


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
    if what == "simulated":
        need("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        if optimization not in ("2", "3"):
            skip("only the release build is bound by it")
        check("user instructions of a simulated round trip",
              counts.simulated_instructions(programs, MESSAGES), MOST_SIMULATED)
    if what == "kinds" or what in CROWDS:
        need("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        if idle_memory.descriptor_limit() < crowd_growth.MOST_CONNECTIONS:
            skip("the limit of open files is too low (ulimit -Hn)")
    if what == "kinds":
        check_growth(crowd_growth.growth_of_kinds(programs))
    if what in CROWDS:
        if optimization not in ("2", "3"):
            skip("without optimization it takes too long to count")
        check_growth(crowd_growth.growth(programs, CROWDS[what]))
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
