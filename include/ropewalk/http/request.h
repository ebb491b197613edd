#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/address.h"
#include "ropewalk/deferred.h"
#include "ropewalk/detail/awaiter.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/error.h"
#include "ropewalk/http/validators.h"

namespace ropewalk {
class Reactor;
}

namespace ropewalk::http::server {
class Exchange;
}

namespace ropewalk::http {

/// One line of a header, as it was sent but for the blanks around the value.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

/// A request, as its handler sees it.
///
///   site.get("/hello/{name}", [](http::Request& request) {
///     return http::Response::text("hello, " + request.param("name") + "\n");
///   });
///
/// Lifetime: until the handler has returned, or its Deferred is done and its frame gone. If it
/// answers with Response::stream(), the function that writes the body may use it too, until the
/// same can be said of that. The views that the methods return are good as long as the one of the
/// two that asked for them, but for body(), which read() may change.
class Request {
 public:
  /// What read() waits in; only ever awaited.
  class BodyRead final : public ropewalk::detail::Awaiter {
   public:
    explicit BodyRead(server::Exchange& exchange) noexcept : exchange_(&exchange) {}

    bool ready() const;
    void wait();
    std::optional<std::string> result();
    void cancelAwait(ropewalk::detail::CancelCause cause) noexcept override;
    void resume() noexcept { resumeSoon(); }

   private:
    server::Exchange* exchange_;
  };

  explicit Request(server::Exchange& exchange) noexcept : exchange_(exchange) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// GET, POST, ... as it was sent; methods are case-sensitive.
  std::string_view method() const;

  /// The target as it was sent, and its parts, none of them decoded: `/a%20b?x=1` has the path
  /// `/a%20b` and the query string `x=1`. Of an absolute target (`http://host/path`) the path is
  /// `/path`. ASCII only: a byte of 0x80 or above in a target is refused with 400, whichever it is,
  /// while each of them may be escaped (`%80` to `%FF`), in UTF-8 or not.
  std::string_view target() const;
  std::string_view path() const;
  std::string_view queryString() const;

  /// In a mounted handler, what the mount's own path leaves of path(), not decoded; else empty.
  std::string_view rest() const;

  /// The host that the request is for, as `host` or `host:port`: the authority of an absolute
  /// target, otherwise the Host field. Empty only in HTTP/1.0. Not decoded, and may contain every
  /// character that RFC 3986 allows: use escapeHtml() to show it in a page.
  ///
  /// Use this instead of header("Host"), which must be ignored when the target is absolute
  /// (RFC 9112 3.2.2): the client may send any host in it.
  std::string_view host() const;

  /// 0 for HTTP/1.0, 1 for everything later. HTTP/1.2 to 1.9 are read as HTTP/1.1.
  int minorVersion() const;

  /// The text that stands for `{name}` in the route's path, decoded; empty if it has no `{name}`.
  std::string param(std::string_view name) const;

  /// The first query parameter called `name`, decoded; empty if there is none. See queryAll().
  std::string query(std::string_view name) const;
  std::vector<std::string> queryAll(std::string_view name) const;
  bool hasQuery(std::string_view name) const;

  /// The first header field called `name`, in whatever case; empty if there is none.
  std::string_view header(std::string_view name) const;
  bool hasHeader(std::string_view name) const;

  /// All header fields in their order.
  std::vector<HeaderField> headers() const;

  /// The body, whole; in a route with streamBody() nothing, for there read() gives it.
  std::string_view body() const;

  /// In a route with streamBody(): the next part of the body, empty when it is over.
  ///
  ///   while (auto part = co_await request.read()) total += part->size();
  ///
  /// Input that arrives while no read is pending is kept up to Limits::bodyAhead; then the
  /// connection is not read from. A client that sent `Expect: 100-continue` gets its 100 at the
  /// first read(), unless its answer has begun: then it may or may not send the body. Raises
  /// IncompleteBody if the body breaks off or is malformed, CancelledError if the client is gone.
  /// REQUIRES: no other read is pending.
  BodyRead read() noexcept { return BodyRead(exchange_); }

  /// True if the request is to be carried out as things are `now`; otherwise answer 412
  /// (RFC 9110 13: If-Match, If-Unmodified-Since, If-None-Match, in that order of precedence).
  ///
  ///   if (!request.conditionsHold({.tag = page.tag()})) return http::Response(412);
  ///   page = request.body();
  ///
  /// Call this in a handler that changes the resource, before it does: otherwise a client may
  /// overwrite a change that it has not seen. The library does not check conditions for such
  /// methods: see Response::setETag(). GET and HEAD need no call: unless this was called, the tag
  /// and date of their answer are compared when it is sent.
  bool conditionsHold(const Validators& now);

  /// True if the client wants to go on in `protocol` and may (RFC 9110 7.8): HTTP/1.1, the name in
  /// Upgrade, whatever its case, and `upgrade` in Connection. See Response::upgrade().
  bool asksUpgradeTo(std::string_view protocol) const;

  /// Fires once the whole answer was given to the transport, or the connection was handed over.
  /// Fails with the reason of connectionLost() if the connection ends first or has ended already.
  /// May be called more than once.
  Deferred<void> notifyFinish(detail::Place place = detail::Place::current());

  /// Fires when the server begins to stop (Reactor::drain(), a signal); at once if it is stopping
  /// already. An answer without an end of its own, such as server-sent events or a long poll,
  /// should end then: the drain waits for it until its deadline.
  ///
  /// Does not fire if the answer is sent or the connection ends first. May be called more than
  /// once. A handler with a loop can check Reactor::isDraining() instead.
  Deferred<void> notifyDrain(detail::Place place = detail::Place::current());

  /// The far end of the connection.
  Address peer() const;

  /// The reactor that drives the connection.
  Reactor& reactor() const;

 private:
  server::Exchange& exchange_;
};

/// A body that is streamed broke off, came too slowly, or is malformed.
class IncompleteBody : public Error {
 public:
  using Error::Error;
};

}  // namespace ropewalk::http
