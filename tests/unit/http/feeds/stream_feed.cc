#include "unit/http/feeds/stream_feed.h"

#include "http/server/http1_connection.h"
#include "ropewalk/error.h"

namespace ropewalk::http::test {

StreamFeed::StreamFeed(Router router, const Limits& limits)
    : site_(Site::create(std::move(router), atOneMoment(limits))),
      builtBySite_(site_->buildProtocol(Address())) {
  transport_.run([this] { builtBySite_->makeConnection(transport_); });
}

// Ends what its handlers still wait for.
StreamFeed::~StreamFeed() {
  for (const auto& each : streams_) {
    const auto stream = each.lock();
    if (stream && stream->state() != server::Carrier::State::Over) {
      transport_.run([&] { stream->clientGoes(); });
    }
  }
  transport_.settle();
}

std::shared_ptr<StreamCarrier> StreamFeed::make(std::string_view method, std::string_view target,
                                                std::string_view fields) {
  StreamHead head{.method = std::string(method), .target = std::string(target), .fields = {}};
  head.fields.emplace_back("host", "h");
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find("\r\n"));
    const std::size_t colon = line.find(": ");
    head.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    fields.remove_prefix(line.size() + 2);
  }
  auto& connection = static_cast<server::Http1Connection&>(*builtBySite_);
  auto stream =
      std::make_shared<StreamCarrier>(site_, connection.site(), connection.transport, head);
  if (room_ != static_cast<std::size_t>(-1)) run([&] { stream->setRoom(room_); });
  streams_.push_back(stream);
  return stream;
}

std::string StreamFeed::send(std::string_view method, std::string_view target,
                             std::string_view fields, std::string_view body) {
  std::string all(fields);
  if (!body.empty()) all += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  stream_ = make(method, target, all);
  run([&] {
    stream_->begin(!body.empty());
    if (!body.empty()) stream_->piece(body);
    if (!body.empty()) stream_->endBody();
  });
  return takeTold();
}

std::string StreamFeed::begin(std::string_view method, std::string_view target,
                              std::string_view fields, std::size_t length) {
  std::string all(fields);
  if (length != 0) all += "Content-Length: " + std::to_string(length) + "\r\n";
  stream_ = open(method, target, all);
  return takeTold();
}

std::shared_ptr<StreamCarrier> StreamFeed::open(std::string_view method, std::string_view target,
                                                std::string_view fields) {
  auto stream = make(method, target, fields);
  run([&] { stream->begin(true); });
  return stream;
}

std::string StreamFeed::piece(std::string_view bytes) {
  run([&] { stream_->piece(bytes); });
  return takeTold();
}

std::string StreamFeed::endBody() {
  run([&] { stream_->endBody(); });
  return takeTold();
}

void StreamFeed::setRoom(std::size_t bytes) {
  room_ = bytes;
  if (stream_) run([&] { stream_->setRoom(bytes); });
}

void StreamFeed::clientGoes() {
  run([&] { stream_->clientGoes(); });
}

void StreamFeed::clientStops() {
  run([&] { stream_->clientStops(); });
}

}  // namespace ropewalk::http::test
