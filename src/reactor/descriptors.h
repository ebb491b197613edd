#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "reactor/driver.h"
#include "ropewalk/descriptor.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// The descriptors that a reactor watches for user code (RC20 to RC23).
class Descriptors {
 public:
  // `driver` must outlive this.
  explicit Descriptors(Driver& driver);
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors();

  // `side` is Interest::Read or Interest::Write. Throws Error if it cannot be watched.
  void add(std::shared_ptr<Descriptor> descriptor, Interest side);
  void remove(const Descriptor& descriptor, Interest side) noexcept;

  // The same for a callable. Replaces an earlier one.
  void add(int fd, Interest side, UniqueFunction<void()> call);
  void remove(int fd, Interest side) noexcept;

  // In the order in which they were added.
  std::vector<std::shared_ptr<Descriptor>> all(Interest side) const;
  std::vector<std::shared_ptr<Descriptor>> removeAll();

  // The reactor stops: calls connectionLost() on all of them.
  void loseAll(const Failure& why) noexcept;

 private:
  class Entry;
  class Callback;

  using Entries = std::list<Ref<Entry>>;

  Entries::iterator entryOf(std::shared_ptr<Descriptor> descriptor);
  void forget(const Entry& entry) noexcept;

  Driver& driver_;
  Entries entries_;  // in the order in which they were added
  std::unordered_map<const Descriptor*, Entries::iterator> places_;
  std::unordered_map<int, std::shared_ptr<Callback>> callbacks_;
  std::uint64_t added_ = 0;
};

}  // namespace ropewalk::detail
