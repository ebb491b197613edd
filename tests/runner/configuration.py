"""One way to build the tree, and the build folder for it: .build/NAME inside the tree."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDS = ROOT / ".build"

COMPILERS = {"gcc": {"CC": "gcc", "CXX": "g++"}, "clang": {"CC": "clang", "CXX": "clang++"}}

SANITIZERS = {
    "asan": ("address,undefined", 4),
    "tsan": ("thread", 8),
}

SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "TSAN_OPTIONS": "halt_on_error=0:second_deadlock_stack=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}


class BuildFailed(Exception):
    """The tree could not be set up or compiled; the text is what the tools said."""


@dataclasses.dataclass(frozen=True)
class Configuration:
    """A compiler, an optional sanitizer, and debug or release."""

    compiler: str = "gcc"
    sanitizer: str | None = None
    release: bool = False

    @property
    def name(self):
        parts = [self.compiler, self.sanitizer, "release" if self.release else None]
        return "-".join(part for part in parts if part)

    @property
    def folder(self):
        return BUILDS / self.name

    @property
    def slowdown(self):
        """How much longer a test may take than meson.build says."""
        return SANITIZERS[self.sanitizer][1] if self.sanitizer else 1

    def options(self):
        yield f"-Dbuildtype={'release' if self.release else 'debug'}"
        yield "-Dwerror=true"
        # Each source is compiled once for both.
        yield "-Ddefault_library=both"
        if not self.release:
            # The lines of a backtrace, not the variables: saves a sixth of the compiling, two fifths of the folder.
            yield "-Dcpp_args=-g1"
        # The others show that nothing needs it.
        yield f"-Db_pch={'true' if self.compiler == 'gcc' and not self.release else 'false'}"
        if self.sanitizer:
            yield f"-Db_sanitize={SANITIZERS[self.sanitizer][0]}"

    def environment(self):
        cache = "ccache " if shutil.which("ccache") else ""
        compilers = {name: cache + command for name, command in COMPILERS[self.compiler].items()}
        return {**os.environ, **compilers, **SANITIZER_ENVIRONMENT}

    def wrapper(self):
        """What a test program must be started with."""
        # ThreadSanitizer's shadow memory collides with the larger address randomisation of newer kernels.
        if self.sanitizer == "tsan" and runs(["setarch", "-R", "true"]):
            return ["setarch", "-R"]
        return []

    def build(self, jobs):
        """Sets up and compiles. Raises BuildFailed."""
        set_up(self.folder, ROOT, list(self.options()), self.environment())
        compile_targets(self.folder, [], jobs, self.environment())

    def tests(self):
        """What meson.build lists, as meson describes it."""
        return json.loads((self.folder / "meson-info" / "intro-tests.json").read_text())


def runs(command):
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def set_up(folder, source, options, environment):
    """Makes the build folder, or makes it anew when it was set up with other options."""
    stamp = folder / "ropewalk-options.json"
    wanted = json.dumps([str(source), options])
    if (folder / "build.ninja").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    # Not --wipe: whoever was stopped in the middle of it has left a folder that meson does not know.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    said = subprocess.run(
        ["meson", "setup", *options, folder, source],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if said.returncode:
        raise BuildFailed(said.stdout)
    stamp.write_text(wanted)


def compile_targets(folder, targets, jobs, environment):
    on_terminal = sys.stdout.isatty()
    command = ["ninja", "-C", folder, "-j", str(jobs), *([] if on_terminal else ["--quiet"]), *targets]
    said = subprocess.run(
        command, env=environment, text=True, check=False,
        stdout=None if on_terminal else subprocess.PIPE,
        stderr=None if on_terminal else subprocess.STDOUT)
    if said.returncode:
        raise BuildFailed(said.stdout or "")
