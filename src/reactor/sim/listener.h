#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "ropewalk/address.h"

namespace ropewalk::detail {

class SimLink;
class SimSource;

// A listening socket: who waits to be accepted there.
//
// Ownership: the acceptor's; closed when that goes.
class SimListener {
 public:
  SimListener(const Address& address, int backlog) : address_(address), backlog_(backlog) {}
  SimListener(const SimListener&) = delete;
  SimListener& operator=(const SimListener&) = delete;

  // Resets those who wait.
  ~SimListener();

  const Address& address() const noexcept { return address_; }
  void setWatcher(SimSource* watcher) noexcept { watcher_ = watcher; }

  // Room for one more, who has not answered yet.
  bool reserve() noexcept;
  void cancel() noexcept { --reserved_; }

  // One who was reserved for is there.
  void add(std::shared_ptr<SimLink> link);

  bool isAnyWaiting() const noexcept { return !waiting_.empty(); }

  // The first one, or null.
  std::shared_ptr<SimLink> take();

 private:
  const Address address_;
  const int backlog_;
  std::size_t reserved_ = 0;
  std::deque<std::shared_ptr<SimLink>> waiting_;
  SimSource* watcher_ = nullptr;
};

}  // namespace ropewalk::detail
