"""check_exports.py must name each public function that is hidden, and nothing else."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_exports

WORDS = {"ropewalk", "detail", "reactor", "Reactor", "run", "http", "escapeHtml"}
REACTOR = "_ZN8ropewalk7reactorEv"  # ropewalk::reactor()
RUN = "_ZN8ropewalk7Reactor3runEv"  # ropewalk::Reactor::run()
TYPE = "_ZTIN8ropewalk7ReactorE"  # typeinfo for ropewalk::Reactor
TAGGED = "_ZN8ropewalk4http10escapeHtmlB5cxx11Ei"  # ropewalk::http::escapeHtml[abi:cxx11](int)
INTERNAL = "_ZN8ropewalk4http9parseDateEv"  # ropewalk::http::parseDate()


class CheckExportsTest(unittest.TestCase):
    def test_what_is_exported_is_no_problem(self):
        self.assertEqual(check_exports.hidden({REACTOR, RUN}, {REACTOR, RUN, TYPE}, WORDS), [])

    def test_what_is_hidden_is_named(self):
        self.assertEqual(check_exports.hidden({REACTOR, RUN}, {RUN}, WORDS), ["ropewalk::reactor()"])
        self.assertEqual(check_exports.hidden({TYPE}, set(), WORDS), ["typeinfo for ropewalk::Reactor"])
        self.assertEqual(
            check_exports.hidden({TAGGED}, set(), WORDS), ["ropewalk::http::escapeHtml[abi:cxx11](int)"])

    def test_what_no_header_declares_may_be_hidden(self):
        self.assertEqual(check_exports.hidden({INTERNAL}, set(), WORDS), [])


if __name__ == "__main__":
    unittest.main()
