#include "testbed/web.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"

namespace testbed {

using namespace ropewalk;

namespace {

// The longest that /hold waits.
constexpr std::uint64_t kLongestHold = 3'600'000;

const std::string& block() {
  static const std::string bytes(16 * 1024, 'x');
  return bytes;
}

std::optional<std::uint64_t> numberIn(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

http::Response notANumber() { return http::Response::text("not a number\n").setStatus(400); }

http::Response echo(http::Request& request) {
  return http::Response::bytes(std::string(request.body()));
}

Deferred<http::Response> countBody(http::Request& request) {
  std::uint64_t total = 0;
  while (auto part = co_await request.read()) total += part->size();
  co_return http::Response::text(std::to_string(total) + "\n");
}

// `count` bytes, no faster than the client takes them.
Deferred<void> writeGently(http::BodyWriter& out, std::uint64_t count) {
  while (count > 0) {
    const std::uint64_t size = std::min<std::uint64_t>(count, block().size());
    out.write(std::string_view(block()).substr(0, size));
    count -= size;
    co_await out.drained();
  }
}

// `count` bytes, all at once.
Deferred<void> writeBluntly(http::BodyWriter& out, std::uint64_t count) {
  while (count > 0 && out.isConnected()) {
    const std::uint64_t size = std::min<std::uint64_t>(count, block().size());
    out.write(std::string_view(block()).substr(0, size));
    count -= size;
  }
  co_return;
}

using Write = Deferred<void> (*)(http::BodyWriter& out, std::uint64_t count);

http::Response generated(http::Request& request, Write write) {
  const auto count = numberIn(request.param("count"));
  if (!count) return notANumber();
  return http::Response::stream(
      "application/octet-stream", *count,
      [write, count = *count](http::BodyWriter& out) { return write(out, count); });
}

Deferred<http::Response> hold(http::Request& request) {
  const auto time = numberIn(request.param("ms"));
  if (!time || *time > kLongestHold) co_return notANumber();
  co_await sleep(std::chrono::milliseconds(*time), request.reactor());
  co_return http::Response::text("held for " + std::to_string(*time) + " ms\n");
}

// The request as it was understood.
http::Response headers(http::Request& request) {
  std::string text = std::string(request.method()) + " " + std::string(request.target()) +
                     " HTTP/1." + std::to_string(request.minorVersion()) + "\n";
  for (const http::HeaderField& field : request.headers()) {
    text += std::string(field.name) + ": " + std::string(field.value) + "\n";
  }
  return http::Response::text(std::move(text));
}

http::Response fail(http::Request&) { throw std::runtime_error("/throw was asked for"); }

std::shared_ptr<Factory> siteOf(http::Router router, const http::Limits& limits) {
  http::SiteOptions options;
  options.limits = limits;
  return http::Site::create(std::move(router), std::move(options));
}

}  // namespace

std::shared_ptr<Factory> webSite(const std::string& root, const http::Limits& limits) {
  http::Router site;
  site.post("/len", countBody).streamBody();
  site.post("/sink", countBody).streamBody();
  site.put("/sink", countBody).streamBody();
  site.post("/echo", echo);
  site.put("/echo", echo);
  site.get("/bytes/{count}",
           [](http::Request& request) { return generated(request, writeGently); });
  site.get("/push/{count}",
           [](http::Request& request) { return generated(request, writeBluntly); });
  site.get("/hold/{ms}", hold);
  site.get("/throw", fail);
  site.any("/headers", headers);
  if (!root.empty()) site.mount("/", http::StaticFiles(root));
  return siteOf(std::move(site), limits);
}

std::shared_ptr<Factory> echoSite(const http::Limits& limits) {
  http::Router site;
  site.mount("/", echo);
  return siteOf(std::move(site), limits);
}

}  // namespace testbed
