"""The program in tests/interop/installed, built outside of the tree against what is installed, static and shared.

Usage: install_test.py TOOL BUILD COMPILER [ARGUMENT...]

TOOL is what finds the libraries: cmake, meson or pkg-config.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent / "installed"
OTHER_VERSIONS = ("0.0", "1.0")
LIBRARIES = ("ropewalk", "ropewalk-http", "ropewalk-sim")


def run(*command, **options):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Installed:
    """What a build installs, in a folder of its own, and how a program is built against it."""

    def __init__(self, build, compiler, stage):
        self.compiler = compiler
        self._root = stage / "installed"
        options = json.loads((pathlib.Path(build) / "meson-info" / "intro-buildoptions.json").read_text())
        self._options = {option["name"]: option["value"] for option in options}
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", self._root)
        self.libraries = next(self._root.rglob("ropewalk.pc")).parent.parent
        self.prefix = self._root / self._options["prefix"].lstrip("/")
        self.version = run("pkg-config", "--modversion", self.libraries / "pkgconfig" / "ropewalk.pc").strip()
        self.sanitizer = self._options["b_sanitize"]
        self.environment = {
            **os.environ,
            "CXX": " ".join(compiler),
            "LD_LIBRARY_PATH": str(self.libraries),
            "PKG_CONFIG_PATH": str(self.libraries / "pkgconfig"),
            "PKG_CONFIG_SYSROOT_DIR": str(self._root),
        }

    def kinds(self):
        chosen = self._options["default_library"]
        return ("shared", "static") if chosen == "both" else (chosen,)

    def flags(self):
        return [] if self.sanitizer == "none" else [f"-fsanitize={self.sanitizer}"]


def build_by_pkg_config(installed, kind, folder):
    """Returns the program's path, as the other builds do."""
    static = ["--static"] if kind == "static" else []
    said = run("pkg-config", *static, "--cflags", "--libs", "ropewalk-http", "ropewalk-sim", env=installed.environment)
    found = said.split()
    if static:
        # What a person types who wants these static, and the others as they are.
        found = [f"-l:lib{flag[2:]}.a" if flag[2:] in LIBRARIES else flag for flag in found]
    program = folder / "program"
    run(*installed.compiler, "-std=c++20", *installed.flags(), PROJECT / "program.cc", "-o", program, *found)
    return program


def build_by_meson(installed, kind, folder):
    shutil.copytree(PROJECT, folder / "source")
    run("meson", "setup", f"-Ddefault_library={kind}", f"-Db_sanitize={installed.sanitizer}", "-Db_lundef=false",
        folder / "build", folder / "source", env=installed.environment)
    run("ninja", "-C", folder / "build", env=installed.environment)
    return folder / "build" / "program"


def configure_by_cmake(installed, kind, wanted, folder):
    """Returns the command. CMake finds the package by the prefix alone, wherever that was moved."""
    static = "ON" if kind == "static" else "OFF"
    return [
        "cmake", "-S", PROJECT, "-B", folder, f"-DCMAKE_PREFIX_PATH={installed.prefix}", f"-DWANTED={wanted}",
        f"-Dropewalk_USE_STATIC_LIBS={static}", f"-DCMAKE_CXX_FLAGS={' '.join(installed.flags())}"]


def build_by_cmake(installed, kind, folder):
    build = folder / "build"
    run(*configure_by_cmake(installed, kind, installed.version, build), env=installed.environment)
    run("cmake", "--build", build, env=installed.environment)
    for other in OTHER_VERSIONS:
        command = configure_by_cmake(installed, kind, other, folder / other)
        said = subprocess.run(command, env=installed.environment, capture_output=True, text=True, check=False)
        if said.returncode == 0 or "compatible with requested version" not in said.stderr:
            sys.exit(f"version {other} is not refused:\n{said.stdout}{said.stderr}")
    return build / "program"


BUILDS = {"cmake": build_by_cmake, "meson": build_by_meson, "pkg-config": build_by_pkg_config}


def needed(program):
    """The libraries of ours that the dynamic linker will look for."""
    said = run("readelf", "-d", program)
    return [line for line in said.splitlines() if "(NEEDED)" in line and "libropewalk" in line]


def check(installed, kind, build, folder):
    folder.mkdir()
    program = build(installed, kind, folder)
    shared = needed(program)
    wanted = len(LIBRARIES) if kind == "shared" else 0
    if len(shared) != wanted:
        sys.exit(f"{kind}: the program needs {wanted} shared libraries of ours, but has {shared}")
    run(program, env=installed.environment, timeout=20)


def main(tool, build, *compiler):
    with tempfile.TemporaryDirectory() as name:
        stage = pathlib.Path(name)
        installed = Installed(build, compiler, stage)
        for kind in installed.kinds():
            check(installed, kind, BUILDS[tool], stage / kind)
            print(f"{tool}: {kind}: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
