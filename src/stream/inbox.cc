#include "ropewalk/detail/inbox.h"

#include <cassert>

namespace ropewalk::detail {
namespace {

// The most memory that an empty inbox keeps, because most connections are idle most of the time.
constexpr std::size_t kKeptWhenEmpty = 256;

}  // namespace

void Inbox::drop(std::size_t count) noexcept {
  assert(count <= size());
  from_ += count;
  if (from_ == kept_.size()) {
    from_ = 0;
    kept_.clear();
    if (kept_.capacity() > kKeptWhenEmpty) std::string().swap(kept_);
    charge_.set(heapBytes(kept_));
  } else if (from_ > kept_.size() / 2) {
    // Moves fewer bytes than were dropped since the last move.
    kept_.erase(0, from_);
    from_ = 0;
  }
}

}  // namespace ropewalk::detail
