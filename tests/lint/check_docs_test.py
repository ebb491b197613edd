"""check_docs finds a wrong command in a comment, and nothing in a right one."""

import pathlib
import shutil
import sys
import tempfile

import check_docs


def warnings_of(comment):
    with tempfile.TemporaryDirectory() as folder:
        header = pathlib.Path(folder) / "greeter.h"
        header.write_text(f"#pragma once\n/// {comment}\nclass Greeter {{}};\n")
        doxyfile = pathlib.Path(folder) / "Doxyfile"
        doxyfile.write_text(f'INPUT = "{header}"\nQUIET = YES\nGENERATE_LATEX = NO\nHAVE_DOT = NO\n')
        return check_docs.warnings(doxyfile)


def main():
    if not shutil.which("doxygen"):
        print("no doxygen here")
        return check_docs.SKIPPED
    assert warnings_of("Says hello.") == ""
    assert "nosuchcommand" in warnings_of("Says \\nosuchcommand hello.")
    print("check_docs ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
