"""check_coroutines.py must name each bad form, and none of the good ones."""

import unittest

from check_coroutines import problems_of

AGGREGATE, BRANCH, CLOSURE, CONDITION = "without constructors", "?:, && or ||", "closure", "condition"

TARGET = "struct Target { std::string host; int port = 1; };\n"

BAD = [
    ("auto x = c ? co_await a() : b();", BRANCH),
    ("auto x = c ? b() : co_await a();", BRANCH),
    ("auto x = (co_await a()) ? 1 : 2;", BRANCH),
    ("if (ready && co_await a()) {}", BRANCH),
    ("if (co_await a() || ready) {}", BRANCH),
    ("if (!(co_await a()) && ready) {}", BRANCH),
    ("while (f(1, co_await a()) && more) {}", BRANCH),
    ("use(1, c ? co_await a() : 0);", BRANCH),
    ("return co_await a() and b;", BRANCH),
    ("co_await deferToThread([path] { return read(path); });", CLOSURE),
    ("auto x = co_await f(1, [=] { return 1; });", CLOSURE),
    ("auto x = co_await f(\n    [name = std::move(name)](int) { return name; });", CLOSURE),
    ("co_await g(f([&path] {}), 2);", CLOSURE),
    ("auto x = co_await f(a[0], [path] { return 1; });", CLOSURE),
    ("co_await f(Options{1, 2}, [path] { return 1; });", CLOSURE),
    ("auto x = co_await f({1, 2}) ? 1 : 2;", BRANCH),
    ("run([&] { if (x) { use(a && co_await b()); } });", BRANCH),
    ("for (auto x : c ? co_await a() : b()) use(x);", BRANCH),
    ("co_await [path]() -> Deferred<void> { co_return; }();", CLOSURE),
    ("co_await a().addCallback([this](int) { go(); });", CLOSURE),
    ("while (co_await a()) {}", CONDITION),
    ("if (co_await a()) b && c;", CONDITION),
    ("if (x) {} else if (co_await a()) {}", CONDITION),
    ("if (!(co_await a()).empty()) {}", CONDITION),
    ("if (use(co_await a())) {}", CONDITION),
    ("if (int x = 1; co_await a()) use(x);", CONDITION),
    ("switch (co_await a()) {}", CONDITION),
    ("for (; co_await a();) {}", CONDITION),
    ("do {} while (co_await a());", CONDITION),
    ("while (x = co_await a()) {}", CONDITION),
    ("while (x.y = co_await a()) {}", CONDITION),
    ("while (*x = co_await a()) {}", CONDITION),
    ("while (b > x == co_await a()) {}", CONDITION),
    ("while (T{co_await a()}) {}", CONDITION),
    ("run([&]() -> Deferred<void> { while (co_await a()) go(); });", CONDITION),
    ("co_await fetch({.host = name, .port = 1});", AGGREGATE),
    ("auto x = co_await fetch(Target{.host = name});", AGGREGATE),
    (TARGET + "auto x = co_await fetch(Target{name, 1});", AGGREGATE),
    (TARGET + "use(co_await fetch(1, sim::Target{name, 1}), 2);", AGGREGATE),
    ("struct A { int n; std::vector<int> all{1, 2}; };\nco_await f(A{});", AGGREGATE),
    ("struct A { std::function<void(int)> call; };\nco_await f(A{{}});", AGGREGATE),
    ("struct A { void f() { go(); } Failure why = {}; };\nco_await f(A{});", AGGREGATE),
]

GOOD = [
    "auto x = co_await a();",
    "auto&& x = co_await a();",
    "const auto&& [x, y] = co_await a();",
    "std::string&& x = co_await a();",
    "for (auto&& x : co_await all()) use(x);",
    "while (auto line = co_await readLine()) { if (a && b) use(line); }",
    "auto x = co_await a(); return x && y;",
    "auto x = co_await a(); auto f = [x] { return x; };",
    "auto f = [path] { return 1; }; co_await deferToThread(f);",
    "auto f = [path]() -> Deferred<int> { co_return co_await a(); };",
    "run([&] { go(); }); co_await a();",
    "co_await f([] { return 1; });",
    "co_await f(a[i], b[0]);",
    "use(c ? 1 : 2, co_await a());",
    "if (auto x = co_await a()) b && c;",
    "if (const std::optional<std::string> x = co_await a()) use(*x);",
    "if (const T& x = co_await a()) use(x);",
    "if (bool x{co_await a()}) use(x);",
    "if (const auto x = co_await a(); x.empty()) use(x);",
    "for (auto x = co_await a(); x; x = co_await a()) {}",
    "for (char c : co_await a()) use(c);",
    "while (more) co_await a();",
    "while (run([&]() -> Deferred<void> { co_await a(); })) {}",
    "co_await f(Options{a && b, 2});",
    "co_await f(a && b);",
    "// c ? co_await a : co_await b",
    'say("a && co_await b");',
    "if (c) { co_await a(); } else if (a || b) { co_await b(); }",
    "spawn([a = b && c]() -> Deferred<void> { co_await sleep(1s); });",
    TARGET + "Target t{name, 1}; co_await fetch(std::move(t));",
    TARGET + "co_await go(); use(Target{name, 1});",
    "struct A { explicit A(std::string n) : name(n) {} std::string name; };\nco_await f(A{name});",
    "struct A { int x; std::string_view name; };\nco_await f(A{1, name});",
    "struct A { std::string name() { return {}; } int x; };\nco_await f(A{1});",
    "struct A { const std::string& name; };\nco_await f(A{name});",
    "struct A : B { std::string name; virtual void f(); };\nco_await f(A{name});",
    "co_await f(std::string{name});",
    "auto task = [&]() -> Deferred<int> { auto v = co_await a(); co_return v; }; CHECK(x && y);",
]


class CheckCoroutinesTest(unittest.TestCase):
    def test_each_bad_form_is_named(self):
        for text, expected in BAD:
            with self.subTest(text=text):
                found = list(problems_of("void f() {\n" + text + "\n}\n"))
                self.assertEqual(len(found), 1, found)
                self.assertIn(expected, found[0][1])

    def test_no_good_form_is_named(self):
        for text in GOOD:
            with self.subTest(text=text):
                self.assertEqual(list(problems_of("void f() {\n" + text + "\n}\n")), [])

    def test_the_line_is_that_of_the_co_await(self):
        self.assertEqual([line for line, _ in problems_of("/* a\n b */\n\nx(a &&\n  co_await b);\n")], [5])


if __name__ == "__main__":
    unittest.main()
