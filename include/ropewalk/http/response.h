#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ropewalk/deferred.h"
#include "ropewalk/shared_bytes.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::http {

class BodyWriter;

/// A part of an open file that is to be sent as a body.
///
/// Ownership: owns the descriptor and closes it, unless it was taken out.
class FilePart {
 public:
  FilePart(int fd, std::uint64_t offset, std::uint64_t size) noexcept
      : fd_(fd), offset_(offset), size_(size) {}
  FilePart(FilePart&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), offset_(other.offset_), size_(other.size_) {}
  FilePart& operator=(FilePart&& other) noexcept;
  ~FilePart();

  int fd() const noexcept { return fd_; }
  std::uint64_t offset() const noexcept { return offset_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Gives the descriptor away.
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

/// The answer to a request: what a handler returns.
///
///   return http::Response::text("hello\n");
///   return http::Response::html(page).setStatus(404).setHeader("Cache-Control", "no-store");
///
/// The length, `Date`, `Connection` and the transfer coding are added when it is sent; they cannot
/// be set. No body goes out for HEAD, 204 and 304, whatever is in here.
///
/// Ownership: a value, move-only.
/// Errors: what would break out of a header is refused before a byte is sent: see setHeader().
class Response {
 public:
  /// Writes a body piece by piece; see stream().
  using WriteBody = UniqueFunction<Deferred<void>(BodyWriter&)>;

  /// No body. `status` is 200 to 599; another throws std::invalid_argument.
  explicit Response(int status = 200);

  /// UTF-8 text, as it is.
  static Response text(std::string body);

  /// A page. Whatever is put into it from outside has to go through escapeHtml() first.
  static Response html(std::string body);

  /// Text that is JSON already.
  static Response json(std::string body);

  static Response bytes(std::string body, std::string_view type = "application/octet-stream");

  /// The same for bytes that many answers share: none of them is copied.
  static Response bytes(SharedBytes body, std::string_view type = "application/octet-stream");

  /// The regular file at `path`, with its type by its name and its date, sent by sendfile(2).
  ///
  /// `path` is trusted: never make it of what a client sent (StaticFiles is for that). Throws
  /// std::system_error, with the path, if it cannot be opened or is no regular file.
  static Response file(const std::string& path);

  /// The same for a file that is open already.
  static Response file(FilePart part, std::string_view type);

  /// A body that `write` writes while it is sent:
  ///
  ///   return http::Response::stream("text/csv", [](http::BodyWriter& out) -> Deferred<void> {
  ///     for (int row = 0; row < 1'000'000; ++row) {
  ///       out.write(std::to_string(row) + "\n");
  ///       co_await out.drained();
  ///     }
  ///   });
  ///
  /// It is called once the head is out (not for HEAD) and kept until its Deferred is done; it is
  /// cancelled if the client goes away. If it fails, the connection is aborted, so that the client
  /// cannot take the part for the whole.
  static Response stream(std::string_view type, WriteBody write);

  /// The same for a body of `length` bytes: `write` must write exactly so many.
  static Response stream(std::string_view type, std::uint64_t length, WriteBody write);

  /// Sends the client to `location`, with a small page for those who do not follow (rule WS13).
  static Response redirect(std::string_view location, int status = 302);

  /// Throws std::invalid_argument for a status outside of 200 to 599, and for a `reason` (else the
  /// usual one) with a control character in it.
  Response& setStatus(int status, std::string_view reason = {}) &;
  Response&& setStatus(int status, std::string_view reason = {}) &&;

  /// Sets the field `name` to `value`, in place of all fields of that name; addHeader() beside
  /// them.
  ///
  /// Throws std::invalid_argument if `name` is no token, if `value` has a CR, LF, NUL or other
  /// control character, and for the names that belong to the library: Connection, Content-Length,
  /// Date, Keep-Alive, Trailer, Transfer-Encoding, Upgrade.
  Response& setHeader(std::string_view name, std::string_view value) &;
  Response&& setHeader(std::string_view name, std::string_view value) &&;
  Response& addHeader(std::string_view name, std::string_view value) &;
  Response&& addHeader(std::string_view name, std::string_view value) &&;

  /// What the client may ask about: with If-Modified-Since or If-None-Match it gets 304 instead (or
  /// 412), if nothing changed (rules HR11, HR12). `tag` is without quotes.
  Response& setLastModified(std::chrono::sys_seconds time) &;
  Response&& setLastModified(std::chrono::sys_seconds time) &&;
  Response& setETag(std::string_view tag) &;
  Response&& setETag(std::string_view tag) &&;

  /// Closes the connection once this answer is sent.
  Response& closeConnection() &;
  Response&& closeConnection() &&;

  int status() const noexcept { return status_; }
  bool closesConnection() const noexcept { return close_; }

  /// The first field called `name`, in whatever case; empty if there is none.
  std::optional<std::string_view> header(std::string_view name) const;

  /// The body, if it is in memory; else nothing.
  std::string_view body() const noexcept;

 private:
  friend class Answer;

  struct Stream {
    WriteBody write;
    std::optional<std::uint64_t> length;
  };
  using Body = std::variant<std::monostate, std::string, SharedBytes, FilePart, Stream>;

  Response(Body body, std::string_view type);
  Response& addLine(std::string_view name, const std::string& line);
  void dropBody(int status);
  std::uint64_t sizeInMemory() const noexcept;

  Body body_;
  std::string_view type_;  // text of the program's own, or empty if fields_ say it
  std::string fields_;     // whole lines
  std::string reason_;
  std::string tag_;  // with its quotes
  std::optional<std::chrono::sys_seconds> lastModified_;
  int status_ = 200;
  bool close_ = false;
};

}  // namespace ropewalk::http
