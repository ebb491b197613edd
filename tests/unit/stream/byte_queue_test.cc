#include "ropewalk/detail/byte_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using ropewalk::detail::ByteQueue;

TEST_CASE("ByteQueue gives back what went in, in order, however it is taken") {
  ByteQueue queue;
  std::string expected;
  std::size_t step = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::string more(static_cast<std::size_t>(round % 7),
                           static_cast<char>('a' + round % 26));
    queue.append(more);
    expected += more;
    step = step * 31 % 11 + 1;
    const std::size_t taken = std::min(step, queue.size());
    queue.drop(taken);
    expected.erase(0, taken);
    REQUIRE(queue.size() == expected.size());
    REQUIRE(queue.bytes() == expected);
  }
}

TEST_CASE("ByteQueue that is never empty holds on to little more than what is in it") {
  ByteQueue queue;
  const std::string piece(1000, 'x');
  queue.append(piece);
  for (int i = 0; i < 10'000; ++i) {
    queue.append(piece);
    queue.drop(piece.size());
  }
  CHECK(queue.size() == piece.size());
  CHECK(queue.heldBytes() < 10 * piece.size());
}

TEST_CASE("ByteQueue gives its memory back when it is empty, but for a little") {
  ByteQueue queue;
  queue.append(std::string(100'000, 'x'));
  queue.drop(100'000);
  CHECK(queue.bytes() == "");
  CHECK(queue.heldBytes() <= 256);
}
