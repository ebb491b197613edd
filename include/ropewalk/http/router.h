#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/http/request.h"
#include "ropewalk/http/response.h"

namespace ropewalk::http::routes {
class RouteTable;
}

namespace ropewalk::http {

// A handler, whatever it returns: what the templates below make of the user's callable.
class Responder {
 public:
  virtual ~Responder() = default;

  // True: call answerLater(). False: call answer().
  virtual bool answersLater() const noexcept = 0;

  // True if the callable's class has a member type `IgnoresBody`: see Router.
  virtual bool ignoresBody() const noexcept = 0;
  virtual Response answer(Request& request) = 0;
  virtual Deferred<Response> answerLater(Request& request) = 0;
};

template <typename Callable>
class ResponderOf final : public Responder {
 public:
  explicit ResponderOf(Callable callable) : callable_(std::move(callable)) {
    ropewalk::detail::requireCallable(callable_, "http::Router");
  }

  bool answersLater() const noexcept override { return kLater; }
  bool ignoresBody() const noexcept override {
    return requires { typename Callable::IgnoresBody; };
  }
  Response answer(Request& request) override {
    if constexpr (!kLater) return callable_(request);
    return Response(500);
  }
  Deferred<Response> answerLater(Request& request) override {
    if constexpr (kLater) return callable_(request);
    return {};
  }

 private:
  static_assert(std::is_invocable_v<Callable&, Request&>,
                "a handler takes an http::Request& and nothing else: "
                "[](http::Request& request) { return http::Response::text(\"hello\"); }");
  using Returned = std::decay_t<std::invoke_result_t<Callable&, Request&>>;
  static constexpr bool kLater = std::is_convertible_v<Returned, Deferred<Response>>;
  static_assert(
      kLater || std::is_same_v<Returned, Response>,
      "a handler takes an http::Request& and returns an http::Response or a Deferred of one");

  Callable callable_;
};

/// One entry of a Router, to say more about it:
///
///   site.post("/upload", receive).streamBody();
class Route {
 public:
  explicit Route(std::unique_ptr<Responder> responder)
      : responder_(std::move(responder)), streamsBody_(responder_->ignoresBody()) {}

  /// The handler is called when the head is there and reads the body itself: Request::read().
  /// Otherwise it is called when the body is there, whole: Request::body().
  Route& streamBody() noexcept {
    streamsBody_ = true;
    return *this;
  }

  /// Replaces Limits::body for this route. A streamed body has no limit without this.
  Route& maxBody(std::size_t bytes) noexcept {
    maxBody_ = bytes;
    return *this;
  }

  bool streamsBody() const noexcept { return streamsBody_; }
  std::optional<std::size_t> maxBody() const noexcept { return maxBody_; }
  Responder& responder() const noexcept { return *responder_; }

 private:
  std::unique_ptr<Responder> responder_;
  std::optional<std::size_t> maxBody_;
  bool streamsBody_;
};

/// Which handler answers which request.
///
///   http::Router site;
///   site.get("/hello/{name}", hello);          // one segment, decoded: request.param("name")
///   site.post("/things", addThing);
///   site.mount("/", http::StaticFiles("./html"));
///
/// A handler takes an http::Request& and returns an http::Response or a Deferred<http::Response>;
/// it may be a coroutine. It is kept as long as the Site, and longer while something that it
/// returned is not done.
///
/// A handler is called once the body of the request is complete. Two kinds are called as soon as
/// the head is complete: a handler in a route with streamBody(), and an object of a class that has
/// a member type `IgnoresBody`, such as StaticFiles. A body that is not read is discarded.
///
/// The path decides first, most exact first: routes without parameters, then routes with, in the
/// order they were added, then the mount with the longest path. Only then the method: one that has
/// no handler there is answered 405 with Allow. HEAD goes to the handler of GET unless it has its
/// own. Nothing for the path: 404. Paths are compared segment by segment after decoding each, so
/// `/a%62` is `/ab`, but `%2F` is a character of a segment and never a separator; `/a` and `/a/`
/// differ.
///
/// Ownership: a value, move-only; give it to Site::create().
/// Errors: a handler that throws, or whose Deferred fails, is logged and answered for with 500;
/// with 400, and not logged, if what it throws is the IncompleteBody that it read. Adding throws
/// std::invalid_argument for a path that does not begin with `/` or has a malformed `{}`, and for
/// the same method and path twice.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  template <typename Handler>
  Route& get(std::string_view path, Handler&& handler) {
    return on("GET", path, std::forward<Handler>(handler));
  }
  template <typename Handler>
  Route& post(std::string_view path, Handler&& handler) {
    return on("POST", path, std::forward<Handler>(handler));
  }
  template <typename Handler>
  Route& put(std::string_view path, Handler&& handler) {
    return on("PUT", path, std::forward<Handler>(handler));
  }
  template <typename Handler>
  Route& del(std::string_view path, Handler&& handler) {
    return on("DELETE", path, std::forward<Handler>(handler));
  }

  /// For any method that has no handler of its own at `path`.
  template <typename Handler>
  Route& any(std::string_view path, Handler&& handler) {
    return on("", path, std::forward<Handler>(handler));
  }

  /// For `method`, which is case-sensitive and must be a token.
  template <typename Handler>
  Route& on(std::string_view method, std::string_view path, Handler&& handler) {
    return add(method, path, responderOf(std::forward<Handler>(handler)));
  }

  /// For `path` and everything under it, with any method: see Request::rest().
  template <typename Handler>
  requires(!std::is_same_v<std::decay_t<Handler>, Router>) Route& mount(std::string_view path,
                                                                        Handler&& handler) {
    return addMount(path, responderOf(std::forward<Handler>(handler)));
  }

  /// Adds everything in `router`, with `path` before each of its paths.
  void mount(std::string_view path, Router router);

 private:
  friend class Site;

  template <typename Handler>
  static std::unique_ptr<Responder> responderOf(Handler&& handler) {
    using Callable = std::decay_t<Handler>;
    return std::make_unique<ResponderOf<Callable>>(std::forward<Handler>(handler));
  }

  Route& add(std::string_view method, std::string_view path, std::unique_ptr<Responder> responder);
  Route& addMount(std::string_view path, std::unique_ptr<Responder> responder);

  std::unique_ptr<routes::RouteTable> table_;
};

}  // namespace ropewalk::http
