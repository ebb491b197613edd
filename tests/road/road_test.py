"""A byte passes at most 10 functions in 5 files, both ways. Usage: road_test.py ECHO_SERVER OPTIMIZATION

ECHO_SERVER is a build of examples/echo_server.cc at that level. Exits 77 (skipped) without gdb, and at any level but 0:
functions that were inlined cannot be counted.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

MOST_FUNCTIONS = 10
MOST_FILES = 5
PATIENCE = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def send_one_message(port, stop):
    """Connects as soon as somebody listens, sends a message and stays until told to go."""
    while not stop.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as peer:
                peer.sendall(b"hello\n")
                stop.wait(PATIENCE)
        except OSError:
            time.sleep(0.1)


def walk(echo_server):
    """What road.py prints."""
    port = free_port()
    stop = threading.Event()
    peer = threading.Thread(target=send_one_message, args=(port, stop))
    peer.start()
    try:
        script = pathlib.Path(__file__).with_name("road.py")
        command = ["gdb", "-nx", "-batch", "-x", script, "--args", echo_server, str(port)]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout
    finally:
        stop.set()
        peer.join()


def main(echo_server, optimization):
    if optimization != "0":
        print("skipped: an optimised build has no road to walk")
        return 77
    if not shutil.which("gdb"):
        print("skipped: no gdb")
        return 77
    printed = walk(echo_server)
    print("\n".join(line for line in printed.splitlines() if line.startswith("road:")))
    counted = re.search(r"road: (\d+) functions in (\d+) files", printed)
    if not counted:
        print(printed)
        return 1
    functions, files = map(int, counted.groups())
    return functions > MOST_FUNCTIONS or files > MOST_FILES


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
