#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/sim/string_transport.h"
#include "unit/http/feeds/stream_carrier.h"
#include "unit/http/feeds/told.h"

namespace ropewalk::http::test {

// A site that is asked over streams of one connection: a new one for each request. The methods are
// Http1Feed's; open() is for who wants several streams at once.
class StreamFeed {
 public:
  explicit StreamFeed(Router router, const Limits& limits = {});
  StreamFeed(const StreamFeed&) = delete;
  StreamFeed& operator=(const StreamFeed&) = delete;
  ~StreamFeed();

  std::string get(std::string_view target, std::string_view fields = {}) {
    return send("GET", target, fields);
  }
  std::string send(std::string_view method, std::string_view target, std::string_view fields = {},
                   std::string_view body = {});
  std::string begin(std::string_view method, std::string_view target, std::string_view fields = {},
                    std::size_t length = 0);
  std::string piece(std::string_view bytes);
  std::string endBody();
  std::string takeTold() {
    settle();
    return stream_->takeTold();
  }

  void setRoom(std::size_t bytes);
  std::size_t unsent() { return stream_->unsent(); }
  void clientGoes();
  void clientStops();
  bool isBrokenOff() {
    settle();
    return stream_->isBrokenOff();
  }
  bool isReading() { return stream_->isReading(); }
  bool mayAskAgain() { return true; }
  bool hasProducer() {
    settle();
    return stream_->hasProducer();
  }
  void advance(Duration amount) { transport_.advance(amount); }
  void settle() { transport_.settle(); }
  template <typename Call>
  void callSoon(Call call) {
    transport_.reactor().callLater(Duration(0), std::move(call));
  }

  // A stream with a request on it whose body has still to come. run() is for what is done to it.
  std::shared_ptr<StreamCarrier> open(std::string_view method, std::string_view target,
                                      std::string_view fields = {});
  template <typename Call>
  void run(Call call) {
    transport_.run(std::move(call));
    transport_.settle();
  }

 private:
  std::shared_ptr<StreamCarrier> make(std::string_view method, std::string_view target,
                                      std::string_view fields);

  sim::StringTransport transport_;
  const std::shared_ptr<Site> site_;
  const std::shared_ptr<Protocol> builtBySite_;  // knows the state of the site
  std::size_t room_ = static_cast<std::size_t>(-1);
  std::shared_ptr<StreamCarrier> stream_;              // the last one
  std::vector<std::weak_ptr<StreamCarrier>> streams_;  // all of them
};

}  // namespace ropewalk::http::test
