#include "reactor/libevent/name_lookup.h"

namespace ropewalk::detail {

void AnswerBox::put(Waiter waiter, sys::NameAnswer answer) {
  const std::lock_guard<std::mutex> guard(lock_);
  if (!driver_) return;
  answers_.emplace_back(std::move(waiter), std::move(answer));
  driver_->wake();
}

void AnswerBox::deliver() noexcept {
  std::vector<std::pair<Waiter, sys::NameAnswer>> answers;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    answers.swap(answers_);
  }
  for (auto& [waiter, answer] : answers) {
    if (LookupOwner* const owner = std::exchange(*waiter, nullptr)) {
      owner->lookedUp(std::move(answer));
    }
  }
}

void AnswerBox::close() noexcept {
  const std::lock_guard<std::mutex> guard(lock_);
  driver_ = nullptr;
}

NameLookup::NameLookup(std::shared_ptr<AnswerBox> box, const std::string& name, LookupOwner& owner)
    : waiter_(std::make_shared<LookupOwner*>(&owner)),
      question_(std::make_shared<sys::NameQuestion>(
          name, [box = std::move(box), waiter = waiter_](sys::NameAnswer answer) {
            box->put(waiter, std::move(answer));
          })) {
  sys::LookupPool::instance().ask(question_);
}

NameLookup::~NameLookup() {
  *waiter_ = nullptr;
  sys::LookupPool::instance().cancel(*question_);
}

}  // namespace ropewalk::detail
