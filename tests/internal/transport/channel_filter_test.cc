// What a ChannelFilter does with a wire that is full, broken or at its end, and with a codec that
// answers by itself.

#include "transport/channel_filter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace ropewalk;
using namespace ropewalk::detail;

namespace {

struct FakeWire final : Channel {
  void setOwner(ChannelOwner& theOwner) override { owner = &theOwner; }
  void setInterest(Interest wanted) override {
    interest = wanted;
    if (breaks) owner->broken(ENOMEM);
  }
  Transfer receive(char* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, input.size());
    if (count == 0) return {-1, EAGAIN};
    std::copy_n(input.data(), count, buffer);
    input.erase(0, count);
    return {static_cast<std::ptrdiff_t>(count), 0};
  }
  Transfer send(const iovec* pieces, int) override {
    const std::size_t count = std::min(room, pieces->iov_len);
    if (count == 0) return {-1, EAGAIN};
    sent.append(static_cast<const char*>(pieces->iov_base), count);
    room -= count;
    return {static_cast<std::ptrdiff_t>(count), 0};
  }
  Transfer sendFile(int, std::uint64_t, std::size_t) override { return {-1, EINVAL}; }
  std::size_t unacknowledged() const override { return 0; }
  std::size_t unread() const override { return input.size(); }
  void setPatience(Duration) override {}
  void shutdownWrite() override {}
  void resetOnClose() override {}
  Failure failure() const override { return why; }
  int connectResult() override { return 0; }
  Address peer() const override { return {}; }
  Address host() const override { return {}; }
  void setTcpNoDelay(bool) override {}
  bool tcpNoDelay() const override { return false; }
  void setTcpKeepAlive(bool) override {}
  bool tcpKeepAlive() const override { return false; }

  ChannelOwner* owner = nullptr;
  Interest interest = Interest::Nothing;
  std::string input;
  std::string sent;
  std::size_t room = std::numeric_limits<std::size_t>::max();
  bool breaks = false;
  Failure why;
};

// Says "hello", is open once it has received 'o', answers each '?', and refuses '!'.
struct Talkative final : FilterCodec {
  void begin(std::string& out) override { out += "hello"; }
  bool isOpen() const override { return open; }
  void received(std::string_view bytes, std::string& out) override {
    for (const char each : bytes) {
      if (each == '!') throw std::runtime_error("refused");
      if (each == 'o') open = true;
      if (each == '?') out += "sixteen bytes..!";
      if (each >= '0' && each <= '9') decoded += each;
    }
  }
  void receivedEnd() override {}
  std::size_t decode(char* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, decoded.size());
    std::copy_n(decoded.data(), count, buffer);
    decoded.erase(0, count);
    return count;
  }
  bool isAtEnd() const override { return false; }
  void encode(std::string_view bytes, std::string& out) override { out += bytes; }
  void finish(std::string& out) override { out += "bye"; }

  bool open = false;
  std::string decoded;
};

struct Stage final : private ChannelOwner {
  explicit Stage(bool isOpen = true, std::size_t clear = 0) {
    auto made = std::make_unique<FakeWire>();
    wire = made.get();
    filter.attach(std::move(made), isOpen ? "o" : "", clear);
    filter.setOwner(*this);
  }

  // What receive() gives, or "error N".
  std::string receive() {
    char buffer[256];
    const Transfer got = filter.receive(buffer, sizeof buffer);
    if (got.bytes < 0) return "error " + std::to_string(got.error);
    return {buffer, static_cast<std::size_t>(got.bytes)};
  }

  bool wireReads() const { return has(wire->interest, Interest::Read); }
  bool wireWrites() const { return has(wire->interest, Interest::Write); }

  FakeWire* wire = nullptr;
  ChannelFilter filter{std::make_unique<Talkative>()};
  int soon = 0;
  int writes = 0;
  int brokenBy = 0;
  int timesBroken = 0;

 private:
  void readReady() noexcept override {}
  void writeReady() noexcept override { ++writes; }
  void broken(int error) noexcept override {
    brokenBy = error;
    ++timesBroken;
  }
  void readSoon() noexcept override { ++soon; }
};

const std::string kAgain = "error " + std::to_string(EAGAIN);

}  // namespace

TEST_CASE("a codec's bytes that find no room are sent when there is some") {
  Stage stage(/*isOpen=*/false);
  stage.wire->room = 2;
  stage.filter.setInterest(Interest::Read);
  CHECK(stage.wire->sent == "he");
  CHECK(stage.wireWrites());
  stage.wire->room = 100;
  stage.wire->owner->writeReady();
  CHECK(stage.wire->sent == "hello");
  CHECK(!stage.wireWrites());
  CHECK(stage.writes == 0);  // the connection has not asked for it
}

TEST_CASE("a peer that does not take the codec's answers is not read") {
  Stage stage;
  stage.wire->room = 0;
  stage.wire->input = std::string(64 * 1024, '?');
  stage.filter.setInterest(Interest::Read);
  CHECK(stage.receive() == kAgain);
  CHECK(stage.wire->input.size() == 48 * 1024);
  CHECK(!stage.wireReads());
  stage.soon = 0;
  stage.wire->room = 10'000'000;
  stage.wire->owner->writeReady();
  CHECK(stage.soon == 1);
  CHECK(stage.wireReads());
  CHECK(stage.receive() == kAgain);
  CHECK(stage.wire->input.size() < 48 * 1024);
}

TEST_CASE("nothing follows the farewell") {
  Stage stage;
  stage.filter.setInterest(Interest::Read);
  CHECK(stage.filter.finish());
  CHECK(stage.wire->sent == "hellobye");
  stage.wire->input = "?1";
  CHECK(stage.receive() == "1");
  CHECK(stage.wire->sent == "hellobye");
}

TEST_CASE("a farewell waits for room, and for the handshake") {
  Stage stage(/*isOpen=*/false);
  stage.filter.setInterest(Interest::Write);
  CHECK(!stage.filter.finish());
  CHECK(stage.wire->sent == "hello");
  stage.wire->input = "o";
  stage.wire->room = 1;
  stage.wire->owner->readReady();
  CHECK(!stage.filter.finish());
  CHECK(stage.wire->sent == "hellob");
  stage.wire->room = 2;
  stage.wire->owner->writeReady();
  CHECK(stage.writes == 1);
  CHECK(stage.filter.finish());
  CHECK(stage.wire->sent == "hellobye");
}

TEST_CASE("an error that a call meets comes after the call's own result") {
  Stage stage;
  stage.filter.setInterest(Interest::Read);
  stage.soon = 0;
  stage.wire->breaks = true;
  SUBCASE("receive") {
    stage.wire->input = "12";
    CHECK(stage.receive() == "12");
    CHECK(stage.timesBroken == 0);
    CHECK(stage.soon > 0);
    CHECK(stage.receive() == "error " + std::to_string(ENOMEM));
  }
  SUBCASE("send") {
    std::string bytes = "34";
    const iovec piece{bytes.data(), bytes.size()};
    CHECK(stage.filter.send(&piece, 1).bytes == 2);
    CHECK(stage.timesBroken == 0);
    CHECK(stage.soon > 0);
    stage.filter.setInterest(Interest::Read);
    CHECK(stage.timesBroken == 1);
    CHECK(stage.brokenBy == ENOMEM);
  }
}

TEST_CASE("an error that comes by itself is reported at once, with the codec's failure first") {
  Stage stage;
  stage.filter.setInterest(Interest::Broken);
  SUBCASE("of the wire") {
    stage.wire->owner->broken(ECONNRESET);
    CHECK(stage.brokenBy == ECONNRESET);
  }
  SUBCASE("of the codec") {
    stage.wire->input = "!";
    CHECK(stage.receive() == "error " + std::to_string(kFilterFailed));
    CHECK(std::string(stage.filter.failure().what()) == "refused");
    stage.wire->owner->broken(ECONNRESET);
    CHECK(stage.brokenBy == kFilterFailed);
  }
  CHECK(stage.timesBroken == 1);
}

TEST_CASE("a filter that is to reset sends no farewell and waits for nothing") {
  Stage stage;
  stage.wire->room = 2;
  stage.filter.setInterest(Interest::Read);
  CHECK(stage.filter.unacknowledged() == 3);
  stage.filter.resetOnClose();
  CHECK(stage.filter.unacknowledged() == 0);
  stage.wire->room = 100;
  CHECK(stage.filter.finish());
  CHECK(stage.wire->sent == "he");
}

TEST_CASE("a handshake whose bytes a lower filter holds goes on while the connection is paused") {
  Stage stage(/*isOpen=*/false);
  stage.filter.setInterest(Interest::Broken);
  stage.soon = 0;
  stage.wire->input = "o";
  stage.wire->owner->readSoon();
  CHECK(stage.soon == 1);
  CHECK(stage.wireReads());
  stage.filter.proceed();
  CHECK(stage.wire->input.empty());
  CHECK(!stage.wireReads());  // open, and the connection is paused
  stage.wire->owner->readSoon();
  CHECK(stage.soon == 1);
}

TEST_CASE("the failure of a lower filter is the failure of the one above") {
  Stage stage;
  stage.filter.setInterest(Interest::Broken);
  stage.wire->why = Failure::of(std::runtime_error("refused below"));
  stage.wire->owner->broken(kFilterFailed);
  CHECK(stage.brokenBy == kFilterFailed);
  CHECK(std::string(stage.filter.failure().what()) == "refused below");
}

TEST_CASE("the codec's bytes are not awaited while unencoded output comes first") {
  Stage stage(/*isOpen=*/true, /*clear=*/2);
  stage.filter.setInterest(Interest::Write);
  CHECK(stage.wire->sent == "");
  CHECK(stage.filter.unacknowledged() == 0);
  std::string bytes = "xyz";
  const iovec piece{bytes.data(), bytes.size()};
  CHECK(stage.filter.send(&piece, 1).bytes == 2);
  CHECK(stage.wire->sent == "xyhello");
}
