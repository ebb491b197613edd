// Out of memory ends a connection, not the process: the connections of the core. G3.

#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "interop/memory/shortage.h"
#include "ropewalk/line_only_receiver.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/producer.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"

namespace ropewalk::test {
namespace {

template <typename P>
std::shared_ptr<Factory> serving(Reactor&) {
  return Factory::forProtocol<Booked<P>>();
}

// More than the kernel takes at once, in one piece that the arena does not take.
const std::string kLong(4 * 1024 * 1024, 'x');

struct Echo : Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

TEST_CASE("an echo survives a shortage of memory, whatever it strikes [G3]") {
  surviveShortages({.factory = serving<Echo>, .peers = {{{.say = "hello\n", .until = "hello\n"}}}});
}

TEST_CASE("connections that come at once survive a shortage of memory [G3]") {
  const std::vector<Exchange> part{{.say = "hello\n", .until = "hello\n"}};
  surviveShortages({.factory = serving<Echo>, .peers = {part, part, part}});
}

// Writes what does not fit, by each of the ways there are.
struct Generous : Protocol {
  void dataReceived(std::string_view) override {
    transport->setLimits(ConnectionLimits());
    transport->write("short");
    transport->write(std::string_view(kLong));
    transport->write(std::string(1000, 'y'));
    transport->write(SharedBytes(std::string(1000, 'z')));
    transport->write("short");
    transport->writeFile(FileDescriptor(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)), 0, 1000);
    transport->loseConnection();
  }
};

TEST_CASE("a queue that waits for a slow peer survives a shortage of memory [G3]") {
  surviveShortages(
      {.factory = serving<Generous>, .peers = {{{.say = "go", .bytes = kLong.size() + 3010}}}});
}

struct Lines : LineReceiver {
  void lineReceived(std::string_view line) override {
    if (line == "long") setMaxLength(3);
    sendLine(line);
    if (line == "pause") {
      pauseProducing();
      callLater(Duration::zero(), [this] { resumeProducing(); });
    }
  }
};

TEST_CASE("lines survive a shortage of memory [G3]") {
  constexpr std::string_view kSay =
      "a line longer than what a string holds itself\r\npause\r\nbehind the pause, and long, "
      "too\r\n"
      "the beginning of one that is cut";
  surviveShortages({.factory = serving<Lines>,
                    .peers = {{{.say = kSay, .until = "too\r\n"},
                               {.say = "... here\r\n", .until = "here\r\n"},
                               {.say = "long\r\ntoo long\r\n"}}}});
}

struct LinesOnly : LineOnlyReceiver {
  void lineReceived(std::string_view line) override { sendLine(line); }
};

TEST_CASE("lines and nothing else survive a shortage of memory [G3]") {
  surviveShortages(
      {.factory = serving<LinesOnly>,
       .peers = {{{.say = "one line\r\nthe beginning of one that is cut", .until = "one line\r\n"},
                  {.say = "... here\r\n", .until = "here\r\n"}}}});
}

struct Later : Protocol {
  void dataReceived(std::string_view) override {
    callLater(Duration::zero(), [this] { transport->write("soon "); });
    spawn([this]() -> Deferred<void> {
      co_await sleep(std::chrono::milliseconds(1));
      transport->write("later");
    });
    callLater(std::chrono::hours(1), [] {});
  }
};

TEST_CASE("timers and coroutines of a connection survive a shortage of memory [G3]") {
  surviveShortages({.factory = serving<Later>, .peers = {{{.say = "go", .until = "soon later"}}}});
}

struct Menu : StreamProtocol {
  Deferred<void> serve() override {
    write("Welcome to a service that says more than fifteen bytes.\r\n");
    while (auto line = co_await readLine()) {
      if (*line == "exit") break;
      write(std::string_view(kLong).substr(0, 2'000'000));
      co_await drained();
      const auto four = co_await readExactly(4);
      if (!four) break;
      write(*four);
    }
    write("bye\r\n");
  }
};

TEST_CASE("a conversation in sequence survives a shortage of memory [G3]") {
  surviveShortages(
      {.factory = [](Reactor&) { return Factory::forProtocol<Menu>(); },
       .peers = {{{.until = "bytes.\r\n"},
                  {.say = "a long line of an impatient customer\r\n", .bytes = 2'000'000},
                  {.say = "1234", .until = "1234"},
                  {.say = "exit\r\n"}}}});
}

// Produces until it has produced enough.
class Source final : public Producer {
 public:
  explicit Source(TransportRef transport) : transport_(std::move(transport)) {}
  void pauseProducing() override {}
  void resumeProducing() override {
    transport_->write(std::string_view(kLong).substr(0, 100'000));
    if (++pieces_ < 5) return;
    transport_->unregisterProducer();
    transport_->loseConnection();
  }
  void stopProducing() override {}

 private:
  TransportRef transport_;
  int pieces_ = 0;
};

struct Producing : Protocol {
  void dataReceived(std::string_view) override {
    transport->registerProducer(std::make_shared<Source>(transport), Streaming::Pull);
  }
};

TEST_CASE("a producer survives a shortage of memory [G3]") {
  surviveShortages({.factory = serving<Producing>, .peers = {{{.say = "go", .bytes = 500'000}}}});
}

struct Aborting : Protocol {
  void connectionMade() override { transport->write("hello"); }
  void dataReceived(std::string_view data) override {
    if (data == "abort") transport->abortConnection();
    if (data == "throw") throw std::string("a text that does not fit into fifteen bytes");
    if (data == "half") transport->loseWriteConnection();
  }
};

TEST_CASE("every kind of end survives a shortage of memory [G3]") {
  surviveShortages({.factory = serving<Aborting>,
                    .peers = {{{.until = "hello"}, {.say = "throw"}},
                              {{.until = "hello"}, {.say = "half"}},
                              {{.until = "hello"}}}});
}

}  // namespace
}  // namespace ropewalk::test
