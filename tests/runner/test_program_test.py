"""No case may get lost, however a test program ends. The programs here are written for it."""

import pathlib
import sys
import tempfile
import types
import unittest

from test_program import TestProgram

# Stands in for a doctest program with the cases a, b, ...; what each does is in its first argument.
STAND_IN = """
import os, sys, time
steps = sys.argv[1].split(",")
first = int(next(a for a in sys.argv if a.startswith("--first=")).split("=")[1])
log = open(os.environ["ROPEWALK_CASE_LOG"], "a", buffering=1)
failed = False
for number, step in enumerate(steps, 1):
    name = "case " + chr(96 + number)
    if number < first or step == "skip":
        print(f"skipped {name}\\tf.cc:{number}", file=log)
        continue
    print(f"start {name}\\tf.cc:{number}", file=log)
    if step == "crash": os.abort()
    if step == "exit": os._exit(0)
    if step == "hang": time.sleep(100)
    if step == "note": print("note skipped: no moon", file=log)
    print("failed 0.5" if step == "fail" else "passed 0.5", file=log)
    failed = failed or step == "fail"
    if step == "die": os.abort()
print("done", file=log)
sys.exit(3 if steps[-1] == "leak" else failed)
"""


class TestProgramTest(unittest.TestCase):
    def run_program(self, command, suites, timeout=30):
        configuration = types.SimpleNamespace(
            wrapper=lambda: [], folder=pathlib.Path.cwd(), slowdown=1, environment=lambda: {})
        described = {"name": "program", "suite": suites, "is_parallel": True, "cmd": command,
                     "workdir": None, "timeout": timeout, "env": {}}
        return TestProgram(described, configuration).run()

    def outcomes(self, steps, timeout=30):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "stand_in.py"
            script.write_text(STAND_IN)
            command = [sys.executable, "-S", str(script), steps]
            cases, _ = self.run_program(command, ["x:unit", "x:doctest"], timeout)
            return [(case.name, case.outcome, case.reason) for case in cases]

    def test_each_case_is_counted(self):
        self.assertEqual(self.outcomes("pass,fail,skip,note"), [
            ("case a", "passed", ""), ("case b", "failed", ""), ("case c", "skipped", ""),
            ("case d", "skipped", "skipped: no moon")])

    def test_a_crash_is_a_failure_and_the_rest_is_run(self):
        self.assertEqual(self.outcomes("pass,crash,pass,crash,skip,pass"), [
            ("case a", "passed", ""), ("case b", "failed", "died of SIGABRT"),
            ("case c", "passed", ""), ("case d", "failed", "died of SIGABRT"),
            ("case e", "skipped", ""), ("case f", "passed", "")])

    def test_leaving_in_the_middle_is_a_failure(self):
        self.assertEqual(self.outcomes("exit,pass"), [
            ("case a", "failed", "exited with 0"), ("case b", "passed", "")])

    def test_a_hang_is_a_failure_and_the_rest_is_run(self):
        self.assertEqual(self.outcomes("hang,pass", timeout=1), [
            ("case a", "failed", "took longer than 1 s"), ("case b", "passed", "")])

    def test_a_death_between_cases_is_a_failure_of_its_own(self):
        self.assertEqual(self.outcomes("die,pass"), [
            ("case a", "passed", ""), ("program: between two cases", "failed", "died of SIGABRT"),
            ("case b", "passed", "")])

    def test_a_bad_exit_after_the_last_case_is_a_failure_of_its_own(self):
        self.assertEqual(self.outcomes("pass,leak"), [
            ("case a", "passed", ""), ("case b", "passed", ""),
            ("program: after its last case", "failed", "exited with 3")])

    def test_a_program_that_cannot_start_its_cases_is_a_failure(self):
        cases, _ = self.run_program(["/bin/false"], ["x:unit", "x:doctest"])
        found = [(case.name, case.outcome) for case in cases]
        self.assertEqual(found, [("program: outside any case", "failed")])

    def test_a_script_is_one_case(self):
        for command, outcome in (("true", "passed"), ("false", "failed"), ("kill -9 $$", "failed"),
                                 ("echo no moon; exit 77", "skipped")):
            with self.subTest(command=command):
                cases, _ = self.run_program(["/bin/sh", "-c", command], ["x:interop"])
                self.assertEqual([case.outcome for case in cases], [outcome])


if __name__ == "__main__":
    unittest.main()
