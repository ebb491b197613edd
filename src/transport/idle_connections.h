#pragma once

#include <cstdint>

#include "transport/connection_lists.h"

namespace ropewalk::detail {

class IdleGroups;

// The list that a connection is in. An idle or lingering one may be closed to make room for a new
// one.
enum class Standing : std::uint8_t { Busy, Idle, Lingering };

// The connections that may be closed to make room: those of one port with its own limit, or all the
// others of the reactor.
class IdleConnections {
 public:
  IdleConnections() = default;
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;

  void add(Connection& connection, Standing standing) noexcept;
  void remove(Connection& connection, Standing standing) noexcept;

  bool empty() const noexcept { return !idle_.first() && !lingering_.first(); }

  // A lingering one, or else the one that has been idle longest; null if there is none.
  Connection* first() const noexcept {
    return lingering_.first() ? lingering_.first() : idle_.first();
  }

  // The lists, for a walk through all connections.
  const ConnectionList& idle() const noexcept { return idle_; }
  const ConnectionList& lingering() const noexcept { return lingering_; }

 private:
  friend class IdleGroups;

  ConnectionList& list(Standing standing) noexcept {
    return standing == Standing::Idle ? idle_ : lingering_;
  }

  ConnectionList idle_;  // in the order in which they became idle
  ConnectionList lingering_;
  IdleConnections* before_ = nullptr;
  IdleConnections* after_ = nullptr;
  bool isListed_ = false;
};

// The groups of a reactor that are not empty, as an intrusive list: it allocates nothing.
class IdleGroups {
 public:
  // Call after every change of `group`.
  void update(IdleConnections& group) noexcept;

  // Null if there is none.
  IdleConnections* first() const noexcept { return first_; }
  static IdleConnections* after(const IdleConnections& group) noexcept { return group.after_; }

 private:
  void list(IdleConnections& group) noexcept;
  void unlist(IdleConnections& group) noexcept;

  IdleConnections* first_ = nullptr;
};

}  // namespace ropewalk::detail
