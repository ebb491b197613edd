"""clang-tidy over the sources, with what .clang-tidy asks for."""

import concurrent.futures
import json
import subprocess

from configuration import ROOT, BuildFailed
from test_program import Case

CHECKED = ("src", "protocols", "examples")


def check_statically(configuration, jobs):
    """One case: clang-tidy finds nothing in any source that `configuration` compiles."""
    try:
        configuration.build(jobs)
    except BuildFailed as failure:
        return [Case("clang-tidy finds nothing", "clang-tidy", "lint", "failed", reason=str(failure))]
    commands = json.loads((configuration.folder / "compile_commands.json").read_text())
    compiled = {(configuration.folder / command["file"]).resolve() for command in commands}
    files = sorted(file for file in compiled if any(file.is_relative_to(ROOT / top) for top in CHECKED))

    def check(file):
        said = subprocess.run(
            ["clang-tidy", "-p", configuration.folder, "--quiet", file],
            capture_output=True, text=True, check=False)
        return said.stdout if said.returncode else ""

    print(f"clang-tidy: {len(files)} files", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        found = "\n".join(filter(None, pool.map(check, files)))
    if found:
        print(found)
    return [Case("clang-tidy finds nothing", "clang-tidy", "lint", "failed" if found else "passed")]
