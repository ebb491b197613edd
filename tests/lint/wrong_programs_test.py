"""What is wrong in a program, the compiler tells in a sentence of ours.

Usage: wrong_programs_test.py ROOT COMPILER [ARGUMENT...]
"""

import pathlib
import subprocess
import sys

PROGRAM = """
#include <functional>

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

using namespace ropewalk;

Deferred<void> work() { co_return; }

struct Alone {};
class Hidden : Protocol {};
struct Unfinished : LineReceiver {};
struct Counting : Protocol {
  explicit Counting(int& count);
};
class Closed : public Protocol {
  Closed();
};

void right(Protocol& protocol, int& count) {
  http::Router site;
  site.get("/", [](http::Request&) { return http::Response::text("right"); });
  site.get("/later", [](http::Request&) -> Deferred<http::Response> { co_return http::Response(204); });
  Factory::forProtocol<Counting>(std::ref(count));
  reactor().callLater(1s, work);
  spawn(work);
  protocol.callLater(1s, [&count] { return ++count; });
  protocol.spawn([] { return work(); });
  reactor().resolve("name").addCallback([](const auto&) {}).addErrback([](const Failure&) {});
  work().addBoth([] {}).addTimeout(1s, reactor());
  site.get("/then", [](http::Request&) {
    return sleep(1s).addCallback([] { return http::Response(204); });
  });
}

#ifdef WRONG
void wrong(Protocol& protocol, int& count) {
  http::Router site;
  site.get("/nothing", [] { return http::Response::text("wrong"); });
  site.get("/value", [](http::Request) { return http::Response::text("wrong"); });
  Factory::forProtocol<Alone>();
  Factory::forProtocol<Hidden>();
  Factory::forProtocol<Unfinished>();
  Factory::forProtocol<Counting>(count);
  Factory::forProtocol<Closed>();
  reactor().callLater(1s, [](int) {});
  protocol.callLater(1s, [](int) {});
  protocol.spawn([](int) { return work(); });
  spawn(work());
  protocol.spawn(work());
}
#endif

#ifdef IGNORED
void ignored(Promise<int>& promise) {
  work();
  sleep(1s);
  succeed(1);
  promise.deferred();
  reactor().resolve("name");
  maybeDeferred(work);
  deferLater(reactor(), 1s, work);
  [](int n) -> Deferred<int> { co_return n; }(1);
}
#endif
"""

# The beginning of a sentence, and how often it is told: once for each type. A closure has a type of its own.
SENTENCES = {
    "a handler takes an http::Request& and nothing else": 2,
    "forProtocol<P>: P must derive from Protocol, and publicly": 2,
    "forProtocol<P>: P does not override all that it has to": 1,
    "forProtocol<P>(arguments...): P has no public constructor that takes these": 2,
    "what is called here gets no arguments": 3,
    "a Deferred has begun already": 1,
}

# The same for each Deferred that is ignored.
IGNORED = {"await it, add callbacks to it, or spawn() its function": 8}


def says_all(compiler):
    """The option with which `compiler` does not stop after 20 errors."""
    version = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=True)
    return ["-ferror-limit=0"] if "clang" in version.stdout else []


def errors(root, compiler, *options):
    done = subprocess.run(
        [*compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *says_all(compiler), f"-I{root / 'include'}", *options,
         "-x", "c++", "-"],
        input=PROGRAM, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if "error:" in line]


def main(root, *compiler):
    problems = errors(root, compiler)
    for part, sentences in ("-DWRONG", SENTENCES), ("-DIGNORED", IGNORED):
        told = errors(root, compiler, part)
        for sentence, times in sentences.items():
            found = sum(sentence in line for line in told)
            if found != times:
                problems.append(f"{found} times, not {times}: {sentence}")
    print("\n".join(problems) or "each is told")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), *sys.argv[2:]))
