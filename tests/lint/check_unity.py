"""Fails if the sources of a library cannot be compiled as one. Usage: check_unity.py ROOT COMPILER [ARGUMENT...]

examples/run compiles each library as one source (a unity build): this takes a third of the time. Two names in
unnamed namespaces, or two macros, that are the same in two sources break it.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

# The folder of a meson.build -> its lists, each of which is a library or most of one.
LISTS = {
    "protocols": ("echo_and_chat_sources", "http_sources"),
    "src": ("core_sources", "sim_sources"),
}
INCLUDED = ("include", "src", "protocols")


def sources_of(folder, name):
    found = re.search(rf"^{name} = files\(\n(.*?)\n\)", (folder / "meson.build").read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"{folder}/meson.build has no list {name}")
    return [folder / file for file in re.findall(r"'([^']+)'", found[1])]


def problem_of(root, compiler, folder, name):
    """What the compiler says to the first clash, or None."""
    whole = "".join(f'#include "{source}"\n' for source in sources_of(root / folder, name))
    done = subprocess.run(
        [*compiler, "-std=c++20", "-fsyntax-only", "-w", *(f"-I{root / folder}" for folder in INCLUDED), "-x", "c++", "-"],
        input=whole, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    return f"{name}: {errors[0] if errors else done.stderr}"


def problems(root, compiler):
    lists = [(folder, name) for folder, names in LISTS.items() for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: problem_of(root, compiler, *each), lists)
        return [problem for problem in found if problem]


if __name__ == "__main__":
    FOUND = problems(pathlib.Path(sys.argv[1]), sys.argv[2:])
    print("\n".join(FOUND) or "unity ok")
    sys.exit(bool(FOUND))
