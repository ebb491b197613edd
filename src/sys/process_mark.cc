#include "sys/process_mark.h"

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace ropewalk::sys {

namespace {

// Used until the page exists, and for ever if the kernel cannot wipe pages on fork.
constinit std::atomic<unsigned> plainWord = 0;

// A child inherits it and counts on, so its numbers differ from those of its ancestors.
constinit std::atomic<unsigned> lastNumber = 0;

constexpr std::size_t kPage = 4096;  // the kernel rounds up

std::atomic<unsigned>* makeWord() noexcept {
  void* const page =
      ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return &plainWord;
  if (::madvise(page, kPage, MADV_WIPEONFORK) != 0) {
    ::munmap(page, kPage);
    return &plainWord;
  }
  return new (page) std::atomic<unsigned>(0);
}

}  // namespace

constinit std::atomic<std::atomic<unsigned>*> ProcessMark::word_ = &plainWord;

// Gives this process its number. If several threads call this at once, the number of one is kept.
unsigned ProcessMark::begin() noexcept {
  static std::atomic<unsigned>* const word = makeWord();
  word_.store(word, std::memory_order_relaxed);
  unsigned number = 0;
  const unsigned fresh = lastNumber.fetch_add(1) + 1;
  return word->compare_exchange_strong(number, fresh) ? fresh : number;
}

}  // namespace ropewalk::sys
