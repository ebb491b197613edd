#pragma once

#include <cstddef>
#include <string>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// What all connections of this process may keep in memory together, in bytes.
///
/// ConnectionLimits bounds one connection; this bounds a crowd of them. There is one budget for the
/// process, whatever the number of reactors. What is kept beyond a turn of the loop counts, by the
/// capacity of its buffers: output that the kernel has not taken (SharedBytes once, however many
/// connections wait to send them; files not at all), unfinished lines and unread input of
/// StreamProtocol, and of HTTP the heads and bodies that are being received or handled and the
/// requests read ahead. What a program keeps itself does not count, unless it has a MemoryCharge.
///
/// While more is held than the budget, the loop goes on, and takes in nothing that it cannot pass
/// on:
///
///   - A connection whose output waits for its peer stops reading, whatever its writeHighWater, and
///     its producer is paused. Exceptions: setReadWhileBlocked(true), and connections that we
///     opened. Both go on when the peer has taken the output, or when there is memory again.
///   - An HTTP request is answered with 503 and `Retry-After`. A body that is being collected is
///     dropped; of one that is streamed no more is read than its handler takes.
///   - A connection with an unfinished line (or read of StreamProtocol) of more than 1 KiB is
///     aborted with MemoryBudgetExceeded; it could not be drained.
///   - Every connection is read from in small pieces, 4 KiB in a turn.
///   - One line in the log says so, with the figures.
///
/// A shortage always ends: a peer that takes nothing is given up after
/// ConnectionLimits::writeStall, a request that does not come after http::Limits::bodyGap or
/// headTime.
///
/// The budget is exceeded by what is read before a connection has stalled: 4 KiB for each, and once
/// 256 KiB; and by what the program's own callbacks write.
///
/// Sets the budget to `bytes`; 0: the default, computed anew. The default is a quarter of the
/// memory that this process can have, but at least 64 MiB or half of that memory, whichever is
/// less. That memory is the least of: what the machine has, the cgroup's limit (versions 1 and 2)
/// and that of each cgroup around it, and what RLIMIT_AS and RLIMIT_DATA leave. It is computed when
/// the first reactor is made.
///
/// Threads: any thread; so are all functions in this header.
void setMemoryBudget(std::size_t bytes) noexcept;

std::size_t memoryBudget() noexcept;

/// What counts now, in bytes.
std::size_t memoryHeld() noexcept;

/// True while more is held than the budget. Logs a warning the first time, and again only after no
/// more than three quarters of the budget were held in between.
bool isMemoryShort() noexcept;

/// Memory of a program's own that counts, for as long as this lives:
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
/// Threads: one at a time.
class MemoryCharge {
 public:
  MemoryCharge() noexcept = default;
  MemoryCharge(const MemoryCharge&) = delete;
  MemoryCharge& operator=(const MemoryCharge&) = delete;
  ~MemoryCharge() { set(0); }

  /// From now on `bytes`, in place of what it was before.
  void set(std::size_t bytes) noexcept {
    if (bytes != bytes_) change(bytes);
  }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void change(std::size_t bytes) noexcept;

  std::size_t bytes_ = 0;
};

namespace detail {

// What `text` holds beside itself.
constexpr std::size_t heapBytes(const std::string& text) noexcept {
  return text.capacity() < sizeof(text) ? 0 : text.capacity() + 1;
}

}  // namespace detail

}  // namespace ropewalk
