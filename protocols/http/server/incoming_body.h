#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/failure.h"
#include "ropewalk/http/request.h"

namespace ropewalk::http::server {

// The body of a request between the wire and its handler: collected until it is whole, or passed on
// to Request::read() as it comes.
class IncomingBody {
 public:
  void append(std::string_view piece);
  void end();

  // It will never be whole: whoever reads gets `why`.
  void fail(Failure why);

  // Forgets what has come and was not read yet.
  void drop() { std::string().swap(waiting_); }

  // What has come and was not read yet.
  const std::string& waiting() const { return waiting_; }

  // For Request::BodyRead.
  bool hasNews() const { return !waiting_.empty() || ended_ || failure_; }
  bool isWantedNow() const { return reader_ != nullptr; }
  void setReader(Request::BodyRead* reader) { reader_ = reader; }

  // The next part; empty at the end. Raises the failure, once everything before it was read.
  // REQUIRES: hasNews().
  std::optional<std::string> take();

 private:
  void wakeReader();

  std::string waiting_;
  Request::BodyRead* reader_ = nullptr;
  Failure failure_;
  bool ended_ = false;
};

}  // namespace ropewalk::http::server
