// Writes down what becomes of each test case, for tests/run, which counts cases and not programs.
//
// One line an event, flushed at once, so that the file is true up to the moment of a crash:
//
//   start <case> <TAB> <file>:<line>      passed <seconds>      failed <seconds>
//   skipped <case> <TAB> <file>:<line>    note <text>           done
//
// Without ROPEWALK_CASE_LOG in the environment it does nothing.

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace {

constexpr const char* kLogVariable = "ROPEWALK_CASE_LOG";

std::string onOneLine(std::string text) {
  for (char& byte : text) {
    if (byte == '\n' || byte == '\r' || byte == '\t') byte = ' ';
  }
  return text;
}

std::string describe(const doctest::TestCaseData& testCase) {
  return onOneLine(testCase.m_name) + '\t' + testCase.m_file.c_str() + ':' +
         std::to_string(testCase.m_line);
}

class CaseLog : public doctest::IReporter {
 public:
  explicit CaseLog(const doctest::ContextOptions&) {
    if (const char* path = std::getenv(kLogVariable)) log_.open(path, std::ios::app);
  }

  void test_case_start(const doctest::TestCaseData& testCase) override {
    say("start " + describe(testCase));
  }

  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    say((stats.testCaseSuccess ? "passed " : "failed ") + std::to_string(stats.seconds));
  }

  void test_case_skipped(const doctest::TestCaseData& testCase) override {
    say("skipped " + describe(testCase));
  }

  void log_message(const doctest::MessageData& message) override {
    say("note " + onOneLine(message.m_string.c_str()));
  }

  void test_run_end(const doctest::TestRunStats&) override { say("done"); }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}

 private:
  void say(const std::string& line) {
    if (log_.is_open()) log_ << line << std::endl;
  }

  std::ofstream log_;
};

REGISTER_LISTENER("case log", 1, CaseLog);

}  // namespace
