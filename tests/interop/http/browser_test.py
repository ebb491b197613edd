"""A browser shows the page, runs its script, and the script reads from the same server.

Usage: browser_test.py TESTBED

Skipped (77) where there is no Chromium; nothing installs one for this.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from testbed_process import TestbedProcess

TESTBED = sys.argv[1]
LONGEST = 60  # seconds; a browser's first start is slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Ropewalk</title>
<link rel="stylesheet" href="/style.css">
<p id="answer">nothing yet</p>
<script>
  const show = (text) => { document.getElementById('answer').textContent = text; };
  const post = (path, body) => fetch(path, {method: 'POST', body}).then((answer) => answer.text());
  Promise.all([post('/len', 'x'.repeat(100000)), post('/echo', 'h\u00e9llo'), fetch('/bytes/70000')])
      .then(async ([length, echo, bytes]) => show([length.trim(), echo, (await bytes.text()).length].join(' ')))
      .catch(show);
</script>
"""


def dom_of(browser, url, profile):
    shown = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
         "--virtual-time-budget=10000", "--dump-dom", url],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=LONGEST, check=True)
    return shown.stdout


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        print("skipped: no browser")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "root")
        root.mkdir()
        (root / "index.html").write_text(PAGE, encoding="utf-8")
        (root / "style.css").write_text("p { color: green }", encoding="utf-8")
        with TestbedProcess(TESTBED, "http", root) as testbed:
            dom = dom_of(browser, f"http://127.0.0.1:{testbed.port}/", pathlib.Path(folder, "profile"))
    if "<title>Ropewalk</title>" in dom and '<p id="answer">100000 h\u00e9llo 70000</p>' in dom:
        return 0
    print(dom)
    return 1


if __name__ == "__main__":
    sys.exit(main())
