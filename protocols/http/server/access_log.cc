#include "http/server/access_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::http::server {

void AccessLog::begin(const Access& access) { entries_.push_back({.line = accessLine(access)}); }

void AccessLog::written(std::uint64_t body, std::uint64_t all) {
  entries_.back().body = body;
  entries_.back().all = all;
}

void AccessLog::end() {
  entries_.back().isWhole = true;
  if (!awaitsRoom()) transport_->awaitRoom(*this, 0);
}

void AccessLog::flush() {
  std::vector<Entry> whole = std::exchange(entries_, {});
  if (!whole.empty() && !whole.back().isWhole) {
    entries_.push_back(std::move(whole.back()));
    whole.pop_back();
  }
  for (const Entry& each : whole) site_.options.accessLog(each.line.withSize(each.body));
}

void AccessLog::connectionLost() noexcept {
  try {
    subtractUnsent();
    writeAll();
  } catch (...) {
    logError("the access log threw {}", Failure::current());
  }
}

// Unsent bytes belong to the answers that were written last: to the body of each before its head.
void AccessLog::subtractUnsent() {
  std::uint64_t unsent = transport_->unsentBytes();
  for (auto each = entries_.rbegin(); each != entries_.rend(); ++each) {
    each->body -= std::min(each->body, unsent);
    unsent -= std::min(each->all, unsent);
  }
}

void AccessLog::writeAll() {
  for (Entry& each : entries_) each.isWhole = true;
  flush();
}

}  // namespace ropewalk::http::server
