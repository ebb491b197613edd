#pragma once

#include <string_view>

#include "http/server/carrier.h"
#include "http/server/exchange.h"
#include "http/server/http1_answer.h"
#include "http/wire/request_reader.h"
#include "ropewalk/room_waiter.h"

namespace ropewalk::http::server {

class Http1Connection;

// One request of an HTTP/1 connection, and the answer to it: reads the one out of the bytes of the
// connection, and writes the other to it.
class Http1Carrier final : public Carrier, private RoomWaiter {
 public:
  explicit Http1Carrier(Http1Connection& connection);
  ~Http1Carrier() override;

  Exchange& exchange() { return exchange_; }
  const Exchange& exchange() const { return exchange_; }

  // Takes what belongs to this request from the front of `bytes`, which begin the request if
  // nothing was taken before.
  void take(std::string_view& bytes);

  // True once anything has come but the CRLF that may precede a request.
  bool hasBegun() const { return reader_.hasBegun(); }

  // The peer will send no more.
  void inputEnded();

  // Detaches this from the connection, which is gone.
  void connectionLost(const Failure& why);

  State state() const override;
  void run(Work work) override;
  void keepHead() override;
  void sendContinue() override;
  void inputWanted() override;
  void close() override;
  void send(const wire::AnswerHead& head, Body* body) override;
  void begin(const wire::AnswerHead& head) override;
  void write(std::string_view bytes) override;
  void write(FilePart part) override;
  void finish() override;
  void answered() override;
  void breakOff(const Failure& why) override;
  Room room() const override;
  void awaitRoom() override;
  void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) override;
  void unregisterProducer() override;
  std::string_view whyNoHandover() const override { return {}; }
  void handOver(std::string_view upgrade, const FieldList& fields,
                std::shared_ptr<Protocol> next) override;

 private:
  void headReceived();
  void sendHead(const wire::AnswerHead& head, Body* body);
  bool mayKeepAlive(const wire::AnswerHead& head) const;
  bool restIsDiscardable() const;
  void beginAccess(int status, wire::WallTime now);
  void noteWritten();
  void endAccess();
  void roomAvailable() override;
  void roomLost() noexcept override;

  Http1Connection* connection_;  // null once it is gone
  wire::RequestReader reader_;
  std::string_view input_;  // that take() was given
  Exchange exchange_;
  Http1Answer answer_;
  bool keepAlive_ = true;
  bool isLogged_ = false;  // it has a line in the access log
};

}  // namespace ropewalk::http::server
