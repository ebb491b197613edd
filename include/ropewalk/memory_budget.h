#pragma once

#include <cstddef>
#include <string>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// Sets how much memory all connections of this process may hold together, in bytes. 0 sets the
/// default, computed again.
///
/// ConnectionLimits bounds one connection, the budget bounds all of them. There is one budget for
/// the process, whatever the number of reactors.
///
/// Memory that is kept beyond a turn of the loop counts, by the capacity of its buffers:
///
///   - output that the kernel has not taken (SharedBytes once, however many connections have them
///     queued; files not at all);
///   - unfinished lines and the unread input of StreamProtocol;
///   - HTTP heads and bodies that are being received or handled, and requests read ahead;
///   - memory of the program itself if it has a MemoryCharge.
///
/// While more than the budget is held, the loop continues but takes in only what it can pass on:
///
///   - A connection whose output the kernel does not take stops reading, whatever its
///     writeHighWater, and its push producer is paused. Connections that this side opened and those
///     with setReadWhileBlocked(true) continue to read. Reading and producer resume when the peer
///     has taken the output, or when the shortage is over.
///   - An HTTP request is answered with 503 and `Retry-After`. A body that is being collected is
///     dropped; a body that is streamed is read only as fast as its handler takes it.
///   - A connection that holds more than 1 KiB of an unfinished line, or of input for a
///     StreamProtocol read that waits for more, is aborted with MemoryBudgetExceeded.
///   - Each connection reads at most 4 KiB in a turn.
///   - One log line reports the shortage, with the figures.
///
/// A shortage always ends: a peer that takes nothing is aborted after ConnectionLimits::writeStall,
/// and an unfinished HTTP request is dropped after http::Limits::bodyGap or headTime.
///
/// More than the budget may be held: the program's own callbacks may write more, and a connection
/// reads some input before it is known to have stalled. That input is 4 KiB for each connection,
/// and 256 KiB for the one whose input exceeds the budget.
///
/// The default is a quarter of the memory available to this process, but at least 64 MiB or half of
/// that memory, whichever is less. The memory available is the least of: the machine's memory, the
/// limits of its cgroup and of the enclosing cgroups (versions 1 and 2), and the rest of RLIMIT_AS
/// and RLIMIT_DATA. It is computed when the first reactor is made.
///
/// Threads: any thread; so are all functions in this header.
void setMemoryBudget(std::size_t bytes) noexcept;

std::size_t memoryBudget() noexcept;

/// The memory that counts now, in bytes.
std::size_t memoryHeld() noexcept;

/// True while more than the budget is held. Logs a warning the first time; it logs the next one
/// only if the memory held has fallen to three quarters of the budget in between.
bool isMemoryShort() noexcept;

/// Makes memory of the program itself count in the budget while this object lives:
///
///   class Upload : public Protocol {
///     void dataReceived(std::string_view data) override {
///       bytes_ += data;
///       charge_.set(bytes_.capacity());
///       if (isMemoryShort()) transport->abortConnection();
///     }
///     std::string bytes_;
///     MemoryCharge charge_;
///   };
///
/// Threads: any thread, but one object is used by one thread at a time.
class MemoryCharge {
 public:
  MemoryCharge() noexcept = default;
  MemoryCharge(const MemoryCharge&) = delete;
  MemoryCharge& operator=(const MemoryCharge&) = delete;
  ~MemoryCharge() { set(0); }

  /// Counts `bytes` from now on, instead of the previous number.
  void set(std::size_t bytes) noexcept {
    if (bytes != bytes_) change(bytes);
  }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void change(std::size_t bytes) noexcept;

  std::size_t bytes_ = 0;
};

namespace detail {

// The heap memory of `text`; 0 for a short string, which is stored inside the object.
constexpr std::size_t heapBytes(const std::string& text) noexcept {
  return text.capacity() < sizeof(std::string) ? 0 : text.capacity() + 1;
}

}  // namespace detail

}  // namespace ropewalk
