"""Plants one violation at a time in a small clean tree: check_layering.py must name each of them."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_layering

CLEAN = {
    "include/ropewalk/protocol.h": "#include <string_view>\n",
    "include/ropewalk/ropewalk.h": '#include "ropewalk/protocol.h"\n',
    "include/ropewalk/detail/ref.h": "",
    "include/ropewalk/sim/world.h": '#include "ropewalk/protocol.h"\n',
    "include/ropewalk/http.h": '#include "ropewalk/http/router.h"\n',
    "include/ropewalk/http/limits.h": "",
    "include/ropewalk/http/router.h": '#include "ropewalk/protocol.h"\n',
    "include/ropewalk/chat/room.h": '#include "ropewalk/protocol.h"\n',
    "src/log/sink.h": "#include <fmt/format.h>\n",
    "src/async/turn_queue.h": '#include "log/sink.h"\n',
    "src/sys/calls.h": "",
    "src/transport/channel.h": '#include "sys/calls.h"\n',
    "src/reactor/driver.h": '#include "transport/channel.h"\n',
    "src/reactor/libevent/libevent_driver.cc": "#include <event2/event.h>\n",
    "src/reactor/sim/sim_driver.cc": '#include "ropewalk/sim/world.h"\n',
    "src/net/port.cc": '#include "reactor/driver.h"\n',
    "src/sim/world.cc": '#include "ropewalk/sim/world.h"\n#include "net/../reactor/driver.h"\n',
    "src/stream/stream.h": "",
    "src/tls/tls.cc": "#include <openssl/ssl.h>\n",
    "protocols/http/wire/head_parser.h": '#include "ropewalk/http/limits.h"\n',
    "protocols/http/routes/route_table.h": '#include "http/wire/head_parser.h"\n',
    "protocols/http/files/ranges.h": '#include "http/routes/route_table.h"\n',
    "protocols/http/server/site.cc":
        '#include "http/files/ranges.h"\n#include "http/wire/head_parser.h"\n#include "ropewalk/protocol.h"\n',
    "protocols/chat/names.h": '#include "ropewalk/chat/room.h"\n',
    "examples/chat.cc": '#include <ropewalk/ropewalk.h>\n#include <iostream>\n#include <CLI/CLI.hpp>\n',
    "tests/support/guest.h": "",
    "tests/unit/http/head_parser_test.cc":
        '#include "http/wire/head_parser.h"\n#include <doctest/doctest.h>\n#include "support/guest.h"\n',
    "tests/internal/reactor/driver_test.cc": '#include "reactor/driver.h"\n',
    "tests/bench/servers/event_echo.cc": "#include <event2/event.h>\n",
}

# file, what is added to it, what the answer must speak of
PLANTED = [
    ("include/ropewalk/protocol.h", '#include "reactor/driver.h"', "src/reactor/driver.h"),
    ("include/ropewalk/protocol.h", '#include "../../src/sys/calls.h"', "src/sys/calls.h"),
    ("include/ropewalk/protocol.h", '#include "http/wire/head_parser.h"', "protocols/http/wire/head_parser.h"),
    ("include/ropewalk/protocol.h", "#include <ropewalk/http.h>", "the core knows no protocol"),
    ("include/ropewalk/detail/ref.h", '#include "ropewalk/http/router.h"', "the core knows no protocol"),
    ("include/ropewalk/protocol.h", '#include "ropewalk/sim/world.h"', "simulated world"),
    ("include/ropewalk/protocol.h", "#include <iostream>", "<iostream>"),
    ("include/ropewalk/protocol.h", "#  include  <event2/event.h>", "<event2/event.h>"),
    ("include/ropewalk/http/router.h", "#include <openssl/ssl.h>", "<openssl/ssl.h>"),
    ("include/ropewalk/http/router.h", "#include <fmt/core.h>", "<fmt/core.h>"),
    ("include/ropewalk/http/router.h", '#include "ropewalk/chat/room.h"', "not declared to stand on 'chat'"),
    ("include/ropewalk/smtp/server.h", "", "'smtp' is not in STANDS_ON"),
    ("src/async/turn_queue.h", '#include "sys/calls.h"', "src/async is not above src/sys"),
    ("src/log/sink.h", '#include "async/turn_queue.h"', "src/log is not above src/async"),
    ("src/sys/calls.h", '#include "../transport/channel.h"', "src/sys is not above src/transport"),
    ("src/transport/channel.h", '#include "reactor/driver.h"', "src/transport is not above src/reactor"),
    ("src/reactor/driver.h", '#include "net/port.h"', "src/reactor is not above src/net"),
    ("src/stream/stream.h", '#include "tls/tls.h"', "src/stream is not above src/tls"),
    ("src/net/port.cc", '#include "endpoints/parse.h"', "src/net is not above src/endpoints"),
    ("src/net/port.cc", '#include "sim/net.h"', "src/net is not above src/sim"),
    ("src/net/port.cc", '#include "ropewalk/sim/world.h"', "may include include/ropewalk/sim"),
    ("src/net/port.cc", "#include <event2/util.h>", "<event2/util.h>"),
    ("src/net/port.cc", "#include <openssl/err.h>", "<openssl/err.h>"),
    ("src/net/port.cc", "#include <fmt/format.h>", "<fmt/format.h>"),
    ("src/net/port.cc", '#include "http/wire/head_parser.h"', "src may not include protocols"),
    ("src/net/port.cc", '#include "ropewalk/chat/room.h"', "the core knows no protocol"),
    ("src/reactor/driver.h", '#include "reactor/sim/wire.h"', "does not know ropewalk-sim"),
    ("src/reactor/driver.h", "#include <event2/event.h>", "<event2/event.h>"),
    ("src/gadgets/gadget.h", "", "src/gadgets is in no row"),
    ("src/stray.cc", "", "is in no row"),
    ("protocols/http/server/site.cc", '#include "reactor/driver.h"', "protocols may not include src"),
    ("protocols/http/server/site.cc", '#include "chat/names.h"', "not declared to stand on 'chat'"),
    ("protocols/http/server/site.cc", "#include <ropewalk/chat/room.h>", "not declared to stand on 'chat'"),
    ("protocols/http/server/site.cc", '#include "ropewalk/sim/world.h"', "may include include/ropewalk/sim"),
    ("protocols/http/server/site.cc", '#include "support/guest.h"', "protocols may not include tests"),
    ("protocols/http/wire/head_parser.h", '#include "http/server/site.h"', "http/wire does not stand on http/server"),
    ("protocols/http/wire/head_parser.h", '#include "http/files/ranges.h"', "http/wire does not stand on http/files"),
    ("protocols/http/wire/head_parser.h", '#include "ropewalk/protocol.h"', "wire does no I/O"),
    ("protocols/http/routes/route_table.h", '#include "http/files/ranges.h"', "routes does not stand on http/files"),
    ("protocols/http/files/ranges.h", '#include "http/server/site.h"', "http/files does not stand on http/server"),
    ("protocols/http/stray.cc", "", "has floors, and this file is in none"),
    ("protocols/http/attic/old.h", "", "has floors, and this file is in none"),
    ("protocols/gopher/menu.cc", "", "'gopher' is not in STANDS_ON"),
    ("examples/chat.cc", '#include "reactor/driver.h"', "examples may not include src"),
    ("examples/chat.cc", '#include "../protocols/chat/names.h"', "examples may not include protocols"),
    ("examples/chat.cc", "#include <doctest/doctest.h>", "<doctest/doctest.h>"),
    ("tests/unit/http/head_parser_test.cc", '#include "reactor/driver.h"', "tests may not include src"),
    ("tests/support/guest.h", '#include "reactor/driver.h"', "tests may not include src"),
]

# Included by a planted line, but not part of the clean tree.
TARGETS = [
    "protocols/http/server/site.h", "src/net/port.h", "src/tls/tls.h", "src/endpoints/parse.h", "src/sim/net.h",
    "src/reactor/sim/wire.h"]


def answer(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return list(check_layering.problems(root))


class CheckLayeringTest(unittest.TestCase):
    def test_a_clean_tree_has_no_problems(self):
        self.assertEqual(answer(CLEAN | dict.fromkeys(TARGETS, "")), [])

    def test_each_planted_violation_is_named_and_nothing_else(self):
        for file, line, expected in PLANTED:
            with self.subTest(file=file, line=line):
                files = CLEAN | dict.fromkeys(TARGETS, "")
                files[file] = files.get(file, "") + line + "\n"
                found = answer(files)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(file + ": "), found)
                self.assertIn(expected, found[0])


if __name__ == "__main__":
    unittest.main()
