"""What became of each case in the last run of a configuration, kept in its build folder."""

import dataclasses
import json

from configuration import ROOT
from test_program import Case

SOURCES = ("include", "src", "protocols", "examples", "tests", "meson.build")


def path_of(configuration):
    return configuration.folder / "results.json"


def save(configuration, suites, cases):
    """Keeps `cases`; those of suites that were not run stay as they were."""
    if suites:
        cases = [case for case in load(configuration) if case.suite not in suites] + cases
    path_of(configuration).write_text(json.dumps([dataclasses.asdict(case) for case in cases], indent=1))


def load(configuration):
    try:
        return [Case(**case) for case in json.loads(path_of(configuration).read_text())]
    except FileNotFoundError:
        return []


def load_if_current(configuration):
    """The last run's cases, or nothing if a source has changed since."""
    if not path_of(configuration).exists():
        return []
    kept_at = path_of(configuration).stat().st_mtime
    for name in SOURCES:
        top = ROOT / name
        for path in [top, *top.rglob("*")]:
            if path.is_file() and path.stat().st_mtime > kept_at:
                return []
    return load(configuration)


def described(case):
    return f"{case.program}: {case.name}" + (f" ({case.reason})" if case.reason else "")


def print_summary(cases):
    """Lists the skipped and the failed, ends with the count. Returns the exit code."""
    failed = [case for case in cases if case.outcome == "failed"]
    passed = [case for case in cases if case.outcome == "passed"]
    skipped = [f"skipped: {described(case)}" for case in cases if case.outcome == "skipped"]
    print(*dict.fromkeys(skipped), sep="\n", end="\n" if skipped else "")  # once, not once a configuration
    for case in failed:
        print(f"failed: {case.configuration + ': ' if case.configuration else ''}{described(case)}")
    if not passed and not failed:
        print("no tests were run")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 0 if passed and not failed else 1
