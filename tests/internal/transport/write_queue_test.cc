#include "transport/write_queue.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace ropewalk;
using namespace ropewalk::detail;

namespace {

// What is queued in memory, up to the first file.
std::string contents(const WriteQueue& queue) {
  iovec pieces[64];
  const WriteQueue::Gathered gathered = queue.gather(pieces, 64);
  std::string all;
  for (int i = 0; i < gathered.count; ++i) {
    all.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  CHECK(all.size() == gathered.bytes);
  return all;
}

int piecesOf(const WriteQueue& queue) {
  iovec pieces[64];
  return queue.gather(pieces, 64).count;
}

// A queue with a piece of each kind of memory.
void fill(WriteQueue& queue, Arena& arena) {
  queue.append(arena, "arena ");
  queue.append(std::string("owned "));
  queue.append(SharedBytes("shared "));
  queue.append(arena, "again");
}
constexpr std::string_view kFilled = "arena owned shared again";

}  // namespace

TEST_CASE("WriteQueue keeps the order of what was appended, whatever its kind") {
  Arena arena;
  WriteQueue queue;
  fill(queue, arena);
  CHECK(queue.bytes() == kFilled.size());
  CHECK(contents(queue) == kFilled);
}

TEST_CASE("WriteQueue joins what is appended to the arena in a row into one piece") {
  Arena arena;
  WriteQueue queue;
  for (int i = 0; i < 100; ++i) queue.append(arena, "abc");
  CHECK(piecesOf(queue) == 1);
  CHECK(queue.bytes() == 300);
}

TEST_CASE("WriteQueue does not join over what another queue put into the arena in between") {
  Arena arena;
  WriteQueue one;
  WriteQueue other;
  one.append(arena, "one");
  other.append(arena, "other");
  one.append(arena, " more");
  CHECK(contents(one) == "one more");
  CHECK(contents(other) == "other");
  CHECK(piecesOf(one) == 2);
}

TEST_CASE("WriteQueue gives the same bytes however they are consumed") {
  for (std::size_t step = 1; step <= kFilled.size(); ++step) {
    Arena arena;
    WriteQueue queue;
    fill(queue, arena);
    std::string sent;
    while (!queue.empty()) {
      const std::string now = contents(queue).substr(0, step);
      sent += now;
      queue.consume(now.size());
    }
    CHECK(sent == kFilled);
    CHECK(queue.bytes() == 0);
  }
}

TEST_CASE("WriteQueue has kept everything when the arena is void") {
  for (std::size_t sent = 0; sent < kFilled.size(); ++sent) {
    Arena arena;
    WriteQueue queue;
    fill(queue, arena);
    queue.consume(sent);
    queue.keep();
    arena.reset();
    char* const overwritten = arena.allocate(Arena::kBlockSize);
    std::fill_n(overwritten, Arena::kBlockSize, '#');
    queue.appendKept("!");
    CHECK(contents(queue) == std::string(kFilled.substr(sent)) + "!");
  }
}

TEST_CASE(
    "WriteQueue joins what is appended to memory of its own, also after some of it was sent") {
  WriteQueue queue;
  queue.appendKept("0123456789");
  queue.consume(4);
  std::string expected = "456789";
  for (int i = 0; i < 1000; ++i) {
    queue.appendKept("abcdefgh");
    expected += "abcdefgh";
  }
  CHECK(contents(queue) == expected);
  CHECK(piecesOf(queue) <= 2);
}

TEST_CASE("WriteQueue stops gathering at a file and closes the file when it is through") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[1]);
  {
    Arena arena;
    WriteQueue queue;
    queue.append(arena, "head");
    queue.append(FileDescriptor(ends[0]), 10, 100);
    queue.append(arena, "tail");
    CHECK(queue.bytes() == 108);
    CHECK(contents(queue) == "head");
    CHECK(queue.frontFile().file == -1);
    queue.consume(4);
    CHECK(piecesOf(queue) == 0);
    CHECK(queue.frontFile().file == ends[0]);
    queue.consume(30);
    CHECK(queue.frontFile().offset == 40);
    CHECK(queue.frontFile().count == 70);
    CHECK(::fcntl(ends[0], F_GETFD) != -1);
    queue.consume(70);
    CHECK(contents(queue) == "tail");
  }
  CHECK(::fcntl(ends[0], F_GETFD) == -1);
}
