#include "ropewalk/line_only_receiver.h"

#include "stream/short_memory.h"
#include "stream/takes_lines.h"

namespace ropewalk {

void LineOnlyReceiver::lineLengthExceeded(std::string_view) { transport->loseConnection(); }

void LineOnlyReceiver::dataReceived(std::string_view data) {
  take(data);
  if (held_.empty() && charge_.bytes() == 0) return;
  charge_.set(detail::heapBytes(held_));
  if (!detail::abortsForMemory(*transport, held_.size())) return;
  std::string().swap(held_);
  charge_.set(0);
}

void LineOnlyReceiver::take(std::string_view data) {
  while (!data.empty() && detail::takesLines(transport)) {
    if (transport->isBlocked()) return transport->unread(std::string(data));
    const auto end = delimiter_.find(held_, data);
    if (!end) return hold(data);
    std::string joined = std::exchange(held_, {});
    const std::string_view last = data.substr(0, end->next - joined.size());
    data.remove_prefix(last.size());
    if (joined.empty()) {
      finishLine(last.substr(0, end->line));
    } else {
      joined.append(last).resize(end->line);
      finishLine(joined);
    }
  }
}

void LineOnlyReceiver::finishLine(std::string_view line) {
  if (std::exchange(isSkipping_, false)) return;
  if (line.size() > maxLength_) {
    lineLengthExceeded(line);
  } else {
    lineReceived(line);
  }
}

// `data` does not complete the held line.
void LineOnlyReceiver::hold(std::string_view data) {
  held_.append(data);
  const std::size_t size = held_.size() - delimiter_.begunIn(held_);
  if (!isSkipping_ && size <= maxLength_) return;
  const std::string line = std::exchange(held_, {});
  held_.assign(line, size);
  if (!std::exchange(isSkipping_, true)) {
    lineLengthExceeded(std::string_view(line).substr(0, size));
  }
}

}  // namespace ropewalk
