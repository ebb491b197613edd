#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/connection_limits.h"
#include "ropewalk/failure.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/protocol.h"
#include "ropewalk/transport.h"
#include "transport/channel.h"
#include "transport/connection_lists.h"
#include "transport/deadline_wheel.h"
#include "transport/idle_connections.h"
#include "transport/room_waiters.h"
#include "transport/stall.h"
#include "transport/turn.h"
#include "transport/write_queue.h"

namespace ropewalk::detail {

// Whoever made a connection (a port, a connector) and wants to hear of its end.
class ConnectionMaker : public RefCounted {
 public:
  // After connectionLost() has returned. Must not throw.
  virtual void connectionEnded(const Failure& why) noexcept = 0;

  // What connections of this maker get unless they are given limits of their own.
  virtual const ConnectionLimits& limits() const noexcept = 0;

  // The list of its connections that may be closed to make room; null: they are in the reactor's
  // common list. Lives as long as one of its connections is open.
  virtual IdleConnections* idleGroup() noexcept { return nullptr; }
};

// One connection, whatever wire is under it: how it queues, pauses, closes, breaks and ends is
// written here and nowhere else.
//
// Its life is a line of phases, left to right only:
//
//   Made -> Open -> Closing -> Lingering -> Ending -> Ended
//
//   Made: has no protocol yet.
//
//   Open: delivers what arrives.
//
//   Closing: loseConnection() was called, or a callback threw. What is queued goes out, nothing is
//   delivered.
//
//   Lingering: all is out and the peer was told. What it still sends is thrown away, until it has
//   finished too.
//
//   Ending: the reason is known. connectionLost() comes from settle(), never from inside a caller.
//
//   Ended: connectionLost() has begun.
//
// Any phase may be skipped. Callbacks are made from readReady(), start() and settle(), which the
// event loop calls, and from no method that the protocol can call; so nothing here can be pulled
// from under a callback.
//
// The turn holds one count until Ended; handles may hold others for ever.
class Connection final : public Transport, public ChannelOwner, private Deadline {
 public:
  // `turn` must outlive the connection's phase Ended. `session` counts a port's connections (rule
  // PT27).
  static constexpr std::uint32_t kClient = ~0u;
  Connection(Turn& turn, std::unique_ptr<Channel> channel, Ref<ConnectionMaker> maker,
             std::uint32_t session);
  ~Connection() override;

  // Gives it its protocol and begins to deliver. REQUIRES: Made, and called from the event loop.
  void start(std::shared_ptr<Protocol> protocol) noexcept;

  // As start(), but the protocol comes later, or never: the one whose makeConnection() is called
  // with this transport first. It is not owned, and gets no callback after letGoOfProtocol(). For
  // test doubles.
  void startWithout(std::shared_ptr<Protocol> placeholder) noexcept;
  void letGoOfProtocol(std::shared_ptr<Protocol> placeholder) noexcept;

  // Ends it with `why` as the reason, in the turn's own time; `reset`: at once, dropping what is
  // queued.
  void endSoon(Failure why) noexcept;

  // The reactor stops: tells the protocol now. From the event loop.
  void end(const Failure& why) noexcept;

  // Has the protocol asked to finish (Protocol::drainRequested()), from the event loop.
  void drain() noexcept;

  // On: this is a child process, and a callback of the connection has forked. Nothing is read or
  // sent any more, because the parent handles the input and the queued output.
  void leave(bool on) noexcept;

  // In a child: closes the socket and becomes a transport that does nothing. Calls no user code.
  void abandon() noexcept;

  // For the turn.
  void flushFromLine() noexcept;
  void settle() noexcept;
  ConnectionLinks& links() noexcept { return links_; }
  IdleConnections* idleGroup() const noexcept { return maker_->idleGroup(); }
  Standing standing() const noexcept { return standing_; }
  void stand(Standing standing, std::uint64_t idleSince) noexcept {
    standing_ = standing;
    idleSince_ = idleSince;
  }

  // Orders connections by when they became idle: Turn numbers them. 0 while lingering.
  std::uint64_t idleSince() const noexcept { return standing_ == Standing::Idle ? idleSince_ : 0; }

  // True if ending it now loses neither output nor input that has arrived. REQUIRES: it is idle or
  // lingers.
  bool isEvictable() noexcept {
    if (standing_ == Standing::Lingering) return true;
    return phase_ == Phase::Open && !takeover_ && queue_.empty() && channel_->unread() == 0;
  }

  // The producer that is registered, or null; and how it is.
  std::shared_ptr<Producer> producer() const { return feed_ ? feed_->producer : nullptr; }
  Streaming streaming() const { return feed_->streaming; }

  // Transport
  void write(std::string_view bytes) override;
  void write(const SharedBytes& bytes) override;
  void writeFile(int fd, std::uint64_t offset, std::uint64_t count) override;
  void loseConnection(Linger linger) override;
  void loseConnection(Failure why) override;
  void abortConnection() override;
  void abortConnection(Failure why) override;
  void cutShort(Failure why) override;
  void loseWriteConnection() override;
  void switchProtocol(std::shared_ptr<Protocol> next, std::string unread) override;
  void pauseProducing() override;
  void resumeProducing() override;
  void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) override;
  void unregisterProducer() override;
  bool awaitRoom(RoomWaiter& waiter, std::size_t atMost) override;
  void setIdle(bool on) override;
  void setReadWhileBlocked(bool on) override;
  void setLimits(const ConnectionLimits& limits) override;
  ConnectionLimits limits() const override;
  bool isConnected() const override { return phase_ > Phase::Made && phase_ < Phase::Ended; }
  bool isDisconnecting() const override { return phase_ > Phase::Open; }
  std::size_t unsentBytes() const override;
  Address getPeer() const override { return peer_; }
  Address getHost() const override;
  void setTcpNoDelay(bool on) override;
  bool getTcpNoDelay() const override;
  void setTcpKeepAlive(bool on) override;
  bool getTcpKeepAlive() const override;
  std::string logPrefix() const override;
  Reactor& reactor() const override { return turn_.reactor(); }

  // ChannelOwner
  void readReady() noexcept override;
  void writeReady() noexcept override;
  void broken(int error) noexcept override;

 private:
  enum class Phase : std::uint8_t { Made, Open, Closing, Lingering, Ending, Ended };

  // A producer and what it was told; exists only while one is registered.
  struct Feed {
    std::shared_ptr<Producer> producer;
    Streaming streaming;
    bool paused = false;
    bool wrote = false;  // since the last resumeProducing()
    bool resumeDue = false;
    bool isRelieved = false;  // it was paused for want of memory, and there is memory again
  };

  // The way to another protocol: exists from switchProtocol() until the next protocol has got what
  // was there before it.
  struct Takeover {
    std::shared_ptr<Protocol> next;  // null once it is in place
    std::string unread;
    bool readLost = false;  // readConnectionLost() comes after `unread`
    MemoryCharge charge;
  };

  // In a debug build, aborts the program if `call` is made on another thread than the reactor's.
  // Does not check after the end: turn_ may be gone then, and every call does nothing.
  void requireHome(const char* call) const noexcept {
    if (kChecksThreads && phase_ != Phase::Ended && !turn_.home().isHere()) [[unlikely]]
      stopElsewhere(call);
  }
  [[noreturn]] void stopElsewhere(const char* call) const noexcept;

  // connection.cc: the road of a byte
  bool wantsRead() const noexcept;
  bool acceptsWrites();
  bool makesRoom();
  void writeOwned(std::string bytes) override;
  void attached(Protocol& protocol) override;
  void writeThrough(std::string_view bytes);
  void queued();
  void overHighWater();
  void blockIfMuchWaits();
  void flushLater();
  void flush() noexcept;
  void sendQueue();
  bool sent(const Transfer& transfer, std::size_t wanted);
  bool sendFront();
  bool sendPieces();
  bool sendFileFront();
  void fileBrokeOff(const WriteQueue::FileStretch& stretch, const Transfer& sent) noexcept;
  bool refused(int error);
  void roomEnded(bool someSent);
  void outOfMemory() noexcept;

  // connection_flow.cc: pausing, producers, what follows a flush
  void dropOwnLimits() noexcept;
  bool blocksWhenFull() const noexcept;
  void unblock();
  void afterFlush() noexcept;
  void notifyRoom() noexcept;
  void resumeFeed() noexcept;
  void stopFeed() noexcept;
  void applyInterest() noexcept;

  // connection_close.cc: beginnings and ends
  void readStopped(Transfer got) noexcept;
  void tellReadLost() noexcept;
  void discardInput() noexcept;
  void allSent() noexcept;
  bool waitsForProducer() const noexcept { return feed_ && !cutsShort_; }
  void awaitAcknowledgement() noexcept;
  void endCut() noexcept;
  void letChannelGo() noexcept;
  void tellWriteLost() noexcept;
  void carryOutDrain() noexcept;
  void linger() noexcept;
  void lingerOn(TimePoint now) noexcept;
  void lingerShorter() noexcept;
  void endOrderly() noexcept;
  void setDeadline(Duration wait) noexcept;
  void deadlinePassed() noexcept override;
  void callbackThrew() noexcept;
  void dropQueue() noexcept;
  void becomeBusy() noexcept;
  void settleLater() noexcept;
  template <typename Call>
  void guarded(const Call& call) noexcept;

  // connection_switch.cc: another protocol takes over
  bool awaitsSwitch() const noexcept { return takeover_ && takeover_->next; }
  void carryOutSwitch() noexcept;
  void retireProtocol() noexcept;
  void deliverUnread() noexcept;
  void endTakeover() noexcept;

  // connection_progress.cc: whether the peer takes what is sent
  void expectProgress();
  void lookForProgress() noexcept;
  Duration progressLimit() const noexcept;
  void giveUpPeer(Duration limit) noexcept;
  void logReadingStaysPaused(Duration pausedFor) noexcept;

  Turn& turn_;
  std::unique_ptr<Channel> channel_;
  std::shared_ptr<Protocol> protocol_;
  WriteQueue queue_;
  std::unique_ptr<Feed> feed_;
  RoomWaiters roomWaiters_;
  std::unique_ptr<Stall> stall_;  // while the wire takes no more
  std::unique_ptr<Takeover> takeover_;
  const ConnectionLimits* limits_;  // the maker's, or its own
  Ref<ConnectionMaker> maker_;
  Failure reason_;  // why it ends, once that is known
  ConnectionLinks links_;
  Address peer_;
  mutable std::unique_ptr<const Address> host_;  // once it was asked for
  std::uint32_t session_;
  union {
    // While lingering: input discarded so far, for Linger::Yes; the end of the time for it, for
    // Linger::WhileSending.
    std::size_t discarded_ = 0;
    TimePoint lingerEnds_;
    std::uint64_t idleSince_;  // while idle
    std::size_t dropped_;      // else: output that was never sent
  };

  Phase phase_ = Phase::Made;
  // What keeps it from reading: bits, so that one look tells all.
  bool paused_ : 1 = false;     // by pauseProducing()
  bool blocked_ : 1 = false;    // too much of its own output waits
  bool readEnded_ : 1 = false;  // the peer has finished
  bool takenOver_ : 1 = false;  // there is a takeover_

  // Bytes, for they are written on the road of every message.
  bool flushQueued_ = false;      // it stands in the turn's line
  bool needsAfterFlush_ = false;  // something beside the bytes waits for the flush
  bool waitsForRoom_ = false;     // the kernel refused some; nothing is sent before writeReady()

  bool ownsLimits_ : 1 = false;
  bool settleQueued_ : 1 = false;
  Standing standing_ : 2 = Standing::Busy;
  std::optional<bool> readWhileBlocked_;  // as setReadWhileBlocked() said
  bool writeLost_ : 1 = false;            // loseWriteConnection() was called
  bool shutDown_ : 1 = false;             // ... and the peer was told
  bool writeLostDue_ : 1 = false;         // ... and the protocol has to be
  bool drainDue_ : 1 = false;             // drainRequested() has to be called
  bool cutsShort_ : 1 = false;  // ends in a reset, once the peer has acknowledged what was sent
  bool resets_ : 1 = false;     // the close will be a reset
  bool heldBack_ : 1 = false;   // output waited while memory was short; see memory_budget.h
  // This is a child process, and the connection is the parent's: see leave(). It counts as paused
  // and as waiting for room meanwhile, so that reading and sending need no check of their own;
  // leave(false) restores the two values below.
  bool left_ : 1 = false;
  bool wasPaused_ : 1 = false;
  // No protocol has come yet, and after that: it is not owned. See startWithout().
  bool awaitsProtocol_ : 1 = false;
  bool borrowsProtocol_ : 1 = false;
  bool waitedForRoom_ : 1 = false;
  Linger linger_ = Linger::Yes;
};

}  // namespace ropewalk::detail
