"""Plants mutants that do not apply, and expects each to be named. Usage: check_mutants_test.py"""

import pathlib
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(TESTS / "mutants"))
import mutant_text

SOURCE = "int twice(int x) {\n  if (x > limit()) return 0;\n  return x +\n         x;\n}\nint one() { return 1; }\nint uno() { return 1; }\n"

FOLLOWS = "in a.cc\n-return x + x;\n+return x;\n"
CONTEXT = "in a.cc\n int uno() {\n-  return 1;\n+  return 2;\n"
REFUSED = {
    "gone": "in a.cc\n-return x - x;\n+return x;\n",
    "twice there": "in a.cc\n-return 1;\n+return 2;\n",
    "no file": "in b.cc\n-return 1;\n+return 2;\n",
    "nothing to find": "in a.cc\n+return 2;\n",
    "no line": "in a.cc\nreturn 2;\n",
    "empty": "",
    "second edit of two": "in a.cc\n-x > limit()\n+false\nin a.cc\n-limit()\n+0\n",
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        source = root / "a.cc"

        def outcome(mutant):
            source.write_text(SOURCE)
            try:
                mutant_text.apply(mutant, root)
            except mutant_text.Unusable:
                assert source.read_text() == SOURCE, "a refused mutant has changed something"
                return None
            return source.read_text()

        assert outcome(FOLLOWS) == SOURCE.replace("return x +\n         x;", "return x;")
        assert outcome(CONTEXT) == SOURCE.replace("int uno() { return 1;", "int uno() {\n  return 2;")
        for name, mutant in REFUSED.items():
            assert outcome(mutant) is None, name
    print("check_mutants ok")


if __name__ == "__main__":
    main()
