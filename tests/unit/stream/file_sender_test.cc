#include "ropewalk/file_sender.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "ropewalk/sim/string_transport.h"
#include "support/captured_log.h"
#include "support/pattern.h"
#include "support/unnamed_file.h"

namespace ropewalk::test {
namespace {

bool isOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

// A connection, a file to send on it, and what came of that.
struct Sending {
  Sending() { protocol->makeConnection(transport); }

  void begin(FileDescriptor file, FileSender::Transform transform = {}) {
    fd = file.get();
    sender->beginFileTransfer(std::move(file), protocol->transport, std::move(transform))
        .addCallbacks([this](std::string last) { lastByte = std::move(last), isDone = true; },
                      [this](const Failure& failure) { why = failure; });
  }

  std::shared_ptr<Protocol> protocol = std::make_shared<Protocol>();
  sim::StringTransport transport;
  std::shared_ptr<FileSender> sender = std::make_shared<FileSender>();
  int fd = -1;
  std::string lastByte;
  Failure why;
  bool isDone = false;
};

TEST_CASE("FileSender writes a piece of 16384 bytes at a time and ends with the last byte [PC15]") {
  Sending sending;
  const std::string content = pattern(0, 40'000);
  sending.transport.setRoom(0);
  sending.begin(unnamedFile(content));
  std::string sizes;
  sending.transport.settle();
  while (!sending.isDone) {
    const std::size_t waiting = sending.transport->unsentBytes();
    REQUIRE(waiting > 0);
    sizes += std::to_string(waiting) + " ";
    sending.transport.setRoom(waiting);
  }
  CHECK(sizes == "16384 16384 7232 ");
  CHECK(sending.lastByte == content.substr(39'999));
  CHECK(sending.transport.value() == content);
  CHECK(!sending.transport.producer());
  CHECK(!isOpen(sending.fd));
}

TEST_CASE("FileSender is done at once with an empty file [PC15]") {
  Sending sending;
  sending.begin(unnamedFile(""));
  sending.transport.settle();
  CHECK(sending.isDone);
  CHECK(sending.lastByte == "");
  CHECK(!sending.transport.producer());
}

TEST_CASE("FileSender changes what it sends, if it is told how") {
  Sending sending;
  sending.begin(unnamedFile("hello"), [](std::string piece) {
    std::ranges::reverse(piece);
    return piece;
  });
  CHECK(sending.transport.value() == "olleh");
  CHECK(sending.lastByte == "o");
}

TEST_CASE("FileSender goes on when a piece is changed into nothing [PC15]") {
  Sending sending;
  const std::string dropped(2 * FileSender::kChunkSize, 'a');
  sending.begin(unnamedFile(dropped + "b" + dropped), [](std::string piece) {
    std::erase(piece, 'a');
    return piece;
  });
  sending.transport.settle();
  CHECK(sending.isDone);
  CHECK(sending.lastByte == "a");
  CHECK(sending.transport.value() == "b");
  CHECK(!sending.transport.producer());
}

TEST_CASE("FileSender stops when what changes a piece into nothing has aborted the connection") {
  Sending sending;
  int pieces = 0;
  sending.begin(unnamedFile(pattern(0, 40 * FileSender::kChunkSize)), [&](const std::string&) {
    if (++pieces == 2) sending.protocol->transport->abortConnection();
    return std::string();
  });
  sending.transport.settle();
  CHECK(pieces == 2);
  CHECK(std::string(sending.why.what()) == "Consumer asked us to stop producing");
  CHECK(!isOpen(sending.fd));
}

TEST_CASE("FileSender reads no more when it is stopped between nothing and the next piece [PC15]") {
  const CapturedLog log;
  Sending sending;
  sending.begin(unnamedFile(pattern(0, 40 * FileSender::kChunkSize)), [&](const std::string&) {
    sending.transport.reactor().callLater(0s,
                                          [&] { sending.protocol->transport->abortConnection(); });
    sending.protocol->transport->loseConnection();
    return std::string();
  });
  sending.transport.settle();
  CHECK(std::string(sending.why.what()) == "Consumer asked us to stop producing");
  CHECK(log.lines().empty());
}

TEST_CASE("FileSender sends all of the file before a close, also what comes behind nothing [CL6]") {
  Sending sending;
  const std::string dropped(2 * FileSender::kChunkSize, 'a');
  sending.begin(unnamedFile(dropped + "b" + dropped + "c"), [&](std::string piece) {
    sending.protocol->transport->loseConnection();
    std::erase(piece, 'a');
    return piece;
  });
  CHECK(sending.transport.value() == "bc");
  CHECK(sending.lastByte == "c");
  CHECK(sending.transport.isFinished());
}

TEST_CASE("FileSender passes an exception on, also behind nothing and a close [CL13]") {
  const CapturedLog log;
  Sending sending;
  int pieces = 0;
  sending.begin(unnamedFile(pattern(0, 40 * FileSender::kChunkSize)), [&](const std::string&) {
    if (++pieces == 2) throw std::runtime_error("cannot change it");
    sending.protocol->transport->loseConnection();
    return std::string();
  });
  sending.transport.settle();
  CHECK(pieces == 2);
  CHECK(log.has("cannot change it"));
  CHECK(std::string(sending.why.what()) == "Consumer asked us to stop producing");
  CHECK(sending.transport.isDisconnected());
}

TEST_CASE("FileSender fails when the connection ends first [PC15]") {
  Sending sending;
  sending.transport.setRoom(10);
  sending.begin(unnamedFile(pattern(0, 40'000)));
  sending.transport.peerResets();
  CHECK(std::string(sending.why.what()) == "Consumer asked us to stop producing");
  CHECK(!isOpen(sending.fd));
}

TEST_CASE("FileSender on a dead transport fails at once, and closes the file [PC5]") {
  Sending sending;
  sending.transport.peerResets();
  sending.begin(unnamedFile("hello"));
  CHECK(std::string(sending.why.what()) == "Consumer asked us to stop producing");
  CHECK(!isOpen(sending.fd));
}

TEST_CASE("FileSender fails when the file cannot be read, and the connection goes on") {
  Sending sending;
  sending.begin(FileDescriptor(::open("/tmp", O_RDONLY | O_CLOEXEC)));
  sending.transport.settle();
  CHECK(std::string(sending.why.what()) == "read: Is a directory");
  CHECK(!sending.transport.producer());
  CHECK(!sending.transport.isDisconnecting());
}

TEST_CASE("FileSender is refused beside another producer, and closes the file [PC4]") {
  Sending sending;
  sending.transport.setRoom(0);
  sending.begin(unnamedFile(pattern(0, 40'000)));
  const auto second = std::make_shared<FileSender>();
  const int fd = unnamedFile("hello").release();
  CHECK_THROWS_AS((void)second->beginFileTransfer(FileDescriptor(fd), sending.protocol->transport),
                  ProducerAlreadyRegistered);
  CHECK(!isOpen(fd));
  sending.transport.peerResets();
}

}  // namespace
}  // namespace ropewalk::test
