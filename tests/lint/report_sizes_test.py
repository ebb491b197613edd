"""report_sizes.py must see the long function, and only that."""

import unittest

from report_sizes import LONG_FUNCTION, long_functions


def function(head, lines, indent=""):
    return f"{indent}{head} {{\n" + f"{indent}  f();\n" * lines + f"{indent}}}\n"


class ReportSizesTest(unittest.TestCase):
    def test_a_screen_is_not_too_long(self):
        self.assertEqual(list(long_functions(function("void f()", LONG_FUNCTION - 2))), [])

    def test_one_line_more_is(self):
        text = "\n" + function("void f() const noexcept", LONG_FUNCTION - 1)
        self.assertEqual(list(long_functions(text)), [(2, LONG_FUNCTION + 1)])

    def test_a_method_inside_a_class_is_seen_and_the_class_is_not(self):
        text = "class A {\n" + function("int f(int a)", LONG_FUNCTION, "  ") * 2 + "};\n"
        self.assertEqual([line for line, _ in long_functions(text)], [2, 4 + LONG_FUNCTION])

    def test_a_short_constructor_with_a_list_before_a_long_file_is_not(self):
        text = "A::A(int a)\n    : a_(a), b_{} {\n  f();\n}\n" + "int x;\n" * 50 + "}\n"
        self.assertEqual(list(long_functions(text)), [])

    def test_classes_and_namespaces_and_lists_are_not_functions(self):
        text = "class A<B(C)> {\n" + "  int x;\n" * 50 + "};\n"
        text += "namespace a {\n" + "int x;\n" * 50 + "}\nint y[] = {\n" + "  1,\n" * 50 + "};\n"
        self.assertEqual(list(long_functions(text)), [])


if __name__ == "__main__":
    unittest.main()
