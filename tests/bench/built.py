"""The programs of tests/bench in the release build, which is the one that `tests/run --release` makes."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "tests" / "bench" / "servers"

sys.path.append(str(ROOT / "tests" / "runner"))
from configuration import COMPILERS, BuildFailed, Configuration, compile_targets, set_up  # noqa: E402, F401

RELEASE = Configuration("gcc", release=True)
COMPILER = COMPILERS[RELEASE.compiler]["CXX"]


def build(jobs, peers):
    """Compiles them. Returns {name: path}, without those of `peers` whose libraries are not installed."""
    set_up(RELEASE.folder, ROOT, list(RELEASE.options()), RELEASE.environment())
    compile_targets(RELEASE.folder, ["build.ninja"], jobs, RELEASE.environment())
    if not set(peers) <= set(programs_of(RELEASE.folder)):
        # Meson remembers that a library is missing, even when it is there by now.
        subprocess.run(["meson", "configure", "--clearcache", RELEASE.folder],
                       check=True, stdout=subprocess.DEVNULL)
        compile_targets(RELEASE.folder, ["build.ninja"], jobs, RELEASE.environment())
    programs = programs_of(RELEASE.folder)
    targets = [str(path.relative_to(RELEASE.folder)) for path in programs.values()]
    compile_targets(RELEASE.folder, targets, jobs, RELEASE.environment())
    return programs


def programs_of(folder):
    """{name: path} of what meson builds out of tests/bench in that build folder."""
    described = subprocess.run(["meson", "introspect", "--targets", folder], check=True, capture_output=True)
    here = pathlib.Path(__file__).resolve().parent
    return {target["name"]: pathlib.Path(target["filename"][0]) for target in json.loads(described.stdout)
            if pathlib.Path(target["defined_in"]).parent == here}
