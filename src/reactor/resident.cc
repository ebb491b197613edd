#include "reactor/resident.h"

#include <utility>

namespace ropewalk::detail {

Residents::~Residents() {
  while (first_ != nullptr) take(*first_);
}

void Residents::add(std::shared_ptr<Resident> resident) noexcept {
  Resident& added = *resident;
  added.self_ = std::move(resident);
  added.order_ = ++added_;
  added.before_ = last_;
  (last_ != nullptr ? last_->after_ : first_) = &added;
  last_ = &added;
}

void Residents::remove(Resident& resident) noexcept {
  if (resident.self_) take(resident);
}

std::shared_ptr<Resident> Residents::take(Resident& resident) noexcept {
  Resident* const before = std::exchange(resident.before_, nullptr);
  Resident* const after = std::exchange(resident.after_, nullptr);
  (before != nullptr ? before->after_ : first_) = after;
  (after != nullptr ? after->before_ : last_) = before;
  return std::move(resident.self_);
}

std::vector<std::shared_ptr<Resident>> Residents::all() const {
  std::vector<std::shared_ptr<Resident>> residents;
  for (const Resident* each = first_; each != nullptr; each = each->after_) {
    residents.push_back(each->self_);
  }
  return residents;
}

std::shared_ptr<Resident> Residents::takeFirst(std::uint64_t count) noexcept {
  if (first_ == nullptr || first_->order_ > count) return nullptr;
  return take(*first_);
}

void Residents::abandonAll() noexcept {
  for (Resident* each = first_; each != nullptr; each = each->after_) each->abandon();
}

}  // namespace ropewalk::detail
