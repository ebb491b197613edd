#pragma once

#include <cstdlib>
#include <string_view>

namespace ropewalk::test {

// The backend that this run of the tests is for: what ROPEWALK_TEST_BACKEND says, else the
// product's.
inline std::string_view backend() {
  const char* const chosen = std::getenv("ROPEWALK_TEST_BACKEND");
  return chosen ? chosen : "epoll";
}

}  // namespace ropewalk::test
