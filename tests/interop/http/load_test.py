"""ab asks a lot, and gets every answer: many at a time, on new connections and on kept ones, with and
without a body.

Usage: load_test.py TESTBED
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from testbed_process import LONGEST, TestbedProcess

TESTBED = sys.argv[1]
REQUESTS = 1000
AT_A_TIME = 50


class LoadTest(unittest.TestCase):
    def ask(self, path, *options, connections=REQUESTS, limits=()):
        """What ab reports of REQUESTS requests. Each was answered, and every connection ended in good order.

        ab opens a few connections more than it uses.
        """
        said = [word for limit in limits for word in ("--limit", limit)]
        with TestbedProcess(TESTBED, "http", self.root.name, *said) as testbed:
            ab = subprocess.run(
                ["ab", "-q", "-n", str(REQUESTS), "-c", str(AT_A_TIME), *options,
                 f"http://127.0.0.1:{testbed.port}{path}"],
                capture_output=True, text=True, timeout=LONGEST, check=False)
            self.assertEqual(ab.returncode, 0, ab.stderr)
            status = testbed.status_when(lambda status: status["open"] == 0)
        report = dict(re.findall(r"^([^:\n]+): +(\d+)", ab.stdout, re.MULTILINE))
        self.assertEqual(report["Complete requests"], str(REQUESTS))
        self.assertEqual(report["Failed requests"], "0", ab.stdout)
        self.assertNotIn("Non-2xx responses", report)
        self.assertEqual(list(status["closed"]), ["ConnectionDone"])
        self.assertGreaterEqual(status["closed"]["ConnectionDone"], connections)
        self.assertLess(status["closed"]["ConnectionDone"], connections + 2 * AT_A_TIME)
        return report

    def setUp(self):
        self.root = tempfile.TemporaryDirectory()
        self.addCleanup(self.root.cleanup)
        pathlib.Path(self.root.name, "page.html").write_bytes(b"x" * 12_345)

    def test_pages(self):
        report = self.ask("/page.html")
        self.assertEqual(report["HTML transferred"], str(12_345 * REQUESTS))

    def test_posts(self):
        body = pathlib.Path(self.root.name, "body")
        body.write_bytes(b"b" * 23_456)
        report = self.ask("/echo", "-p", str(body), "-T", "text/plain")
        self.assertEqual(report["HTML transferred"], str(23_456 * REQUESTS))

    def test_a_client_that_asks_in_http_1_0_keeps_its_connections(self):
        report = self.ask("/page.html", "-k", connections=AT_A_TIME)
        self.assertEqual(report["Keep-Alive requests"], str(REQUESTS))
        self.assertEqual(report["HTML transferred"], str(12_345 * REQUESTS))

    def test_a_kept_connection_of_http_1_0_posts(self):
        body = pathlib.Path(self.root.name, "body")
        body.write_bytes(b"b" * 23_456)
        report = self.ask("/echo", "-k", "-p", str(body), "-T", "text/plain", connections=AT_A_TIME)
        self.assertEqual(report["Keep-Alive requests"], str(REQUESTS))
        self.assertEqual(report["HTML transferred"], str(23_456 * REQUESTS))

    def test_a_kept_connection_of_http_1_0_ends_at_the_limit_of_requests(self):
        report = self.ask("/page.html", "-k", connections=REQUESTS // 10, limits=["http.requests=10"])
        # The last answer on each connection ends it; some are not used to the end.
        kept = int(report["Keep-Alive requests"])
        self.assertGreaterEqual(kept, REQUESTS - REQUESTS // 10)
        self.assertLess(kept, REQUESTS - REQUESTS // 10 + AT_A_TIME)


if __name__ == "__main__":
    if not shutil.which("ab"):
        print("not installed: ab")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
