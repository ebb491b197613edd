#pragma once

// Files and parts of them: rules SF1 to SF6, SF9, SF10.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sim/http/tree.h"

namespace ropewalk::http::test {
namespace {

constexpr std::size_t kLarge = 1'000'000;

// No two places of it look alike.
std::string pattern() {
  std::string text;
  while (text.size() < kLarge) text += std::to_string(text.size()) + " ";
  text.resize(kLarge);
  return text;
}

std::string range(const std::string& value) { return "Range: " + value + "\r\n"; }

std::ptrdiff_t openFiles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

Feed feedOf(const Tree& tree, StaticOptions options = {}, const char* at = "/") {
  Router router;
  router.mount(at, StaticFiles(tree.root(), std::move(options)));
  return Feed(std::move(router));
}

TEST_CASE("a file is served with its length, type and date [SF1]") {
  const Tree tree;
  auto served = feedOf(tree);
  const std::string expected = told("200 OK",
                                    "Content-Length: 11\r\n"
                                    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                    "ETag: \"b-ae1b981da166f00\"\r\n"
                                    "Accept-Ranges: bytes\r\n"
                                    "Content-Type: text/plain\r\n",
                                    "hello world");
  CHECK(served.get("/hello.txt") == expected);
  CHECK(served.get("/hello.txt?query") == expected);
  CHECK(served.send("HEAD", "/hello.txt") == expected.substr(0, expected.size() - 11));
}

TEST_CASE("a large file comes out whole") {
  const Tree tree;
  auto served = feedOf(tree);
  const std::string answer = served.get("/large.bin");
  CHECK(toldBody(answer) == std::string(1'000'000, 'x'));
  CHECK(toldBody(served.get("/hello.txt")) == "hello world");
}

TEST_CASE("names are decoded, once") {
  const Tree tree;
  tree.write("www/%41.txt", "percent");
  tree.write("www/A.txt", "letter");
  auto served = feedOf(tree);
  CHECK(toldBody(served.get("/a%20b&c.txt")) == "odd name");
  CHECK(toldBody(served.get("/%C3%A9.txt")) == "accent");
  CHECK(toldBody(served.get("/%41.txt")) == "letter");
  CHECK(toldBody(served.get("/%2541.txt")) == "percent");
  CHECK(toldBody(served.get("/sub/d%65ep/page.html")) == "deep");
}

TEST_CASE("a name that begins with a dot is a name") {
  const Tree tree;
  tree.write("www/.well-known/it", "known");
  auto served = feedOf(tree);
  CHECK(toldBody(served.get("/.well-known/it")) == "known");
  CHECK(toldStatus(served.get("/empty/.keep")) == "200 OK");
}

TEST_CASE("a directory shows its index, at the path with the slash [SF9]") {
  const Tree tree;
  auto served = feedOf(tree);
  CHECK(toldBody(served.get("/")) == "<p>index</p>");
  CHECK(toldBody(served.get("/sub/")) == "<p>sub</p>");
  CHECK(toldStatus(served.get("/empty/")) == "404 Not Found");
  CHECK(toldStatus(served.get("/hello.txt/")) == "404 Not Found");
  const std::string moved = served.get("/sub?a=b");
  CHECK(toldStatus(moved) == "301 Moved Permanently");
  CHECK(moved.find("Location: /sub/?a=b\r\n") != std::string::npos);
  CHECK(toldStatus(served.get("//sub")) == "404 Not Found");
  auto other = feedOf(tree, {.index = "hello.txt"});
  CHECK(toldBody(other.get("/")) == "hello world");
  auto none = feedOf(tree, {.index = ""});
  CHECK(toldStatus(none.get("/sub/")) == "404 Not Found");
}

TEST_CASE("files can be mounted anywhere") {
  const Tree tree;
  auto served = feedOf(tree, {}, "/files/");
  CHECK(toldBody(served.get("/files/hello.txt")) == "hello world");
  CHECK(toldBody(served.get("/files/")) == "<p>index</p>");
  CHECK(served.get("/files").find("Location: /files/\r\n") != std::string::npos);
  CHECK(toldStatus(served.get("/hello.txt")) == "404 Not Found");
  CHECK(toldStatus(served.get("/filesx")) == "404 Not Found");
}

TEST_CASE("a file that has not changed is not sent again [SF10]") {
  const Tree tree;
  auto served = feedOf(tree);
  CHECK(served.get("/hello.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n") ==
        told("304 Not Modified",
             "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"b-ae1b981da166f00\"\r\n",
             ""));
  for (const char* since : {"Sun, 06 Nov 1994 08:49:36 GMT", "never", ""}) {
    CAPTURE(since);
    const std::string fields = "If-Modified-Since: " + std::string(since) + "\r\n";
    CHECK(toldBody(served.get("/hello.txt", fields)) == "hello world");
  }
}

TEST_CASE("a part of a file is sent, small and large [SF2] [SF6]") {
  const Tree tree;
  const std::string text = pattern();
  tree.write("www/large.bin", text);
  auto served = feedOf(tree);
  const std::string small = served.get("/hello.txt", range("bytes=0-4"));
  CHECK(toldStatus(small) == "206 Partial Content");
  CHECK(toldValue(small, "Content-Range") == "bytes 0-4/11");
  CHECK(toldValue(small, "Content-Type") == "text/plain");
  CHECK(toldBody(small) == "hello");
  CHECK(toldBody(served.get("/hello.txt", range("bytes=-100"))) == "hello world");
  CHECK(toldBody(served.get("/large.bin", range("bytes=500000-"))) == text.substr(500'000));
  CHECK(toldBody(served.get("/large.bin", range("bytes=1-16384"))) == text.substr(1, 16'384));
  CHECK(toldBody(served.get("/large.bin", range("bytes=1-16385"))) == text.substr(1, 16'385));
  CHECK(toldBody(served.get("/large.bin", range("bytes=-3"))) == text.substr(kLarge - 3));
}

TEST_CASE("a part that a file does not have is 416, with nothing in it [SF3]") {
  const Tree tree;
  auto served = feedOf(tree);
  for (const char* asked : {"bytes=100-", "bytes=-0"}) {
    const std::string answer = served.get("/hello.txt", range(asked));
    CHECK(toldStatus(answer) == "416 Range Not Satisfiable");
    CHECK(toldValue(answer, "Content-Range") == "bytes */11");
    CHECK(toldValue(answer, "Content-Length") == "0");
    CHECK(toldBody(answer) == "");
  }
}

TEST_CASE("a Range that means nothing gets the whole file [SF4]") {
  const Tree tree;
  auto served = feedOf(tree);
  for (const char* asked : {"bytes=5-1", "lines=0-4", "bytes", "0-4"}) {
    CAPTURE(asked);
    const std::string answer = served.get("/hello.txt", range(asked));
    CHECK(toldStatus(answer) == "200 OK");
    CHECK(toldBody(answer) == "hello world");
  }
}

TEST_CASE("several parts of a file come in the order they were asked for [SF5]") {
  const Tree tree;
  const std::string text = pattern();
  tree.write("www/large.bin", text);
  auto served = feedOf(tree);
  const std::string answer =
      served.get("/large.bin", range("bytes=700000-999999,0-1,300000-600000"));
  CHECK(toldStatus(answer) == "206 Partial Content");
  const std::string type = toldValue(answer, "Content-Type");
  REQUIRE(type.starts_with("multipart/byteranges; boundary=\""));
  const std::string boundary = type.substr(type.find('"') + 1, 25);
  const std::string head =
      "\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
  CHECK(toldBody(answer) == head + "700000-999999/1000000\r\n\r\n" + text.substr(700'000) + head +
                                "0-1/1000000\r\n\r\n" + text.substr(0, 2) + head +
                                "300000-600000/1000000\r\n\r\n" + text.substr(300'000, 300'001) +
                                "\r\n--" + boundary + "--\r\n");
  CHECK(toldValue(answer, "Content-Length") == std::to_string(toldBody(answer).size()));
}

TEST_CASE("a client that asks for many parts and does not read them holds two descriptors") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = feedOf(tree);
  served.get("/large.bin");
  const std::ptrdiff_t before = openFiles();
  std::string asked = "bytes=";
  for (int i = 0; i < 16; ++i) {
    asked += (i == 0 ? "" : ",") + std::to_string(i * 50'000) + "-" +
             std::to_string(i * 50'000 + 49'999);
  }
  served.setRoom(0);
  served.get("/large.bin", range(asked));
  CHECK(openFiles() <= before + 2);
  served.setRoom(320'000);
  CHECK(openFiles() <= before + 2);
  served.clientGoes();
  CHECK(openFiles() == before);
}

TEST_CASE("no Range makes a file come out more than once") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = feedOf(tree);
  std::string attack = "bytes=0-";
  for (int i = 0; i < 1300; ++i) attack += ",0-";
  std::string singles = "bytes=0-0";
  for (int i = 1; i < 1000; ++i)
    singles += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  for (const std::string& asked :
       {attack, singles, std::string("bytes=0-,0-"), std::string("bytes=0-600000,400000-")}) {
    const std::string answer = served.get("/large.bin", range(asked));
    CHECK(toldStatus(answer) == "200 OK");
    CHECK(toldBody(answer).size() == kLarge);
  }
}

TEST_CASE("the tag of a file changes with its size and with its date, and goes with each answer") {
  const Tree tree;
  auto served = feedOf(tree);
  const std::string tag = toldValue(served.get("/hello.txt"), "ETag");
  CHECK(toldValue(served.get("/hello.txt"), "ETag") == tag);
  CHECK(toldValue(served.get("/hello.txt", range("bytes=0-1")), "ETag") == tag);
  CHECK(toldValue(served.get("/index.html"), "ETag") == toldValue(served.get("/"), "ETag"));
  const auto touched = [&](long nanoseconds) {
    const timespec times[2] = {{784111777, 0}, {784111777, nanoseconds}};
    ::utimensat(AT_FDCWD, (tree.root() + "/hello.txt").c_str(), times, 0);
    return toldValue(served.get("/hello.txt"), "ETag");
  };
  CHECK(touched(500'000'001) != tag);
  CHECK(touched(500'000'000) == tag);
  tree.write("www/hello.txt", "hello, world");
  CHECK(touched(500'000'000) != tag);
}

TEST_CASE("a file is asked for by its tag, and gone on with only if it is the same") {
  const Tree tree;
  auto served = feedOf(tree);
  const std::string tag = toldValue(served.get("/hello.txt"), "ETag");
  CHECK(toldStatus(served.get("/hello.txt", "If-None-Match: " + tag + "\r\n")) ==
        "304 Not Modified");
  CHECK(toldStatus(served.get("/hello.txt", "If-None-Match: \"x\"\r\n")) == "200 OK");
  CHECK(toldBody(served.get("/hello.txt", range("bytes=6-") + "If-Range: " + tag + "\r\n")) ==
        "world");
  CHECK(toldBody(served.get("/hello.txt", range("bytes=6-") + "If-Range: \"x\"\r\n")) ==
        "hello world");
  CHECK(toldStatus(served.get("/hello.txt", "If-Match: \"x\"\r\n")) == "412 Precondition Failed");
}

TEST_CASE("a file that became shorter while its parts were sent breaks off") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = feedOf(tree);
  served.setRoom(0);
  served.get("/large.bin", range("bytes=0-99999,900000-999999"));
  std::filesystem::resize_file(tree.root() + "/large.bin", 500'000);
  served.setRoom(10'000'000);
  CHECK(served.isBrokenOff());
}

TEST_CASE("one file as an answer by itself has a tag and ranges, too") {
  const Tree tree;
  const std::string path = tree.root() + "/hello.txt";
  Router router;
  router.get("/", [path](Request&) { return Response::file(path); });
  Feed served(std::move(router));
  auto files = feedOf(tree);
  CHECK(toldValue(served.get("/"), "ETag") == toldValue(files.get("/hello.txt"), "ETag"));
  CHECK(toldBody(served.get("/", range("bytes=6-"))) == "world");
}

}  // namespace
}  // namespace ropewalk::http::test
