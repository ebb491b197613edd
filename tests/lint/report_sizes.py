"""Prints the files and functions that are longer than the house likes; never fails.

Usage: report_sizes.py ROOT

They are questions, not errors: does the file still have one noun, does the function still fit on a screen?
"""

import pathlib
import re
import sys

from cpp_text import blanked, sources

LONG_FILE = 250
LONG_FUNCTION = 40

# The line on which a body opens, as clang-format leaves it: the last of `Type name(...) ... {`.
OPENS = re.compile(
    r"^ *(?!(?:namespace|class|struct|union|enum|if|for|while|switch|do|else|try)\b|\})"
    r"\S.*\)[\w\s&>:<,*{}()]*\{$")


def closing_line(lines, number):
    """Where the brace that ends line `number` is closed."""
    depth = 1
    for at in range(number + 1, len(lines)):
        depth += lines[at].count("{") - lines[at].count("}")
        if depth <= 0:
            return at
    return len(lines) - 1


def long_functions(text):
    """(line, length) of each function over the limit."""
    lines = blanked(text).split("\n")
    for number, line in enumerate(lines):
        if OPENS.match(line):
            length = closing_line(lines, number) - number + 1
            if length > LONG_FUNCTION:
                yield number + 1, length


def report(root):
    for path in sources(root):
        here = path.relative_to(root).as_posix()
        text = path.read_text()
        count = text.count("\n")
        if count > LONG_FILE:
            yield f"{here}: {count} lines"
        for line, length in long_functions(text):
            yield f"{here}:{line}: a function of {length} lines"


if __name__ == "__main__":
    print("\n".join(report(pathlib.Path(sys.argv[1]))) or "sizes ok")
