#pragma once

#include <cstddef>
#include <vector>

namespace ropewalk::detail {

class SimHost;

// What a simulated host can report as ready: a channel or an acceptor.
class SimSource {
 public:
  SimSource() = default;
  SimSource(const SimSource&) = delete;
  SimSource& operator=(const SimSource&) = delete;

  // Whether there is something that the owner asked to hear of. A level, not an edge.
  virtual bool isReady() const = 0;

  // Tells the owner, who may destroy this from inside.
  virtual void dispatch() noexcept = 0;

 protected:
  // Leaves the list that it is on.
  virtual ~SimSource() {
    if (list_ != nullptr) (*list_)[slot_] = nullptr;
  }

 private:
  friend class SimReadyList;

  std::vector<SimSource*>* list_ = nullptr;
  std::size_t slot_ = 0;
};

}  // namespace ropewalk::detail
