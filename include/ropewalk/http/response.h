#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ropewalk/deferred.h"
#include "ropewalk/http/field_list.h"
#include "ropewalk/http/file_part.h"
#include "ropewalk/shared_bytes.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {
class Protocol;
}

namespace ropewalk::http::files {
class ConditionalAnswer;
class PartialContent;
}  // namespace ropewalk::http::files

namespace ropewalk::http::server {
class Answer;
class Carrier;
}  // namespace ropewalk::http::server

namespace ropewalk::http {

class BodyWriter;

/// The answer to a request: what a handler returns.
///
///   return http::Response::text("hello\n");
///   return http::Response::html(page).setStatus(404).setHeader("Cache-Control", "no-store");
///
/// The length, `Date`, `Connection` and the transfer coding are added when it is sent; they cannot
/// be set. No body goes out for HEAD, 204, 205 and 304, whatever is in here.
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

  /// The regular file at `path`, with its type by its name, its date and a tag, sent by sendfile(2)
  /// and in ranges, if they are asked for.
  ///
  /// `path` is trusted: never make it of what a client sent (StaticFiles is for that). Throws
  /// std::system_error, with the path, if it cannot be opened or is no regular file.
  static Response file(const std::string& path);

  /// The same for a file that is open already; date and tag are the caller's business.
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

  /// Sends the client to `location`, with a small page for those who do not follow.
  static Response redirect(std::string_view location, int status = 302);

  /// Takes the connection away from HTTP and gives it to `next`, without a word: see the
  /// order below. For a protocol that begins its own answer, or none.
  ///
  /// REQUIRES: the request's body has been received: not in a route with streamBody() before read()
  /// has said that it is over. Otherwise the request is answered with 500 and the connection
  /// closed.
  ///
  /// Order: HTTP ends the exchange (notifyFinish() fires) and lets go of its deadlines and limits.
  /// Then `next` gets the connection as Transport::switchProtocol() says: connectionMade(), in one
  /// dataReceived() what the client sent behind the request, readConnectionLost() if the client has
  /// finished, and so on until connectionLost().
  ///
  /// Ownership: the connection shares `next` until connectionLost() has returned. It must be new:
  /// one that has no connection yet.
  /// Limits: those of the port hold.
  static Response detach(std::shared_ptr<Protocol> next);

  /// The same after `101 Switching Protocols` with `Upgrade: protocol` (RFC 9110 7.8, 15.2.2) and
  /// the fields that were set:
  ///
  ///   if (!request.asksUpgradeTo("websocket")) return http::Response::text("no").setStatus(426);
  ///   return http::Response::upgrade("websocket", std::make_shared<Chat>())
  ///       .setHeader("Sec-WebSocket-Accept", acceptKey(request));
  ///
  /// A client that did not ask for it gets 500, because it would read what follows as an answer.
  /// Throws std::invalid_argument if `protocol` is no token with or without a version (`a/1`), and,
  /// like detach(), if `next` is null.
  static Response upgrade(std::string_view protocol, std::shared_ptr<Protocol> next);

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

  /// What the client may ask about (RFC 9110 13). An answer to GET or HEAD with status 200 that has
  /// a date or a tag becomes, in this order of precedence:
  ///
  ///   412 if If-Match names other tags, or without it if it was changed after
  ///       If-Unmodified-Since
  ///   304 if If-None-Match names the tag
  ///   304 if it was not changed after If-Modified-Since, and there is no If-None-Match
  ///
  /// The answer to any other method is sent as it is, for its handler has done its work: one that
  /// changes something asks Request::conditionsHold() before it does.
  /// A `time` later than `Date` is sent, and compared, as that of `Date` (RFC 9110 8.8.2.1).
  /// `tag` is without quotes, and strong: it changes whenever a byte of the body does.
  Response& setLastModified(std::chrono::sys_seconds time) &;
  Response&& setLastModified(std::chrono::sys_seconds time) &&;
  Response& setETag(std::string_view tag) &;
  Response&& setETag(std::string_view tag) &&;

  /// Lets the client have parts of the body, for GET and status 200: on by itself for files, off
  /// for everything else; no effect on a stream (RFC 9110 14).
  ///
  /// Says `Accept-Ranges: bytes`. One range is answered with 206, several with 206 and
  /// multipart/byteranges, in the order they were asked for; a range that ends behind the body is
  /// cut; if all begin behind it the answer is 416. The whole body is sent (200) if the Range field
  /// is malformed, there twice, or of another unit; if If-Range names another tag or date than this
  /// answer has; and if it asks for too much: see Limits::ranges.
  Response& allowRanges() &;
  Response&& allowRanges() &&;

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
  friend server::Answer;
  friend server::Carrier;
  friend files::ConditionalAnswer;
  friend files::PartialContent;

  struct Stream {
    WriteBody write;
    std::optional<std::uint64_t> length;
  };
  // No answer of ours any more: detach() and upgrade().
  struct Handover {
    std::shared_ptr<Protocol> next;
    std::string upgrade;  // what to; empty: nothing is said
  };
  using Body = std::variant<std::monostate, std::string, SharedBytes, FilePart, Stream, Handover>;

  Response(Body body, std::string_view type);
  void dropBody(int status);
  std::uint64_t sizeInMemory() const noexcept;

  Body body_;
  std::string_view type_;  // text of the program's own, or empty if fields_ say it
  FieldList fields_;
  std::string reason_;
  std::string tag_;  // with its quotes
  std::optional<std::chrono::sys_seconds> lastModified_;
  int status_ = 200;
  bool close_ = false;
  bool ranges_ = false;
};

}  // namespace ropewalk::http
