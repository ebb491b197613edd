#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/detail/ref.h"
#include "ropewalk/reactor_time.h"
#include "sys/memory_budget.h"
#include "transport/arena.h"
#include "transport/connection_lists.h"
#include "transport/deadline_wheel.h"
#include "transport/home_thread.h"
#include "transport/idle_connections.h"
#include "transport/partings.h"
#include "transport/slow_turns.h"

namespace ropewalk {
class Failure;
class Reactor;
}  // namespace ropewalk

namespace ropewalk::detail {

class Connection;

// What one reactor lends to all its connections: the buffer that is read into, the arena that is
// written to, and the lists of those that have something to do before the reactor waits again.
class Turn {
 public:
  // What one recv asks for at most, in bytes: the size at which throughput peaks (larger falls out
  // of the cache). readSize() is less while memory is short.
  static constexpr std::size_t kReadSize = sys::kReadSize;
  static std::size_t readSize() noexcept { return sys::readSize.load(std::memory_order_relaxed); }

  // `reactor` must outlive the turn.
  explicit Turn(Reactor& reactor);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn();

  Reactor& reactor() const noexcept { return reactor_; }

  HomeThread& home() noexcept { return home_; }

  // In a debug build, aborts the program if `call` is made on another thread than the reactor's.
  void requireHome(const char* call) const noexcept {
    if (kChecksThreads && !home_.isHere()) [[unlikely]]
      stopWrongThread("", call);
  }

  // The connection whose callback runs, or null; it is flushed when that returns.
  Connection* inHand() const noexcept { return inHand_; }
  void setInHand(Connection* connection) noexcept { inHand_ = connection; }

  // Its name: what is logged meanwhile is about it.
  std::string logPrefix() const;

  // kReadSize bytes, for the time of one callback.
  char* readBuffer() const noexcept { return readBuffer_.get(); }

  Arena& arena() noexcept { return arena_; }
  SlowTurns& slowTurns() noexcept { return slowTurns_; }
  const SlowTurns& slowTurns() const noexcept { return slowTurns_; }
  DeadlineWheel& deadlines() noexcept { return deadlines_; }
  const DeadlineWheel& deadlines() const noexcept { return deadlines_; }

  // A connection that was made lives, at the latest, until remove().
  void add(Connection& connection) noexcept;
  void remove(Connection& connection) noexcept;
  std::size_t open() const noexcept { return open_; }
  std::vector<Ref<Connection>> connections() const;

  // Moves `connection` to the end of the list of `standing`, even if it is in that list: its idle
  // time begins again.
  void setStanding(Connection& connection, Standing standing) noexcept;

  // Ends a connection to make room: of `group` only, or of all. A lingering one goes first, then
  // the one that has been idle longest. False if there is none. From the event loop, outside of
  // every callback.
  bool evict(IdleConnections& group) noexcept;
  bool evict() noexcept;

  // Connection::drain() of all that are open now; Connection::end() of all, and of those that are
  // made meanwhile.
  void drainAll() noexcept;
  bool isDraining() const noexcept { return draining_; }
  void setDraining(bool on) noexcept { draining_ = on; }

  // On in a child process: the connections are the parent's, and their copies here do nothing. See
  // Connection::leave().
  bool isLeft() const noexcept { return isLeft_; }
  void setLeft(bool on) noexcept;

  // Calls Connection::abandon() on all.
  void abandonAll() noexcept;

  // True within endAll().
  bool isStopping() const noexcept { return stopping_; }
  Partings& partings() noexcept { return partings_; }
  void endAll(const Failure& why) noexcept;
  std::uint64_t made() const noexcept { return made_; }

  // Has Connection::flushFromLine() called before the reactor waits. REQUIRES: it is not in line.
  void flushSoon(Connection& connection) noexcept { toFlush_.push(connection); }

  // Has Connection::settle() called from the event loop. REQUIRES: the same.
  void settleSoon(Connection& connection) noexcept { toSettle_.push(connection); }

  // Settles and flushes until nobody asks for more of it this turn; what settling asks for in turn
  // waits for the next one. Returns true if there is such.
  bool finish() noexcept {
    const bool more = pending() && finishPending();
    arena_.reset();
    return more;
  }

  void countReceived(std::size_t bytes) noexcept { received_ += bytes; }
  void countSent(std::size_t bytes) noexcept { sent_ += bytes; }
  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t sent() const noexcept { return sent_; }

  // True while finish() has something to do.
  bool pending() const noexcept { return !toFlush_.empty() || !toSettle_.empty(); }

  // One connection more that ended for a reason of this name. Without memory for a new name it is
  // one of those without.
  void countClosed(std::string_view reason) noexcept;
  const std::map<std::string, std::uint64_t, std::less<>>& closed() const noexcept {
    return closed_;
  }
  std::uint64_t closedWithoutName() const noexcept { return closedWithoutName_; }

 private:
  bool finishPending() noexcept;
  IdleConnections& groupOf(Connection& connection) noexcept;
  void unlist(Connection& connection) noexcept;
  Connection* evictable(IdleConnections& group) noexcept;
  template <typename Call>
  void forEach(const Call& call) const;
  void flushAll() noexcept;

  Reactor& reactor_;
  HomeThread home_;
  Connection* inHand_ = nullptr;
  std::unique_ptr<char[]> readBuffer_;
  Arena arena_;
  DeadlineWheel deadlines_;
  SlowTurns slowTurns_;
  std::size_t open_ = 0;
  ConnectionList busy_;   // in the order in which they were made
  IdleConnections idle_;  // of those that are in no group of a port
  IdleGroups idleGroups_;
  std::uint64_t becameIdle_ = 0;  // how often a connection did
  ConnectionLine<&ConnectionLinks::nextToFlush> toFlush_;
  ConnectionLine<&ConnectionLinks::nextToSettle> toSettle_;
  std::uint64_t made_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> closed_;
  std::uint64_t closedWithoutName_ = 0;
  bool draining_ = false;
  bool stopping_ = false;
  bool isLeft_ = false;
  Partings partings_;
};

}  // namespace ropewalk::detail
