"""The testbed: what outside testers are told about it holds.

Usage: testbed_test.py TESTBED
"""

import contextlib
import functools
import http.client
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from testbed_process import LONGEST, TestbedProcess

TESTBED = sys.argv[1]
Testbed = functools.partial(TestbedProcess, TESTBED)


def refused(*arguments):
    """Runs it with arguments that it must refuse, or with --help. (exit code, stdout, stderr)"""
    done = subprocess.run(
        [TESTBED, *arguments], capture_output=True, text=True, timeout=LONGEST, check=False)
    return done.returncode, done.stdout, done.stderr


def exchange(testbed, text):
    """Sends, finishes, and gets all there is to get."""
    with testbed.connect() as peer:
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        return peer.makefile("rb").read()


class LineServersTest(unittest.TestCase):
    def test_echo_sends_everything_back(self):
        with Testbed("echo") as testbed:
            self.assertEqual(exchange(testbed, b"a\0b\r\nc"), b"a\0b\r\nc")

    def test_upper_sends_it_back_in_capitals(self):
        with Testbed("upper") as testbed:
            self.assertEqual(exchange(testbed, b"Hello, World \xff1\n"), b"HELLO, WORLD \xff1\n")

    def test_lines_sends_each_line_back(self):
        with Testbed("lines") as testbed:
            self.assertEqual(exchange(testbed, b"a\r\n\r\nb\nrest"), b"a\r\n\r\nb\r\n")

    def test_lines_closes_at_its_limit(self):
        with Testbed("lines", "--limit", "line=10") as testbed:
            self.assertEqual(exchange(testbed, b"0123456789\n0123456789x\nb\n"), b"0123456789\r\n")


class ChatTest(unittest.TestCase):
    def test_the_first_line_is_the_name_and_the_others_hear_the_rest(self):
        with Testbed("chat") as testbed, testbed.connect() as ann, testbed.connect() as bob:
            heard = {peer: peer.makefile("rb") for peer in (ann, bob)}
            for peer, name in ((ann, b"ann"), (bob, b"bob")):
                self.assertEqual(heard[peer].readline(), b"What's your name?\r\n")
                peer.sendall(name + b"\n")
                self.assertEqual(heard[peer].readline(), b"Welcome, " + name + b"!\r\n")
            bob.sendall(b"hi\n")
            self.assertEqual(heard[ann].readline(), b"*** bob has joined\r\n")
            self.assertEqual(heard[ann].readline(), b"<bob> hi\r\n")
            self.assertEqual(testbed.stop()[0], 0)
            for peer in (ann, bob):
                self.assertEqual(heard[peer].read(), b"*** The server is stopping. Goodbye.\r\n")

    def test_members_that_reset_while_a_line_is_told_take_nobody_with_them(self):
        with Testbed("chat", "--limit", "chat.line=600") as testbed, contextlib.ExitStack() as stack:
            peers = [stack.enter_context(testbed.connect()) for _ in range(400)]
            for number, peer in enumerate(peers):
                peer.sendall(b"m%d\n" % number)
            said = b"x" * 500
            for peer in peers[:2]:  # both have heard the last one come
                reader = peer.makefile("rb")
                while reader.readline() != b"*** m399 has joined\r\n":
                    pass
            # The server finds the line and the resets in one turn.
            testbed.process.send_signal(signal.SIGSTOP)
            peers[0].sendall(said + b"\n")
            for peer in peers[2:]:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
            testbed.process.send_signal(signal.SIGCONT)
            self.assertEqual(reader.readline(), b"<m0> " + said + b"\r\n")
            testbed.status_when(lambda now: now["open"] == 2)

    def test_its_limits_can_be_set(self):
        with Testbed("chat", "--limit", "chat.nameTime=50ms") as testbed, testbed.connect() as silent:
            self.assertIn(b"No name in", silent.makefile("rb").read())


class WebTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.root.cleanup)
        with open(os.path.join(cls.root.name, "index.html"), "w", encoding="utf-8") as page:
            page.write("<p>hello</p>\n")
        cls.testbed = Testbed("http", cls.root.name)
        cls.addClassCleanup(cls.testbed.__exit__)

    def ask(self, method, path, body=None, **headers):
        client = self.testbed.web()
        try:
            client.request(method, path, body, headers)
            answer = client.getresponse()
            return answer.status, answer.read()
        finally:
            client.close()

    def test_it_serves_files(self):
        self.assertEqual(self.ask("GET", "/"), (200, b"<p>hello</p>\n"))
        self.assertEqual(self.ask("GET", "/no-such-file")[0], 404)

    def test_it_counts_and_returns_bodies(self):
        large = b"x" * 3_000_000
        self.assertEqual(self.ask("POST", "/len", large), (200, b"3000000\n"))
        self.assertEqual(self.ask("POST", "/len", iter([b"abc", b"de"])), (200, b"5\n"))
        self.assertEqual(self.ask("PUT", "/sink", large), (200, b"3000000\n"))
        self.assertEqual(self.ask("POST", "/sink", b"abc"), (200, b"3\n"))
        self.assertEqual(self.ask("POST", "/echo", b"\0abc"), (200, b"\0abc"))
        self.assertEqual(self.ask("PUT", "/echo", b"abc"), (200, b"abc"))

    def test_it_generates_bodies(self):
        for path in ("/bytes/", "/push/"):
            for size in (0, 1, 100_000):
                status, body = self.ask("GET", path + str(size))
                self.assertEqual((status, len(body)), (200, size))
            self.assertEqual(self.ask("GET", path + "many")[0], 400)

    def test_bytes_keeps_little_for_a_reader_that_is_slow_and_push_is_aborted(self):
        with self.testbed.connect() as slow:
            slow.sendall(b"GET /bytes/1000000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            status = self.testbed.status_when(lambda now: now["queued_bytes"] > 0)
            self.assertLess(status["queued_bytes"], 200_000)
        aborted = self.testbed.status()["closed"].get("WriteQueueFull", 0)
        with self.testbed.connect() as slow:
            slow.sendall(b"GET /push/1000000000 HTTP/1.1\r\nHost: a\r\n\r\n")
            self.testbed.status_when(lambda now: now["closed"].get("WriteQueueFull", 0) == aborted + 1)

    def test_it_holds_throws_and_tells_what_it_understood(self):
        began = time.monotonic()
        self.assertEqual(self.ask("GET", "/hold/300")[0], 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertEqual(self.ask("GET", "/throw")[0], 500)
        self.assertIn("/throw", self.testbed.process.stderr.readline())
        status, text = self.ask("DELETE", "/headers?a=b", None, **{"X-One": "  1  "})
        self.assertEqual(status, 200)
        lines = text.decode().splitlines()
        self.assertEqual(lines[0], "DELETE /headers?a=b HTTP/1.1")
        self.assertIn("X-One: 1", lines)
        self.assertEqual(self.ask("GET", "/headers")[0], 200)

    def test_http_echo_answers_anything_with_its_body_and_keeps_the_connection(self):
        with Testbed("http-echo") as testbed:
            client = testbed.web()
            for method, path, body in (("GET", "/", b""), ("POST", "/a/b", b"abc"), ("PUT", "/%20", b"\0"),
                                       ("DELETE", "/x?y", b""), ("PURGE", "/x", b"p")):
                client.request(method, path, body)
                answer = client.getresponse()
                self.assertEqual((answer.status, answer.read()), (200, body), method)
            self.assertEqual(testbed.status()["accepted"], 1)
            client.close()


class StatusTest(unittest.TestCase):
    def test_status_is_written_when_no_descriptor_is_left_for_connections(self):
        with Testbed("echo") as testbed, contextlib.ExitStack() as stack:
            before = testbed.status()["fds"]
            resource.prlimit(testbed.process.pid, resource.RLIMIT_NOFILE, (64, 64))
            peers = [stack.enter_context(testbed.connect()) for _ in range(60)]
            # Half of so few are kept in reserve.
            status = testbed.status_when(lambda status: status["fds"] >= 30)
            self.assertEqual(status["fds"], before + status["open"])
            self.assertLess(status["open"], len(peers))

    def test_sigusr1_writes_one_line_of_json(self):
        with Testbed("echo") as testbed:
            before = testbed.status()
            self.assertEqual(
                list(before),
                ["open", "accepted", "closed", "fds", "timers", "queued_bytes", "loop_lag_ms_max"])
            self.assertEqual(before["fds"], len(os.listdir(f"/proc/{testbed.process.pid}/fd")))
            with testbed.connect() as peer:
                peer.sendall(b"x")
                peer.recv(1)
                during = testbed.status()
                self.assertEqual((during["open"], during["accepted"], during["closed"]), (1, 1, {}))
                self.assertEqual(during["fds"], before["fds"] + 1)
            after = testbed.status_when(lambda now: now["open"] == 0)
            self.assertEqual(after["closed"], {"ConnectionDone": 1})
            self.assertEqual((after["fds"], after["queued_bytes"], after["timers"]), (before["fds"], 0, 0))
            self.assertLess(after["loop_lag_ms_max"], 1000 * LONGEST)

    def test_sigterm_drains(self):
        with Testbed("http") as testbed:
            client = testbed.web()
            client.request("GET", "/hold/500")
            testbed.status_when(lambda now: now["timers"] > 0)
            testbed.process.send_signal(signal.SIGTERM)
            answer = client.getresponse()
            self.assertEqual((answer.status, answer.read()), (200, b"held for 500 ms\n"))
            client.close()
            self.assertEqual(testbed.process.wait(LONGEST), 0)

    def test_a_second_sigterm_stops_at_once(self):
        with Testbed("http") as testbed, testbed.connect() as peer:
            peer.sendall(b"GET /hold/60000 HTTP/1.1\r\nHost: a\r\n\r\n")
            testbed.status_when(lambda now: now["timers"] > 0)
            testbed.process.send_signal(signal.SIGTERM)
            testbed.status_when(lambda now: True)  # it has seen the first one
            began = time.monotonic()
            code, said = testbed.stop(signal.SIGTERM)
            self.assertEqual(code, 0)
            self.assertIn("stopping at once", said)
            self.assertLess(time.monotonic() - began, 5)


class RefusedTest(unittest.TestCase):
    def check(self, code, expected, *arguments):
        done = refused(*arguments)
        self.assertEqual((done[0], done[1], done[2].count("\n")), (code, "", 1), done)
        self.assertIn(expected, done[2])

    def test_bad_arguments_are_one_line_and_exit_code_2(self):
        self.check(2, "SERVER")
        self.check(2, "PORT", "echo")
        self.check(2, "quote", "quote", "0")
        self.check(2, "70000", "echo", "70000")
        self.check(2, "PORT", "http", "port")
        self.check(2, "/no/such/folder", "http", "0", "/no/such/folder")
        self.check(2, "--colour", "echo", "0", "--colour")
        for limit in ("nonsense=1", "line", "line=", "line=x", "line=1x", "line=-1", "chat.nameTime=5",
                      "chat.nameTime=5h", "line=99999999999999999999", "chat.nameTime=9999999999999s"):
            self.check(2, limit, "echo", "0", "--limit", limit)

    def test_what_cannot_be_listened_on_is_one_line_and_exit_code_1(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.check(1, str(taken.getsockname()[1]), "echo", str(taken.getsockname()[1]))
        self.check(1, "256.0.0.1", "echo", "0", "--host", "256.0.0.1")
        self.check(1, "192.0.2.1", "echo", "0", "--host", "192.0.2.1")

    def test_help_lists_options_and_limits(self):
        code, said, _ = refused("--help")
        self.assertEqual(code, 0)
        self.assertIn("--limit", said)
        code, said, _ = refused("--limit", "help", "--limit", "chat.burst=7")
        self.assertEqual(code, 0)
        for line in ("maxQueued=67108864", "lingerGap=5s", "longLinger=30s", "writeStall=30s", "linger=2s", "chat.burst=7", "chat.pace=500ms",
                     "chat.nameTime=1min", "http.headTime=10s", "http.body=1048576"):
            self.assertIn(line + "\n", said)
        for line in said.splitlines():
            self.assertEqual(refused("--limit", line)[2].count("SERVER"), 1, line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
