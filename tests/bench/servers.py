"""Servers and load programs as processes: on loopback, and bounded in time."""

import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

START_SECONDS = 30  # valgrind takes its time
RUN_SECONDS = 120


class Server:
    """One server process, until stop() or the end of its `with` block.

    The programs of tests/bench tell their port; of other people's servers, `port` says it. `wrapper` is put
    before the command line, `arguments` behind it and the port. `core` is the only processor that the server
    may use.
    """

    def __init__(self, name, command, port=None, wrapper=(), arguments=(), core=None, env=None, pass_fds=()):
        self.name = name
        told = [*([] if port else ["0"]), *arguments]
        with on_core(core):
            self.process = subprocess.Popen(
                [*wrapper, *map(str, command), *told], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if port else None,  # where other people's servers say hello
                env={**os.environ, **(env or {})}, pass_fds=pass_fds)
        try:
            if port:
                wait_until_listening(port, name)
            self.port = port or int(line_of(self.process, name))
            self.pid = child_of(self.process.pid) if "strace" in wrapper else self.process.pid
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cpu_seconds(self):
        """User and system time so far, by the process's CPU clock: /proc counts in ticks of 10 ms."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def stop(self):
        """Ends the server and waits until it, and what is wrapped around it, has gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def on_core(core):
    """What is started inside may use only that processor; with None, any."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def line_of(process, name):
    """The next line that `process` prints."""
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if ready else b""
    if not line:
        raise RuntimeError(f"{name} ended, or said nothing within {START_SECONDS} s")
    return line


def wait_until_listening(port, name):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not listen on port {port}") from None
            time.sleep(0.02)


def child_of(pid):
    """The process that `pid`, which is wrapped around it, has started."""
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def free_port():
    """A port that nobody had a moment ago, for servers that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_load(program, server, core=None, **options):
    """Runs a load program against `server`; returns what it says: seconds, server_cpu_seconds and more."""
    arguments = [text for name, number in options.items() for text in (f"--{name}", str(number))]
    with on_core(core):
        done = subprocess.run(
            [program, "--port", str(server.port), "--pid", str(server.pid), *arguments],
            stdout=subprocess.PIPE, timeout=RUN_SECONDS, check=True)
    return json.loads(done.stdout)
