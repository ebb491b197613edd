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

// The state that one reactor lends to all its connections: the read buffer, the arena for writes,
// and the lists of connections with work to do before the reactor waits again.
class Turn {
 public:
  // The most that one recv asks for, in bytes. Throughput peaks at this size; a larger buffer falls
  // out of the cache. readSize() is less while memory is short.
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

  // The connection whose callback is running, or null. It is flushed when the callback returns.
  Connection* inHand() const noexcept { return inHand_; }
  void setInHand(Connection* connection) noexcept { inHand_ = connection; }

  // The name of that connection, for log lines written meanwhile.
  std::string logPrefix() const;

  // kReadSize bytes, valid during one callback.
  char* readBuffer() const noexcept { return readBuffer_.get(); }

  Arena& arena() noexcept { return arena_; }
  SlowTurns& slowTurns() noexcept { return slowTurns_; }
  const SlowTurns& slowTurns() const noexcept { return slowTurns_; }
  DeadlineWheel& deadlines() noexcept { return deadlines_; }
  const DeadlineWheel& deadlines() const noexcept { return deadlines_; }

  // Keeps `connection` alive until remove().
  void add(Connection& connection) noexcept;
  void remove(Connection& connection) noexcept;
  std::size_t open() const noexcept { return open_; }
  std::vector<Ref<Connection>> connections() const;

  // Moves `connection` to the end of the list of `standing`, even if it is in that list: its idle
  // time begins again.
  void setStanding(Connection& connection, Standing standing) noexcept;

  // Ends a connection to make room: one of `group` only, or any. A lingering one goes first, then
  // the one that has been idle longest. False if there is none. Call from the event loop, outside
  // every callback.
  bool evict(IdleConnections& group) noexcept;
  bool evict() noexcept;

  // Calls Connection::drain() on all that are open now, and Connection::end() on all, including
  // those made meanwhile.
  void drainAll() noexcept;
  bool isDraining() const noexcept { return draining_; }
  void setDraining(bool on) noexcept { draining_ = on; }

  // On in a child process: the connections belong to the parent, and their copies here do nothing.
  // See Connection::leave().
  bool isLeft() const noexcept { return isLeft_; }
  void setLeft(bool on) noexcept;

  // Calls Connection::abandon() on all.
  void abandonAll() noexcept;

  // True inside endAll().
  bool isStopping() const noexcept { return stopping_; }
  Partings& partings() noexcept { return partings_; }
  void endAll(const Failure& why) noexcept;
  std::uint64_t made() const noexcept { return made_; }

  // Queues a call of Connection::flushFromLine() before the reactor waits. REQUIRES: not queued
  // yet.
  void flushSoon(Connection& connection) noexcept { toFlush_.push(connection); }

  // Queues a call of Connection::settle() from the event loop. REQUIRES: not queued yet.
  void settleSoon(Connection& connection) noexcept { toSettle_.push(connection); }

  // Settles and flushes until nothing more is queued in this turn. Settles queued by settling wait
  // for the next turn; returns true if there are any.
  bool finish() noexcept {
    const bool more = pending() && finishPending();
    arena_.reset();
    return more;
  }

  void countReceived(std::size_t bytes) noexcept { received_ += bytes; }
  void countSent(std::size_t bytes) noexcept { sent_ += bytes; }
  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t sent() const noexcept { return sent_; }

  // True if finish() has work to do.
  bool pending() const noexcept { return !toFlush_.empty() || !toSettle_.empty(); }

  // Counts a connection that ended for the reason of this name. If there is no memory for a new
  // name, counts it in closedWithoutName().
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
  IdleConnections idle_;  // those that are in no port's group
  IdleGroups idleGroups_;
  std::uint64_t becameIdle_ = 0;  // the number of times a connection became idle
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
