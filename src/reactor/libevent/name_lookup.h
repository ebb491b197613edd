#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "reactor/driver.h"
#include "sys/host_names.h"
#include "sys/lookup_pool.h"

namespace ropewalk::detail {

// Holds the answers for one driver until its thread takes them.
//
// Threads: put() any; the others the driver's thread.
class AnswerBox {
 public:
  // Points to null once the lookup is cancelled. Read on the driver's thread only.
  using Waiter = std::shared_ptr<LookupOwner*>;

  explicit AnswerBox(Driver& driver) : driver_(&driver) {}

  void put(Waiter waiter, sys::NameAnswer answer);
  void deliver() noexcept;

  // Called when the driver is destroyed.
  void close() noexcept;

 private:
  std::mutex lock_;
  Driver* driver_;  // guarded by lock_, as the next one
  std::vector<std::pair<Waiter, sys::NameAnswer>> answers_;
};

// A name lookup that the pool carries out.
class NameLookup final : public Lookup {
 public:
  NameLookup(std::shared_ptr<AnswerBox> box, const std::string& name, LookupOwner& owner);
  ~NameLookup() override;

 private:
  const AnswerBox::Waiter waiter_;
  const std::shared_ptr<sys::NameQuestion> question_;
};

}  // namespace ropewalk::detail
