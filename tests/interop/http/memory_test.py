"""Crowds that would hold more memory than a process has: it lives, answers, and gives the memory back.

Usage: memory_test.py TESTBED SANITIZER
"""

import concurrent.futures
import os
import pathlib
import resource
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from testbed_process import LONGEST, TestbedProcess

TESTBED = sys.argv[1]
MIB = 1024 * 1024
PROCESS = 96 * MIB  # the address space of the server
MOST_BUDGET = 48 * MIB  # half of it
SLACK = 16 * MIB  # what was read before it could stall, and what malloc adds


def limited(*arguments):
    """A testbed whose address space is PROCESS."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (PROCESS, before[1]))
        return TestbedProcess(TESTBED, *arguments)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def resident(testbed):
    pages = pathlib.Path(f"/proc/{testbed.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def send(peer, data):
    """Sends as much as the server takes; it may have answered and closed."""
    try:
        peer.sendall(data)
    except OSError:
        pass


def connect(testbed):
    """A client that never waits, with small buffers: what is held is held by the server, not by the kernel."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    peer.connect((testbed.host, testbed.port))
    peer.setblocking(False)
    return peer


def post(length):
    return b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length


class MemoryTest(unittest.TestCase):
    def ask(self, testbed):
        """The status of a small request on a connection of its own."""
        web = testbed.web()
        web.request("GET", "/hold/0")
        answer = web.getresponse()
        answer.read()
        web.close()
        return answer.status

    def settle(self, testbed, holds):
        deadline = time.monotonic() + LONGEST
        while not holds():
            self.assertLess(time.monotonic(), deadline, resident(testbed))
            time.sleep(0.1)

    def upload(self, testbed, count, size, unfinished):
        """So many clients that each send `size` bytes less `unfinished`, and read nothing."""
        peers = [testbed.connect() for _ in range(count)]
        for peer in peers:
            peer.settimeout(LONGEST)
        head = post(size)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda peer: send(peer, head + b"x" * (size - unfinished)), peers))
        return peers

    def test_100_unfinished_uploads_of_1_mib_leave_96_mib_enough(self):
        with limited("http") as testbed:
            before = resident(testbed)
            self.assertEqual(self.ask(testbed), 200)
            peers = self.upload(testbed, 100, MIB, 1)
            self.assertIn(self.ask(testbed), (200, 503))
            self.assertIsNone(testbed.process.poll())
            answers = []
            for peer in peers:
                send(peer, b"x")
                peer.shutdown(socket.SHUT_WR)
            for peer in peers:
                answers.append(peer.recv(12)[9:12])
                peer.close()
            self.assertEqual(set(answers), {b"200", b"503"})
            self.settle(testbed, lambda: self.ask(testbed) == 200)
            self.settle(testbed, lambda: resident(testbed) < before + 16 * MIB)

    def test_500_clients_that_do_not_take_1_mb_that_they_get_are_held_within_the_budget(self):
        with limited("http") as testbed:
            before = resident(testbed)
            peers = [connect(testbed) for _ in range(500)]
            self.flood(peers, post(1_000_000) + b"x" * 1_000_000)
            self.assertIn(self.ask(testbed), (200, 503))
            self.assertLess(resident(testbed) - before, MOST_BUDGET + SLACK)
            for peer in peers:
                peer.close()
            self.settle(testbed, lambda: resident(testbed) < before + 16 * MIB)
            self.assertEqual(self.ask(testbed), 200)

    def test_700_stalled_echoes_are_held_within_the_budget(self):
        with limited("echo") as testbed:
            before = resident(testbed)
            peers = [connect(testbed) for _ in range(700)]
            self.flood(peers, b"x" * 8_000_000)
            self.assertLess(resident(testbed) - before, MOST_BUDGET + SLACK)
            self.assertIsNone(testbed.process.poll())
            for peer in peers:
                peer.close()
            self.settle(testbed, lambda: resident(testbed) < before + 16 * MIB)

    def flood(self, peers, data):
        """Sends it to all until none of them takes more for a second."""
        sent = dict.fromkeys(peers, 0)
        quiet = time.monotonic()
        while time.monotonic() - quiet < 1:
            for peer, done in list(sent.items()):
                try:
                    moved = peer.send(data[done:done + MIB])
                except BlockingIOError:
                    continue
                except OSError:
                    moved = 0
                sent[peer] = done + moved
                if moved:
                    quiet = time.monotonic()
                if not moved or sent[peer] == len(data):
                    del sent[peer]
            time.sleep(0.005)


if __name__ == "__main__":
    if sys.argv[2] != "none":
        print("a sanitizer needs more address space than there is")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
