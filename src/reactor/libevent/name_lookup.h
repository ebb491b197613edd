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

// Where the answers for one driver wait until its thread takes them.
//
// Threads: put() any; the others the driver's.
class AnswerBox {
 public:
  // Null once nobody waits for the answer. Looked at on the driver's thread alone.
  using Waiter = std::shared_ptr<LookupOwner*>;

  explicit AnswerBox(Driver& driver) : driver_(&driver) {}

  void put(Waiter waiter, sys::NameAnswer answer);
  void deliver() noexcept;

  // The driver is gone.
  void close() noexcept;

 private:
  std::mutex lock_;
  Driver* driver_;  // guarded by lock_, as what follows
  std::vector<std::pair<Waiter, sys::NameAnswer>> answers_;
};

// A name that the pool was asked for.
class NameLookup final : public Lookup {
 public:
  NameLookup(std::shared_ptr<AnswerBox> box, const std::string& name, LookupOwner& owner);
  ~NameLookup() override;

 private:
  const AnswerBox::Waiter waiter_;
  const std::shared_ptr<sys::NameQuestion> question_;
};

}  // namespace ropewalk::detail
