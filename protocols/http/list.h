#pragma once

#include <cstddef>
#include <string_view>

#include "http/octets.h"

namespace ropewalk::http {

// Walks over a comma-separated field value (RFC 9110 5.6.1), blanks around each item taken off.
//
//   for (ListItems items(value); items.next();) use(items.item());
//
// An empty value has one empty item, `a,` two: empty items are shown, the caller decides about
// them. Commas inside quotes are not known here.
class ListItems {
 public:
  explicit ListItems(std::string_view value) : rest_(value) {}

  bool next() {
    if (done_) return false;
    const std::size_t comma = rest_.find(',');
    item_ = trimmed(rest_.substr(0, comma));
    done_ = comma == std::string_view::npos;
    if (!done_) rest_.remove_prefix(comma + 1);
    return true;
  }

  std::string_view item() const { return item_; }

 private:
  std::string_view rest_;
  std::string_view item_;
  bool done_ = false;
};

}  // namespace ropewalk::http
