"""Fails on what clang-format would change; skipped (77) without clang-format. Usage: check_format.py ROOT"""

import pathlib
import shutil
import subprocess
import sys

from cpp_text import sources

SKIPPED = 77


def problems(root, files):
    """What clang-format says, with the style file of `root`; empty if it would change nothing."""
    if not files:
        return ""
    said = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", f"--style=file:{root / '.clang-format'}", *files],
        capture_output=True, text=True, check=False)
    return said.stderr if said.returncode else ""


def main(root):
    if not shutil.which("clang-format"):
        print("no clang-format here")
        return SKIPPED
    found = problems(root, list(sources(root)))
    print(found or "format ok")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
