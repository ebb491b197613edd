"""A terminal in which somebody types into a program and reads what it says."""

import os
import selectors
import signal
import subprocess
import time

from comment import is_typed

LONGEST = 30  # seconds that an expected line may take
QUIET = 2  # seconds without an expected line after which it is somebody else's turn

CLOSED = "Connection closed by foreign host."
TELNET_NOISE = ("Trying ", "Connected to ", "Escape character is ")


class Terminal:
    """One interactive command, carried out line by line as its comment says."""

    def __init__(self, command, folder):
        self.text = command.text
        self._is_telnet = command.text.startswith("telnet ")
        self._todo = list(command.talk)
        self._rest = b""
        self.process = subprocess.Popen(
            ["bash", "-c", "exec " + command.text], cwd=folder, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self.process.stdout, selectors.EVENT_READ)

    @property
    def is_done(self):
        return not self._todo

    def go_on(self, patience):
        """Types and reads until all is done, or the next line has not come for `patience` seconds."""
        while self._todo:
            expected = self._todo[0]
            if is_typed(expected):
                self.process.stdin.write(expected[2:].encode() + b"\n")
                self.process.stdin.flush()
            elif expected == CLOSED:
                self._expect_close()
            else:
                line = self._line(patience)
                if line is None:
                    return
                if line != expected:
                    raise AssertionError(f"$ {self.text}\nexpected: {expected!r}\n     got: {line!r}")
            del self._todo[0]

    def close(self):
        """Ends the program; what it said beyond what was expected is an error."""
        extra = self._line(0.2)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self._ready.close()
        if extra:
            raise AssertionError(f"$ {self.text}\nunexpected: {extra!r}")

    def _expect_close(self):
        if self._is_telnet:
            said = self._line(LONGEST)
        else:
            self.process.stdin.close()  # nc waits for it
            said = self._line(LONGEST)
            said = CLOSED if said == "" else said
        if said != CLOSED:
            raise AssertionError(f"$ {self.text}\nexpected the end, got: {said!r}")
        self.process.wait(LONGEST)

    def _line(self, patience):
        """The next line without its end; "" at the end of all, None if none comes."""
        deadline = time.monotonic() + patience
        while True:
            line, end, rest = self._rest.partition(b"\n")
            if end:
                self._rest = rest
                text = line.rstrip(b"\r").decode()
                if self._is_telnet and text.startswith(TELNET_NOISE):
                    continue
                return text
            if not self._ready.select(max(0, deadline - time.monotonic())):
                return None
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return ""
            self._rest += piece


def play(terminals):
    """Starts each terminal when those before it wait for somebody else, and carries all to their end.

    `terminals`: functions that start one.
    """
    running = []
    try:
        for start in terminals:
            running.append(start())
            running[-1].go_on(QUIET)
        for terminal in running:
            terminal.go_on(LONGEST)
            if not terminal.is_done:
                raise AssertionError(f"$ {terminal.text}\nnever said: {terminal._todo[0]!r}")
    finally:
        failures = []
        for terminal in running:
            try:
                terminal.close()
            except AssertionError as failure:
                failures.append(failure)
    if failures:
        raise failures[0]
