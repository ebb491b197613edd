"""A running testbed, for the tests that talk to one."""

import http.client
import json
import re
import signal
import socket
import subprocess
import time

LONGEST = 30  # seconds; nothing here should take one


class TestbedProcess:
    """One that runs, on a free port of its own choice."""

    def __init__(self, program, what, *arguments):
        self.process = subprocess.Popen(
            [program, what, "0", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (.*):(\d+)\n", line)
        if not found:
            raise AssertionError(line + self.process.communicate(timeout=LONGEST)[1])
        self.host, self.port = found[1].strip("[]"), int(found[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=LONGEST)

    def web(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=LONGEST)

    def status(self):
        """What it says of itself; other lines of its log are thrown away."""
        self.process.send_signal(signal.SIGUSR1)
        line = next(line for line in self.process.stderr if line.startswith("{"))
        return json.loads(line)

    def status_when(self, holds):
        """The first status that holds(status); what we did a moment ago may not be counted yet."""
        deadline = time.monotonic() + LONGEST
        while not holds(status := self.status()):
            if time.monotonic() > deadline:
                raise AssertionError(status)
            time.sleep(0.02)
        return status

    def stop(self, *signals):
        """(exit code, stderr) after these signals."""
        for each in signals or (signal.SIGTERM,):
            self.process.send_signal(each)
        _, said = self.process.communicate(timeout=LONGEST)
        return self.process.returncode, said
