"""check_format.py must see a file that clang-format would change. Usage: check_format_test.py ROOT"""

import pathlib
import shutil
import sys
import tempfile
import unittest

import check_format

ROOT = pathlib.Path(sys.argv[1])


class CheckFormatTest(unittest.TestCase):
    def answer(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "planted.cc"
            file.write_text(text)
            return check_format.problems(ROOT, [file])

    def test_a_formatted_file_has_no_problems(self):
        self.assertEqual(self.answer("int main() { return 0; }\n"), "")

    def test_an_unformatted_file_is_named(self):
        self.assertIn("planted.cc", self.answer("int main()\n{ return  0; }\n"))


if __name__ == "__main__":
    if not shutil.which("clang-format"):
        print("no clang-format here")
        sys.exit(check_format.SKIPPED)
    unittest.main(argv=sys.argv[:1])
