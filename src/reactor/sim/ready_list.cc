#include "reactor/sim/ready_list.h"

#include <algorithm>

#include "reactor/sim/source.h"

namespace ropewalk::detail {

void SimReadyList::note(SimSource& source) {
  if (source.list_ == nullptr && source.isReady()) put(source);
}

void SimReadyList::put(SimSource& source) {
  std::vector<SimSource*>& list = lists_[filling_];
  list.push_back(&source);
  source.list_ = &list;
  source.slot_ = list.size() - 1;
}

bool SimReadyList::isAnyOfReady(const std::vector<SimSource*>& list) {
  return std::ranges::any_of(
      list, [](const SimSource* source) { return source != nullptr && source->isReady(); });
}

bool SimReadyList::dispatch(sim::Random* shuffle) {
  if (dispatching_) return false;
  dispatching_ = true;
  std::vector<SimSource*>& batch = lists_[filling_];
  filling_ ^= 1;
  if (shuffle != nullptr) mix(batch, *shuffle);
  bool any = false;
  // An entry is emptied when its source goes, even while it is being told.
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i] != nullptr && batch[i]->isReady()) {
      any = true;
      batch[i]->dispatch();
    }
    if (batch[i] == nullptr) continue;
    batch[i]->list_ = nullptr;
    note(*batch[i]);
  }
  batch.clear();
  dispatching_ = false;
  return any;
}

void SimReadyList::mix(std::vector<SimSource*>& batch, sim::Random& random) {
  std::erase(batch, nullptr);
  random.shuffle(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->slot_ = i;
}

}  // namespace ropewalk::detail
