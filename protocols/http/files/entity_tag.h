#pragma once

#include <string_view>

namespace ropewalk::http::files {

// An entity tag (RFC 9110 8.8.3): `"xyzzy"`, or weak `W/"xyzzy"`.
struct EntityTag {
  std::string_view text;  // without its quotes
  bool isWeak = false;
};

// Walks over a list of entity tags. Commas inside the quotes are part of a tag.
//
//   for (TagItems items(value); items.next();) use(items.item());
//
// What is no tag ends the list: what stands behind it cannot be told apart any more.
class TagItems {
 public:
  explicit TagItems(std::string_view value) : rest_(value) {}

  bool next();
  EntityTag item() const { return item_; }

 private:
  std::string_view rest_;
  EntityTag item_;
};

}  // namespace ropewalk::http::files
