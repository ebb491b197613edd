"""Parts of files, as curl and wget ask for them.

Usage: ranges_test.py TESTBED
"""

import email
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from testbed_process import LONGEST, TestbedProcess

TESTBED = sys.argv[1]
SIZE = 20_000_000  # more than the kernel takes at once


def content():
    """SIZE bytes, no two places alike."""
    return b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(SIZE // 32))


def run(*command, **how):
    return subprocess.run(command, capture_output=True, timeout=LONGEST, check=False, **how)


class RangesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.root = cls.folder / "root"
        cls.root.mkdir()
        cls.content = content()
        (cls.root / "large.bin").write_bytes(cls.content)
        (cls.root / "hello.txt").write_text("hello world")
        testbed = TestbedProcess(TESTBED, "http", cls.root)
        cls.addClassCleanup(testbed.__exit__)
        cls.site = f"http://127.0.0.1:{testbed.port}/"

    def curl(self, path, *options):
        """(status, header fields, body)"""
        got = run("curl", "-s", "-i", *options, self.site + path)
        self.assertEqual(got.returncode, 0, got.stdout[:1000])
        head, _, body = got.stdout.partition(b"\r\n\r\n")
        line, _, fields = head.decode().partition("\r\n")
        return int(line.split()[1]), email.message_from_string(fields), body

    def test_curl_gets_the_part_it_asks_for(self):
        for asked, first, end in (("0-4", 0, 5), ("5-5", 5, 6), ("10000000-", 10_000_000, SIZE),
                                  ("-7", SIZE - 7, SIZE), (f"100-{SIZE * 2}", 100, SIZE)):
            status, fields, body = self.curl("large.bin", "-r", asked)
            self.assertEqual(status, 206, asked)
            self.assertEqual(fields["Content-Range"], f"bytes {first}-{end - 1}/{SIZE}")
            self.assertEqual(int(fields["Content-Length"]), end - first)
            self.assertTrue(body == self.content[first:end], asked)

    def test_curl_gets_several_parts(self):
        status, fields, body = self.curl("large.bin", "-r", "19000000-,0-99,5000000-9000000")
        self.assertEqual(status, 206)
        self.assertEqual(int(fields["Content-Length"]), len(body))
        whole = email.message_from_bytes(
            b"Content-Type: " + fields["Content-Type"].encode() + b"\r\n\r\n" + body)
        self.assertEqual(whole.get_content_type(), "multipart/byteranges")
        self.assertFalse(whole.defects)
        self.assertEqual([part["Content-Range"] for part in whole.get_payload()],
                         [f"bytes 19000000-{SIZE - 1}/{SIZE}", f"bytes 0-99/{SIZE}",
                          f"bytes 5000000-9000000/{SIZE}"])
        # The parts' bytes, found without email, which takes line ends for its own.
        boundary = b"\r\n--" + whole.get_boundary().encode()
        parts = [part.partition(b"\r\n\r\n")[2] for part in body.split(boundary)[1:-1]]
        self.assertTrue(parts == [self.content[19_000_000:], self.content[:100],
                                  self.content[5_000_000:9_000_001]])

    def test_curl_hears_that_there_is_no_such_part(self):
        status, fields, body = self.curl("hello.txt", "-r", "11-")
        self.assertEqual((status, fields["Content-Range"], body), (416, "bytes */11", b""))

    def test_curl_goes_on_where_it_stopped(self):
        target = self.folder / "continued.bin"
        target.write_bytes(self.content[:7_777_777])
        self.assertEqual(run("curl", "-s", "-C", "-", "-o", target, self.site + "large.bin").returncode, 0)
        self.assertTrue(target.read_bytes() == self.content)

    def test_curl_asks_by_tag_and_by_date(self):
        tags = self.folder / "tags"
        for code in ("200", "304"):
            got = run("curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--etag-compare", tags,
                      "--etag-save", tags, self.site + "hello.txt")
            self.assertEqual(got.stdout.decode(), code)
        got = run("curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-z", self.root / "hello.txt",
                  self.site + "hello.txt")
        self.assertEqual(got.stdout.decode(), "304")

    def test_a_file_that_was_replaced_is_not_gone_on_with(self):
        old = self.curl("hello.txt")[1]["ETag"]
        replaced = self.root / "new.txt"
        replaced.write_text("HELLO WORLD")
        replaced.rename(self.root / "replaced.txt")
        new = self.curl("replaced.txt")[1]["ETag"]
        self.assertNotEqual(old, new)
        for tag, status, body in ((new, 206, b"WORLD"), (old, 200, b"HELLO WORLD")):
            got = self.curl("replaced.txt", "-r", "6-", "-H", "If-Range: " + tag)
            self.assertEqual((got[0], got[2]), (status, body))

    def test_wget_goes_on_where_it_stopped(self):
        if not shutil.which("wget"):
            self.skipTest("no wget here")
        target = self.folder / "wget"
        target.mkdir()
        (target / "large.bin").write_bytes(self.content[:12_345_678])
        wget = ("wget", "-t", "1", "-c", self.site + "large.bin")
        got = run(*wget, cwd=target)
        self.assertEqual(got.returncode, 0, got)
        self.assertTrue((target / "large.bin").read_bytes() == self.content)
        self.assertIn(str(SIZE - 12_345_678), got.stderr.decode())  # and no more than was missing
        self.assertEqual(run(*wget, cwd=target).returncode, 0)  # 416: it has all of it
        self.assertTrue((target / "large.bin").read_bytes() == self.content)


if __name__ == "__main__":
    if not shutil.which("curl"):
        print("not installed: curl")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
