"""check_includes.py must name each standard name that is not included, and nothing else."""

import pathlib
import tempfile
import unittest

from check_includes import problems, problems_of


class Names(unittest.TestCase):
    def test_what_is_not_included_is_named(self):
        for text, included, wrong in [
            ("std::vector<int> v;", set(), "std::vector without <vector>"),
            ("auto x = std::hash<int>();", {"vector"},
             "std::hash without <functional> or <string_view> or <typeindex>"),
            ("std::nothing x;", {"vector"}, "std::nothing is unknown to check_includes.py"),
        ]:
            self.assertEqual(list(problems_of(text, included)), [wrong])

    def test_what_is_included_is_right(self):
        for text, included in [
            ("std::vector<std::string> v; v = std::move(v);", {"string", "utility", "vector"}),
            ("// std::vector\nconst char* text = \"std::string\";", set()),
            ("std::swap(a, b); std::erase_if(m, f);", {"utility", "map"}),
        ]:
            self.assertEqual(list(problems_of(text, included)), [])


class Tree(unittest.TestCase):
    def found(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(problems(root))

    def test_headers_of_ours_count_with_all_that_they_include(self):
        self.assertEqual(self.found({
            "include/ropewalk/a.h": "#include <string>\nstd::string a();\n",
            "src/net/b.h": '#include "ropewalk/a.h"\n',
            "src/net/b.cc": '#include "net/b.h"\nstd::string b;\n',
        }), [])

    def test_headers_of_the_system_count_by_themselves(self):
        self.assertEqual(self.found({
            "protocols/echo/a.h": "#include <vector>\n",
            "protocols/echo/a.cc": '#include "echo/a.h"\nstd::vector<int> a;\nstd::size_t b;\n',
        }), ["protocols/echo/a.cc: std::size_t without <cstddef>"])


if __name__ == "__main__":
    unittest.main()
