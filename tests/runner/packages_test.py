"""What .ci/packages.sh does when packages are missing, with stand-ins for the system's commands.

Usage: packages_test.py ROOT
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv[1]).resolve() / ".ci" / "packages.sh"

# The stand-ins write down how they were called, and read what is installed, in the folder $STAGE.
STAND_INS = {
    "dpkg-query": """
        for package in "${@:4}"; do
          grep -qx "$package" "$STAGE/installed" && echo "$package installed"
        done""",
    "apt-get": """
        echo "apt-get $*" >>"$STAGE/calls"
        case $* in
          *update*) touch "$STAGE/updated" ;;
          *)
            if [ -e "$STAGE/lists-are-old" ] && [ ! -e "$STAGE/updated" ]; then
              echo 'E: no candidate'
              exit 100
            fi
            ;;
        esac
        [ ! -e "$STAGE/apt-is-broken" ] || { echo 'E: broken'; exit 100; }""",
    "sudo": """
        echo sudo >>"$STAGE/calls"
        [ "$1" != -n ] || shift
        exec "$@\"""",
    "id": 'cat "$STAGE/uid"',
}


class PackagesTest(unittest.TestCase):
    def setUp(self):
        stage = tempfile.TemporaryDirectory()
        self.addCleanup(stage.cleanup)
        self.stage = pathlib.Path(stage.name)
        (self.stage / "bin").mkdir()
        for tool in ("cat", "env", "grep", "mktemp", "rm", "touch", "bash"):
            (self.stage / "bin" / tool).symlink_to(f"/usr/bin/{tool}")
        for name, body in STAND_INS.items():
            self.write(f"bin/{name}", f"#!/usr/bin/bash\n{body}\n").chmod(0o755)
        self.write("installed", "g++\nmeson\n")
        self.write("uid", "0\n")

    def write(self, name, text=""):
        path = self.stage / name
        path.write_text(text)
        return path

    def install(self, *packages):
        return subprocess.run(
            ["/usr/bin/bash", "-c", f'. "{SCRIPT}"; install_missing "$@"', "-", *packages],
            env={"PATH": str(self.stage / "bin"), "STAGE": str(self.stage)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def calls(self):
        path = self.stage / "calls"
        return path.read_text() if path.exists() else ""

    def test_nothing_is_done_or_said_when_all_is_there(self):
        said = self.install("g++", "meson")
        self.assertEqual((said.returncode, said.stdout, said.stderr, self.calls()), (0, "", "", ""))

    def test_root_installs_what_is_missing_and_says_so(self):
        said = self.install("g++", "ninja-build", "curl")
        self.assertEqual((said.returncode, said.stdout), (0, "installing ninja-build curl\n"))
        self.assertIn("ninja-build curl", self.calls())
        self.assertNotIn("g++", self.calls())
        self.assertNotIn("update", self.calls())

    def test_old_package_lists_are_updated(self):
        self.write("lists-are-old")
        said = self.install("curl")
        self.assertEqual(said.returncode, 0)
        self.assertEqual((self.calls().count("update"), self.calls().count("install -y")), (1, 2))

    def test_another_user_goes_through_sudo(self):
        self.write("uid", "1000\n")
        self.assertEqual(self.install("curl").returncode, 0)
        self.assertTrue(self.calls().startswith("sudo\napt-get "))

    def test_without_root_and_sudo_it_says_what_to_type(self):
        self.write("uid", "1000\n")
        (self.stage / "bin" / "sudo").unlink()
        said = self.install("curl")
        self.assertEqual((said.returncode, self.calls()), (1, ""))
        self.assertIn("apt-get install curl", said.stderr)

    def test_a_failing_installation_is_shown(self):
        self.write("apt-is-broken")
        said = self.install("curl")
        self.assertEqual(said.returncode, 1)
        self.assertIn("E: broken", said.stderr)
        self.assertIn("cannot install curl", said.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
