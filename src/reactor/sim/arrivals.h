#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "reactor/sim/packet.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

class SimLink;
class SimSocket;

// A packet on its way.
struct SimArrival {
  TimePoint when;
  SimSocket* to;  // a part of `link`
  std::shared_ptr<SimLink> link;
  SimPacket packet;
};

// Packets in the order of their arrival; those of the same time as they were put in.
//
// A heap of small keys: the packets themselves stay where they are until they are taken out.
class SimArrivals {
 public:
  bool empty() const noexcept { return heap_.empty(); }

  // When the first one arrives. REQUIRES: not empty.
  TimePoint nextTime() const noexcept { return heap_.front().when; }

  // Whether the first one was among the first `count` that were put in. REQUIRES: not empty.
  bool isNextAmong(std::uint64_t count) const noexcept { return heap_.front().order <= count; }

  // How many were ever put in.
  std::uint64_t count() const noexcept { return count_; }

  void push(SimArrival arrival) {
    heap_.push_back({.when = arrival.when, .order = ++count_, .slot = store(std::move(arrival))});
    std::push_heap(heap_.begin(), heap_.end());
  }

  // Takes out the first one. REQUIRES: not empty.
  SimArrival pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    const std::size_t slot = heap_.back().slot;
    free_.push_back(slot);
    heap_.pop_back();
    return std::move(slots_[slot]);
  }

 private:
  struct Key {
    TimePoint when;
    std::uint64_t order;
    std::size_t slot;

    // For a heap whose top is the earliest.
    friend bool operator<(const Key& a, const Key& b) noexcept {
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };

  std::size_t store(SimArrival arrival) {
    if (free_.empty()) {
      slots_.push_back(std::move(arrival));
      return slots_.size() - 1;
    }
    const std::size_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = std::move(arrival);
    return slot;
  }

  std::vector<Key> heap_;
  std::vector<SimArrival> slots_;
  std::vector<std::size_t> free_;  // which of them are empty
  std::uint64_t count_ = 0;
};

}  // namespace ropewalk::detail
