// What lines cost beyond their own delivery: where their bytes are, and what is allocated for them.

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/line_only_receiver.h"
#include "ropewalk/line_receiver.h"
#include "support/scarce_memory.h"
#include "unit/stream/recorded_lines.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

// Remembers where the lines were.
template <typename Receiver>
struct Looking : Receiver {
  void lineReceived(std::string_view line) override {
    if (count < 8) places[count++] = line;
  }
  std::string_view places[8];
  std::size_t count = 0;
};

constexpr std::string_view kTwoLines =
    "a line of more than fifteen bytes\r\nanother one of that kind\r\n";

}  // namespace

TEST_CASE_TEMPLATE("lines that are whole in a chunk are views of it, without an allocation",
                   Receiver, LineReceiver, LineOnlyReceiver) {
  sim::StringTransport wire;
  Looking<Receiver> lines;
  lines.makeConnection(wire);
  const std::string chunk(kTwoLines);
  const std::size_t before = allocations();
  lines.dataReceived(chunk);
  CHECK(allocations() == before);
  REQUIRE(lines.count == 2);
  CHECK(lines.places[0].data() == chunk.data());
  CHECK(lines.places[1].data() == chunk.data() + kTwoLines.find("another"));
}

TEST_CASE_TEMPLATE("the lines behind the end of an unfinished one are views of the chunk", Receiver,
                   LineReceiver, LineOnlyReceiver) {
  sim::StringTransport wire;
  Looking<Receiver> lines;
  lines.makeConnection(wire);
  lines.dataReceived("begin");
  const std::string chunk = "ning\r\n" + std::string(kTwoLines);
  lines.dataReceived(chunk);
  REQUIRE(lines.count == 3);
  CHECK(lines.places[1].data() == chunk.data() + 6);
}

TEST_CASE_TEMPLATE("nothing stays on the heap when no unfinished line is kept", Receiver,
                   LineReceiver, LineOnlyReceiver) {
  sim::StringTransport wire;
  Looking<Receiver> lines;
  lines.makeConnection(wire);
  const std::size_t before = allocations() - deallocations();
  lines.dataReceived(kTwoLines.substr(0, 20));
  CHECK(allocations() - deallocations() == before + 1);
  lines.dataReceived(kTwoLines.substr(20));
  CHECK(allocations() - deallocations() == before);
}

TEST_CASE("a line that a pause kept back leaves nothing on the heap when it is delivered") {
  sim::StringTransport wire;
  Looking<LineReceiver> lines;
  lines.makeConnection(wire);
  // What the wire allocates once and for all comes first.
  lines.pauseProducing();
  wire.settle();
  lines.resumeProducing();
  wire.settle();
  lines.pauseProducing();
  wire.settle();
  const std::size_t before = allocations() - deallocations();
  lines.dataReceived(kTwoLines);
  CHECK(allocations() - deallocations() == before + 1);
  lines.resumeProducing();
  CHECK(lines.count == 2);
  CHECK(allocations() - deallocations() == before);
}

TEST_CASE("nothing is kept of a line that is skipped for its length [LO6]") {
  struct Patient : LineOnlyReceiver {
    void lineReceived(std::string_view) override {}
    void lineLengthExceeded(std::string_view) override {}
  } lines;
  sim::StringTransport wire;
  lines.makeConnection(wire);
  const std::string chunk(20'000, 'x');
  lines.dataReceived(chunk);
  const std::size_t before = allocations() - deallocations();
  for (int i = 0; i < 10; ++i) lines.dataReceived(chunk);
  CHECK(allocations() - deallocations() == before);
  lines.dataReceived("\r");
  CHECK(allocations() - deallocations() == before);
}
