#pragma once

#include <doctest/doctest.h>
#include <pthread.h>

#include <cstddef>
#include <functional>
#include <utility>

namespace ropewalk::test {

// The sanitizers' own frames are large; a recursion of 100 000 calls needs megabytes.
inline constexpr std::size_t kSmallStack = 512 * 1024;

// Calls `test` on a thread with a small stack, so that a recursion as deep as its data crashes.
inline void onSmallStack(std::function<void()> test) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, kSmallStack) == 0);
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  pthread_t thread{};
  REQUIRE(pthread_create(&thread, &attributes, run, &test) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace ropewalk::test
