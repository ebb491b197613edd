#include <doctest/doctest.h>

#include <string>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/split.h"
#include "unit/http/served.h"
#include "unit/http/wire/bad_requests.h"
#include "unit/http/wire/good_requests.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::Pieces;
using ropewalk::test::singleBytes;

// A server on one host, and what comes back when a client on another sends `pieces`.
class Town {
 public:
  Town() {
    world_.host("server").run([this] {
      Router router;
      router.mount("/", [this](Request& request) {
        ++handled_;
        return Response::text(std::string(request.target()));
      });
      reactor().listenTCP(80, Site::create(std::move(router), atOneMoment()));
    });
  }

  std::string send(const Pieces& pieces) {
    handled_ = 0;
    auto client = world_.host("client").connect<sim::Recorder>("server", 80);
    world_.runUntilIdle();
    for (const std::string_view piece : pieces) {
      client->transport->write(piece);
      world_.runUntilIdle();
    }
    closed_ = client->lost() || client->readLost();
    client->transport->abortConnection();
    world_.runUntilIdle();
    return client->received();
  }

  int handled() const { return handled_; }
  bool closed() const { return closed_; }

 private:
  sim::World world_{3};
  int handled_ = 0;
  bool closed_ = false;
};

TEST_CASE(
    "no malformed request is accepted: one error, then the end, and never a second answer "
    "[H1.7] [H1.10] [H1.14] [H1.19] [H1.22] [H1.23] [H1.27] [H1.28] [H1.31]") {
  Town town;
  for (const BadRequest& request : badRequests()) {
    CAPTURE(request.what);
    const std::string answer = town.send({request.wire});
    CHECK(answer.starts_with("HTTP/1.1 " + std::to_string(request.status) + " "));
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(answer.find("\r\nContent-Length: ") != std::string::npos);
    CHECK(answersIn(answer) == 1);
    CHECK(town.handled() == 0);
    CHECK(town.closed());
  }
}

TEST_CASE("no malformed request is accepted however it comes [H1.2]") {
  Town town;
  std::uint32_t seed = 5;
  for (const BadRequest& request : badRequests()) {
    CAPTURE(request.what);
    if (request.wire.size() > 1'000) continue;  // the parser's own tests cut these
    const auto check = [&](const Pieces& pieces) {
      const std::string answer = town.send(pieces);
      CHECK(answersIn(answer) == 1);
      CHECK(town.handled() == 0);
      CHECK(town.closed());
    };
    check(singleBytes(request.wire));
    check(ropewalk::test::randomSplits(request.wire, ++seed, 1).front());
  }
}

}  // namespace
}  // namespace ropewalk::http::test
