// Preloaded into a server: on SIGUSR2 it writes how many bytes the heap has handed out, and how
// many times it was asked for some since the program began, to the descriptor that HEAP_PROBE_FD
// names, the two numbers on a line. Bytes as the allocator counts them, its headers and rounding
// included; times by standing in for the allocator's functions, which glibc has under names of its
// own too. Linked into a program, it tells the times to whoever calls allocations().
//
// Not safe in general (the handler takes the allocator's lock); here the server sleeps in
// epoll_wait whenever it is asked.

#include "heap_probe.h"

#include <malloc.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

int reportFd = -1;
std::atomic<std::size_t> timesAsked = 0;

void report(int) {
  const struct mallinfo2 heap = mallinfo2();
  // Not dprintf(), which allocates.
  std::array<char, 64> line{};
  const int size = std::snprintf(line.data(), line.size(), "%zu %zu\n", heap.uordblks + heap.hblkhd,
                                 timesAsked.load());
  if (write(reportFd, line.data(), static_cast<std::size_t>(size)) < 0) std::abort();
}

[[gnu::constructor]] void listenForQuestions() {
  const char* fd = std::getenv("HEAP_PROBE_FD");
  if (fd == nullptr) return;
  std::from_chars(fd, fd + std::strlen(fd), reportFd);
  struct sigaction action {};
  action.sa_handler = report;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR2, &action, nullptr);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
  ++timesAsked;
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  ++timesAsked;
  return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  ++timesAsked;
  return __libc_realloc(memory, size);
}

// What an aligned operator new calls.
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++timesAsked;
  return __libc_memalign(alignment, size);
}
}

std::size_t bench::allocations() { return timesAsked; }
