#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::http {

// The header fields of an answer, in the order in which they were added: what Response keeps.
//
// Names are compared whatever their case. Nothing is checked here: see Response::setHeader().
//
// Ownership: a value. The views that the methods give are good until the next change.
class FieldList {
 public:
  // Adds a field beside those of the same name. `name` and `value` may be views into this list.
  void add(std::string_view name, std::string_view value);

  // Adds a field in place of all fields of the same name. `name` and `value` may be views into
  // this list.
  void set(std::string_view name, std::string_view value);

  void remove(std::string_view name);

  // The value of the first field called `name`; empty if there is none.
  std::optional<std::string_view> find(std::string_view name) const;

  // Calls visit(name, value) for each field.
  template <typename Visit>
  void forEach(const Visit& visit) const {
    for (std::size_t at = 0; at < lines_.size();) {
      const Line line = lineAt(at);
      visit(line.name, line.value);
      at = line.next;
    }
  }

  // All fields as HTTP/1 sends them: a line for each, with its CRLF. They are kept in this form,
  // so that HTTP/1 only has to copy them.
  const std::string& lines() const noexcept { return lines_; }

 private:
  struct Line {
    std::string_view name;
    std::string_view value;
    std::size_t next;
  };

  Line lineAt(std::size_t at) const;

  std::string lines_;
};

}  // namespace ropewalk::http
