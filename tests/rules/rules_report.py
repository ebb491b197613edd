"""Says which rules are proven: their id stands in brackets in the name of a case that passed.

"LineReceiver delivers empty lines [LR3]", "[LF5, LF6]", "[LR1-LR4]". A rule with a case that failed is not
proven, whatever else passed.
"""

import collections
import dataclasses
import pathlib
import re

KNOWN = pathlib.Path(__file__).resolve().parent / "known_rules.txt"

BRACKETS = re.compile(r"\[([^\]]*)\]")
ID = re.compile(r"\b([A-Z][A-Z]\d+|H1\.\d+)\b(?:\s*(?:-|to|\.\.)\s*([A-Z][A-Z]\d+|H1\.\d+)\b)?")
NUMBER = re.compile(r"\d+$")
LATER = re.compile(r"\s*\(later: ([^)]*)\)$")


@dataclasses.dataclass
class Rule:
    id: str
    title: str
    later: str  # what it waits for, or ""


def known_rules(path=KNOWN):
    """Section -> its rules."""
    sections, section = collections.OrderedDict(), None
    for line in path.read_text().splitlines():
        if line.startswith("## "):
            section = sections.setdefault(line[3:], [])
        elif line and not line.startswith("#"):
            id_, _, title = line.partition(" ")
            later = LATER.search(title)
            section.append(Rule(id_, LATER.sub("", title), later[1] if later else ""))
    return sections


def ids_in(name):
    """The rule ids that a case's name claims to prove."""
    found = set()
    for inside in BRACKETS.findall(name):
        for first, last in ID.findall(inside):
            found.add(first)
            if last:
                stem, low = first[:NUMBER.search(first).start()], int(NUMBER.search(first)[0])
                found |= {f"{stem}{number}" for number in range(low, int(NUMBER.search(last)[0]) + 1)}
    return found


def proven_ids(cases):
    outcomes = collections.defaultdict(set)
    for case in cases:
        for id_ in ids_in(case.name):
            outcomes[id_].add(case.outcome)
    return {id_ for id_, seen in outcomes.items() if "passed" in seen and "failed" not in seen}


def print_report(cases):
    """Prints the sections and the total. Returns the exit code."""
    proven = proven_ids(cases)
    known = {rule.id for rules in known_rules().values() for rule in rules}
    total = collections.Counter()
    for section, rules in known_rules().items():
        yes = [rule for rule in rules if rule.id in proven]
        no = [rule for rule in rules if rule.id not in proven and not rule.later]
        later = [rule for rule in rules if rule.id not in proven and rule.later]
        total.update(proven=len(yes), unproven=len(no), later=len(later))
        print(f"{section}: {len(yes)} of {len(rules)} proven")
        print(f"  proven: {' '.join(rule.id for rule in yes) or '-'}")
        for rule in no:
            print(f"  unproven: {rule.id} {rule.title}")
        for rule in later:
            print(f"  later: {rule.id} {rule.title} (needs {rule.later})")
    claimed = sorted(id_ for case in cases for id_ in ids_in(case.name) if id_ not in known)
    if claimed:
        print(f"claimed, but in no section here: {' '.join(dict.fromkeys(claimed))}")
    print(f"{total['proven']} proven, {total['unproven']} unproven, {total['later']} later")
    return 0
