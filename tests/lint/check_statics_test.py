"""check_statics.py must find each object that is destroyed at exit, and nothing else.

Usage: check_statics_test.py COMPILER [ARGUMENT...]
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from check_statics import listing_of, problems_of

COMPILER = sys.argv[1:]
HEAD = "#include <atomic>\n#include <mutex>\n#include <string>\n"

WRONG = {
    "a global": "std::string name;",
    "a global constant": "const std::string name = \"a name\";",
    "a static in a function": "const std::string& name() { static const std::string it; return it; }",
    "an inline static member": "struct A { static inline std::string name; }; void* use() { return &A::name; }",
    "a thread_local": "std::string& name() { thread_local std::string it; return it; }",
}
RIGHT = {
    "one that is never destroyed":
        "const std::string& name() { static const std::string& it = *new std::string; return it; }",
    "without a destructor": "std::mutex lock; std::atomic<int> count; int value; const char* const text = \"text\";",
    "automatic": "std::size_t size() { const std::string it = \"it\"; return it.size(); }",
}


def found(text):
    with tempfile.TemporaryDirectory() as folder:
        source, made = pathlib.Path(folder, "a.cc"), pathlib.Path(folder, "a.o")
        archive = pathlib.Path(folder, "liba.a")
        source.write_text(HEAD + text)
        subprocess.run([*COMPILER, "-std=c++20", "-c", source, "-o", made], check=True)
        subprocess.run(["ar", "rc", archive, made], check=True)
        return list(problems_of(listing_of(archive)))


class Statics(unittest.TestCase):
    def test_what_is_destroyed_is_found(self):
        for what, text in WRONG.items():
            with self.subTest(what):
                problems = found(text)
                self.assertEqual(len(problems), 1, problems)
                self.assertIn("a.o: a ", problems[0])

    def test_what_is_not_destroyed_is_right(self):
        for what, text in RIGHT.items():
            with self.subTest(what):
                self.assertEqual(found(text), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
