// The main of every test program.
//
// doctest's own signal handlers stay out: tests send themselves signals, and a sanitizer's report
// of a crash says more. Whoever runs the program sees the crash in its exit status; case_log.cc has
// told which case it was.

#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>

#include <cstdio>

int main(int argc, char** argv) {
  // What a case said must not be lost when a later one crashes.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return doctest::Context(argc, argv).run();
}
