#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "ropewalk/factory.h"
#include "ropewalk/http/limits.h"
#include "ropewalk/http/router.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::http::server {
class SiteState;
}

namespace ropewalk::http {

/// How a Site behaves. Every field has a safe default.
struct SiteOptions {
  Limits limits;

  /// Gets one line for each answered request, in the combined format of web servers, with quotes
  /// and control characters escaped. Called when the kernel has taken the whole answer, or when the
  /// connection has ended; the size is that of the body as far as it was sent. Empty: nothing is
  /// logged.
  UniqueFunction<void(std::string_view line)> accessLog;

  /// The time that `Date` and the access log tell. Null: the system's.
  std::chrono::sys_seconds (*wallClock)() = nullptr;
};

/// Serves HTTP/1.1 and HTTP/1.0 (RFC 9110, 9112): a Factory for listenTCP().
///
///   http::Router site;
///   site.get("/", [](http::Request&) { return http::Response::text("hello\n"); });
///   reactor().listenTCP(8080, http::Site::create(std::move(site)));
///
/// Connections are kept for further requests unless the client says `close`. In HTTP/1.0 they are
/// kept only if the client says `keep-alive` and the answer is not a stream without a length.
/// Pipelined requests are handled one after the other, each once the answer before is complete. A
/// client that has finished sending still gets its answers.
///
/// When the client is gone, a handler that has not answered yet is cancelled. A reset is noticed at
/// once. A client that closed looks like one that has only finished sending: that it is gone shows
/// when something is written to it, or else at a keep-alive probe (ListenOptions::tcpKeepAlive),
/// after a minute; one that vanished from the network, after two.
///
/// What is refused: anything that is not strictly RFC 9112 and all that can be read in two ways:
/// 400; more than Limits allow: 413, 414, 431; what is not spoken: 417, 501, 505; too slow: 408.
/// Each of these answers says `Connection: close`, and nothing after it is read.
///
/// Drain (Protocol::drainRequested()): idle connections are closed at once, the others after the
/// answer to the current request. A handler whose answer has no end is notified by
/// Request::notifyDrain().
///
/// Close: after the last answer the site goes on reading, and discards what it reads, for as long
/// as the client keeps sending (ConnectionLimits::lingerGap, longLinger). So a client that sends a
/// large body before it reads still gets the answer that refuses it.
///
/// Ownership: shared by its ports and connections.
/// Threads: one reactor's thread. Several ports of one reactor may share a Site.
class Site final : public Factory {
 public:
  static std::shared_ptr<Site> create(Router router, SiteOptions options = {});
  ~Site() override;

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override;

 private:
  explicit Site(std::unique_ptr<server::SiteState> state);

  std::unique_ptr<server::SiteState> state_;
};

}  // namespace ropewalk::http
