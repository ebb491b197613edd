"""Runs the tests that meson.build lists, several at a time, and tells how each went."""

import concurrent.futures
import sys

from test_program import TestProgram


def run_suite(configuration, suites, jobs):
    """Runs all of it, or only the named suites. Returns the cases."""
    programs = [TestProgram(test, configuration) for test in configuration.tests()]
    if suites:
        programs = [program for program in programs if program.suite in suites]
    together = [program for program in programs if program.is_parallel]
    alone = [program for program in programs if not program.is_parallel]
    # The ones that wait for real time are started first.
    together.sort(key=lambda program: program.suite != "interop")

    cases = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(program.run): program for program in together}
        for future in concurrent.futures.as_completed(running):
            cases += told(configuration, running[future], *future.result())
    for program in alone:
        cases += told(configuration, program, *program.run())
    return cases


def told(configuration, program, cases, output):
    for case in cases:
        case.configuration = configuration.name
    counts = {outcome: [case for case in cases if case.outcome == outcome]
              for outcome in ("passed", "failed", "skipped")}
    counted = ", ".join(f"{len(found)} {outcome}" for outcome, found in counts.items() if found)
    print(f"{configuration.name}: {program.suite}: {program.name}: {counted or 'no cases'}")
    if counts["failed"]:
        print(output.rstrip())
    sys.stdout.flush()
    return cases
