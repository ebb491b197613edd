"""Fails if an object of the libraries is destroyed when the process ends. Usage: check_statics.py ARCHIVE...

Global objects of the program may be destroyed after ours and still use them: a reactor in a global pointer,
for instance. So a static of ours has no destructor, or is never destroyed: `static T& name = *new T;`. Thread-local
ones are worse, because those of the main thread go first.

The compiled objects say it exactly: what is destroyed was registered.
"""

import re
import subprocess
import sys

# What registers a destructor -> what is destroyed by it.
REGISTERS = {
    "__cxa_atexit": "a static object",
    "__cxa_thread_atexit": "a thread_local object",
    "atexit": "a static object",
    "on_exit": "a static object",
}
UNDEFINED = re.compile(r"^(?:.*:)?(?P<member>[^:]+):\s+U (?P<name>\w+)", re.MULTILINE)


def problems_of(listing):
    """What one archive's symbols, as nm -A lists them, say of its members."""
    for match in UNDEFINED.finditer(listing):
        if match["name"] in REGISTERS:
            yield f"{match['member']}: {REGISTERS[match['name']]} has a destructor, which runs at exit"


def listing_of(archive):
    return subprocess.run(["nm", "-A", archive], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    FOUND = [problem for archive in sys.argv[1:] for problem in problems_of(listing_of(archive))]
    print("\n".join(FOUND) or "statics ok")
    sys.exit(bool(FOUND))
