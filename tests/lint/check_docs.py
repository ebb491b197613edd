"""Fails if Doxygen warns of a comment in the headers; skipped (77) without Doxygen. Usage: check_docs.py DOXYFILE"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def warnings(doxyfile):
    """What Doxygen says while it makes the pages that `doxyfile` describes, in a folder that is removed."""
    with tempfile.TemporaryDirectory() as output:
        said = subprocess.run(
            ["doxygen", "-"], input=f'{doxyfile.read_text()}\nOUTPUT_DIRECTORY = "{output}"\n',
            capture_output=True, text=True, check=False)
        if not (pathlib.Path(output) / "html" / "index.html").exists():
            return said.stderr + "no pages were made"
        return said.stderr


def main(doxyfile):
    if not shutil.which("doxygen"):
        print("no doxygen here")
        return SKIPPED
    found = warnings(doxyfile)
    print(found or "docs ok")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
