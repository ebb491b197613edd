"""ab asks a lot, and gets every answer: new connections, many at a time, with and without a body.

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
    def ask(self, path, *options):
        """What ab reports of REQUESTS requests. Each was answered, and every connection ended in good order."""
        with TestbedProcess(TESTBED, "http", self.root.name) as testbed:
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
        # It opens a few more than it uses.
        self.assertEqual(list(status["closed"]), ["ConnectionDone"])
        self.assertGreaterEqual(status["closed"]["ConnectionDone"], REQUESTS)
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

    def test_who_asks_in_http_1_0_to_keep_the_connection_is_answered_and_hung_up_on(self):
        report = self.ask("/page.html", "-k")
        self.assertEqual(report["Keep-Alive requests"], "0")  # rule HR5


if __name__ == "__main__":
    if not shutil.which("ab"):
        print("not installed: ab")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
