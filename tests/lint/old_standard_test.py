"""Each public header, compiled as C++17, says in one sentence that it needs C++20.

Usage: old_standard_test.py ROOT COMPILER [ARGUMENT...]
"""

import pathlib
import subprocess
import sys

SENTENCE = "Ropewalk needs C++20: compile with -std=c++20"

# That sentence, and the missing file that stops the compiler behind it.
MOST_ERRORS = 2


def complaint(root, compiler, header):
    """What is wrong with what the compiler says, or None."""
    done = subprocess.run([*compiler, "-std=c++17", "-fsyntax-only", f"-I{root / 'include'}", "-x", "c++", "-"],
                          input=f"#include <{header}>\n", capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    if not errors or SENTENCE not in errors[0]:
        return f"{header}: the first error is: {errors[0] if errors else 'none'}"
    return f"{header}: {len(errors)} errors" if len(errors) > MOST_ERRORS else None


def main(root, *compiler):
    headers = sorted(path.relative_to(root / "include").as_posix() for path in (root / "include").rglob("*.h"))
    problems = [told for told in (complaint(root, compiler, header) for header in headers) if told]
    print("\n".join(problems) or f"{len(headers)} headers say so")
    return bool(problems) or not headers


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), *sys.argv[2:]))
