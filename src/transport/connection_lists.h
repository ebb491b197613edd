#pragma once

#include <utility>

#include "ropewalk/detail/ref.h"

namespace ropewalk::detail {

class Connection;

// The links of a connection in the lists of its turn. The lists are intrusive, so adding a
// connection needs no memory, even when there is none left. Only the lists use them.
struct ConnectionLinks {
  Connection* before = nullptr;
  Connection* after = nullptr;
  Connection* nextToFlush = nullptr;
  Connection* nextToSettle = nullptr;
};

// A queue of connections, each in it at most once; holds one reference to each.
template <Connection* ConnectionLinks::*kNext>
class ConnectionLine {
 public:
  ConnectionLine() = default;
  ConnectionLine(ConnectionLine&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
  ConnectionLine& operator=(ConnectionLine&&) = delete;
  ~ConnectionLine();

  bool empty() const noexcept { return first_ == nullptr; }

  // REQUIRES: it is in neither this line nor another that uses the same links.
  void push(Connection& connection) noexcept;

  // Removes and returns the one that has waited longest. REQUIRES: not empty.
  Ref<Connection> pop() noexcept;

 private:
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;
};

// Connections in the order in which they were added; holds one reference to each. A connection is
// in at most one such list.
class ConnectionList {
 public:
  ConnectionList() = default;
  ConnectionList(const ConnectionList&) = delete;
  ConnectionList& operator=(const ConnectionList&) = delete;
  ~ConnectionList();

  void add(Connection& connection) noexcept;

  // REQUIRES: it is in this list.
  void remove(Connection& connection) noexcept;

  // Null if there is none.
  Connection* first() const noexcept { return first_; }
  static Connection* after(Connection& connection) noexcept;

 private:
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;
};

}  // namespace ropewalk::detail
