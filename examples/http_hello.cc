// Three ways to answer a web request: at once, after a while, and with a file.
//
//   $ mkdir -p html && echo '<h1>home</h1>' > html/index.html
//   $ ./http_hello
//
// In another terminal:
//
//   $ curl -s http://127.0.0.1:8080/hello/world
//   hello, world
//   $ curl -s http://127.0.0.1:8080/slow
//   worth the wait
//   $ curl -s http://127.0.0.1:8080/
//   <h1>home</h1>
//
// `./http_hello 9000` listens on another port.

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

int main(int argc, char** argv) try {
  http::Router site;
  site.get("/hello/{name}", [](http::Request& request) {
    return http::Response::text("hello, " + request.param("name") + "\n");
  });
  site.get("/slow", [](http::Request&) -> Deferred<http::Response> {
    co_await sleep(1s);
    co_return http::Response::text("worth the wait\n");
  });
  site.mount("/", http::StaticFiles("./html"));

  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8080, http::Site::create(std::move(site)));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "http_hello: " << error.what() << "\n";
  return 2;
}
