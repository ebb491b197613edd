#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/channel_filter.h"

namespace ropewalk::test {

// A codec with the awkward properties of all filters at once: a handshake of three messages before
// the first byte, records whose sizes are unrelated to writes and reads, and a farewell, without
// which an end is an error.
class AwkwardCodec final : public detail::FilterCodec {
 public:
  enum class Side { Client, Server };
  enum class Farewell : bool { No, Yes };

  explicit AwkwardCodec(Side side, Farewell farewell = Farewell::Yes)
      : side_(side), farewell_(farewell) {}

  void begin(std::string& out) override;
  bool isOpen() const override {
    return said_ == (side_ == Side::Client ? 2 : 1) && heard_ == (side_ == Side::Client ? 1 : 2);
  }
  void received(std::string_view bytes, std::string& out) override;
  void receivedEnd() override;
  std::size_t decode(char* buffer, std::size_t size) override;
  bool isAtEnd() const override { return peerHasFinished_ && decoded_.empty(); }
  void encode(std::string_view bytes, std::string& out) override;
  void finish(std::string& out) override;

 private:
  bool takeMessage(std::string& out);
  void say(std::string& out);

  const Side side_;
  const Farewell farewell_;
  int said_ = 0;             // handshake messages sent
  int heard_ = 0;            // ... and received
  std::size_t written_ = 0;  // records
  std::string coming_;       // not yet a whole message
  std::string decoded_;
  bool peerHasFinished_ = false;
};

}  // namespace ropewalk::test
