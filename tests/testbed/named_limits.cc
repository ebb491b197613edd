#include "testbed/named_limits.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <variant>
#include <vector>

namespace testbed {

namespace {

using ropewalk::Duration;

struct Limit {
  std::string_view name;
  std::variant<std::size_t*, Duration*> value;
};

struct Unit {
  std::string_view name;
  Duration length;
};

// The longest first, so that a time is told in the largest unit that fits.
constexpr Unit kUnits[] = {{"min", std::chrono::minutes(1)},
                           {"s", std::chrono::seconds(1)},
                           {"ms", std::chrono::milliseconds(1)}};

std::vector<Limit> connectionLimits(ropewalk::ConnectionLimits& limits) {
  return {
      {"writeHighWater", &limits.writeHighWater}, {"writeLowWater", &limits.writeLowWater},
      {"maxQueued", &limits.maxQueued},           {"writeStall", &limits.writeStall},
      {"closeDeadline", &limits.closeDeadline},   {"linger", &limits.linger},
      {"lingerBytes", &limits.lingerBytes},       {"lingerGap", &limits.lingerGap},
      {"longLinger", &limits.longLinger},
  };
}

std::vector<Limit> chatLimits(ropewalk::chat::Limits& limits) {
  return {
      {"chat.line", &limits.line},
      {"chat.name", &limits.name},
      {"chat.nameTime", &limits.nameTime},
      {"chat.burst", &limits.burst},
      {"chat.pace", &limits.pace},
      {"chat.floodTime", &limits.floodTime},
      {"chat.namesListed", &limits.namesListed},
      {"chat.maxQueued", &limits.connection.maxQueued},
  };
}

std::vector<Limit> httpLimits(ropewalk::http::Limits& limits) {
  return {
      {"http.requestLine", &limits.requestLine},
      {"http.head", &limits.head},
      {"http.fields", &limits.fields},
      {"http.queryParameters", &limits.queryParameters},
      {"http.body", &limits.body},
      {"http.chunkExtension", &limits.chunkExtension},
      {"http.chunkAllowance", &limits.chunkAllowance},
      {"http.chunkOverhead", &limits.chunkOverhead},
      {"http.trailer", &limits.trailer},
      {"http.trailerFields", &limits.trailerFields},
      {"http.discarded", &limits.discarded},
      {"http.readAhead", &limits.readAhead},
      {"http.pipelined", &limits.pipelined},
      {"http.bodyAhead", &limits.bodyAhead},
      {"http.ranges", &limits.ranges},
      {"http.overlappingRanges", &limits.overlappingRanges},
      {"http.queued", &limits.queued},
      {"http.requests", &limits.requests},
      {"http.firstByte", &limits.firstByte},
      {"http.headTime", &limits.headTime},
      {"http.keepAlive", &limits.keepAlive},
      {"http.bodyGap", &limits.bodyGap},
      {"http.bodyGrace", &limits.bodyGrace},
      {"http.bodyRate", &limits.bodyRate},
  };
}

std::vector<Limit> allLimits(Limits& limits) {
  std::vector<Limit> all = {{"maxConnections", &limits.listen.maxConnections},
                            {"line", &limits.line}};
  for (const auto& part :
       {connectionLimits(limits.listen.limits), chatLimits(limits.chat), httpLimits(limits.http)}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

// The number that `text` begins with, which is cut off.
std::size_t takeNumber(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) throw std::invalid_argument("not a number, or too large");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

void assign(std::size_t& value, std::string_view text) {
  const std::size_t number = takeNumber(text);
  if (!text.empty()) throw std::invalid_argument("not a plain number");
  value = number;
}

void assign(Duration& value, std::string_view text) {
  const std::size_t number = takeNumber(text);
  const auto* const unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                        [&](const Unit& each) { return each.name == text; });
  if (unit == std::end(kUnits)) throw std::invalid_argument("a time needs ms, s or min behind it");
  if (number > static_cast<std::size_t>(Duration::max() / unit->length)) {
    throw std::invalid_argument("too long");
  }
  value = unit->length * static_cast<Duration::rep>(number);
}

std::string text(std::size_t value) { return std::to_string(value); }

std::string text(Duration value) {
  const auto* const unit =
      std::find_if(std::begin(kUnits), std::end(kUnits) - 1,
                   [&](const Unit& each) { return value % each.length == Duration::zero(); });
  return std::to_string(value / unit->length) + std::string(unit->name);
}

}  // namespace

void setLimit(Limits& limits, std::string_view nameAndValue) {
  const std::size_t equals = nameAndValue.find('=');
  const std::string_view name = nameAndValue.substr(0, equals);
  for (const Limit& each : allLimits(limits)) {
    if (each.name != name) continue;
    if (equals == std::string_view::npos) throw std::invalid_argument("write name=value");
    const std::string_view value = nameAndValue.substr(equals + 1);
    return std::visit([&](auto* field) { assign(*field, value); }, each.value);
  }
  throw std::invalid_argument("no such limit; --limit help lists all");
}

std::string listOf(const Limits& limits) {
  Limits copy = limits;
  std::string list;
  for (const Limit& each : allLimits(copy)) {
    list += std::string(each.name) + "=" +
            std::visit([](auto* field) { return text(*field); }, each.value) + "\n";
  }
  return list;
}

}  // namespace testbed
