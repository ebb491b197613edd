#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/server/carrier.h"
#include "http/server/exchange.h"
#include "http/wire/request_head.h"
#include "http/wire/target.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/http/site.h"

namespace ropewalk::http::test {

// A request's head, as fields.
struct StreamHead {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;
};

// One stream of a connection that carries many at once, and is not HTTP/1: a head comes as fields
// and a body as pieces; an answer goes out as a head, pieces and parts of files, as far as the
// client has room for them on this stream.
class StreamCarrier final : public server::Carrier {
 public:
  StreamCarrier(std::shared_ptr<Factory> site, server::SiteState& state, TransportRef connection,
                const StreamHead& head);

  const server::Exchange& exchange() const { return exchange_; }

  // The request, in this order.
  void begin(bool bodyFollows);
  void piece(std::string_view bytes);
  void endBody();

  // The client will send no more of it; it takes no more of the answer; it takes `bytes` more.
  void clientStops();
  void clientGoes();
  void setRoom(std::size_t bytes);

  // What the client has got since this was asked last, in the form of told.h.
  std::string takeTold() { return std::exchange(told_, {}); }
  std::size_t unsent() const { return unsent_; }
  std::size_t fileParts() const { return fileParts_; }
  bool isBrokenOff() const { return brokenOff_; }
  bool isReading() const { return arrived_.empty() && !exchange_.bodyIsFull(); }
  bool hasProducer() const { return producer_ != nullptr; }
  bool hasEnded() const { return ended_; }  // the answer, with its last byte

  State state() const override { return state_; }
  void run(Work work) override;
  void keepHead() override {}
  void sendContinue() override;
  void inputWanted() override { feed(); }
  void close() override;
  void send(const wire::AnswerHead& head, Body* body) override;
  void begin(const wire::AnswerHead& head) override;
  void write(std::string_view bytes) override;
  void write(FilePart part) override;
  void finish() override { ended_ = true; }
  void answered() override;
  void breakOff(const Failure& why) override;
  Room room() const override;
  void awaitRoom() override;
  void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) override;
  void unregisterProducer() override { producer_.reset(); }
  std::string_view whyNoHandover() const override { return "it carries other requests, too"; }
  void handOver(std::string_view, const FieldList&, std::shared_ptr<Protocol>) override {}

 private:
  using Piece = std::variant<std::string, FilePart>;

  void layOut(const StreamHead& head);
  void feed();
  void queue(Piece piece, std::size_t size);
  void flush();
  bool sendSome(Piece& piece);
  void soon();
  void turn();
  void turnProducer();
  void endSoon(const Failure& why);
  void end(const Failure& why);

  const std::shared_ptr<Factory> site_;
  const Limits& limits_;
  std::string bytes_;  // of the head: what its views are into
  wire::RequestHead head_;
  wire::Target target_;
  server::Exchange exchange_;
  ropewalk::detail::Ref<ropewalk::detail::Scope> scope_{new ropewalk::detail::Scope};

  std::deque<std::string> arrived_;  // of the body, while the exchange wants no more
  bool bodyEnds_ = false;
  bool isFeeding_ = false;

  std::deque<Piece> queue_;
  std::size_t unsent_ = 0;
  std::size_t room_ = static_cast<std::size_t>(-1);
  std::size_t fileParts_ = 0;
  std::string told_;
  std::shared_ptr<Producer> producer_;
  Streaming streaming_ = Streaming::Pull;
  bool producerPaused_ = false;
  bool awaitsRoom_ = false;
  bool isSoon_ = false;
  bool ended_ = false;
  bool brokenOff_ = false;
  State state_ = State::Open;
  Failure end_;
};

}  // namespace ropewalk::http::test
