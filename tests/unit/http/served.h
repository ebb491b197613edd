#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/http.h"
#include "ropewalk/sim/string_transport.h"

namespace ropewalk::http::test {

// What every answer says at the hour at which these tests are run.
inline constexpr std::string_view kDate = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

inline SiteOptions atOneMoment(const Limits& limits = {}) {
  SiteOptions options;
  options.limits = limits;
  options.wallClock = [] { return std::chrono::sys_seconds(std::chrono::seconds(784111777)); };
  return options;
}

// One connection to a site, its other end in the test's hands.
class Served {
 public:
  explicit Served(Router router, const Limits& limits = {})
      : Served(std::move(router), atOneMoment(limits)) {}
  Served(Router router, SiteOptions options)
      : site_(Site::create(std::move(router), std::move(options))),
        protocol_(site_->buildProtocol(Address())) {
    protocol_->makeConnection(transport);
  }
  // Ends what its handlers still wait for.
  ~Served() {
    if (!transport.isDisconnected()) transport.peerResets();
  }

  // What comes back for `bytes`.
  std::string ask(std::string_view bytes) {
    transport.deliver(bytes);
    return transport.takeWritten();
  }

  // The same for a GET of `target`.
  std::string get(std::string_view target, std::string_view fields = {}) {
    return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
               "\r\n");
  }

  Protocol& protocol() { return *protocol_; }

 private:
  std::shared_ptr<Site> site_;
  std::shared_ptr<Protocol> protocol_;

 public:
  sim::StringTransport transport;
};

// An answer as it has to look, byte for byte. `fields` come behind Date, each with its CRLF.
inline std::string answer(std::string_view status, std::string_view fields, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\n").append(kDate).append(fields).append("\r\n").append(body);
  return text;
}

// That of Response::text(body).
inline std::string textAnswer(std::string_view body, std::string_view more = {}) {
  return answer("200 OK",
                "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n" + std::string(more),
                body);
}

inline std::string statusOf(std::string_view answer) {
  return std::string(answer.substr(0, answer.find('\r')));
}

// How many answers there are in `bytes`.
inline int answersIn(std::string_view bytes) {
  int count = 0;
  for (std::size_t at = 0; (at = bytes.find("\r\nDate: ", at)) != std::string_view::npos; ++at) {
    ++count;
  }
  return count;
}

// A site whose every path answers with method, target and body of the request.
inline Router echoRouter() {
  Router router;
  router.mount("/", [](Request& request) {
    std::string text(request.method());
    text.append(" ").append(request.target()).append(" ").append(request.body());
    return Response::text(text);
  });
  return router;
}

}  // namespace ropewalk::http::test
