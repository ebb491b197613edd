#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>

namespace ropewalk::test {

// Holds bytes so that they end right before a page that may not be touched: whoever reads one byte
// too many crashes the test.
//
//   Guarded guarded("GET / HT");
//   parser.feed(guarded.bytes());
class Guarded {
 public:
  // `capacity` is the most that hold() will be given later.
  explicit Guarded(std::string_view bytes, std::size_t capacity = 0) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    capacity_ = (std::max(bytes.size(), capacity) / page + 1) * page;
    void* const memory = ::mmap(nullptr, capacity_ + page, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<char*>(memory);
    size_ = capacity_ + page;
    ::mprotect(memory_ + capacity_, page, PROT_NONE);
    hold(bytes);
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { ::munmap(memory_, size_); }

  std::string_view bytes() const { return bytes_; }

  // Holds `bytes` instead. What was held before is overwritten, so a view that was kept too long
  // shows.
  std::string_view hold(std::string_view bytes) {
    if (bytes.size() > capacity_) throw std::bad_alloc();
    if (!bytes_.empty()) {
      std::memset(memory_ + capacity_ - bytes_.size(), '\xdd', bytes_.size());
    }
    char* const place = memory_ + capacity_ - bytes.size();
    if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
    bytes_ = {place, bytes.size()};
    return bytes_;
  }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::string_view bytes_;
};

}  // namespace ropewalk::test
