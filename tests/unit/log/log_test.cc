#include "ropewalk/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/failure.h"
#include "support/captured_log.h"

using namespace ropewalk;
using test::CapturedLog;

namespace {

// The one line that logging this at warning level makes.
template <class... A>
std::string lineOf(std::string_view format, const A&... arguments) {
  const CapturedLog log;
  logWarning(format, arguments...);
  const std::vector<std::string> lines = log.lines();
  return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " lines";
}

// What is written to descriptor 2 while this lives; a pipe's buffer must hold it.
class CapturedStderr {
 public:
  CapturedStderr() : before_(::dup(2)) {
    REQUIRE(::pipe2(pipe_, O_NONBLOCK) == 0);
    ::dup2(pipe_[1], 2);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() {
    restore();
    ::close(before_);
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }

  std::string take() {
    std::fflush(stderr);
    restore();
    char bytes[4096];
    const ssize_t count = ::read(pipe_[0], bytes, sizeof bytes);
    return std::string(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
  }

 private:
  void restore() { ::dup2(before_, 2); }

  int before_;
  int pipe_[2] = {-1, -1};
};

struct Connection {
  std::string logPrefix() const { return name; }
  std::string name;
};

}  // namespace

TEST_CASE("a log line has its arguments in their places") {
  CHECK(lineOf("nothing") == "nothing");
  CHECK(lineOf("{} {} {}", -1, 2U, 3.5) == "-1 2 3.5");
  CHECK(lineOf("{} {} {}", true, 'c', "text") == "true c text");
  CHECK(lineOf("{1} {0} {{}}", 1, std::string("two")) == "two 1 {}");
  CHECK(lineOf("{:>5}|{:04x}|{:.2f}", "ab", 255, 1.0) == "   ab|00ff|1.00");
  CHECK(lineOf("{}", std::numeric_limits<unsigned long long>::max()) == "18446744073709551615");
  CHECK(lineOf("{}", std::numeric_limits<long long>::min()) == "-9223372036854775808");
  CHECK(lineOf("{}", static_cast<const char*>(nullptr)) == "(null)");
  CHECK(lineOf("{}", Failure::connectionDone()) == "Connection was closed cleanly.");
}

TEST_CASE("a log event is one line: control bytes are escaped wherever they come from") {
  CHECK(lineOf("a {}\n", "b\r\nc") == "a b\\x0d\\x0ac\\x0a");
  CHECK(lineOf("{}", std::string("\0\x1b[31m\x7f", 7)) == "\\x00\\x1b[31m\\x7f");
  CHECK(lineOf("{}", '\n') == "\\x0a");
  CHECK(lineOf("{}",
               "\xC2\x9B"
               "31m") == "\\xc2\\x9b31m");  // a C1 control
  CHECK(lineOf("{}",
               "a\xE2\x80\xAE"
               "b") == "a\\xe2\\x80\\xaeb");  // reads backwards from here
  CHECK(lineOf("{}",
               "a\xE2\x80\xA8"
               "b") == "a\\xe2\\x80\\xa8b");  // a line separator
}

TEST_CASE("a log line keeps well-formed UTF-8 and escapes what is not") {
  CHECK(lineOf("{}", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80");
  CHECK(lineOf("{}", "\xFF") == "\\xff");
  CHECK(lineOf("{}", "\x80") == "\\x80");
  CHECK(lineOf("{}", std::string_view("\xE2\x82\xAC", 2)) == "\\xe2\\x82");
  CHECK(lineOf("{}", "\xC3") == "\\xc3");                    // cut off
  CHECK(lineOf("{}", "\xC0\xAF") == "\\xc0\\xaf");           // overlong
  CHECK(lineOf("{}", "\xE0\x80\xAF") == "\\xe0\\x80\\xaf");  // overlong
  CHECK(lineOf("{}", "\xF0\x80\x80\xAF") == "\\xf0\\x80\\x80\\xaf");
  CHECK(lineOf("{}", "\xED\xA0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(lineOf("{}", "\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(lineOf("{}", "\xF5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
  CHECK(lineOf("{}", "\xE2\x82(") == "\\xe2\\x82(");
}

TEST_CASE("a logged argument is cut after 1 KiB, not through a character") {
  CHECK(lineOf("{}|", std::string(1024, 'x')) == std::string(1024, 'x') + "|");
  CHECK(lineOf("{}|", std::string(1025, 'x')) == std::string(1024, 'x') + "...|");
  CHECK(lineOf("{}|", std::string(1023, 'x') + "\xC3\xA4") == std::string(1023, 'x') + "...|");
  CHECK(lineOf("{}|", std::string(1021, 'x') + "\xF0\x9F\x98\x80") ==
        std::string(1021, 'x') + "...|");
  CHECK(lineOf("{}|{}", std::string(1 << 20, 'x'), 1).size() == 1024 + 3 + 2);
}

TEST_CASE("a format that does not fit is logged as it is, and nothing is thrown") {
  CHECK(lineOf("{} {}", 1).starts_with("{} {} (bad format: "));
  CHECK(lineOf("{} {}", 1).ends_with(") 1"));
  CHECK(lineOf("{", "a\nb").starts_with("{ (bad format: "));
  CHECK(lineOf("{", "a\nb").ends_with(") a\\x0ab"));
  CHECK(lineOf("{:d}", "text").starts_with("{:d} (bad format: "));
  CHECK(lineOf("}\n").starts_with("}\\x0a (bad format: "));
}

TEST_CASE("an argument is never read as a format") {
  CHECK(lineOf("{}", "{} %s %n {0}") == "{} %s %n {0}");
}

TEST_CASE("only events of the level and above are logged") {
  CapturedLog log;
  const auto logAll = [&log] {
    const std::size_t before = log.lines().size();
    logDebug("levels");
    logInfo("levels");
    logWarning("levels");
    logError("levels");
    return log.lines().size() - before;
  };
  CHECK(logAll() == 2);  // Warning, which is the default
  setLogLevel(LogLevel::Error);
  CHECK(logAll() == 1);
  setLogLevel(LogLevel::Debug);
  CHECK(logAll() == 4);
  setLogLevel(LogLevel::Off);
  CHECK(logAll() == 0);
  CHECK(logLevel() == LogLevel::Off);
}

TEST_CASE("the sink is told the level of a line") {
  std::vector<LogLevel> levels;
  {
    const CapturedLog restoresTheSink(LogLevel::Debug);
    setLogSink([&](LogLevel level, std::string_view) { levels.push_back(level); });
    logDebug("level of a line");
    logError("level of a line");
  }
  CHECK(levels == std::vector{LogLevel::Debug, LogLevel::Error});
}

TEST_CASE("what a sink logs itself is dropped") {
  const CapturedLog restoresTheSink;
  int calls = 0;
  setLogSink([&](LogLevel, std::string_view) {
    ++calls;
    logError("from inside");
  });
  logWarning("a line for the sink that logs");
  CHECK(calls == 1);
}

TEST_CASE("the line for which a sink throws goes to stderr, with its level") {
  const CapturedLog restoresTheSink;
  int calls = 0;
  setLogSink([&](LogLevel, std::string_view) {
    ++calls;
    throw std::runtime_error("sink");
  });
  CapturedStderr captured;
  CHECK_NOTHROW(logWarning("a line that the sink does not want"));
  CHECK(calls == 1);
  CHECK(captured.take().ends_with(" warning: a line that the sink does not want\n"));
}

TEST_CASE("what nobody reads is lost and waited for by nobody, and the next line tells it") {
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  REQUIRE(::fcntl(pipe[1], F_SETPIPE_SZ, 4096) == 4096);
  const int before = ::dup(2);
  ::dup2(pipe[1], 2);
  const std::string large(1000, 'x');
  for (int i = 0; i < 9; ++i) logWarning("much of {}", large);
  std::string bytes(8192, '\0');
  const ssize_t got = ::read(pipe[0], bytes.data(), bytes.size());
  logWarning("again");
  const ssize_t more = ::read(pipe[0], bytes.data(), bytes.size());
  ::dup2(before, 2);
  for (const int fd : {before, pipe[0], pipe[1]}) ::close(fd);
  CHECK(got > 1000);
  const std::string_view told(bytes.data(), more > 0 ? static_cast<std::size_t>(more) : 0);
  CHECK(told.find(" lines before this one were lost)\n") != std::string_view::npos);
  CHECK(told.ends_with("warning: again\n"));
}

// Takes the place of descriptor 2 while it lives.
class Terminal {
 public:
  Terminal() : before_(::dup(2)) {
    REQUIRE(::openpty(&master_, &terminal_, nullptr, nullptr, nullptr) == 0);
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
    ::dup2(terminal_, 2);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    ::dup2(before_, 2);
    for (const int fd : {before_, terminal_, master_}) ::close(fd);
  }
  // What has been written to it so far, with the line ends of a terminal.
  std::string read() const {
    std::string all;
    char bytes[4096];
    for (ssize_t got = 0; (got = ::read(master_, bytes, sizeof bytes)) > 0;) {
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int before_;
  int master_ = -1;
  int terminal_ = -1;
};

TEST_CASE("a terminal that nobody reads is waited for by nobody, and goes on when it is read") {
  const Terminal terminal;
  const std::string large(700, 'x');
  for (int i = 0; i < 50; ++i) logWarning("line " + std::to_string(i) + " {}", large);
  CHECK(terminal.read().size() > 1000);
  logWarning("read again");
  const std::string told = terminal.read();
  CHECK(told.find(" lines before this one were lost)\r\n") != std::string::npos);
  CHECK(told.ends_with("warning: read again\r\n"));
}

TEST_CASE("lines go to the terminal that descriptor 2 is, not to the one that it was") {
  const Terminal first;
  logWarning("to the first");
  const Terminal second;
  logWarning("to the second");
  CHECK(first.read().ends_with("warning: to the first\r\n"));
  CHECK(second.read().ends_with("warning: to the second\r\n"));
}

TEST_CASE("whoever reads the log may leave: no signal, and the next reader is told what was lost") {
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const int before = ::dup(2);
  ::dup2(pipe[1], 2);
  ::close(pipe[0]);
  logWarning("one");
  logWarning("two");
  ::dup2(before, 2);
  ::close(before);
  ::close(pipe[1]);
  CapturedStderr next;
  logWarning("three");
  const std::string told = next.take();
  CHECK(told.starts_with("(2 lines before this one were lost)\n"));
  CHECK(told.ends_with("warning: three\n"));
}

TEST_CASE("of one format ten lines a second are logged, of others still ten") {
  const CapturedLog log;
  for (int i = 0; i < 1000; ++i) logWarning("flooded {}", i);
  const std::size_t passed = log.lines().size();
  CHECK(passed >= 10);
  CHECK(passed <= 22);  // had a second gone by meanwhile: ten more, and how many were left out
  logWarning("another");
  CHECK(log.has("another"));
}

TEST_CASE("the connection at work is named in front, the innermost one first [LF10]") {
  const Connection outer{"Echo,1,127.0.0.1"};
  const Connection inner{"Chat,2\n"};
  const CapturedLog log;
  {
    const detail::LogContext outerContext(outer);
    logWarning("named outer");
    {
      const detail::LogContext innerContext(inner);
      logWarning("named inner");
    }
    logWarning("named outer again");
  }
  logWarning("named nobody");
  CHECK(log.lines() ==
        std::vector<std::string>{"[Echo,1,127.0.0.1] named outer", "[Chat,2\\x0a] named inner",
                                 "[Echo,1,127.0.0.1] named outer again", "named nobody"});
}

TEST_CASE("a sink that is replaced may log as it dies") {
  struct LastWords {
    ~LastWords() { logWarning("last words"); }
  };
  const CapturedLog after;
  setLogSink([words = std::make_shared<LastWords>()](LogLevel, std::string_view) {});
  setLogSink([](LogLevel, std::string_view) {});
}

TEST_CASE("a line whose connection cannot be named is told all the same [LF7]") {
  struct Nameless {
    std::string logPrefix() const { throw std::runtime_error("no name"); }
  };
  const Nameless nameless;
  const CapturedLog log;
  const detail::LogContext context(nameless);
  logWarning("said");
  CHECK(log.lines() == std::vector<std::string>{"[?] said"});
}
