"""Breaks one rule at a time, and asks whether the rule's own tests notice.

tests/mutants/RULE-slug.mutant breaks RULE (mutant_text.py says how it is written). Each is applied to a copy of
the tree in .build/mutants, what depends on it is built there, and the cases with [RULE] in their name are run: at
least one must fail. Only then is the mutant caught. One that does not apply, does not compile, or has no passing
case to turn red is an error. The tree itself is never touched.
"""

import dataclasses
import os
import pathlib

import mutant_text
import rules_report
from configuration import BUILDS, ROOT, BuildFailed, Configuration, compile_targets, set_up
from mutant_text import Unusable
from test_program import Case, TestProgram

MUTANTS = pathlib.Path(__file__).resolve().parent
COPY = BUILDS / "mutants" / "tree"
COPIED = ("examples", "include", "protocols", "src", "tests", "meson.build", ".clang-format")

# Sections in which every rule should have a mutant.
COVERED_SECTIONS = ("LF", "CL", "HC", "PC", "LR", "PT", "SW")

# A mutant may lose every limit: it must not take the machine with it.
MOST_MEMORY = 4 << 30
LONGEST_RUN = 30.0


@dataclasses.dataclass(frozen=True)
class MutantConfiguration(Configuration):
    @property
    def folder(self):
        return BUILDS / "mutants" / "build"

    def options(self):
        # Built once for each mutant: no debug information.
        return ["-Dbuildtype=debug", "-Ddebug=false"]

    def wrapper(self):
        return ["prlimit", f"--as={MOST_MEMORY}"]

    def build(self, jobs):
        set_up(self.folder, COPY, self.options(), self.environment())
        compile_targets(self.folder, [], jobs, self.environment())


@dataclasses.dataclass
class Mutant:
    path: pathlib.Path

    @property
    def name(self):
        return self.path.stem

    @property
    def rule(self):
        return self.name.partition("-")[0]

    def touched(self):
        return [edit.file for edit in mutant_text.edits_of(self.path.read_text())]


def all_mutants():
    """Mutants of the same file follow each other: mended and broken again, it is compiled once for both."""
    return sorted(map(Mutant, MUTANTS.glob("*.mutant")), key=lambda mutant: (mutant.touched(), mutant.name))


def copy_tree():
    """Makes the copy equal to the tree. Files that are equal keep their time, so nothing is built in vain."""
    wanted = set()
    for name in COPIED:
        top = ROOT / name
        for path in [top, *top.rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                copied = COPY / path.relative_to(ROOT)
                wanted.add(copied)
                content = path.read_bytes()
                if not copied.exists() or copied.read_bytes() != content:
                    copied.parent.mkdir(parents=True, exist_ok=True)
                    copied.write_bytes(content)
                    copied.chmod(path.stat().st_mode)
    for path in COPY.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()


def cases_by_rule(programs):
    """Runs everything once, unbroken. Rule -> program -> its cases; raises Unusable if one fails."""
    found = {}
    for program in programs:
        cases, output = program.run()
        for case in cases:
            ids = rules_report.ids_in(case.name)
            if ids and case.outcome == "failed":
                raise Unusable(f"fails without any mutant: {case.name} {case.reason}\n{output}")
            for id_ in ids if case.outcome == "passed" else ():
                found.setdefault(id_, {}).setdefault(program, []).append(case.name)
    return found


def targets_of(programs, configuration):
    """What ninja must build for these programs; for a script, everything."""
    if not all(program.is_doctest for program in programs):
        return []
    return [os.path.relpath(program.command[0], configuration.folder) for program in programs]


def first_failure(mutant, by_program, configuration, jobs):
    """Builds the mutant and runs its cases. The name of the first that fails, or None. Raises Unusable."""
    try:
        targets = targets_of(by_program, configuration)
        compile_targets(configuration.folder, targets, jobs, configuration.environment())
    except BuildFailed as failure:
        raise Unusable(f"does not compile:\n{failure}") from failure
    for program, names in sorted(by_program.items(), key=lambda item: item[0].suite == "interop"):
        cases, _ = program.run(names, LONGEST_RUN)
        for case in cases:
            if case.outcome == "failed":
                return case.name + (f" ({case.reason})" if case.reason else "")
    return None


def try_mutant(mutant, by_rule, configuration, jobs):
    by_program = by_rule.get(mutant.rule)
    if not by_program:
        raise Unusable(f"no case that passes carries [{mutant.rule}]")
    mutant_text.apply(mutant.path.read_text(), COPY)
    try:
        return first_failure(mutant, by_program, configuration, jobs)
    finally:
        copy_tree()


def rules_without_mutant():
    having = {mutant.rule for mutant in all_mutants()}
    return [rule.id for rules in rules_report.known_rules().values() for rule in rules
            if rule.id.startswith(COVERED_SECTIONS) and not rule.later and rule.id not in having]


def outcome_of(mutant, by_rule, configuration, jobs):
    name = f"mutant {mutant.name} is caught"
    try:
        caught_by = try_mutant(mutant, by_rule, configuration, jobs)
    except Unusable as unusable:
        print(f"error   {mutant.name}: {unusable}", flush=True)
        return Case(name, "mutants", "mutants", "failed", reason=str(unusable).splitlines()[0])
    if caught_by:
        print(f"caught  {mutant.name}: {caught_by}", flush=True)
        return Case(name, "mutants", "mutants", "passed")
    print(f"MISSED  {mutant.name}: all cases of [{mutant.rule}] still pass", flush=True)
    return Case(name, "mutants", "mutants", "failed", reason="missed")


def run_all(jobs):
    """Prints a line for each mutant. Returns a case for each."""
    configuration = MutantConfiguration()
    print("mutants: building", flush=True)
    try:
        copy_tree()
        configuration.build(jobs)
        by_rule = cases_by_rule([TestProgram(test, configuration) for test in configuration.tests()
                                 if "ropewalk:lint" not in test["suite"]])
    except (BuildFailed, Unusable) as failure:
        print(failure)
        return [Case("the tree without a mutant builds and passes", "mutants", "mutants", "failed")]
    return [outcome_of(mutant, by_rule, configuration, jobs) for mutant in all_mutants()]


def main(jobs):
    """Prints what happened to each, and `caught/total`. Returns the exit code."""
    cases = run_all(jobs)
    without = rules_without_mutant()
    if without:
        print(f"rules without a mutant: {' '.join(without)}")
    caught = sum(case.outcome == "passed" for case in cases)
    print(f"{caught}/{len(cases)} mutants caught")
    return 0 if cases and caught == len(cases) else 1
