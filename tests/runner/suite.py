"""Runs the tests that meson.build lists, several at a time, and tells how each went."""

import collections
import concurrent.futures
import sys
import threading

from test_program import TestProgram


def run_suite(configuration, suites, jobs):
    """Runs all of it, or only the named suites. Returns the cases."""
    programs = [TestProgram(test, configuration) for test in configuration.tests()]
    if suites:
        programs = [program for program in programs if program.suite in suites]
    together = [program for program in programs if program.is_parallel]
    alone = [program for program in programs if not program.is_parallel]
    # Every other worker begins with those that wait for real time, the rest with those that compute.
    together.sort(key=lambda program: program.suite != "interop")
    waiting = collections.deque(together)
    ends = (waiting.popleft, waiting.pop)

    cases = []
    one_tells = threading.Lock()

    def run_from(end):
        while True:
            try:
                program = end()
            except IndexError:
                return
            ended = program.run()
            with one_tells:
                cases.extend(told(configuration, program, *ended))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        workers = [pool.submit(run_from, ends[number % 2]) for number in range(jobs)]
        try:
            for worker in workers:
                worker.result()
        finally:
            waiting.clear()  # who interrupts waits for those that run, not for all
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
