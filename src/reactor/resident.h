#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace ropewalk::detail {

// A part of a reactor that lives until the reactor stops: a listening port, a connector.
class Resident {
 public:
  Resident() = default;
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  // The reactor wants to stop: must start nothing new.
  virtual void drain() noexcept = 0;

  // The reactor stops now. The connections were notified before.
  virtual void reactorStopped() noexcept = 0;

  // In a child process: closes its descriptors and calls no user code.
  virtual void abandon() noexcept = 0;

 protected:
  virtual ~Resident() = default;

 private:
  friend class Residents;

  std::shared_ptr<Resident> self_;  // while it is in the list
  Resident* before_ = nullptr;
  Resident* after_ = nullptr;
  std::uint64_t order_ = 0;
};

// The residents of a reactor, in the order in which they were added. An intrusive list that shares
// ownership of them: adding and removing one takes constant time and no memory.
class Residents {
 public:
  Residents() = default;
  Residents(const Residents&) = delete;
  Residents& operator=(const Residents&) = delete;
  ~Residents();

  // REQUIRES: it is not in a list.
  void add(std::shared_ptr<Resident> resident) noexcept;

  // Does nothing if it is not in the list. May destroy it.
  void remove(Resident& resident) noexcept;

  std::vector<std::shared_ptr<Resident>> all() const;

  // added(): how many were ever added. takeFirst() removes and returns the first one if it is among
  // the first `count` ever added; otherwise returns null.
  std::uint64_t added() const noexcept { return added_; }
  std::shared_ptr<Resident> takeFirst(std::uint64_t count) noexcept;

  // Calls Resident::abandon() on all.
  void abandonAll() noexcept;

 private:
  std::shared_ptr<Resident> take(Resident& resident) noexcept;

  Resident* first_ = nullptr;
  Resident* last_ = nullptr;
  std::uint64_t added_ = 0;
};

}  // namespace ropewalk::detail
