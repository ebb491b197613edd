#pragma once

// Routers that tests of more than one subject serve.

#include <cstddef>
#include <string>

#include "ropewalk/http.h"
#include "ropewalk/promise.h"
#include "ropewalk/task.h"

namespace ropewalk::http::test {

// A site with one route, /, that answers with what `make` makes.
template <typename Make>
Router routerOf(Make make) {
  Router router;
  router.any("/", [make](Request&) -> Response { return make(); });
  return router;
}

inline Response helloWorld() {
  return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
    out.write("hello");
    co_await out.drained();
    out.write(" world!");
  });
}

// `/len` adds up a streamed body; `/refuse` answers without reading it; `/hold` reads when the test
// lets it.
struct StreamedBodies {
  Router router() {
    Router routes;
    routes
        .post("/len",
              [](Request& request) -> Deferred<Response> {
                std::size_t total = 0;
                while (auto part = co_await request.read()) total += part->size();
                co_return Response::text(std::to_string(total));
              })
        .streamBody();
    routes.post("/refuse", [](Request&) { return Response::text("no").setStatus(403); })
        .streamBody();
    routes
        .post("/hold",
              [this](Request& request) -> Deferred<Response> {
                co_await gate.deferred();
                std::string all;
                while (auto part = co_await request.read()) all += *part;
                co_return Response::text(std::to_string(all.size()));
              })
        .streamBody();
    routes.get("/", [](Request&) { return Response::text("next"); });
    return routes;
  }

  Promise<void> gate;
};

}  // namespace ropewalk::http::test
