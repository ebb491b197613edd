#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "interop/memory/shortage.h"
#include "support/raw_socket.h"

namespace ropewalk::test {

// One peer, who goes as far in its part as it can without waiting.
class Peer {
 public:
  Peer(const Address& server, const std::vector<Exchange>& part, bool isPatient)
      : socket_(RawSocket::connectedTo(server)), part_(part), isPatient_(isPatient) {}

  // True when it has hung up, or was hung up on.
  bool isGone() const { return socket_.fd() < 0; }

  // True if it played its part to the end.
  bool isContent() const { return at_ == part_.size(); }

  // How much of its part it has played.
  std::size_t played() const { return at_; }

  const std::string& heard() const { return heard_; }

  void hangUp() { socket_.close(); }

  void goOn() {
    while (!isGone() && !isContent()) {
      const Exchange& now = part_[at_];
      if (said_ < now.say.size()) {
        if (!say(now.say.substr(said_))) return;
      } else if (isAnswered(now)) {
        ++at_;
        said_ = 0;
      } else if (!listen()) {
        return;
      }
    }
    socket_.close();
  }

 private:
  // What comes behind an answer is the answer to something else.
  bool isAnswered(const Exchange& now) {
    if (now.bytes > 0) return heard_.size() - taken_ >= now.bytes;
    return takes(now.until) || (isPatient_ && takes(now.otherwise));
  }

  bool takes(std::string_view text) {
    if (text.empty()) return false;
    // It may have begun before the last piece, but not ended.
    const std::size_t from = std::max(taken_, lastPiece_ - std::min(lastPiece_, text.size()));
    const std::size_t found = heard_.find(text, from);
    if (found != std::string::npos) taken_ = found + text.size();
    return found != std::string::npos;
  }

  bool say(std::string_view bytes) {
    const ssize_t sent =
        ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return isInterrupted();
    said_ += static_cast<std::size_t>(sent);
    return true;
  }

  bool listen() {
    std::array<char, 8192> piece{};
    const ssize_t got = ::recv(socket_.fd(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0) return isInterrupted();
    if (got == 0) hungUp();
    lastPiece_ = heard_.size();
    heard_.append(piece.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  void hungUp() {
    const Exchange& now = part_[at_];
    if (now.bytes == 0 && now.until.empty()) at_ = part_.size();
    socket_.close();
  }

  bool isInterrupted() {
    if (errno != EAGAIN) socket_.close();
    return false;
  }

  RawSocket socket_;
  const std::vector<Exchange>& part_;
  bool isPatient_;
  std::size_t at_ = 0;
  std::size_t said_ = 0;
  std::string heard_;
  std::size_t taken_ = 0;  // of what it heard
  std::size_t lastPiece_ = 0;
};

}  // namespace ropewalk::test
