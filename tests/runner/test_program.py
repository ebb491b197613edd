"""Runs one test of meson.build, and says what became of each case in it.

A doctest program writes down each case as it starts and ends (tests/support/case_log.cc). When it dies or
hangs, the case that was running has failed, and the program is started again behind that case: no case is
lost. Any other program is one case: it passes with 0 and is skipped with 77.
"""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

SKIPPED = 77
MOST_OUTPUT = 64 * 1024


@dataclasses.dataclass
class Case:
    name: str
    program: str
    suite: str
    outcome: str  # "passed", "failed" or "skipped"
    where: str = ""
    reason: str = ""
    seconds: float = 0.0
    configuration: str = ""


@dataclasses.dataclass
class Ending:
    """How a process ended: `died` says in words how it ended badly, and is empty if it exited."""

    code: int
    died: str
    output: str


def execute(command, environment, folder, timeout):
    """Runs `command` in a process group of its own, none of which is left when this returns."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env=environment, cwd=folder, start_new_session=True)
        died = ""
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            died = f"took longer than {timeout:g} s"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            code = process.wait()
        if not died and code < 0:
            died = f"died of {signal.Signals(-code).name}"
        size = os.fstat(output.fileno()).st_size
        output.seek(max(0, size - MOST_OUTPUT))
        return Ending(code, died, output.read().decode(errors="replace"))


class TestProgram:
    """One entry of a table in tests/meson.build."""

    def __init__(self, described, configuration):
        self.name = described["name"]
        suites = [suite.split(":")[-1] for suite in described["suite"]]
        self.is_doctest = "doctest" in suites
        self.suite = next((suite for suite in suites if suite != "doctest"), "other")
        self.is_parallel = described["is_parallel"]
        self.command = described["cmd"]
        # What another entry of the table runs is not skipped here.
        self._is_part = any(argument.startswith("--source-file") for argument in self.command)
        self._wrapper = configuration.wrapper() if self.is_doctest else []
        self._folder = described["workdir"] or configuration.folder
        self._timeout = described["timeout"] * configuration.slowdown
        self._environment = {**configuration.environment(), **described["env"]}

    def run(self, only=(), timeout=None):
        """Runs all cases, or those named in `only`. Returns (cases, output of what failed)."""
        timeout = timeout or self._timeout
        return self._run_cases(only, timeout) if self.is_doctest else self._run_whole(timeout)

    def _run_whole(self, timeout):
        began = time.monotonic()
        ending = execute(self.command, self._environment, self._folder, timeout)
        seconds = time.monotonic() - began
        case = Case(self.name, self.name, self.suite, "passed", seconds=seconds, reason=ending.died)
        if ending.code == SKIPPED:
            case.outcome = "skipped"
            case.reason = ending.output.strip().splitlines()[-1] if ending.output.strip() else ""
        elif ending.code != 0 or ending.died:
            case.outcome = "failed"
        return [case], ending.output if case.outcome == "failed" else ""

    def _run_cases(self, only, timeout):
        with tempfile.TemporaryDirectory() as folder:
            log = CaseLog(pathlib.Path(folder) / "cases", self, counts_skipped=not only and not self._is_part)
            command = [*self._wrapper, *self.command, "--no-colors", "--no-intro", *filter_for(only)]
            environment = {**self._environment, "ROPEWALK_CASE_LOG": str(log.path)}
            outputs = []
            while True:
                first = log.started + 1
                ending = execute([*command, f"--first={first}"], environment, self._folder, timeout)
                log.read()
                if log.is_done or log.started < first:
                    break
                log.end_running(ending.died or f"exited with {ending.code}")
                outputs.append(ending.output)
            if ending.died or (ending.code != 0 and not (log.is_done and log.has_failures)):
                how = ending.died or f"exited with {ending.code}"
                what = "after its last case" if log.is_done else "outside any case"
                log.add_failure(what, how)
            if ending.code or ending.died:
                outputs.append(ending.output)
            return log.cases, "\n".join(outputs)


def filter_for(names):
    # A comma separates patterns, so it is matched by the wildcard for one character.
    return ["--test-case=" + ",".join(name.replace(",", "?") for name in names)] if names else []


class CaseLog:
    """What case_log.cc wrote so far, over all starts of one program."""

    def __init__(self, path, program, counts_skipped):
        self.path = path
        self.cases = []
        self.started = 0
        self.is_done = False
        self._program = program
        self._counts_skipped = counts_skipped
        self._read = 0
        self._running = None
        self._known = set()

    @property
    def has_failures(self):
        return any(case.outcome == "failed" for case in self.cases)

    def read(self):
        if not self.path.exists():
            return
        with self.path.open(errors="replace") as log:
            log.seek(self._read)
            for line in log:
                self._take(*line.rstrip("\n").partition(" ")[::2])
            self._read = log.tell()

    def end_running(self, why):
        """The program ended inside the running case, or behind the one that ended last."""
        if self._running:
            self._running.outcome, self._running.reason, self._running = "failed", why, None
        else:
            self.add_failure("between two cases", why)

    def add_failure(self, what, why):
        self._add(f"{self._program.name}: {what}", "failed").reason = why

    def _take(self, word, rest):
        if word == "start":
            self.started += 1
            self._running = self._add(rest, "failed")
        elif word in ("passed", "failed") and self._running:
            if self._running.outcome != "skipped" or word == "failed":
                self._running.outcome = word
            self._running.seconds = float(rest)
            self._running = None
        elif word == "skipped" and rest not in self._known:
            if self._counts_skipped:
                self._add(rest, "skipped")
        elif word == "note" and self._running and re.match(r"\s*skipped:", rest):
            self._running.outcome, self._running.reason = "skipped", rest.strip()
        elif word == "done":
            self.is_done = True

    def _add(self, described, outcome):
        name, _, where = described.partition("\t")
        self._known.add(described)
        case = Case(name, self._program.name, self._program.suite, outcome, where=where)
        self.cases.append(case)
        return case
