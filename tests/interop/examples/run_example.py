"""Starts an example and does what its first comment says, on another port: everything must appear as it says.

Usage: run_example.py PROGRAM SOURCE

Interactive commands are carried out with nc and with telnet, whichever of the two is written.
"""

import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import comment
from terminal import LONGEST, Terminal, play

PROGRAM, SOURCE = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
PORT = re.compile(r"\b(8000|8001|8080)\b")
TOOLS = ("bash", "curl", "nc", "telnet")


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def shell(command, folder):
    """What a command that ends by itself says."""
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, timeout=LONGEST, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.stdout.replace("\r", "").splitlines()


def check(what, expected, got):
    if expected != got:
        raise AssertionError(f"$ {what}\nexpected: {expected}\n     got: {got}")


class Server:
    """The example, running on a free port."""

    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen(
            [PROGRAM, str(self.port)], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + LONGEST
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError("it does not listen: " + self.process.communicate()[1])
            time.sleep(0.02)

    def _listens(self):
        # Asks the kernel; a connection of our own would show in what the example prints.
        wanted = f":{self.port:04X} 00000000:0000 0A"
        return any(wanted in line for line in pathlib.Path("/proc/net/tcp").read_text().splitlines())

    def stop(self):
        """Interrupts it. (exit code, its lines, what it said on stderr)"""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=LONGEST)
        return self.process.returncode, out.splitlines(), err


def swapped(command):
    """The same talk through the other of nc and telnet."""
    other = {"nc": "telnet", "telnet": "nc"}
    word, rest = command.text.split(" ", 1)
    return comment.Command(other[word] + " " + rest, command.talk)


def converse(terminals, port, folder, swap):
    """Carries out what the comment says for the other terminals."""
    interactive = []
    for command in (command for terminal in terminals for command in terminal):
        command = comment.Command(PORT.sub(str(port), command.text), command.talk)
        if command.is_interactive:
            command = swapped(command) if swap else command
            interactive.append(lambda command=command: Terminal(command, folder))
        else:
            check(command.text, command.talk, shell(command.text, folder))
    play(interactive)


def run_server(terminals, swap):
    """Everything once, beginning to end."""
    *before, start = terminals[0]
    with tempfile.TemporaryDirectory() as folder:
        for command in before:
            check(command.text, command.talk, shell(command.text, folder))
        server = Server(folder)
        try:
            converse(terminals[1:], server.port, folder, swap)
            code, lines, err = server.stop()
        finally:
            server.process.kill()
            server.process.wait()
        check("echo $?", (0, ""), (code, err))
        check(start.text, start.talk, lines)
        check_refusals(folder)


def check_refusals(folder):
    """Bad arguments, and a port that is taken: one line on stderr, exit code 2."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        for argument in ("nonsense", "80x", "-1", "70000", str(taken.getsockname()[1])):
            done = subprocess.run([PROGRAM, argument], capture_output=True, text=True, timeout=LONGEST,
                                  check=False, cwd=folder)
            what = f"{PROGRAM.name} {argument}"
            check(what, (2, 1), (done.returncode, done.stderr.count("\n")))
            if not done.stderr.startswith(PROGRAM.name + ": ") or argument not in done.stderr:
                raise AssertionError(f"$ {what}\nsaid: {done.stderr!r}")


def main():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print("not installed:", *missing)
        return 77
    terminals = comment.terminals_of(SOURCE.read_text())
    if len(terminals) == 1:
        (command,) = terminals[0]
        started = command.text.replace("./" + PROGRAM.name, str(PROGRAM))
        check(command.text, command.talk, shell(started, "/"))
        return 0
    run_server(terminals, swap=False)
    if any(command.is_interactive for terminal in terminals for command in terminal):
        run_server(terminals, swap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
