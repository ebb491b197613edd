"""Fails if a public header does not compile alone, or drags in what users must not pay for.

Usage: check_public_headers.py ROOT COMPILER [ARGUMENT...]
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Whatever stands between: a public header may not even reach these.
BANNED = re.compile(
    r"/(event2|openssl|fmt)/|/(event|evutil)\.h$|/iostream$|/(src|protocols|tests)/.*\.h$")


def reached(rule):
    """The files of a make rule as compilers write it."""
    files = re.sub(r"\\\n", " ", rule).partition(":")[2].split()
    return [os.path.normpath(file) for file in files]


def problem_of(root, header, compiler):
    name = header.relative_to(root / "include").as_posix()
    with tempfile.TemporaryDirectory() as folder:
        rule = pathlib.Path(folder) / "rule"
        source = pathlib.Path(folder) / "alone.cc"
        source.write_text(f"#include <{name}>\n")
        said = subprocess.run(
            [*compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
             f"-I{root / 'include'}", "-MD", "-MF", rule, source],
            capture_output=True, text=True, check=False)
        if said.returncode:
            return f"{name} does not compile alone:\n{said.stderr}"
        inside = f"{root}/include/"
        for file in reached(rule.read_text()):
            if not file.startswith(inside) and BANNED.search(file.removeprefix(str(root))):
                return f"{name} reaches {file}"
    return None


def problems(root, compiler):
    headers = sorted((root / "include").rglob("*.h"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda header: problem_of(root, header, compiler), headers)
        return [problem for problem in found if problem]


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv[1]).resolve()
    FOUND = problems(ROOT, sys.argv[2:])
    print("\n".join(FOUND) or "public headers ok")
    sys.exit(bool(FOUND))
