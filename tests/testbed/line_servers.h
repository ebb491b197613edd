#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/line_receiver.h"

namespace testbed {

// Sends back what comes, in capitals.
class Upper final : public ropewalk::Protocol {
 public:
  void dataReceived(std::string_view data) override {
    std::string capitals(data);
    std::transform(data.begin(), data.end(), capitals.begin(), [](char letter) {
      return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    transport->write(std::move(capitals));
  }
};

// Sends back each line.
class Lines final : public ropewalk::LineReceiver {
 public:
  explicit Lines(std::size_t maxLength) : LineReceiver(ropewalk::LineEnding::LfOrCrLf) {
    setMaxLength(maxLength);
  }
  void lineReceived(std::string_view line) override { sendLine(line); }
};

}  // namespace testbed
