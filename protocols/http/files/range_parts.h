#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "http/files/byte_ranges.h"
#include "ropewalk/deferred.h"
#include "ropewalk/http/body_writer.h"
#include "ropewalk/http/file_part.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/shared_bytes.h"

namespace ropewalk::http::files {

// Several ranges of one body on their way out, as multipart/byteranges. A part begins when the one
// before it is out: a slow client holds two descriptors, however many ranges it asked for.
class RangeParts final : public Producer, public std::enable_shared_from_this<RangeParts> {
 public:
  using Body = std::variant<std::string, SharedBytes, FilePart>;

  explicit RangeParts(Body body) : body_(std::move(body)) {}

  // The next part: `head`, then the bytes of `range`.
  void add(std::string head, const ByteRange& range);

  // What comes behind the last part.
  void end(std::string text);

  // All of it, in bytes.
  std::uint64_t size() const { return size_; }

  // Done when all is handed over. Once.
  Deferred<void> writeTo(BodyWriter& out);

  void pauseProducing() override {}
  void resumeProducing() override;
  void stopProducing() override { out_.reset(); }

 private:
  struct Part {
    std::string head;
    ByteRange range;
  };

  void write(const Part& part);

  Body body_;
  std::vector<Part> parts_;
  std::size_t next_ = 0;
  std::string end_;
  std::uint64_t size_ = 0;
  std::shared_ptr<BodyWriter> out_;
  Promise<void> done_;
};

}  // namespace ropewalk::http::files
