// One HTTP page on Ropewalk, through the router.
//
//   $ ropewalk_hello 8080
//   $ curl http://127.0.0.1:8080/hello

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

int main(int argc, char** argv) {
  http::Router site;
  site.get("/hello", [](http::Request&) { return http::Response::text("hello, world\n"); });
  const auto port = reactor().listenTCP(bench::portArgument(argc, argv),
                                        http::Site::create(std::move(site)), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}
