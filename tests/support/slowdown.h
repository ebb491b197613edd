#pragma once

#ifndef __has_feature
#define __has_feature(x) 0
#endif

namespace ropewalk::test {

// How many times longer than usual a test may take in this build: sanitizers are slow.
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
inline constexpr int kSlowdown = 8;
#elif defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
inline constexpr int kSlowdown = 4;
#else
inline constexpr int kSlowdown = 1;
#endif

}  // namespace ropewalk::test
