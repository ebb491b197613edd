#include "ropewalk/detail/inbox.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>

using ropewalk::detail::Inbox;

TEST_CASE("Inbox gives back what went in, in order, however it is taken") {
  Inbox inbox;
  std::string expected;
  std::size_t step = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::string more(static_cast<std::size_t>(round % 7),
                           static_cast<char>('a' + round % 26));
    inbox.append(more);
    expected += more;
    step = step * 31 % 11 + 1;
    const std::size_t taken = std::min(step, inbox.size());
    inbox.drop(taken);
    expected.erase(0, taken);
    REQUIRE(inbox.size() == expected.size());
    REQUIRE(inbox.bytes() == expected);
  }
}

TEST_CASE("Inbox that is never empty holds on to little more than what is in it") {
  Inbox inbox;
  const std::string piece(1000, 'x');
  inbox.append(piece);
  for (int i = 0; i < 10'000; ++i) {
    inbox.append(piece);
    inbox.drop(piece.size());
  }
  CHECK(inbox.size() == piece.size());
  CHECK(inbox.capacity() < 10 * piece.size());
}

TEST_CASE("Inbox gives its memory back when it is empty, but for a little") {
  Inbox inbox;
  inbox.append(std::string(100'000, 'x'));
  inbox.drop(100'000);
  CHECK(inbox.bytes() == "");
  CHECK(inbox.capacity() <= 256);
}
