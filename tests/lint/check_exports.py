"""Fails if a shared library hides a name that the public headers declare.

Usage: check_exports.py ROOT OBJECTS LIBRARY... ARCHIVE...

OBJECTS is a folder with the compiled tests, which use what the headers declare. LIBRARY is a shared library,
ARCHIVE has the objects that the libraries are made of. A name that an object of a test needs and an archive has
must be exported, unless it is internal: a word of it does not occur in any public header.
"""

import pathlib
import re
import subprocess
import sys

WORD = re.compile(r"[A-Za-z_]\w*")


def names(symbols):
    """Symbols as the linker spells them -> what they mean in C++."""
    said = subprocess.run(["c++filt"], input="\n".join(symbols), capture_output=True, text=True, check=True)
    return dict(zip(symbols, said.stdout.splitlines()))


def qualified(name):
    """The name of a function without its arguments, of a class without what the linker makes of it."""
    return re.sub(r"\[abi:\w+\]", "", name.rpartition(" for ")[2].partition("(")[0])


def is_public(name, words):
    return name.startswith("ropewalk::") and words.issuperset(WORD.findall(name))


def hidden(needed, exported, words):
    """The public ones of `needed` that are not exported, as C++ spells them."""
    missing = names(sorted(needed - exported)).values()
    return sorted({name for name in missing if is_public(qualified(name), words)})


def symbols(files, *options):
    said = subprocess.run(["nm", "-P", *options, *files], capture_output=True, text=True, check=True)
    return {line.split()[0].partition("@")[0] for line in said.stdout.splitlines() if " " in line}


def problems(root, objects, files):
    archives = [file for file in files if file.endswith(".a")]
    libraries = [file for file in files if not file.endswith(".a")]
    headers = (root / "include").rglob("*.h")
    words = {word for header in headers for word in WORD.findall(header.read_text())}
    needed = symbols(objects.glob("*.o"), "--undefined-only") & symbols(archives, "--defined-only")
    for name in hidden(needed, symbols(libraries, "-D", "--defined-only"), words):
        yield f"a public header declares it, but no shared library exports it: {name}"


if __name__ == "__main__":
    FOUND = list(problems(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]))
    print("\n".join(FOUND) or "exports ok")
    sys.exit(bool(FOUND))
