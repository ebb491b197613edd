"""check_words.py must name each planted word, and leave alone what only looks like one."""

import unittest

from check_words import problems_of

PLANTED = [
    ("src/net/port.cc", "// TO" "DO(soon): listen", "an issue"),
    ("README.md", "FIX" "ME later", "an issue"),
    ("tests/run", "cd /home/" "somebody/ropewalk", "path of one machine"),
    ("src/net/port.cc", "int x; ", "white space"),
    ("src/net/port.cc", "\tint x;", "a tab"),
    ("src/net/port.cc", "int n = atoi(text);", "atoi()"),
    ("src/net/port.cc", "auto n = std::strtol(text, nullptr, 10);", "strtol()"),
    ("src/net/port.cc", "::sprintf (out, text);", "sprintf()"),
    ("src/net/port.cc", "seed = rand();", "rand()"),
    ("src/net/port.h", "class PortManager {", "PortManager"),
    ("src/net/port.h", "struct TransportBase;", "TransportBase"),
    ("src/net/net_utils.cc", "", "find the noun"),
    ("include/ropewalk/port.h", "/// Listens (rule PT5).", "say the rule"),
]

CLEAN = [
    ("src/net/port.cc", "// atoi() would take anything"),
    ("src/net/port.cc", 'say("strtol(");'),
    ("src/net/port.cc", "snprintf(out, size, format); world.rand(); operand(x);"),
    ("src/net/port.cc", 'get("/home/page");'),
    ("src/net/port.h", "class Database {};  // no: ends in base, is no Base"),
    ("src/net/port.h", "// PT5"),
    ("include/ropewalk/port.h", "/// RFC 9110, IPV6, HTTP2"),
    ("README.md", "Hackers do. https://example.org/home/page ./home/page"),
    ("tests/mutants/a.mutant", " \tcontext "),
]


class CheckWordsTest(unittest.TestCase):
    def test_each_planted_word_is_named(self):
        for here, line, expected in PLANTED:
            with self.subTest(line=line):
                found = list(problems_of(here, line + "\n"))
                self.assertEqual(len(found), 1, found)
                self.assertIn(expected, found[0][1])

    def test_what_only_looks_like_one_is_left_alone(self):
        for here, line in CLEAN:
            with self.subTest(line=line):
                self.assertEqual(list(problems_of(here, line + "\n")), [])

    def test_a_missing_last_newline_is_named(self):
        self.assertEqual(len(list(problems_of("meson.build", "project()"))), 1)


if __name__ == "__main__":
    unittest.main()
