// Clients that are still sending when they get their last answer.

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/program.h"
#include "support/raw_socket.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::RawSocket;
using ropewalk::test::runBeside;

// 413 for /collected, 403 for /forbidden, 404 for what is not there; each before the body has come.
Router refusals() {
  Router router;
  router.post("/collected", [](Request&) { return Response::text("never"); });
  router.post("/forbidden", [](Request&) { return Response(403); }).streamBody();
  return router;
}

TEST_CASE("Python's http.client, which sends 20 MB before it reads, gets an early answer") {
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(refusals()), {"127.0.0.1"});
  const std::string client = "python3 -B ../../tests/interop/peers/refused_upload.py " +
                             std::to_string(port->getHost().port()) + " ";
  for (int i = 0; i < 3; ++i) {
    CHECK(runBeside(reactor, client + "/collected 20000000").text == "413\n");
    CHECK(runBeside(reactor, client + "/forbidden 20000000").text == "403\n");
    CHECK(runBeside(reactor, client + "/nowhere 20000000").text == "404\n");
  }
}

TEST_CASE("wget and curl get the answer that refuses their upload") {
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(refusals()), {"127.0.0.1"});
  const std::string url = "http://" + port->getHost().text() + "/collected";
  const std::string file = " sh -c 'head -c 20000000 /dev/zero >upload.bin && ";
  for (int i = 0; i < 3; ++i) {
    CHECK(runBeside(reactor, file + "wget -qS -O- --tries=1 --post-file=upload.bin " + url + "'")
              .text.find("413") != std::string::npos);
    CHECK(runBeside(reactor, file +
                                 "curl -s -o /dev/null -w %{http_code} -H Expect: "
                                 "--data-binary @upload.bin " +
                                 url + "; rm upload.bin'")
              .text == "413");
  }
}

TEST_CASE("of 20000 pipelined requests the 1000 answers that are sent arrive, then the end") {
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(echoRouter()), {"127.0.0.1"});
  std::string answers;
  int ended = -1;
  bool isDone = false;
  std::thread client([&] {
    RawSocket peer = RawSocket::connectedTo(port->getHost());
    std::thread sending([&] {
      std::string requests;
      for (int i = 0; i < 20'000; ++i) requests += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
      peer.send(requests);
      peer.shutdownWrite();
    });
    answers = peer.receiveAll();
    ended = 0;
    sending.join();
    reactor.callFromThread([&] { isDone = true; });
  });
  ropewalk::test::turnUntil(reactor, [&] { return isDone; });
  client.join();
  CHECK(answersIn(answers) == 1000);
  CHECK(ended == 0);
}

}  // namespace
}  // namespace ropewalk::http::test
