#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "ropewalk/address.h"
#include "ropewalk/deferred.h"
#include "ropewalk/promise.h"

namespace ropewalk::detail {

// A lookup that a user of the reactor started. Its own deadline keeps it alive.
class NameResolution final : public std::enable_shared_from_this<NameResolution>,
                             private LookupOwner {
 public:
  NameResolution(std::string_view name, Place made) : name_(name), promise_(made) {}

  Deferred<std::vector<Address>> begin(ReactorCore& core, Duration timeout);

 private:
  void lookedUp(sys::NameAnswer answer) noexcept override;
  void tookTooLong() noexcept;
  void stop() noexcept;
  template <typename E>
  Failure failed(std::string_view why) const noexcept;

  const std::string name_;
  Promise<std::vector<Address>> promise_;
  std::unique_ptr<Lookup> lookup_;
  DelayedCall deadline_;
};

}  // namespace ropewalk::detail
