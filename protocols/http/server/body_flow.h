#pragma once

#include <memory>
#include <utility>

#include "http/server/carrier.h"
#include "ropewalk/producer.h"

namespace ropewalk::http::server {

// A producer between the carrier and the producer of a streamed body. If that one throws, it breaks
// the answer off, because an orderly end would hide that the body is incomplete.
class BodyFlow final : public Producer, public std::enable_shared_from_this<BodyFlow> {
 public:
  explicit BodyFlow(std::weak_ptr<Carrier> carrier) : carrier_(std::move(carrier)) {}

  // As Carrier::registerProducer(). REQUIRES: the carrier is there.
  void setProducer(std::shared_ptr<Producer> producer, Streaming streaming);
  void clearProducer();

  void pauseProducing() override;
  void resumeProducing() override;
  void stopProducing() override;

 private:
  template <typename Call>
  void orBreakOff(const Call& call) const;

  std::weak_ptr<Carrier> carrier_;  // which has this, and may have lent it to its connection
  std::shared_ptr<Producer> producer_;
};

}  // namespace ropewalk::http::server
