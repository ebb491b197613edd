"""The demo program: what it serves, how it stops, and what it says to bad options.

Usage: demo_test.py DEMO
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

DEMO = sys.argv[1]
LONGEST = 20  # seconds; nothing here should take one
FREE = ("--echo-port", "0", "--chat-port", "0", "--http-port", "0")


def refused(*options, **how):
    """Runs the demo with options that it must refuse. (exit code, what it said on stderr)"""
    done = subprocess.run(
        [DEMO, *options], capture_output=True, text=True, timeout=LONGEST, check=False, **how)
    return done.returncode, done.stderr


class Demo:
    """A running demo on free ports, with one page to serve."""

    def __init__(self):
        self._root = tempfile.TemporaryDirectory()
        with open(os.path.join(self._root.name, "index.html"), "w", encoding="utf-8") as page:
            page.write("<p>hello</p>\n")
        self.process = subprocess.Popen(
            [DEMO, *FREE, "--root", self._root.name],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.banner = ""
        while "Ctrl-C" not in self.banner:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(self.banner + self.process.stderr.read())
            self.banner += line
        self.echo = int(re.search(r"nc -N \S+ (\d+)", self.banner)[1])
        self.chat = int(re.search(r"telnet \S+ (\d+)", self.banner)[1])
        self.web = int(re.search(r"http://[^:]+:(\d+)/", self.banner)[1])

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=LONGEST)
        self._root.cleanup()
        return self.process.returncode, out, err


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=LONGEST)


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.demo = Demo()
        self.addCleanup(self.demo.process.kill)

    def test_it_echoes(self):
        with connect(self.demo.echo) as peer:
            peer.sendall(b"hello\n")
            peer.shutdown(socket.SHUT_WR)
            self.assertEqual(peer.makefile("rb").read(), b"hello\n")
        self.assertEqual(self.demo.stop()[0], 0)

    def test_it_serves_pages_and_routes_and_404(self):
        base = f"http://127.0.0.1:{self.demo.web}"
        self.assertEqual(urllib.request.urlopen(base + "/", timeout=LONGEST).read(), b"<p>hello</p>\n")
        self.assertEqual(urllib.request.urlopen(base + "/hello/you", timeout=LONGEST).read(), b"hello, you\n")
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(base + "/nowhere", timeout=LONGEST)
        self.assertEqual(raised.exception.code, 404)
        raised.exception.close()
        self.assertEqual(self.demo.stop()[0], 0)

    def stops_orderly(self, how):
        with connect(self.demo.chat) as peer:
            lines = peer.makefile("rb")
            self.assertIn(b"name?", lines.readline())
            peer.sendall(b"ada\n")
            lines.readline()
            code, out, err = self.demo.stop(how)
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(out.endswith("stopped\n"))
            told = lines.read()
            self.assertIn(b"***", told)
            self.assertNotIn(b"\x1b", out.encode() + self.demo.banner.encode())

    def test_an_interrupt_tells_each_chat_member_and_ends_with_0(self):
        self.stops_orderly(signal.SIGINT)

    def test_sigterm_does_the_same(self):
        self.stops_orderly(signal.SIGTERM)

    def test_a_taken_port_is_named_with_who_could_hold_it_and_the_option(self):
        for option, port in (("--echo-port", self.demo.echo), ("--chat-port", self.demo.chat),
                             ("--http-port", self.demo.web)):
            with self.subTest(option=option):
                options = dict(zip(FREE[::2], FREE[1::2])) | {option: str(port)}
                code, said = refused(*(word for pair in options.items() for word in pair), "--root", "/")
                self.assertEqual((code, said.count("\n")), (1, 1), said)
                self.assertIn(f"port {port} is taken", said)
                self.assertIn("ss -ltnp", said)
                self.assertIn(option, said)
        self.demo.stop()


class RefusedOptionsTest(unittest.TestCase):
    def check(self, expected_code, expected, *options, **how):
        code, said = refused(*options, **how)
        self.assertEqual((code, said.count("\n")), (expected_code, 1), said)
        self.assertIn(expected, said)

    def test_an_unknown_option(self):
        self.check(2, "--colour", "--colour", "red")

    def test_a_port_that_is_none(self):
        self.check(2, "--echo-port", "--echo-port", "99999")
        self.check(2, "--http-port", "--http-port", "http")

    def test_a_missing_web_root(self):
        self.check(1, "--root", *FREE, "--root", "/no/such/folder")

    def test_a_malformed_address(self):
        self.check(1, "--host", *FREE, "--host", "300.1.2.3", "--root", "/")

    def test_an_address_of_another_machine(self):
        self.check(1, "--host", *FREE, "--host", "192.0.2.1", "--root", "/")

    def test_a_privileged_port(self):
        options = ["--echo-port", "1", *FREE[2:], "--root", "/"]
        if os.getuid() == 0:
            nobody = {"user": 65534, "group": 65534, "extra_groups": []}
            probe = subprocess.run([DEMO, "--help"], capture_output=True, check=False, **nobody)
            if probe.returncode:
                self.skipTest("another user cannot start the demo here")
            self.check(1, "above 1023", *options, **nobody)
        else:
            self.check(1, "above 1023", *options)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
