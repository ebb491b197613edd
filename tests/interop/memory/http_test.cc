// Out of memory ends a connection, not the process: HTTP. G3.

#include "ropewalk/http.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "interop/memory/shortage.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/task.h"

namespace ropewalk::test {
namespace {

const std::string kLong(1024 * 1024, 'x');

// How many producers were made, and how many have written all or were told to stop.
struct {
  int made = 0;
  int ended = 0;
  int alive = 0;
} producers;

class Lines final : public Producer {
 public:
  explicit Lines(std::shared_ptr<http::BodyWriter> out) : out_(std::move(out)) {
    ++producers.made;
    ++producers.alive;
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() override { --producers.alive; }

  void pauseProducing() override {}
  void resumeProducing() override {
    out_->write("a line\n");
    if (--left_ > 0) return;
    ++producers.ended;
    out_.reset();
    written.callback();
  }
  void stopProducing() override {
    ++producers.ended;
    out_.reset();
  }

  Promise<void> written;

 private:
  std::shared_ptr<http::BodyWriter> out_;
  int left_ = 3;
};

std::shared_ptr<Factory> site(Reactor&) {
  http::Router routes;
  routes.get("/hello/{name}", [](http::Request& request) {
    return http::Response::text("hello, " + request.param("name") + "\n");
  });
  routes.get("/slow", [](http::Request&) -> Deferred<http::Response> {
    co_await sleep(std::chrono::milliseconds(1));
    co_return http::Response::text("worth the wait\n");
  });
  routes
      .post("/echo",
            [](http::Request& request) -> Deferred<http::Response> {
              std::string all;
              while (true) {
                const auto piece = co_await request.read();
                if (!piece) break;
                all += *piece;
              }
              co_return http::Response::text(std::move(all));
            })
      .streamBody();
  routes.get("/stream", [](http::Request&) {
    return http::Response::stream("text/plain", [](http::BodyWriter& out) -> Deferred<void> {
      for (int i = 0; i < 4; ++i) {
        out.write(std::string_view(kLong));
        co_await out.drained();
      }
    });
  });
  routes.get("/lines", [](http::Request&) {
    return http::Response::stream("text/plain", [](http::BodyWriter& out) {
      const auto lines = std::make_shared<Lines>(out.handle());
      out.registerProducer(lines, Streaming::Pull);
      return lines->written.deferred();
    });
  });
  routes.get("/program", [](http::Request&) { return http::Response::file("/proc/self/exe"); });
  routes.mount("/", http::StaticFiles("/proc/self"));
  http::SiteOptions options;
  options.accessLog = [](std::string_view) {};
  return http::Site::create(std::move(routes), std::move(options));
}

constexpr std::string_view kFailed = "</body></html>\n";

TEST_CASE("a site survives a shortage of memory [G3]") {
  surviveShortages(
      {.factory = site,
       .peers = {
           {{.say = "GET /hello/somebody%20with%20a%20name HTTP/1.1\r\nHost: a\r\n\r\n",
             .until = "hello, somebody with a name\n",
             .otherwise = kFailed},
            {.say = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
             .until = "worth the wait\n",
             .otherwise = kFailed},
            {.say = "GET /nobody/knows/this HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}}}});
}

TEST_CASE("a request in pieces and with a body survives a shortage of memory [G3]") {
  surviveShortages(
      {.factory = site,
       .peers = {{{.say = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n",
                   .until = "100 Continue\r\n\r\n"},
                  {.say = "10\r\nsixteen bytes, or\r\n0\r\n\r\n"
                          "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}}}});
}

TEST_CASE("streams and files survive a shortage of memory [G3]") {
  surviveShortages({.factory = site,
                    .peers = {{{.say = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
                                .until = "\r\n0\r\n\r\n",
                                .otherwise = kFailed},
                               {.say = "GET /comm HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,3-4\r\n"
                                       "Connection: close\r\n\r\n"}},
                              {{.say = "a bad request\r\n\r\n"}}}});
}

TEST_CASE("several ranges of a file survive a shortage of memory [G3]") {
  surviveShortages({.factory = site,
                    .peers = {{{.say = "GET /program HTTP/1.1\r\nHost: a\r\n"
                                       "Range: bytes=0-9,50-59,1000-1009\r\n"
                                       "Connection: close\r\n\r\n"}}}});
}

TEST_CASE("a producer that no memory is left to register is stopped and let go of [HR14]") {
  producers = {};
  surviveShortages({.factory = site,
                    .peers = {{{.say = "GET /lines HTTP/1.1\r\nHost: a\r\n\r\n",
                                .until = "\r\n0\r\n\r\n",
                                .otherwise = kFailed}}},
                    .isDeserted = [] { return producers.ended == producers.made; }});
  CHECK(producers.made > 0);
  CHECK(producers.ended == producers.made);
  CHECK(producers.alive == 0);
}

}  // namespace
}  // namespace ropewalk::test
