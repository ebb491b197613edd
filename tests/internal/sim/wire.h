#pragma once

#include <doctest/doctest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "reactor/driver.h"
#include "reactor/sim/sim_driver.h"

// One connection, over the kernel's sockets or over simulated ones, and what can be done with it
// without a reactor: what a test says here holds for both, or the simulation is wrong.

namespace ropewalk::detail {

struct Kernel {
  static std::unique_ptr<Driver> make() { return makeLibeventDriver("epoll"); }
};
struct Simulation {
  static std::unique_ptr<Driver> make() { return makeSimDriver(1); }
};

struct Ear final : ChannelOwner, AcceptorOwner {
  void readReady() noexcept override {
    ++reads;
    if (onRead) onRead();
  }
  void writeReady() noexcept override { ++writes; }
  void broken(int why) noexcept override {
    ++breaks;
    error = why;
  }
  void acceptReady() noexcept override { ++accepts; }

  int reads = 0;
  int writes = 0;
  int breaks = 0;
  int accepts = 0;
  int error = 0;
  std::function<void()> onRead;
};

// One end of a connection.
struct End {
  Ear ear;
  std::unique_ptr<Channel> channel;

  std::string say(std::string_view bytes) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const Transfer sent = channel->send(&piece, 1);
    return sent.bytes < 0 ? name(sent.error) : std::to_string(sent.bytes);
  }
  // The bytes, "end", or the errno's name.
  std::string hear(std::size_t most = 1000) {
    std::string buffer(most, '\0');
    const Transfer got = channel->receive(buffer.data(), most);
    if (got.bytes < 0) return name(got.error);
    if (got.bytes == 0) return "end";
    return buffer.substr(0, static_cast<std::size_t>(got.bytes));
  }
  void own() { channel->setOwner(ear); }
  void reset() {
    channel->resetOnClose();
    channel.reset();
  }

  static std::string name(int error) {
    if (error == EAGAIN) return "EAGAIN";
    if (error == EPIPE) return "EPIPE";
    if (error == ECONNRESET) return "ECONNRESET";
    if (error == ECONNREFUSED) return "ECONNREFUSED";
    return std::to_string(error);
  }
};

// A listener, and a connection to it that is accepted.
template <typename Make>
struct Wire {
  std::unique_ptr<Driver> driver = Make::make();
  Ear portEar;
  std::unique_ptr<Acceptor> port;
  End client;
  End server;

  explicit Wire(int backlog = 10) {
    ListenOptions options;
    options.backlog = backlog;
    port = driver->listen(Address::parse("127.0.0.1", 0), options).acceptor;
    REQUIRE(port);
    port->setOwner(portEar);
    port->setAccepting(true);
  }

  void connect(End& end) {
    end.channel = driver->connect(port->host(), {}, {}).channel;
    REQUIRE(end.channel);
    end.own();
    end.channel->setInterest(Interest::Write);
  }

  Wire& connected() {
    connect(client);
    until([this] { return client.ear.writes > 0 && portEar.accepts > 0; });
    REQUIRE(client.channel->connectResult() == 0);
    client.channel->setInterest(Interest::Nothing);
    server.channel = port->accept().channel;
    REQUIRE(server.channel);
    server.own();
    return *this;
  }

  // Turns until `done`; bounded.
  void until(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) {
      driver->setAlarm(driver->now() + 1s);
      driver->wait(true);
    }
    REQUIRE(done());
  }

  // Lets what was sent arrive.
  void settle() {
    for (int i = 0; i < 10; ++i) driver->wait(false);
  }
};

}  // namespace ropewalk::detail
