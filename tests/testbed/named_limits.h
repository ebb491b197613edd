#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/chat/limits.h"
#include "ropewalk/http/limits.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/listen_options.h"

namespace testbed {

// Everything that --limit can set.
struct Limits {
  ropewalk::ListenOptions listen;
  std::size_t line = ropewalk::LineReceiver::kMaxLength;
  ropewalk::chat::Limits chat;
  ropewalk::http::Limits http;
};

// Sets what "name=value" says. Throws std::invalid_argument that says what is wrong.
//
// A size or count is a decimal number; a time is one with a unit: 500ms, 10s, 2min.
void setLimit(Limits& limits, std::string_view nameAndValue);

// One line for each limit: its name and the value it has in `limits`, in the form that setLimit()
// takes.
std::string listOf(const Limits& limits);

}  // namespace testbed
