"""The README's lines install into the prefix they name, also when another one was used before.

Usage: readme_install_test.py ROOT

They are run in a small project whose libraries have the names of ours.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROJECT = """
project('stand-in', 'cpp', default_options: ['default_library=static'])
first = library('ropewalk', 'empty.cc', install: true)
second = library('ropewalk-http', 'empty.cc', install: true)
third = library('ropewalk-sim', 'empty.cc', install: true)
alias_target('libraries', first, second, third)
"""


def commands(readme):
    """The lines from `meson setup` to `meson install`, as one script that takes the prefix from $PREFIX."""
    block = re.search(r"^\$ (meson setup .*?meson install[^#\n]*)", readme, re.MULTILINE | re.DOTALL)
    if not block:
        raise SystemExit("the README has no lines from `meson setup` to `meson install`")
    lines = [line.removeprefix("$ ").split("  #")[0] for line in block[1].splitlines()]
    script = "\n".join(lines)
    if "$PREFIX" not in script:
        raise SystemExit("the README's lines do not name $PREFIX")
    return script


def install(script, folder, prefix):
    environment = {**os.environ, "PREFIX": str(prefix)}
    environment.pop("DESTDIR", None)
    done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return {path.name for path in prefix.rglob("*.a")}


def main(root):
    script = commands((root / "README.md").read_text())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "meson.build").write_text(PROJECT)
        (folder / "empty.cc").write_text("int empty() { return 0; }\n")
        wanted = {"libropewalk.a", "libropewalk-http.a", "libropewalk-sim.a"}
        for prefix in ("first", "second"):
            found = install(script, folder, folder / prefix)
            if found != wanted:
                print(f"{prefix} prefix: installed {sorted(found)}")
                return True
    print("both prefixes have the libraries")
    return False


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
