// The sum of all bytes charged in this process. Each change also adapts the size of a read to the
// budget, and notifies the listener of this thread when much memory was released.

#include "sys/memory_budget.h"

#include <atomic>
#include <utility>

#include "log/tell_if_possible.h"
#include "ropewalk/log.h"
#include "ropewalk/memory_budget.h"
#include "sys/kernel.h"
#include "sys/memory_limit.h"

namespace ropewalk {
namespace {

// Enough for sums, because no other memory is ordered by them.
constexpr auto kRelaxed = std::memory_order_relaxed;

constinit std::atomic<std::size_t> held = 0;
constinit std::atomic<std::size_t> budget = 0;  // 0: not computed yet
constinit std::atomic<std::size_t> peak = 0;    // largest `held` since the last giveBackMemory()
constinit std::atomic<bool> isLogged = false;

constinit thread_local sys::MemoryListener* listener = nullptr;

std::size_t readSizeNow() noexcept {
  return held.load(kRelaxed) > memoryBudget() ? sys::kReadSizeWhenShort : sys::kReadSize;
}

// Repeats, because another thread may change the sum meanwhile.
void adaptReadSize() noexcept {
  for (std::size_t size = readSizeNow(); sys::readSize.load(kRelaxed) != size;
       size = readSizeNow()) {
    sys::readSize.store(size, kRelaxed);
  }
}

std::size_t defaultBudget() noexcept {
  try {
    return sys::budgetFor(sys::availableMemory());
  } catch (...) {
    return sys::budgetFor(0x10000000);  // no memory to find out: assume 256 MiB
  }
}

void logShortage(std::size_t bytes, std::size_t most) noexcept {
  if (isLogged.exchange(true, kRelaxed)) return;
  detail::tellIfPossible([&] {
    logWarning(
        "{} bytes are held, more than setMemoryBudget() allows ({}): reading stops on connections "
        "whose peers do not read, and HTTP requests are answered with 503",
        bytes, most);
  });
}

}  // namespace

void setMemoryBudget(std::size_t bytes) noexcept {
  budget.store(bytes != 0 ? bytes : defaultBudget(), kRelaxed);
  adaptReadSize();
}

std::size_t memoryBudget() noexcept {
  std::size_t bytes = budget.load(kRelaxed);
  if (bytes != 0) return bytes;
  const std::size_t computed = defaultBudget();
  return budget.compare_exchange_strong(bytes, computed, kRelaxed) ? computed : bytes;
}

std::size_t memoryHeld() noexcept { return held.load(kRelaxed); }

bool isMemoryShort() noexcept {
  const std::size_t bytes = held.load(kRelaxed);
  const std::size_t most = memoryBudget();
  if (bytes <= most) return false;
  logShortage(bytes, most);
  return true;
}

void MemoryCharge::change(std::size_t bytes) noexcept {
  const std::size_t before = std::exchange(bytes_, bytes);
  if (bytes > before) {
    sys::chargeMemory(bytes - before);
  } else {
    sys::releaseMemory(before - bytes);
  }
}

namespace sys {

constinit std::atomic<std::size_t> readSize = kReadSize;

void chargeMemory(std::size_t bytes) noexcept {
  const std::size_t now = held.fetch_add(bytes, kRelaxed) + bytes;
  // A race of two threads may lose a peak. It only decides when giving memory back is worthwhile.
  if (now > peak.load(kRelaxed)) peak.store(now, kRelaxed);
  adaptReadSize();
}

void releaseMemory(std::size_t bytes) noexcept {
  const std::size_t now = held.fetch_sub(bytes, kRelaxed) - bytes;
  adaptReadSize();
  if (isLogged.load(kRelaxed) && now <= memoryBudget() / 4 * 3) isLogged.store(false, kRelaxed);
  if (listener != nullptr && mayGiveBackMemory()) listener->memoryReleased();
}

bool mayGiveBackMemory() noexcept {
  constexpr std::size_t kMuch = 8 * 1024 * 1024;
  const std::size_t most = peak.load(kRelaxed);
  const std::size_t now = held.load(kRelaxed);
  return now <= most / 2 && most - now >= kMuch;
}

void giveBackMemory() noexcept {
  peak.store(held.load(kRelaxed), kRelaxed);
  kernel.mallocTrim(0);
}

MemoryListening::MemoryListening(MemoryListener* here) noexcept
    : before_(std::exchange(listener, here)) {}

MemoryListening::~MemoryListening() { listener = before_; }

}  // namespace sys
}  // namespace ropewalk
