#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"

namespace ropewalk::sim {

/// A Protocol that writes down what happens to it.
///
///   auto talker = world.host("client").connect<sim::Recorder>("server", 8001);
///   talker->transport->write("hello\r\n");
///   world.advance(1s);
///   CHECK(talker->received() == "hello\r\n");
///
/// It does what a bare Protocol does: when the peer has finished, it closes too. Derive from it to
/// do more.
class Recorder : public Protocol {
 public:
  void connectionMade() override { ++made_; }
  void dataReceived(std::string_view data) override {
    received_ += data;
    pieces_.push_back(data.size());
  }
  void readConnectionLost() override {
    noteReadLost();
    Protocol::readConnectionLost();
  }
  void writeConnectionLost() override { writeLost_ = true; }
  void connectionLost(const Failure& why) override {
    ++ended_;
    reason_ = why;
  }

  /// No connection was made (sim::Host::connect()).
  void connectFailed(const Failure& why) {
    failed_ = true;
    reason_ = why;
  }

  /// connectionMade() was called.
  bool made() const noexcept { return made_ > 0; }

  /// All bytes so far, or since the last takeReceived().
  const std::string& received() const noexcept { return received_; }
  std::string takeReceived() { return std::exchange(received_, {}); }

  /// The size of each piece in which they came.
  const std::vector<std::size_t>& pieces() const noexcept { return pieces_; }

  /// readConnectionLost() and writeConnectionLost() were called.
  bool readLost() const noexcept { return readLost_; }
  bool writeLost() const noexcept { return writeLost_; }

  /// connectionLost() was called.
  bool lost() const noexcept { return ended_ > 0; }

  /// The connection could not be made.
  bool failed() const noexcept { return failed_; }

  /// Why it was lost or failed; no failure before that.
  const Failure& reason() const noexcept { return reason_; }

  /// How often each was called: 0 or 1, if all is well.
  int timesMade() const noexcept { return made_; }
  int timesLost() const noexcept { return ended_; }

 protected:
  /// For a readConnectionLost() that does not call this one's.
  void noteReadLost() { readLost_ = true; }

 private:
  std::string received_;
  std::vector<std::size_t> pieces_;
  Failure reason_;
  int made_ = 0;
  int ended_ = 0;
  bool readLost_ = false;
  bool writeLost_ = false;
  bool failed_ = false;
};

}  // namespace ropewalk::sim
