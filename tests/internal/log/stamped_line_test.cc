#include "log/stamped_line.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <chrono>
#include <string>

using namespace ropewalk;
using detail::stampedLine;
using namespace std::chrono_literals;

namespace {

// The process's time zone while it lives.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* before = ::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  ~TimeZone() {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }

 private:
  std::string before_;
};

// 2026-01-31 08:05:07.042 UTC, and some microseconds.
constexpr std::chrono::system_clock::time_point kMoment{1769846707042999us};

}  // namespace

TEST_CASE("a line for stderr has the date, the time to the millisecond, the level and the text") {
  const TimeZone utc("UTC0");
  CHECK(stampedLine(kMoment, LogLevel::Warning, "a text") ==
        "2026-01-31 08:05:07.042 warning: a text\n");
  CHECK(stampedLine(kMoment, LogLevel::Debug, "").ends_with(".042 debug: \n"));
  CHECK(stampedLine(kMoment, LogLevel::Info, "").ends_with(".042 info: \n"));
  CHECK(stampedLine(kMoment, LogLevel::Error, "").ends_with(".042 error: \n"));
}

TEST_CASE("the time of a line for stderr is local") {
  const TimeZone east("EAST-14");
  CHECK(stampedLine(kMoment, LogLevel::Error, "x") == "2026-01-31 22:05:07.042 error: x\n");
}

TEST_CASE("braces in the text of a line are text") {
  CHECK(stampedLine(kMoment, LogLevel::Error, "{} {0} }").ends_with("error: {} {0} }\n"));
}
