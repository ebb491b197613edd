#pragma once

namespace ropewalk::detail {

// Something that lives in a reactor until it stops: a listening port, a connector.
class Resident {
 public:
  // The reactor wants to stop: take on nothing new.
  virtual void drain() noexcept = 0;

  // The reactor stops now. The connections have been told already.
  virtual void reactorStopped() noexcept = 0;

  // In a child process: closes its descriptors, and calls nobody.
  virtual void abandon() noexcept = 0;

 protected:
  ~Resident() = default;
};

}  // namespace ropewalk::detail
