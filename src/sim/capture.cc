// The text of captures; capturing.cc writes and replay.cc plays them.

#include "ropewalk/sim/capture.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "ropewalk/detail/text.h"

namespace ropewalk::sim {

namespace {

constexpr std::string_view kMagic = "ropewalk-capture ";
constexpr std::string_view kVersion = "1";
constexpr long long kNanoseconds = 1'000'000'000;

std::string escaped(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool isLastSpace = byte == ' ' && i + 1 == bytes.size();
    if (byte == '\r') {
      text += "\\r";
    } else if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\t') {
      text += "\\t";
    } else if (byte == '\\') {
      text += "\\\\";
    } else if (byte < ' ' || byte > '~' || isLastSpace) {
      detail::appendEscaped(text, bytes[i]);
    } else {
      text += static_cast<char>(byte);
    }
  }
  return text;
}

// Takes one escape, behind its backslash, off the front of `text`.
std::optional<char> takeEscape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  text.remove_prefix(1);
  switch (kind) {
    case 'r':
      return '\r';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '\\':
      return '\\';
    case 'x':
      break;
    default:
      return std::nullopt;
  }
  unsigned value = 0;
  const char* const end = text.data() + 2;
  if (text.size() < 2 || std::from_chars(text.data(), end, value, 16).ptr != end) {
    return std::nullopt;
  }
  text.remove_prefix(2);
  return static_cast<char>(value);
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    char byte = text.front();
    text.remove_prefix(1);
    if (byte == '\\') {
      const auto meant = takeEscape(text);
      if (!meant) throw BadCapture("a backslash that begins nothing known");
      byte = *meant;
    }
    bytes += byte;
  }
  return bytes;
}

std::string_view takeWord(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// "12.034", without any floating point: nanoseconds must come out as they went in.
Duration parseTime(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, dot));
  const std::string_view decimals = text.substr(std::min(dot + 1, text.size()));
  digits.append(decimals).append(9 - std::min<std::size_t>(decimals.size(), 9), '0');
  long long nanoseconds = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, nanoseconds);
  const bool isGood = dot > 0 && decimals.size() <= 9 && parsed.ptr == end &&
                      parsed.ec == std::errc() && nanoseconds >= 0 && text.back() != '.';
  if (!isGood) throw BadCapture("\"" + std::string(text) + "\" is no time");
  return Duration(nanoseconds);
}

Capture::Event parseEvent(std::string_view line) {
  Capture::Event event;
  event.at = parseTime(takeWord(line));
  const std::string_view kind = takeWord(line);
  if (kind == "data") {
    event.kind = Capture::Kind::Data;
    event.bytes = unescaped(line);
    if (event.bytes.empty()) throw BadCapture("data without a byte");
  } else if (kind == "end" && line.empty()) {
    event.kind = Capture::Kind::End;
  } else if (kind == "lost") {
    event.kind = Capture::Kind::Lost;
    event.bytes = line;
  } else {
    throw BadCapture("neither \"data BYTES\" nor \"end\" nor \"lost REASON\"");
  }
  return event;
}

void checkFirstLine(std::string_view line) {
  if (!line.starts_with(kMagic)) {
    throw BadCapture("it does not begin with \"" + std::string(kMagic) + "\"");
  }
  line.remove_prefix(kMagic.size());
  if (line != kVersion) {
    throw BadCapture("version \"" + std::string(line) + "\" is not known, only " +
                     std::string(kVersion));
  }
}

void checkOrder(const std::vector<Capture::Event>& events) {
  if (events.size() < 2) return;
  const Capture::Event& before = events[events.size() - 2];
  if (before.at > events.back().at) throw BadCapture("earlier than the line before");
  if (before.kind == Capture::Kind::Lost)
    throw BadCapture("something after the connection was lost");
  if (before.kind == Capture::Kind::End && events.back().kind != Capture::Kind::Lost) {
    throw BadCapture("something after the peer has finished");
  }
}

}  // namespace

std::string Capture::Event::text() const {
  static constexpr const char* kNames[] = {"data", "end", "lost"};
  char head[48];
  std::snprintf(
      head, sizeof head, "%lld.%09lld %s", static_cast<long long>(at.count()) / kNanoseconds,
      static_cast<long long>(at.count()) % kNanoseconds, kNames[static_cast<std::size_t>(kind)]);
  std::string line(head);
  if (kind != Kind::End) line.append(" ").append(escaped(bytes));
  return line + '\n';
}

std::string Capture::text() const {
  std::string all = std::string(kMagic) + std::string(kVersion) + '\n';
  for (const Event& event : events) all += event.text();
  return all;
}

Capture Capture::parse(std::string_view text) {
  Capture capture;
  for (std::size_t number = 1; number == 1 || !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    try {
      if (number == 1) {
        checkFirstLine(line);
      } else if (!line.empty() && !line.starts_with('#')) {
        capture.events.push_back(parseEvent(line));
        checkOrder(capture.events);
      }
    } catch (const BadCapture& bad) {
      throw BadCapture("line " + std::to_string(number) + " of a capture: " + bad.what());
    }
  }
  return capture;
}

Capture Capture::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw BadCapture(path + ": " + std::generic_category().message(errno));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return parse(text);
  } catch (const BadCapture& bad) {
    throw BadCapture(path + ": " + bad.what());
  }
}

}  // namespace ropewalk::sim
