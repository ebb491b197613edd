"""Plants bad public headers: check_public_headers.py must name each. Usage: ... COMPILER [ARGUMENT...]"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_public_headers

COMPILER = sys.argv[1:]

PLANTED = [
    ("inline std::string name();", "does not compile alone"),
    ("#include <iostream>", "/iostream"),
    ("#include <event2/event.h>", "/event2/event.h"),
    ("#include <fmt/core.h>", "/fmt/core.h"),
    ('#include "../../src/hidden.h"', "/src/hidden.h"),
]


class CheckPublicHeadersTest(unittest.TestCase):
    def answer(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, content in (("include/ropewalk/planted.h", text), ("src/hidden.h", "")):
                (root / name).parent.mkdir(parents=True)
                (root / name).write_text("#pragma once\n" + content + "\n")
            return check_public_headers.problems(root, COMPILER)

    def test_a_clean_header_has_no_problems(self):
        self.assertEqual(self.answer("#include <string>\ninline std::string name();"), [])

    def test_each_planted_header_is_named(self):
        for text, expected in PLANTED:
            with self.subTest(text=text):
                found = self.answer(text)
                self.assertEqual(len(found), 1, found)
                self.assertIn("ropewalk/planted.h", found[0])
                self.assertIn(expected, found[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
