#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/failure.h"
#include "ropewalk/memory_budget.h"
#include "transport/channel.h"

namespace ropewalk::detail {

// How a filter changes the bytes: a state machine without any I/O. An exception from one of its
// methods ends the connection with that exception.
//
// Bytes appended to `out` are sent, even if the connection has no output of its own.
class FilterCodec {
 public:
  FilterCodec() = default;
  FilterCodec(const FilterCodec&) = delete;
  FilterCodec& operator=(const FilterCodec&) = delete;
  virtual ~FilterCodec() = default;

  // The connection begins. Called once, first.
  virtual void begin(std::string& out) = 0;

  // True once output may be encoded: the handshake is over.
  virtual bool isOpen() const = 0;

  // `bytes` have arrived from the wire; the codec takes all of them.
  virtual void received(std::string_view bytes, std::string& out) = 0;

  // The wire has ended. Throws if the peer has not finished, so that a stream that was cut off does
  // not look complete.
  virtual void receivedEnd() = 0;

  // Moves decoded input to `buffer`. Less than `size`: no decoded input is left.
  virtual std::size_t decode(char* buffer, std::size_t size) = 0;

  // True once the peer has finished and all decoded input was moved.
  virtual bool isAtEnd() const = 0;

  // REQUIRES: isOpen().
  virtual void encode(std::string_view bytes, std::string& out) = 0;

  // Appends the farewell. Nothing is encoded afterwards. REQUIRES: isOpen().
  virtual void finish(std::string& out) = 0;
};

// A channel on a channel: its codec changes the bytes between a connection and a wire, as TLS does.
// Filters may be stacked.
//
// Output is reported as sent only when the wire has taken all its encoded bytes. Until then it
// stays in the connection's queue, so the stall deadline, the limits and the close work unchanged.
// Input that stays decoded in the filter is announced by ChannelOwner::readSoon(), because the
// kernel has no event for it.
class ChannelFilter final : public Channel, private ChannelOwner {
 public:
  explicit ChannelFilter(std::unique_ptr<FilterCodec> codec);
  ~ChannelFilter() override;

  // Begins to filter `wire`. `unread` is input from it that is for the codec. The next `clear`
  // bytes of output are sent unencoded, before any output of the codec.
  void attach(std::unique_ptr<Channel> wire, std::string_view unread, std::size_t clear) noexcept;

  void setOwner(ChannelOwner& owner) override { owner_ = &owner; }
  void setInterest(Interest interest) override;
  Transfer receive(char* buffer, std::size_t size) override;
  Transfer send(const iovec* pieces, int count) override;
  Transfer sendFile(int file, std::uint64_t offset, std::size_t count) override;
  std::size_t unacknowledged() const override {
    return wire_->unacknowledged() + (clear_ == 0 && !resets_ ? out_.size() : 0);
  }
  std::size_t unread() const override { return wire_->unread() + (mayHold_ ? 1 : 0); }
  void setPatience(Duration patience) override { wire_->setPatience(patience); }
  bool finish() override;
  void proceed() override;
  void shutdownWrite() override { wire_->shutdownWrite(); }
  void resetOnClose() override {
    resets_ = true;
    wire_->resetOnClose();
  }
  Failure failure() const override { return failure_; }
  int connectResult() override { return wire_->connectResult(); }
  bool isConnectedToItself() const override { return wire_->isConnectedToItself(); }
  Address peer() const override { return wire_->peer(); }
  Address host() const override { return wire_->host(); }
  void setTcpNoDelay(bool on) override { wire_->setTcpNoDelay(on); }
  bool tcpNoDelay() const override { return wire_->tcpNoDelay(); }
  void setTcpKeepAlive(bool on) override { wire_->setTcpKeepAlive(on); }
  bool tcpKeepAlive() const override { return wire_->tcpKeepAlive(); }

 private:
  // ChannelOwner, of the wire
  void readReady() noexcept override;
  void writeReady() noexcept override;
  void broken(int error) noexcept override;
  void readSoon() noexcept override;

  template <typename Call>
  void withCodec(const Call& call) noexcept;
  bool pull() noexcept;
  void shakeHands() noexcept;
  void wireEnded(const Transfer& got) noexcept;
  bool flush() noexcept;
  Transfer blocked() const noexcept;
  Transfer sendClear(const iovec* pieces, int count);
  Transfer clearSent(const Transfer& sent);
  std::size_t encodePieces(const iovec* pieces, int count, std::size_t skip) noexcept;
  bool isOpen() const { return !failure_ && codec_->isOpen(); }
  bool isBroken() const { return failure_ || wireError_ != 0; }
  bool isFlooded() const;
  void noteError(int error) noexcept;
  void reportBroken() noexcept;
  void reportLater() noexcept;
  void applyInterest();

  std::unique_ptr<FilterCodec> codec_;
  std::unique_ptr<Channel> wire_;
  ChannelOwner* owner_ = nullptr;
  std::string out_;          // encoded bytes that the wire has not taken
  std::size_t encoded_ = 0;  // output in out_ that is not reported as sent
  std::size_t answers_ = 0;  // bytes that the codec added to out_ when it received
  std::size_t clear_ = 0;    // bytes still to be sent unencoded
  MemoryCharge charge_;      // for out_
  Failure failure_;          // of the codec, or of a filter below
  int wireError_ = 0;        // of a receive or send
  Interest wanted_ = Interest::Nothing;
  bool mayHold_ = true;  // there may be input for which no event comes
  bool wireEnded_ = false;
  bool finishes_ = false;  // the farewell is in out_, or sent
  bool resets_ = false;
  bool isCalled_ = false;  // a call of the owner is running: an error is reported after it
};

}  // namespace ropewalk::detail
