"""Fails if a source file is in no list, or a list is not sorted. Usage: check_lists.py ROOT

A file that no meson.build names is compiled by nobody and proves nothing. An example that examples/README.md does
not name is found by nobody.
"""

import pathlib
import re
import sys

from cpp_text import sources

LIST = re.compile(r"(?:files\(|\[)\n((?: *'[^'\n]+',\n)+) *[\])]")
NAME = re.compile(r"'([^'\n]+)'")


def listed(build):
    """What one meson.build names, as paths without .cc and _test.cc."""
    return {name.removesuffix(".cc").removesuffix("_test") for name in NAME.findall(build.read_text())}


def is_listed(path, root):
    """Whether a meson.build beside or above `path` names it: whole, or by its last part."""
    wanted = path.with_suffix("").as_posix().removesuffix("_test")
    for folder in path.parents:
        build = folder / "meson.build"
        if build.exists():
            here = pathlib.PurePosixPath(wanted).relative_to(folder.as_posix())
            if {here.as_posix(), here.name} & listed(build):
                return True
        if folder == root:
            return False
    return False


def unsorted(root):
    for build in sorted(root.rglob("meson.build")):
        for match in LIST.finditer(build.read_text()):
            names = NAME.findall(match[1])
            if names != sorted(names):
                late = next(b for a, b in zip(names, names[1:]) if b < a)
                yield f"{build.relative_to(root)}: '{late}' is not in its place"


def unlisted_examples(root):
    folder = root / "examples"
    if not folder.exists():
        return
    programs = {path.name for path in folder.glob("*.cc")}
    named = set(re.findall(r"`(\w+\.cc)`", (folder / "README.md").read_text()))
    for name in sorted(programs ^ named):
        yield f"examples/README.md: {name} is " + ("not there" if name in named else "not named")


def problems(root):
    for path in sources(root, (".cc",)):
        if not is_listed(path, root):
            yield f"{path.relative_to(root).as_posix()}: in no list of a meson.build"
    yield from unsorted(root)
    yield from unlisted_examples(root)


if __name__ == "__main__":
    FOUND = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(FOUND) or "lists ok")
    sys.exit(bool(FOUND))
