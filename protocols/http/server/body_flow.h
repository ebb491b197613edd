#pragma once

#include <memory>
#include <utility>

#include "ropewalk/producer.h"
#include "ropewalk/transport.h"

namespace ropewalk::http::server {

// A producer between the transport and the producer of a streamed body. If that one throws, it ends
// the connection with a reset, because an orderly end would hide that the body is incomplete.
class BodyFlow final : public Producer, public std::enable_shared_from_this<BodyFlow> {
 public:
  explicit BodyFlow(TransportRef transport) : transport_(std::move(transport)) {}

  // As Transport::registerProducer().
  void setProducer(std::shared_ptr<Producer> producer, Streaming streaming);
  void clearProducer();

  void pauseProducing() override;
  void resumeProducing() override;
  void stopProducing() override;

 private:
  TransportRef transport_;
  std::shared_ptr<Producer> producer_;
};

}  // namespace ropewalk::http::server
