"""Fails if a mutant no longer applies, or breaks no known rule. Usage: check_mutants.py ROOT

Whoever changes a line that a mutant breaks must bring the mutant along.
"""

import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(ROOT / "tests" / "rules"), str(ROOT / "tests" / "mutants")]
import mutant_text
import rules_report


def problem_of(mutant, known):
    if mutant.stem.partition("-")[0] not in known:
        return f"{mutant.name}: its name does not start with a known rule"
    try:
        mutant_text.apply(mutant.read_text(), ROOT, only_check=True)
    except mutant_text.Unusable as unusable:
        return f"{mutant.name}: {unusable}"
    return None


def main():
    known = {rule.id for rules in rules_report.known_rules().values() for rule in rules}
    mutants = sorted((ROOT / "tests" / "mutants").glob("*.mutant"))
    found = [problem for mutant in mutants if (problem := problem_of(mutant, known))]
    print("\n".join(found) or f"{len(mutants)} mutants apply")
    return bool(found) or not mutants


if __name__ == "__main__":
    sys.exit(main())
