#include "unit/http/served.h"

#include <utility>

namespace ropewalk::http::test {

SiteOptions atOneMoment(const Limits& limits) {
  SiteOptions options;
  options.limits = limits;
  options.wallClock = [] { return kNow; };
  return options;
}

Served::Served(Router router, const Limits& limits)
    : Served(std::move(router), atOneMoment(limits)) {}

Served::Served(Router router, SiteOptions options)
    : site_(Site::create(std::move(router), std::move(options))),
      protocol_(site_->buildProtocol(Address())) {
  protocol_->makeConnection(transport);
}

Served::~Served() {
  if (!transport.isDisconnected()) transport.peerResets();
}

std::string Served::ask(std::string_view bytes) {
  transport.deliver(bytes);
  return transport.takeWritten();
}

std::string Served::get(std::string_view target, std::string_view fields) {
  return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
             "\r\n");
}

std::string answer(std::string_view status, std::string_view fields, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\n").append(kDate).append(fields).append("\r\n").append(body);
  return text;
}

std::string textAnswer(std::string_view body, std::string_view more) {
  return answer("200 OK",
                "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n" + std::string(more),
                body);
}

std::string statusOf(std::string_view answer) {
  return std::string(answer.substr(0, answer.find('\r')));
}

int answersIn(std::string_view bytes) {
  int count = 0;
  for (std::size_t at = 0; (at = bytes.find("\r\nDate: ", at)) != std::string_view::npos; ++at) {
    ++count;
  }
  return count;
}

Router echoRouter() {
  Router router;
  router.mount("/", [](Request& request) {
    std::string text(request.method());
    text.append(" ").append(request.target()).append(" ").append(request.body());
    return Response::text(text);
  });
  return router;
}

}  // namespace ropewalk::http::test
