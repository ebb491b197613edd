"""Fails if a mutant no longer applies, or breaks no known rule. Usage: check_mutants.py ROOT

Whoever changes a line that a mutant breaks must bring the mutant along.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests" / "rules"))
import rules_report


def problem_of(patch, known):
    if patch.stem.partition("-")[0] not in known:
        return f"{patch.name}: its name does not start with a known rule"
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    said = subprocess.run(
        ["git", "-c", "safe.directory=*", "apply", "--check", str(patch)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return f"{patch.name}: {said.stderr.strip()}" if said.returncode else None


def main():
    known = {rule.id for rules in rules_report.known_rules().values() for rule in rules}
    patches = sorted((ROOT / "tests" / "mutants").glob("*.patch"))
    found = [problem for patch in patches if (problem := problem_of(patch, known))]
    print("\n".join(found) or f"{len(patches)} mutants apply")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
