#include "http/wire/chunked_decoder.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "support/guarded.h"
#include "support/split.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::forEverySplit;
using ropewalk::test::Guarded;
using ropewalk::test::Pieces;
using Result = wire::ChunkedDecoder::Result;

struct Decoding {
  // The outcome of the last piece; what was found is in `body`.
  Result feed(std::string_view wire) {
    const Guarded guarded(wire);
    std::string_view bytes = guarded.bytes();
    Result result = Result::Piece;
    while (result == Result::Piece) {
      result = decoder.feed(bytes);
      if (result == Result::Piece) body += decoder.piece();
    }
    left = std::string(bytes);
    return result;
  }

  Limits limits;
  wire::ChunkedDecoder decoder{limits};
  std::string body;
  std::string left;
};

TEST_CASE("a chunked body is put together, and what follows is left alone [H1.4]") {
  forEverySplit("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n", [](const Pieces& pieces) {
    Decoding decoding;
    Result result = Result::NeedMore;
    for (const std::string_view piece : pieces) result = decoding.feed(piece);
    CHECK(result == Result::Complete);
    CHECK(decoding.body == "hello world");
  });
  Decoding decoding;
  CHECK(decoding.feed("0\r\n\r\nGET /") == Result::Complete);
  CHECK(decoding.left == "GET /");
}

TEST_CASE("a chunked body that just stops is never complete [H1.37]") {
  const std::string wire = "1\r\nZ\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < wire.size(); ++size) {
    Decoding decoding;
    CHECK(decoding.feed(wire.substr(0, size)) == Result::NeedMore);
  }
}

std::string repeated(int times, std::string_view text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("a chunk may have any size, and there may be any number of them") {
  for (const int count : {4'096, 20'000, 500'000}) {
    Decoding decoding;
    const std::string chunks = repeated(count, "1\r\nZ\r\n");
    CHECK(decoding.feed(chunks) == Result::NeedMore);
    CHECK(decoding.feed("0\r\n\r\n") == Result::Complete);
    CHECK(decoding.body == repeated(count, "Z"));
  }
  Decoding padded;  // as some senders write it, with room for any size
  const std::string chunks = repeated(20'000, "0000000000000001 ; a\r\nZ\r\n");
  CHECK(padded.feed(chunks + "0\r\n\r\n") == Result::Complete);
  CHECK(padded.body.size() == 20'000);
}

TEST_CASE("a chunk has its allowance for framing, and one octet for each byte in it") {
  Decoding small;
  small.limits.chunkAllowance = 5;
  small.limits.chunkOverhead = 0;
  // 5 octets and 1 byte, then 6 octets and 1 byte, then 7.
  CHECK(small.feed(repeated(1'000, "1\r\nZ\r\n") + repeated(1'000, "01\r\nZ\r\n")) ==
        Result::NeedMore);
  CHECK(small.feed("001\r\nZ\r") == Result::NeedMore);
  CHECK(small.feed("\n") == Result::Bad);
  CHECK(small.decoder.fault() == wire::Fault::TooMuchChunkFraming);
  Decoding large;
  large.limits.chunkAllowance = 0;
  large.limits.chunkOverhead = 0;
  CHECK(large.feed(repeated(1'000, "8;a\r\n12345678\r\n8\r\n12345678\r\n")) == Result::Bad);
  Decoding enough;
  enough.limits.chunkAllowance = 0;
  enough.limits.chunkOverhead = 1;  // for the first digit, when no size is known
  CHECK(enough.feed(repeated(1'000, "8;a\r\n12345678\r\n8\r\n12345678\r\n")) == Result::NeedMore);
}

TEST_CASE("what chunks cost beyond their allowance adds up to the limit, and no further") {
  Decoding decoding;
  decoding.limits.chunkAllowance = 5;
  decoding.limits.chunkOverhead = 10;
  const std::string costly = "1;abcd\r\nZ\r\n";  // 10 octets, 1 byte
  CHECK(decoding.feed(costly) == Result::NeedMore);
  // Nothing is saved up.
  CHECK(decoding.feed(repeated(100, "1\r\nZ\r\n")) == Result::NeedMore);
  CHECK(decoding.feed(costly) == Result::NeedMore);
  CHECK(decoding.feed(costly) == Result::Bad);
  Decoding zeros;
  zeros.limits.chunkAllowance = 5;
  zeros.limits.chunkOverhead = 10;
  CHECK(zeros.feed(std::string(15, '0')) == Result::NeedMore);
  CHECK(zeros.feed("0") == Result::Bad);
}

TEST_CASE("a size limit may be as large as can be said") {
  Decoding decoding;
  decoding.limits.chunkExtension = decoding.limits.chunkOverhead = SIZE_MAX;
  decoding.limits.chunkAllowance = SIZE_MAX;
  decoding.limits.trailer = decoding.limits.trailerFields = SIZE_MAX;
  CHECK(decoding.feed("5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n") == Result::Complete);
  CHECK(decoding.body == "hello!");
}

TEST_CASE("an extension may have as many octets as its limit, each time anew [H1.8]") {
  Decoding decoding;
  decoding.limits.chunkExtension = 3;
  CHECK(decoding.feed("1;a=b\r\nZ\r\n1;a=b\r\nZ\r\n") == Result::NeedMore);
  CHECK(decoding.feed("1;a=bc\r\n") == Result::Bad);
}

TEST_CASE("the trailer section is limited in bytes and in fields [H1.5]") {
  Decoding exact;
  exact.limits.trailer = 8;
  CHECK(exact.feed("0\r\nX: 1\r\n\r\n") == Result::Complete);
  Decoding tight;
  tight.limits.trailer = 7;
  CHECK(tight.feed("0\r\nX: 1\r\n\r\n") == Result::Bad);
  Decoding few;
  few.limits.trailerFields = 1;
  CHECK(few.feed("0\r\nX: 1\r\nY: 2\r\n\r\n") == Result::Bad);
  CHECK(few.decoder.fault() == wire::Fault::TooManyTrailerFields);
}

}  // namespace
}  // namespace ropewalk::http::test
