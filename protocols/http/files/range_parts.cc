#include "http/files/range_parts.h"

#include <string_view>
#include <utility>

#include "ropewalk/detail/resume_queue.h"

namespace ropewalk::http::files {

void RangeParts::add(std::string head, const ByteRange& range) {
  size_ += head.size() + range.size;
  parts_.push_back({std::move(head), range});
}

void RangeParts::end(std::string text) {
  size_ += text.size();
  end_ = std::move(text);
}

Deferred<void> RangeParts::writeTo(BodyWriter& out) {
  out_ = out.handle();
  out.registerProducer(shared_from_this(), Streaming::Pull);
  return done_.deferred();
}

void RangeParts::resumeProducing() {
  if (next_ < parts_.size()) return write(parts_[next_++]);
  out_->write(end_);
  out_.reset();
  const detail::ResumeQueue::Hold resumedLast;
  done_.callback();
}

void RangeParts::write(const Part& part) {
  out_->write(part.head);
  const auto& [first, size] = part.range;
  if (const auto* const file = std::get_if<FilePart>(&body_)) {
    return out_->write(file->slice(first, size));
  }
  const auto* const shared = std::get_if<SharedBytes>(&body_);
  const std::string_view bytes = shared ? shared->view() : std::get<std::string>(body_);
  out_->write(bytes.substr(first, size));
}

}  // namespace ropewalk::http::files
