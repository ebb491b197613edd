#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include "reactor/libevent/event_deleter.h"
#include "ropewalk/file_descriptor.h"
#include "transport/channel.h"

namespace ropewalk::detail {

class LibeventDriver;

// A connected or connecting stream socket of the kernel. Its main event is a member; a second one,
// for writing, exists only while the kernel's buffer is full.
//
// In a child process before afterFork() the socket is shared with the parent, and the methods do
// nothing. Two do not check, because every message passes through them: receive(), and send() of
// one piece. A connection of the parent does not call these (Connection::leave()).
class SocketChannel final : public Channel {
 public:
  // `driver` must outlive it.
  SocketChannel(LibeventDriver& driver, FileDescriptor socket, const Address& peer);
  ~SocketChannel() override;

  void setOwner(ChannelOwner& owner) override { owner_ = &owner; }
  void setInterest(Interest interest) override;
  Transfer receive(char* buffer, std::size_t size) override;
  Transfer discard(char* buffer, std::size_t size) override;
  Transfer send(const iovec* pieces, int count) override;
  Transfer sendFile(int file, std::uint64_t offset, std::size_t count) override;
  std::size_t unacknowledged() const override;
  std::size_t unread() const override;
  void setPatience(Duration patience) override;
  void shutdownWrite() override;
  void resetOnClose() override;
  int connectResult() override;
  Address peer() const override { return peer_; }
  bool isConnectedToItself() const override;
  Address host() const override;
  void setTcpNoDelay(bool on) override;
  bool tcpNoDelay() const override;
  void setTcpKeepAlive(bool on) override;
  bool tcpKeepAlive() const override;

 private:
  static void readable(int fd, short what, void* channel) noexcept;
  static void brokenOrWritable(int fd, short what, void* channel) noexcept;
  static void writable(int fd, short what, void* channel) noexcept;
  Interest mainPart(Interest interest) const noexcept;
  Transfer sendPieces(const iovec* pieces, int count);
  Transfer copyFile(int file, std::uint64_t offset, std::size_t count);
  bool watchMain(Interest interest) noexcept;
  bool watchWrites(bool on) noexcept;

  LibeventDriver& driver_;
  ChannelOwner* owner_ = nullptr;
  FileDescriptor socket_;
  Interest interest_ = Interest::Nothing;
  Address peer_;
  event main_;
  EventPointer writing_;
};

}  // namespace ropewalk::detail
