#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "http/server/access_line.h"
#include "http/server/site_state.h"
#include "ropewalk/room_waiter.h"
#include "ropewalk/transport.h"

namespace ropewalk::http::server {

// The lines of the access log for one connection. A line says how many bytes of the body were sent,
// so it is written when the kernel has taken the last of them, or when the connection has ended.
//
// Answers are sent one after the other: begin(), written() any number of times, end().
class AccessLog final : private RoomWaiter {
 public:
  // `site` must outlive this.
  AccessLog(SiteState& site, TransportRef transport)
      : site_(site), transport_(std::move(transport)) {}
  ~AccessLog() { stopAwaitingRoom(); }

  // An answer begins.
  void begin(const Access& access);

  // Bytes of the answer written so far: of its body, and with its head and framing.
  void written(std::uint64_t body, std::uint64_t all);

  // The answer has been written to its end.
  void end();

  // The connection is handed over: output from now on is not HTTP.
  void flush();

  // The connection has ended.
  void connectionLost() noexcept;

 private:
  struct Entry {
    AccessLine line;
    std::uint64_t body = 0;
    std::uint64_t all = 0;
    bool isWhole = false;
  };

  void roomAvailable() override { flush(); }
  void roomLost() noexcept override { connectionLost(); }
  void subtractUnsent();
  void writeAll();

  SiteState& site_;
  TransportRef transport_;
  std::vector<Entry> entries_;  // the one that is written now is the last
};

}  // namespace ropewalk::http::server
