"""A program outside the tree, compiled against the installed headers and libraries through pkg-config.

Usage: install_test.py BUILD COMPILER [ARGUMENT...]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ECHO = """
#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

using namespace ropewalk;

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

int main() {
  http::Router site;
  reactor().listenTCP(0, Factory::forProtocol<Echo>());
  reactor().listenTCP(0, http::Site::create(std::move(site)));
  reactor().callLater(0s, [] { reactor().stop(); });
  reactor().run();
}
"""


def run(*command, **options):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def sanitizer_of(build):
    options = json.loads((pathlib.Path(build) / "meson-info" / "intro-buildoptions.json").read_text())
    chosen = next(option["value"] for option in options if option["name"] == "b_sanitize")
    return [] if chosen == "none" else [f"-fsanitize={chosen}"]


def main(build, *compiler):
    with tempfile.TemporaryDirectory() as folder:
        stage = pathlib.Path(folder)
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", stage / "installed")
        found = next((stage / "installed").rglob("ropewalk-http.pc"))
        environment = {
            **os.environ,
            "PKG_CONFIG_PATH": str(found.parent),
            "PKG_CONFIG_SYSROOT_DIR": str(stage / "installed"),
        }
        flags = run("pkg-config", "--cflags", "--libs", "ropewalk-http", env=environment).split()
        (stage / "echo.cc").write_text(ECHO)
        run(*compiler, "-std=c++20", *sanitizer_of(build), stage / "echo.cc", "-o", stage / "echo", *flags)
        run(stage / "echo", timeout=10)


if __name__ == "__main__":
    main(*sys.argv[1:])
