"""The report must find the ids in names, and believe only what passed."""

import types
import unittest

import rules_report


def case(name, outcome="passed"):
    return types.SimpleNamespace(name=name, outcome=outcome)


class RulesReportTest(unittest.TestCase):
    def test_ids_are_found_in_brackets_only(self):
        self.assertEqual(rules_report.ids_in("a line LR9 of 2 bytes [LR3]"), {"LR3"})
        both = rules_report.ids_in("both [LF5, LF6] and [CL1 H1.10]")
        self.assertEqual(both, {"LF5", "LF6", "CL1", "H1.10"})
        self.assertEqual(rules_report.ids_in("a range [LR1-LR3]"), {"LR1", "LR2", "LR3"})
        self.assertEqual(rules_report.ids_in("a range [H1.9-H1.11]"), {"H1.9", "H1.10", "H1.11"})
        self.assertEqual(rules_report.ids_in("an index a[0] and [x]"), set())

    def test_only_a_case_that_passed_proves(self):
        cases = [case("a [LR1]"), case("b [LR2]", "failed"), case("c [LR3]", "skipped")]
        self.assertEqual(rules_report.proven_ids(cases), {"LR1"})

    def test_a_failure_outweighs(self):
        self.assertEqual(rules_report.proven_ids([case("a [LR1]"), case("b [LR1]", "failed")]), set())

    def test_every_known_id_can_be_claimed_and_is_known_once(self):
        ids = [rule.id for rules in rules_report.known_rules().values() for rule in rules]
        self.assertEqual(len(ids), len(set(ids)))
        for id_ in ids:
            self.assertEqual(rules_report.ids_in(f"x [{id_}]"), {id_})


if __name__ == "__main__":
    unittest.main()
