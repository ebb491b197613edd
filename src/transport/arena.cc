#include "transport/arena.h"

#include <cassert>

namespace ropewalk::detail {

char* Arena::allocateInNewBlock(std::size_t size) {
  assert(size <= kBlockSize);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockSize));
  char* const block = blocks_.back().get();
  first_ = blocks_.front().get();
  cursor_ = block + size;
  limit_ = block + kBlockSize;
  return block;
}

void Arena::dropAllButFirst() noexcept {
  blocks_.resize(1);
  limit_ = first_ + kBlockSize;
}

}  // namespace ropewalk::detail
