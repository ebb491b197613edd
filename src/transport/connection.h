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
#include "transport/channel_filter.h"
#include "transport/connection_lists.h"
#include "transport/deadline_wheel.h"
#include "transport/idle_connections.h"
#include "transport/room_waiters.h"
#include "transport/stall.h"
#include "transport/turn.h"
#include "transport/write_queue.h"

namespace ropewalk::detail {

// The port or connector that made a connection; it is notified when the connection ends.
class ConnectionMaker : public RefCounted {
 public:
  // Called after connectionLost() has returned. Must not throw.
  virtual void connectionEnded(const Failure& why) noexcept = 0;

  // The limits of its connections, unless setLimits() gave a connection its own.
  virtual const ConnectionLimits& limits() const noexcept = 0;

  // The list of its connections that may be closed to make room, or null if they are in the
  // reactor's common list. Must live as long as any of its connections is open.
  virtual IdleConnections* idleGroup() noexcept { return nullptr; }
};

// One connection over any wire. All the rules for queueing, pausing, closing, failing and ending
// are implemented here and nowhere else.
//
// It passes through these phases in order, never back:
//
//   Made -> Open -> Closing -> Lingering -> Ending -> Ended
//
//   Made: has no protocol yet.
//
//   Open: delivers input.
//
//   Closing: loseConnection() was called, or a callback threw. Queued output is sent, input is not
//   delivered.
//
//   Lingering: all output is sent and the sending direction is shut down. Input is discarded until
//   the peer finishes too.
//
//   Ending: the reason is known. settle() calls connectionLost(), never from inside another call.
//
//   Ended: connectionLost() has begun.
//
// Any phase may be skipped. Only readReady(), start() and settle() make callbacks. The event loop
// calls these three; no method that the protocol can call makes a callback. So a connection cannot
// be destroyed under a running callback.
//
// The turn holds one reference until Ended; handles may hold others for any time.
class Connection final : public Transport, public ChannelOwner, private Deadline {
 public:
  // `turn` must outlive the connection until it is Ended. `session` is its number among the port's
  // connections (PT27).
  static constexpr std::uint32_t kClient = ~0u;
  Connection(Turn& turn, std::unique_ptr<Channel> channel, Ref<ConnectionMaker> maker,
             std::uint32_t session);
  ~Connection() override;

  // Sets the protocol and begins to deliver input. REQUIRES: phase Made; called from the event
  // loop.
  void start(std::shared_ptr<Protocol> protocol) noexcept;

  // As start(), but the protocol is set later, or never: it becomes the first one whose
  // makeConnection() is called with this transport. The connection does not own it, and does not
  // call it after letGoOfProtocol(). For test doubles.
  void startWithout(std::shared_ptr<Protocol> placeholder) noexcept;
  void letGoOfProtocol(std::shared_ptr<Protocol> placeholder) noexcept;

  // Ends the connection with `why` as the reason, from settle().
  void endSoon(Failure why) noexcept;

  // For a stop of the reactor: calls connectionLost() now. From the event loop.
  void end(const Failure& why) noexcept;

  // Makes settle() call Protocol::drainRequested().
  void drain() noexcept;

  // On: this is a child process, and a callback of the connection has forked. The connection
  // neither reads nor sends, because the parent handles the input and the queued output.
  void leave(bool on) noexcept;

  // In a child after Reactor::afterFork(): the connection still belongs to the parent, so its end
  // here must send nothing.
  void inherit() noexcept { inherited_ = true; }

  // In a child: closes the socket and makes this a transport that does nothing. Calls no user code.
  void abandon() noexcept;

  // Called by Turn only.
  void flushFromLine() noexcept;
  void settle() noexcept;
  ConnectionLinks& links() noexcept { return links_; }
  IdleConnections* idleGroup() const noexcept { return maker_->idleGroup(); }
  Standing standing() const noexcept { return standing_; }
  void stand(Standing standing, std::uint64_t idleSince) noexcept {
    standing_ = standing;
    idleSince_ = idleSince;
  }

  // The number by which Turn orders connections that became idle. 0 while lingering.
  std::uint64_t idleSince() const noexcept { return standing_ == Standing::Idle ? idleSince_ : 0; }

  // True if ending the connection now loses neither output nor input that has arrived. REQUIRES: it
  // is idle or lingering.
  bool isEvictable() noexcept {
    if (standing_ == Standing::Lingering) return true;
    return phase_ == Phase::Open && !redelivery_ && queue_.empty() && channel_->unread() == 0;
  }

  // The registered producer, or null, and its kind.
  std::shared_ptr<Producer> producer() const { return feed_ ? feed_->producer : nullptr; }
  Streaming streaming() const { return feed_->streaming; }

  // Transport
  void write(std::string_view bytes) override;
  void write(const SharedBytes& bytes) override;
  void writeFile(FileDescriptor file, std::uint64_t offset, std::uint64_t count) override;
  void loseConnection(Linger linger) override;
  void loseConnection(Failure why) override;
  void abortConnection() override;
  void abortConnection(Failure why) override;
  void cutShort(Failure why) override;
  void loseWriteConnection() override;
  void switchProtocol(std::shared_ptr<Protocol> next, std::string unread) override;
  void pauseProducing() override;
  void resumeProducing() override;
  void unread(std::string bytes) override;
  bool isBlocked() const override { return blocked_ && phase_ == Phase::Open; }
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
  void readSoon() noexcept override;

  // Filters the bytes between this connection and its wire from now on. Output that is queued
  // already leaves unfiltered, before any other. `unread` is input that the protocol has received
  // but that is for the filter; so is input that was given back. Does nothing while disconnecting.
  void addFilter(std::unique_ptr<FilterCodec> codec, std::string unread);

 private:
  enum class Phase : std::uint8_t { Made, Open, Closing, Lingering, Ending, Ended };

  // A registered producer and its state. Exists only while a producer is registered.
  struct Feed {
    std::shared_ptr<Producer> producer;
    Streaming streaming;
    bool paused = false;
    bool wrote = false;  // since the last resumeProducing()
    bool resumeDue = false;
    bool isRelieved = false;  // paused because memory was short; memory is available again
  };

  // Input to be delivered before any other: left over by a protocol that gives the connection to
  // another one, or given back by unread(). Exists until that input is delivered.
  struct Redelivery {
    std::shared_ptr<Protocol> next;  // of a switch, until it is in place; else null
    std::string unread;
    bool pauses = false;    // by pauseProducing(); paused_ is true as long as this exists
    bool readLost = false;  // readConnectionLost() comes after `unread`
    MemoryCharge charge;
  };

  // In a debug build, aborts the program if `call` is made on another thread than the reactor's.
  // Does not check after the end, when turn_ may be destroyed and every call does nothing.
  void requireHome(const char* call) const noexcept {
    if (kChecksThreads && phase_ != Phase::Ended && !turn_.home().isHere()) [[unlikely]]
      stopElsewhere(call);
  }
  [[noreturn]] void stopElsewhere(const char* call) const noexcept;

  // connection.cc: reading and writing
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

  // connection_flow.cc: pausing, producers, work after a flush
  void dropOwnLimits() noexcept;
  bool blocksWhenFull() const noexcept;
  void unblock();
  void afterFlush() noexcept;
  void notifyRoom() noexcept;
  void resumeFeed() noexcept;
  void stopFeed() noexcept;
  void applyInterest() noexcept;

  // connection_close.cc: start and end
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

  // connection_filter.cc: a channel that changes the bytes
  void readHeldInput() noexcept;
  bool channelFinishes() noexcept;
  Failure failureOfWire(const char* call, int error) const noexcept;

  // connection_switch.cc: switching to another protocol, and input that is delivered again
  bool awaitsSwitch() const noexcept { return redelivery_ && redelivery_->next; }
  void carryOutSwitch() noexcept;
  void retireProtocol() noexcept;
  void deliverUnread() noexcept;
  void endRedelivery() noexcept;

  // connection_progress.cc: whether the peer acknowledges output
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
  std::unique_ptr<Stall> stall_;  // while the kernel takes no more output
  std::unique_ptr<Redelivery> redelivery_;
  const ConnectionLimits* limits_;  // the maker's, or its own
  Ref<ConnectionMaker> maker_;
  Failure reason_;  // why the connection ends, once that is known
  ConnectionLinks links_;
  Address peer_;
  mutable std::unique_ptr<const Address> host_;  // null until it is asked for
  union {
    // While lingering: for Linger::Yes, the input discarded so far; for Linger::WhileSending, the
    // time at which lingering ends.
    std::size_t discarded_ = 0;
    TimePoint lingerEnds_;
    std::uint64_t idleSince_;  // while idle
    std::size_t dropped_;      // otherwise: output that was never sent
  };

  std::uint32_t session_;
  Phase phase_ = Phase::Made;
  // The reasons not to read: one storage unit, so that one load tests them all.
  bool paused_ : 1 = false;     // by pauseProducing()
  bool blocked_ : 1 = false;    // too much of its own output is queued
  bool readEnded_ : 1 = false;  // the peer has finished

  // Whole bytes rather than bits, because every message writes them.
  bool flushQueued_ = false;      // it is queued in the turn's flush line
  bool needsAfterFlush_ = false;  // the next flush must call afterFlush()
  bool waitsForRoom_ = false;     // a send was cut short; nothing is sent before writeReady()

  bool ownsLimits_ : 1 = false;
  bool settleQueued_ : 1 = false;
  bool readDue_ : 1 = false;  // the channel may hold input for which no event comes
  Standing standing_ : 2 = Standing::Busy;
  std::optional<bool> readWhileBlocked_;  // as set by setReadWhileBlocked()
  bool writeLost_ : 1 = false;            // loseWriteConnection() was called
  bool shutDown_ : 1 = false;             // ... and the sending direction is shut down
  bool writeLostDue_ : 1 = false;         // ... and writeConnectionLost() must be called
  bool drainDue_ : 1 = false;             // drainRequested() must be called
  bool readForDrain_ : 1 = false;         // ... and the input that had arrived was read
  bool cutsShort_ : 1 = false;  // ends in a reset once the peer has acknowledged its output
  bool resets_ : 1 = false;     // the close will be a reset
  bool heldBack_ : 1 = false;   // output was held back: memory was short; see memory_budget.h
  // This is a child process, and the connection belongs to the parent: see leave(). It counts as
  // paused and as waiting for room, so that reading and sending need no check of their own;
  // leave(false) restores the two values below.
  bool left_ : 1 = false;
  bool inherited_ : 1 = false;  // ... and was there before afterFork(): the parent goes on with it
  bool wasPaused_ : 1 = false;
  // No protocol is set yet; afterwards, the protocol is not owned. See startWithout().
  bool awaitsProtocol_ : 1 = false;
  bool borrowsProtocol_ : 1 = false;
  bool waitedForRoom_ : 1 = false;
  Linger linger_ = Linger::Yes;
};

}  // namespace ropewalk::detail
