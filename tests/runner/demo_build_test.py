"""examples/run shows how its build goes. Usage: demo_build_test.py ROOT

The script runs in a copy of its part of the tree, with a meson and a ninja that are written for the test.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv[1])

MESON = """#!/bin/sh
for argument; do case $argument in */.build/release) folder=$argument ;; esac; done
mkdir -p "$folder/examples" && : >"$folder/build.ninja"
echo "$@" >"$folder/options"
"""
NINJA = """#!/bin/sh
echo 'ninja: Entering directory'
for step in 1 2; do
  echo "[$step/3] Compiling"
  sleep 3.5
done
echo '[3/3] Linking'
printf '#!/bin/sh\\necho the demo has $*\\n' >"$2/examples/demo"
chmod +x "$2/examples/demo"
"""
BROKEN_NINJA = "#!/bin/sh\necho '[1/3] Compiling'\necho 'error: no'\nexit 1\n"


class DemoBuild(unittest.TestCase):
    def setUp(self):
        stage = tempfile.TemporaryDirectory()
        self.addCleanup(stage.cleanup)
        self.tree = pathlib.Path(stage.name) / "tree"
        self.tools = pathlib.Path(stage.name) / "tools"
        for folder in (".ci", "examples"):
            (self.tree / folder).mkdir(parents=True)
        self.tools.mkdir()
        shutil.copy(ROOT / "examples" / "run", self.tree / "examples")
        # Everything is installed already.
        (self.tree / ".ci" / "packages.sh").write_text("BUILD_PACKAGES=()\ninstall_missing() { :; }\n")
        self.write_tool("meson", MESON)

    def write_tool(self, name, text):
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def run_script(self, *options):
        environment = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}"}
        return subprocess.run(
            [self.tree / "examples" / "run", *options], env=environment, capture_output=True, text=True,
            timeout=60, check=False)

    def test_a_line_every_few_seconds_says_how_far_it_is(self):
        self.write_tool("ninja", NINJA)
        done = self.run_script("--echo-port", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        first, *steps, last = done.stdout.splitlines()
        self.assertEqual(first, "building the demo, which takes about a minute the first time")
        self.assertTrue(1 <= len(steps) <= 3, done.stdout)
        for line in steps:
            self.assertRegex(line, r"^building the demo: [12] of 3 steps, \d+ s$")
        self.assertEqual(last, f"the demo has --root {self.tree}/examples/html --echo-port 0")
        self.assertEqual(done.stderr, "")

    def test_each_library_is_compiled_as_one(self):
        self.write_tool("ninja", NINJA.replace("sleep 3.5", ":"))
        self.run_script()
        self.assertRegex((self.tree / ".build" / "release" / "options").read_text(), "-Dunity=on -Dunity_size=10000")

    def test_a_build_that_fails_is_shown_whole(self):
        self.write_tool("ninja", BROKEN_NINJA)
        done = self.run_script()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "[1/3] Compiling\nerror: no\nexamples/run: the build failed\n")
        self.assertFalse(re.search("steps", done.stdout))

    def test_a_wrong_option_is_refused_before_anything_is_built(self):
        self.write_tool("ninja", NINJA)
        for options, complaint in ((["--bogus"], "unknown option: --bogus"), (["--root"], "--root needs a value")):
            done = self.run_script(*options)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertTrue(done.stderr.startswith(f"examples/run: {complaint}\n\nusage: "), done.stderr)
        self.assertFalse((self.tree / ".build").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
