#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/http.h"
#include "ropewalk/sim/string_transport.h"

namespace ropewalk::http::test {

// The hour at which these tests are run, and what every answer says of it.
inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(784111777)};
inline constexpr std::string_view kDate = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

SiteOptions atOneMoment(const Limits& limits = {});

// One connection to a site, its other end in the test's hands.
class Served {
 public:
  explicit Served(Router router, const Limits& limits = {});
  Served(Router router, SiteOptions options);
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  // Ends what its handlers still wait for.
  ~Served();

  // What comes back for `bytes`.
  std::string ask(std::string_view bytes);

  // The same for a GET of `target`.
  std::string get(std::string_view target, std::string_view fields = {});

  Protocol& protocol() { return *protocol_; }

 private:
  std::shared_ptr<Site> site_;
  std::shared_ptr<Protocol> protocol_;

 public:
  sim::StringTransport transport;
};

// An answer as it has to look, byte for byte. `fields` come behind Date, each with its CRLF.
std::string answer(std::string_view status, std::string_view fields, std::string_view body);

// That of Response::text(body).
std::string textAnswer(std::string_view body, std::string_view more = {});

std::string statusOf(std::string_view answer);

// How many answers there are in `bytes`.
int answersIn(std::string_view bytes);

// A site whose every path answers with method, target and body of the request.
Router echoRouter();

}  // namespace ropewalk::http::test
