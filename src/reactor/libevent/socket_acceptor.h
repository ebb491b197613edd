#pragma once

#include "reactor/driver.h"
#include "reactor/libevent/event_deleter.h"
#include "ropewalk/file_descriptor.h"

namespace ropewalk::detail {

class LibeventDriver;

// A listening kernel socket, with a descriptor in reserve for when there are none left.
class SocketAcceptor final : public Acceptor {
 public:
  // `driver` must outlive it.
  SocketAcceptor(LibeventDriver& driver, FileDescriptor socket);
  ~SocketAcceptor() override;

  void setOwner(AcceptorOwner& owner) override { owner_ = &owner; }
  bool setAccepting(bool on) override;
  Accepted accept() override;
  bool shed() override;
  Address host() const override;

 private:
  static void acceptable(int fd, short what, void* acceptor) noexcept;

  LibeventDriver& driver_;
  AcceptorOwner* owner_ = nullptr;
  FileDescriptor socket_;
  FileDescriptor reserve_;
  EventPointer event_;  // after socket_, so that it is destroyed first
};

}  // namespace ropewalk::detail
