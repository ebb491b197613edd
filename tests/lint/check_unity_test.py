"""check_unity.py must name what clashes. Usage: check_unity_test.py COMPILER [ARGUMENT...]"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_unity

COMPILER = sys.argv[1:]
ONE = "namespace { const int kLimit = 1; }\nint one() { return kLimit; }\n"
TWO = "namespace { const int kOther = 2; }\nint two() { return kOther; }\n"


class CheckUnityTest(unittest.TestCase):
    def answer(self, second):
        """What is said of two sources in one list, the second of which is `second`."""
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for folder, lists in check_unity.LISTS.items():
                (root / folder).mkdir()
                (root / folder / "one.cc").write_text(ONE)
                (root / folder / "two.cc").write_text(second if folder == "src" else TWO)
                (root / folder / "meson.build").write_text(
                    "".join(f"{each} = files(\n  'one.cc',\n  'two.cc',\n)\n" for each in lists))
            return check_unity.problems(root, COMPILER)

    def test_different_names_are_no_problem(self):
        self.assertEqual(self.answer(TWO), [])

    def test_the_same_name_is_a_clash(self):
        found = self.answer(TWO.replace("kOther", "kLimit"))
        self.assertEqual(len(found), 2)
        self.assertRegex(found[0], r"^core_sources: .*two\.cc:1:.*kLimit")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
