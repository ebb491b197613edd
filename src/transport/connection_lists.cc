#include "transport/connection_lists.h"

#include <cassert>

#include "transport/connection.h"

namespace ropewalk::detail {

template <Connection* ConnectionLinks::*kNext>
ConnectionLine<kNext>::~ConnectionLine() {
  while (!empty()) pop();
}

template <Connection* ConnectionLinks::*kNext>
void ConnectionLine<kNext>::push(Connection& connection) noexcept {
  assert(&connection != last_ && !(connection.links().*kNext) && "it is in line already");
  connection.addRef();
  (last_ ? last_->links().*kNext : first_) = &connection;
  last_ = &connection;
}

template <Connection* ConnectionLinks::*kNext>
Ref<Connection> ConnectionLine<kNext>::pop() noexcept {
  Ref<Connection> popped(first_);
  first_ = std::exchange(popped->links().*kNext, nullptr);
  if (!first_) last_ = nullptr;
  popped->release();  // the reference that the line held
  return popped;
}

template class ConnectionLine<&ConnectionLinks::nextToFlush>;
template class ConnectionLine<&ConnectionLinks::nextToSettle>;

ConnectionList::~ConnectionList() {
  while (first_) remove(*first_);
}

void ConnectionList::add(Connection& connection) noexcept {
  connection.addRef();
  connection.links().before = last_;
  (last_ ? last_->links().after : first_) = &connection;
  last_ = &connection;
}

void ConnectionList::remove(Connection& connection) noexcept {
  Connection* const before = std::exchange(connection.links().before, nullptr);
  Connection* const after = std::exchange(connection.links().after, nullptr);
  (before ? before->links().after : first_) = after;
  (after ? after->links().before : last_) = before;
  connection.release();
}

Connection* ConnectionList::after(Connection& connection) noexcept {
  return connection.links().after;
}

}  // namespace ropewalk::detail
