#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "unit/http/feeds/told.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {

// A site that is asked over an HTTP/1 connection. The methods are StreamFeed's, so that the same
// rules can be shown to hold for both: what a client sees in terms of requests and answers.
class Http1Feed {
 public:
  explicit Http1Feed(Router router, const Limits& limits = {})
      : served_(std::move(router), limits) {}

  // Sends a request, whole, and returns what comes back for it (see told.h).
  std::string get(std::string_view target, std::string_view fields = {}) {
    return send("GET", target, fields);
  }
  std::string send(std::string_view method, std::string_view target, std::string_view fields = {},
                   std::string_view body = {});

  // The same for a request whose body follows: pieces, then the end of it. `length`: said in the
  // head, if it is not 0.
  std::string begin(std::string_view method, std::string_view target, std::string_view fields = {},
                    std::size_t length = 0);
  std::string piece(std::string_view bytes);
  std::string endBody();

  // What has come since this was asked last.
  std::string takeTold();

  // The client takes `bytes` more, from now on, and no more than that.
  void setRoom(std::size_t bytes) { served_.transport.setRoom(bytes); }
  std::size_t unsent() { return served_.transport->unsentBytes(); }

  // The client is gone; or it will send no more.
  void clientGoes() { served_.transport.peerResets(); }
  void clientStops() { served_.transport.peerCloses(); }

  // The last answer broke off, so that the client knows.
  bool isBrokenOff() { return served_.transport.isAborted(); }
  bool isReading() { return served_.transport.isReading(); }
  bool mayAskAgain() { return !served_.transport.isDisconnecting(); }
  bool hasProducer() { return served_.transport.producer() != nullptr; }

  void advance(Duration amount) { served_.transport.advance(amount); }
  void settle() { served_.transport.settle(); }
  template <typename Call>
  void callSoon(Call call) {
    served_.protocol().callLater(Duration(0), std::move(call));
  }

 private:
  std::string head(std::string_view method, std::string_view target, std::string_view fields);
  std::string ask(const std::string& bytes);

  Served served_;
  std::string came_;        // since the last request was begun
  std::size_t shown_ = 0;   // of what that tells
  bool isChunked_ = false;  // the body that is being sent
};

}  // namespace ropewalk::http::test
