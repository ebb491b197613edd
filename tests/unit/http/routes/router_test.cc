#include "ropewalk/http/router.h"

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

// A handler that says which one it is.
auto named(std::string name) {
  return [name = std::move(name)](Request&) { return Response::text(name); };
}

std::string bodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST_CASE("the most exact route answers: without parameters, with, the longest mount [WS1]") {
  Router router;
  router.mount("/", named("root"));
  router.mount("/a/b", named("mount a b"));
  router.mount("/a", named("mount a"));
  router.get("/a/{x}/c", named("parameter c"));
  router.get("/a/{x}", named("parameter"));
  router.get("/a/exact", named("exact"));
  Served served(std::move(router));
  const auto ask = [&](const char* path) { return bodyOf(served.get(path)); };
  CHECK(ask("/a/exact") == "exact");
  CHECK(ask("/a/exac") == "parameter");
  CHECK(ask("/a/b") == "parameter");
  CHECK(ask("/a/1/c") == "parameter c");
  CHECK(ask("/a/b/d") == "mount a b");
  CHECK(ask("/a/1/d") == "mount a");
  CHECK(ask("/a") == "mount a");
  CHECK(ask("/a/") == "mount a");
  CHECK(ask("/ab") == "root");
  CHECK(ask("/") == "root");
}

TEST_CASE("an empty function is refused as a handler, and as the writer of a body") {
  Router router;
  const std::function<Response(Request&)> empty;
  CHECK_THROWS_WITH(router.get("/", empty), "http::Router: the function to call is empty");
  CHECK_THROWS_WITH(Response::stream("text/plain", {}),
                    "http::Response::stream: the function to call is empty");
}

TEST_CASE("a parameter is one whole segment, decoded once [WS3]") {
  Router router;
  router.get("/hello/{name}",
             [](Request& request) { return Response::text(request.param("name")); });
  router.get("/{a}/to/{b}", [](Request& request) {
    return Response::text(request.param("a") + "|" + request.param("b") + "|" + request.param("c"));
  });
  Served served(std::move(router));
  CHECK(bodyOf(served.get("/hello/world")) == "world");
  CHECK(bodyOf(served.get("/hello/a%20b")) == "a b");
  CHECK(bodyOf(served.get("/hello/a%2Fb")) == "a/b");
  CHECK(bodyOf(served.get("/hello/a%5Cb")) == "a\\b");
  CHECK(bodyOf(served.get("/hello/%2541")) == "%41");
  CHECK(bodyOf(served.get("/1/to/2")) == "1|2|");
  for (const char* path : {"/hello/", "/hello", "/hello/a/b", "/hello/..", "/hello/%2e",
                           "/hello/%2e%2E", "//hello/a", "/./hello/a", "/hello//a", "/hello/a/"}) {
    CAPTURE(path);
    CHECK(statusOf(served.get(path)) == "HTTP/1.1 404 Not Found");
  }
}

TEST_CASE("escapes in a path change neither which route it is nor its structure [WS2] [WS3]") {
  Router router;
  router.get("/a/b", named("ab"));
  router.get("/caf\xc3\xa9", named("cafe"));
  router.mount("/files",
               [](Request& request) { return Response::text(std::string(request.rest())); });
  Served served(std::move(router));
  CHECK(bodyOf(served.get("/%61/b")) == "ab");
  CHECK(bodyOf(served.get("/caf%C3%A9")) == "cafe");
  CHECK(bodyOf(served.get("/%66iles/x%2fy/")) == "/x%2fy/");
  CHECK(bodyOf(served.get("/files?x")) == "");
  CHECK(bodyOf(served.get("/files/")) == "/");
  for (const char* path :
       {"/a%2Fb", "/a/b/", "/a//b", "//a/b", "/./a/b", "/a/./b", "/x/../a/b", "/filesx", "/A/b"}) {
    CAPTURE(path);
    CHECK(statusOf(served.get(path)) == "HTTP/1.1 404 Not Found");
  }
}

TEST_CASE("no byte of 0x80 and above may stand in a target, and each may be escaped [H1.13]") {
  Router shown;
  shown.get("/{x}", [](Request& request) {
    return Response::text(request.param("x") + "|" + request.query("q"));
  });
  Served served(std::move(shown));
  for (int octet = 0x80; octet <= 0xff; ++octet) {
    CAPTURE(octet);
    const std::string raw(1, static_cast<char>(octet));
    constexpr std::string_view digits = "0123456789ABCDEF";
    const std::string escaped = {'%', digits[static_cast<std::size_t>(octet / 16)],
                                 digits[static_cast<std::size_t>(octet % 16)]};
    for (const std::string& target : {"/a" + raw, "/a?q=" + raw}) {
      Served refusing(echoRouter());
      CHECK(statusOf(refusing.get(target)) == "HTTP/1.1 400 Bad Request");
      CHECK(refusing.transport.isFinished());
    }
    CHECK(bodyOf(served.get("/" + escaped + "?q=" + escaped)) == raw + "|" + raw);
  }
}

TEST_CASE("a method that has no handler at the path is told which ones have [WS5]") {
  Router router;
  router.get("/get", named("get"));
  router.post("/post", named("post"));
  router.put("/both", named("put"));
  router.get("/both", named("get"));
  router.get("/p/{x}", named("get"));
  router.del("/p/{y}", named("delete"));
  router.mount("/", named("root"));
  Served served(std::move(router));
  const auto allowOf = [&](const std::string& method, const std::string& path) {
    const std::string answer = served.ask(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(statusOf(answer) == "HTTP/1.1 405 Method Not Allowed");
    const std::size_t at = answer.find("Allow: ") + 7;
    return answer.substr(at, answer.find('\r', at) - at);
  };
  CHECK(allowOf("POST", "/get") == "HEAD, GET");
  CHECK(allowOf("GET", "/post") == "POST");
  CHECK(allowOf("HEAD", "/post") == "POST");
  CHECK(allowOf("get", "/get") == "HEAD, GET");
  CHECK(allowOf("POST", "/both") == "PUT, HEAD, GET");
  CHECK(allowOf("PUT", "/p/1") == "HEAD, GET, DELETE");
}

TEST_CASE("the method chooses among handlers of one path [H1.11] [WS4]") {
  Router router;
  router.get("/", named("get"));
  router.post("/", named("post"));
  router.put("/", named("put"));
  router.del("/", named("delete"));
  router.on("M-SEARCH", "/", named("search"));
  router.on("get", "/", named("small"));
  router.any("/any", named("any"));
  router.get("/any", named("get any"));
  Served served(std::move(router));
  const auto ask = [&](const std::string& method, const std::string& path) {
    return bodyOf(served.ask(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"));
  };
  CHECK(ask("GET", "/") == "get");
  CHECK(ask("POST", "/") == "post");
  CHECK(ask("PUT", "/") == "put");
  CHECK(ask("DELETE", "/") == "delete");
  CHECK(ask("M-SEARCH", "/") == "search");
  CHECK(ask("get", "/") == "small");
  CHECK(ask("GET", "/any") == "get any");
  CHECK(ask("HEAD", "/any") == "");
  CHECK(ask("PATCH", "/any") == "any");
}

TEST_CASE("OPTIONS * is about the server, not about a path [WS5]") {
  Served served(Router{});
  CHECK(served.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") ==
        answer("200 OK", "Content-Length: 0\r\n", ""));
  const std::string refused = served.ask("GET * HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(statusOf(refused) == "HTTP/1.1 405 Method Not Allowed");
  CHECK(refused.find("Allow: OPTIONS\r\n") != std::string::npos);
}

TEST_CASE("OPTIONS of an absolute target without a path means OPTIONS * [WS5] [H1.32]") {
  Router router;
  router.mount("/", named("handled"));
  Served served(std::move(router));
  const auto ask = [&served](const std::string& target) {
    return served.ask("OPTIONS " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
  };
  const std::string aboutServer = answer("200 OK", "Content-Length: 0\r\n", "");
  CHECK(ask("http://h") == aboutServer);
  CHECK(ask("http://h:80") == aboutServer);
  for (const char* target : {"/", "http://h/", "http://h?", "http://h?x", "http://h/*"}) {
    CAPTURE(target);
    CHECK(ask(target) == textAnswer("handled"));
  }
  CHECK(served.get("http://h") == textAnswer("handled"));
  // In pieces, too, with a body behind: the head is kept then.
  CHECK(served.ask("OPTIONS http://h HT") == "");
  CHECK(served.ask("TP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na") == aboutServer);
  CHECK(served.ask("b") == "");
  CHECK(ask("*") == aboutServer);
}

TEST_CASE("a router can be mounted into another one") {
  Router things;
  things.get("/", named("list"));
  things.get("/{id}",
             [](Request& request) { return Response::text("thing " + request.param("id")); });
  things.mount("/files", [](Request& request) {
    return Response::text("file " + std::string(request.rest()));
  });
  Router router;
  router.mount("/things", std::move(things));
  Served served(std::move(router));
  CHECK(bodyOf(served.get("/things/")) == "list");
  CHECK(bodyOf(served.get("/things/7")) == "thing 7");
  CHECK(bodyOf(served.get("/things/files/x")) == "file /x");
  CHECK(statusOf(served.get("/7")) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("a router refuses what can only be a mistake") {
  Router router;
  router.get("/a", named("a"));
  router.get("/p/{x}", named("p"));
  router.mount("/m", named("m"));
  CHECK_THROWS_AS(router.get("/a", named("again")), std::invalid_argument);
  CHECK_THROWS_AS(router.get("/p/{other}", named("again")), std::invalid_argument);
  CHECK_THROWS_AS(router.mount("/m/", named("again")), std::invalid_argument);
  CHECK_THROWS_AS(router.mount("/{x}", named("x")), std::invalid_argument);
  CHECK_THROWS_AS(router.on("G T", "/x", named("x")), std::invalid_argument);
  for (const char* path : {"", "a", "/{", "/}", "/{}", "/{x", "/x}", "/a{x}", "/{x}a", "/{{x}}",
                           "/{x}{y}", "/{x}/{x}"}) {
    CAPTURE(path);
    CHECK_THROWS_AS(router.get(path, named("x")), std::invalid_argument);
  }
}

TEST_CASE("a page that says what is missing escapes it [WS8]") {
  Served served(Router{});
  const std::string answer = served.get("/a'b&c");
  CHECK(statusOf(answer) == "HTTP/1.1 404 Not Found");
  CHECK(answer.find("Content-Type: text/html; charset=utf-8\r\n") != std::string::npos);
  CHECK(answer.find("/a&#39;b&amp;c") != std::string::npos);
  CHECK(answer.find("/a'b") == std::string::npos);
}

TEST_CASE("a request shows what was asked, and how [H1.1] [H1.18] [H1.32]") {
  std::string seen;
  Router router;
  router.mount("/", [&seen](Request& request) {
    seen = std::string(request.method()) + " " + std::string(request.path()) + " " +
           std::string(request.queryString()) + " " + std::string(request.host()) + " 1." +
           std::to_string(request.minorVersion());
    for (const std::string& value : request.queryAll("x")) seen += " x=" + value;
    if (request.hasQuery("y")) seen += " y=" + request.query("y");
    for (const HeaderField field : request.headers()) {
      seen += " " + std::string(field.name) + "=" + std::string(field.value);
    }
    seen += " peer=" + request.peer().host();
    return Response::text("");
  });
  Served served(std::move(router));
  served.get("/a%20b?x=1&x=2&y=", "A: 1\r\na: 2\r\n");
  CHECK(seen == "GET /a%20b x=1&x=2&y= h 1.1 x=1 x=2 y= Host=h A=1 a=2 peer=192.0.2.1");
  served.ask("GET http://h:80/a/b?q HTTP/1.1\r\nHost: h:80\r\n\r\n");
  CHECK(seen == "GET /a/b q h:80 1.1 Host=h:80 peer=192.0.2.1");
  served.ask("GET http://h?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(seen == "GET / x=1 h 1.1 x=1 Host=h peer=192.0.2.1");
  served.ask("GET http://h HTTP/1.0\r\n\r\n");
  CHECK(seen == "GET /  h 1.0 peer=192.0.2.1");
}

TEST_CASE("an absolute target says which host is meant, and Host does not [H1.32]") {
  std::string host;
  Router router;
  router.mount("/", [&host](Request& request) {
    host = request.host();
    return Response::text(std::string(request.header("Host")));
  });
  Served served(std::move(router));
  const std::pair<const char*, const char*> cases[] = {{"http://h:80/", "h:80"},
                                                       {"https://h:443", "h:443"},
                                                       {"HTTP://H/x", "H"},
                                                       {"http://h?x=1", "h"}};
  for (const auto& each : cases) {
    CAPTURE(each.first);
    const std::string line = "GET " + std::string(each.first) + " HTTP/1.1\r\n";
    for (const char* field : {"h", "other", "other:8080", "[::1]"}) {
      CHECK(served.ask(line + "Host: " + field + "\r\n\r\n") == textAnswer(field));
      CHECK(host == each.second);
    }
  }
}

}  // namespace
}  // namespace ropewalk::http::test
