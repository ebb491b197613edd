"""check_lists.py must name a file that nobody builds and a list out of order."""

import pathlib
import tempfile
import unittest

import check_lists

CLEAN = {
    "src/meson.build": "core_sources = files(\n  'log/log.cc',\n  'net/port.cc',\n)\n",
    "src/log/log.cc": "",
    "src/net/port.cc": "",
    "tests/meson.build": "unit_tests = {\n  'unit/net': [\n    'unit/net/port',\n  ],\n}\n",
    "tests/unit/net/port_test.cc": "",
}


def answer(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return list(check_lists.problems(root))


class CheckListsTest(unittest.TestCase):
    def test_a_clean_tree_has_no_problems(self):
        self.assertEqual(answer(CLEAN), [])

    def test_a_source_in_no_list_is_named(self):
        found = answer(CLEAN | {"src/net/lost.cc": ""})
        self.assertEqual(found, ["src/net/lost.cc: in no list of a meson.build"])

    def test_a_test_in_no_list_is_named(self):
        found = answer(CLEAN | {"tests/unit/net/lost_test.cc": ""})
        self.assertEqual(found, ["tests/unit/net/lost_test.cc: in no list of a meson.build"])

    def test_a_list_out_of_order_is_named(self):
        found = answer(CLEAN | {"src/meson.build": "files(\n  'net/port.cc',\n  'log/log.cc',\n)\n"})
        self.assertEqual(found, ["src/meson.build: 'log/log.cc' is not in its place"])

    def test_an_example_that_the_tutorial_does_not_name_is_named(self):
        examples = {"examples/meson.build": "['echo',\n 'proxy']", "examples/echo.cc": "", "examples/proxy.cc": ""}
        found = answer(CLEAN | examples | {"examples/README.md": "`echo.cc` and `chat.cc`"})
        self.assertEqual(found, ["examples/README.md: chat.cc is not there", "examples/README.md: proxy.cc is not named"])


if __name__ == "__main__":
    unittest.main()
