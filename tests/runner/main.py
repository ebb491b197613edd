"""The part of tests/run behind the installation of packages. Usage: as tests/run."""

import argparse
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "mutants"), str(HERE.parent / "rules")]

import mutants
import results
import rules_report
from configuration import BuildFailed, Configuration
from static_checks import check_statically
from suite import run_suite
from test_program import Case


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/run", add_help=False)
    parser.add_argument("--suite", action="append")
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 2) + 1)
    for flag in ("--clang", "--asan", "--tsan", "--release", "--all", "--rules", "--mutants"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def build_and_run(configuration, suites, jobs):
    """Builds and runs, prints what happened, and returns the cases."""
    print(f"{configuration.name}: building", flush=True)
    began = time.monotonic()
    try:
        configuration.build(jobs)
    except BuildFailed as failure:
        print(failure)
        print(f"{configuration.name}: the build failed")
        return [Case(f"{configuration.name} builds", "build", "build", "failed")]
    print(f"{configuration.name}: built in {time.monotonic() - began:.0f} s", flush=True)
    cases = run_suite(configuration, suites, jobs)
    results.save(configuration, suites, cases)
    return cases


def everything(suites, jobs):
    configurations = [
        Configuration("gcc"),
        Configuration("clang"),
        Configuration("gcc", release=True),
        Configuration("gcc", sanitizer="asan"),
        Configuration("gcc", sanitizer="tsan"),
    ]
    cases = []
    for configuration in configurations:
        # Fewer where each takes longer.
        os.environ["ROPEWALK_LIFECYCLES"] = str(10_000 // configuration.slowdown)
        cases += build_and_run(configuration, suites, jobs)
    del os.environ["ROPEWALK_LIFECYCLES"]
    cases += check_statically(Configuration("clang"), jobs)
    cases += mutants.run_all(jobs)
    return cases


def main():
    chosen = parse_arguments()
    sanitizer = "asan" if chosen.asan else "tsan" if chosen.tsan else None
    compiler = "clang" if chosen.clang else "gcc"
    configuration = Configuration(compiler, sanitizer, chosen.release)
    if chosen.asan and chosen.tsan:
        print("tests/run: --asan and --tsan exclude each other", file=sys.stderr)
        return 2
    if chosen.rules:
        cases = results.load_if_current(configuration) or build_and_run(configuration, None, chosen.jobs)
        return rules_report.print_report(cases)
    if chosen.mutants:
        return mutants.main(chosen.jobs)
    if chosen.all:
        cases = everything(chosen.suite, chosen.jobs)
    else:
        cases = build_and_run(configuration, chosen.suite, chosen.jobs)
    return results.print_summary(cases)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
