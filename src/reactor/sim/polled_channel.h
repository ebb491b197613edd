#pragma once

#include "reactor/sim/source.h"
#include "transport/channel.h"

namespace ropewalk::detail {

class SimReadyList;

// A channel that knows what it is ready for, and has a ready list tell its owner: what is left of a
// simulated wire is what carries the bytes.
class PolledChannel : public Channel, public SimSource {
 public:
  // `ready` must outlive this.
  PolledChannel(SimReadyList& ready, bool tcpNoDelay, bool tcpKeepAlive)
      : ready_(ready), tcpNoDelay_(tcpNoDelay), tcpKeepAlive_(tcpKeepAlive) {}
  ~PolledChannel() override;

  void setOwner(ChannelOwner& owner) override { owner_ = &owner; }
  void setInterest(Interest interest) override;
  int connectResult() override { return takeError(); }
  void setPatience(Duration) override {}
  void setTcpNoDelay(bool on) override { tcpNoDelay_ = on; }
  bool tcpNoDelay() const override { return tcpNoDelay_; }
  void setTcpKeepAlive(bool on) override { tcpKeepAlive_ = on; }
  bool tcpKeepAlive() const override { return tcpKeepAlive_; }

  bool wantsRead() const noexcept { return has(interest_, Interest::Read); }

  // SimSource
  bool isReady() const override;
  void dispatch() noexcept override;

 protected:
  // Something that the owner may wait for has changed.
  void changed();

 private:
  // What epoll would say.
  virtual bool isReadable() const noexcept = 0;
  virtual bool isWritable() const noexcept = 0;
  virtual bool isReset() const noexcept = 0;

  // What getsockopt(SO_ERROR) would give; it is gone then.
  virtual int takeError() noexcept = 0;

  SimReadyList& ready_;
  ChannelOwner* owner_ = nullptr;
  bool* gone_ = nullptr;  // told when this dies inside dispatch()
  Interest interest_ = Interest::Nothing;
  bool tcpNoDelay_;
  bool tcpKeepAlive_;
};

}  // namespace ropewalk::detail
