"""Runs a program of this folder as a process of its own: it must end well, and all that it reports must hold.

Usage: run_program.py PROGRAM [CLOSED...]

CLOSED: numbers of the descriptors that are closed when it starts.
"""

import pathlib
import subprocess
import sys
import tempfile

LONGEST = 60  # seconds; nothing here should take ten
PROGRAM, *CLOSED = sys.argv[1:]

with tempfile.TemporaryDirectory() as folder:
    report = pathlib.Path(folder, "report")
    report.touch()
    closing = " ".join(f"{number}>&-" for number in CLOSED)
    done = subprocess.run(
        ["bash", "-c", f'exec "$0" "$1" "$2" {closing}', PROGRAM, report, folder], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONGEST, text=True, check=False)
    lines = report.read_text().splitlines()

print("\n".join(lines), done.stdout, sep="\n")
if done.returncode:
    sys.exit(f"it ended with status {done.returncode}")
if not lines or any(not line.startswith("ok: ") for line in lines):
    sys.exit("what must hold does not")
