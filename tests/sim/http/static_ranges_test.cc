#include <doctest/doctest.h>

#include <filesystem>
#include <string>
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

std::string valueOf(const std::string& answer, const std::string& name) {
  const std::size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return answer.substr(from, answer.find('\r', from) - from);
}

std::ptrdiff_t openFiles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST_CASE("a part of a file is sent, small and large [SF2] [SF6]") {
  const Tree tree;
  const std::string text = pattern();
  tree.write("www/large.bin", text);
  auto served = serving(tree);
  const std::string small = served.get("/hello.txt", range("bytes=0-4"));
  CHECK(statusOf(small) == "HTTP/1.1 206 Partial Content");
  CHECK(valueOf(small, "Content-Range") == "bytes 0-4/11");
  CHECK(valueOf(small, "Content-Type") == "text/plain");
  CHECK(bodyOf(small) == "hello");
  CHECK(bodyOf(served.get("/hello.txt", range("bytes=-100"))) == "hello world");
  CHECK(bodyOf(served.get("/large.bin", range("bytes=500000-"))) == text.substr(500'000));
  CHECK(bodyOf(served.get("/large.bin", range("bytes=1-16384"))) == text.substr(1, 16'384));
  CHECK(bodyOf(served.get("/large.bin", range("bytes=1-16385"))) == text.substr(1, 16'385));
  CHECK(bodyOf(served.get("/large.bin", range("bytes=-3"))) == text.substr(kLarge - 3));
}

TEST_CASE("a part that a file does not have is 416, with nothing in it [SF3]") {
  const Tree tree;
  auto served = serving(tree);
  for (const char* asked : {"bytes=100-", "bytes=-0"}) {
    const std::string answer = served.get("/hello.txt", range(asked));
    CHECK(statusOf(answer) == "HTTP/1.1 416 Range Not Satisfiable");
    CHECK(valueOf(answer, "Content-Range") == "bytes */11");
    CHECK(valueOf(answer, "Content-Length") == "0");
    CHECK(bodyOf(answer) == "");
  }
}

TEST_CASE("a Range that means nothing gets the whole file [SF4]") {
  const Tree tree;
  auto served = serving(tree);
  for (const char* asked : {"bytes=5-1", "lines=0-4", "bytes", "0-4"}) {
    CAPTURE(asked);
    const std::string answer = served.get("/hello.txt", range(asked));
    CHECK(statusOf(answer) == "HTTP/1.1 200 OK");
    CHECK(bodyOf(answer) == "hello world");
  }
}

TEST_CASE("several parts of a file come in the order they were asked for [SF5]") {
  const Tree tree;
  const std::string text = pattern();
  tree.write("www/large.bin", text);
  auto served = serving(tree);
  const std::string answer =
      served.get("/large.bin", range("bytes=700000-999999,0-1,300000-600000"));
  CHECK(statusOf(answer) == "HTTP/1.1 206 Partial Content");
  const std::string type = valueOf(answer, "Content-Type");
  REQUIRE(type.starts_with("multipart/byteranges; boundary=\""));
  const std::string boundary = type.substr(type.find('"') + 1, 25);
  const std::string head =
      "\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
  CHECK(bodyOf(answer) == head + "700000-999999/1000000\r\n\r\n" + text.substr(700'000) + head +
                              "0-1/1000000\r\n\r\n" + text.substr(0, 2) + head +
                              "300000-600000/1000000\r\n\r\n" + text.substr(300'000, 300'001) +
                              "\r\n--" + boundary + "--\r\n");
  CHECK(valueOf(answer, "Content-Length") == std::to_string(bodyOf(answer).size()));
}

TEST_CASE("a client that asks for many parts and does not read them holds two descriptors") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = serving(tree);
  served.get("/large.bin");
  const std::ptrdiff_t before = openFiles();
  std::string asked = "bytes=";
  for (int i = 0; i < 16; ++i) {
    asked += (i == 0 ? "" : ",") + std::to_string(i * 50'000) + "-" +
             std::to_string(i * 50'000 + 49'999);
  }
  served.transport.setRoom(0);
  served.get("/large.bin", range(asked));
  CHECK(openFiles() <= before + 2);
  served.transport.setRoom(320'000);
  CHECK(openFiles() <= before + 2);
  served.transport.peerResets();
  CHECK(openFiles() == before);
}

TEST_CASE("no Range makes a file come out more than once") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = serving(tree);
  std::string attack = "bytes=0-";
  for (int i = 0; i < 1300; ++i) attack += ",0-";
  std::string singles = "bytes=0-0";
  for (int i = 1; i < 1000; ++i)
    singles += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  for (const std::string& asked :
       {attack, singles, std::string("bytes=0-,0-"), std::string("bytes=0-600000,400000-")}) {
    const std::string answer = served.get("/large.bin", range(asked));
    CHECK(statusOf(answer) == "HTTP/1.1 200 OK");
    CHECK(bodyOf(answer).size() == kLarge);
  }
}

TEST_CASE("the tag of a file changes with its size and with its date, and goes with each answer") {
  const Tree tree;
  auto served = serving(tree);
  const std::string tag = valueOf(served.get("/hello.txt"), "ETag");
  CHECK(valueOf(served.get("/hello.txt"), "ETag") == tag);
  CHECK(valueOf(served.get("/hello.txt", range("bytes=0-1")), "ETag") == tag);
  CHECK(valueOf(served.get("/index.html"), "ETag") == valueOf(served.get("/"), "ETag"));
  const auto touched = [&](long nanoseconds) {
    const timespec times[2] = {{784111777, 0}, {784111777, nanoseconds}};
    ::utimensat(AT_FDCWD, (tree.root() + "/hello.txt").c_str(), times, 0);
    return valueOf(served.get("/hello.txt"), "ETag");
  };
  CHECK(touched(500'000'001) != tag);
  CHECK(touched(500'000'000) == tag);
  tree.write("www/hello.txt", "hello, world");
  CHECK(touched(500'000'000) != tag);
}

TEST_CASE("a file is asked for by its tag, and gone on with only if it is the same") {
  const Tree tree;
  auto served = serving(tree);
  const std::string tag = valueOf(served.get("/hello.txt"), "ETag");
  CHECK(statusOf(served.get("/hello.txt", "If-None-Match: " + tag + "\r\n")) ==
        "HTTP/1.1 304 Not Modified");
  CHECK(statusOf(served.get("/hello.txt", "If-None-Match: \"x\"\r\n")) == "HTTP/1.1 200 OK");
  CHECK(bodyOf(served.get("/hello.txt", range("bytes=6-") + "If-Range: " + tag + "\r\n")) ==
        "world");
  CHECK(bodyOf(served.get("/hello.txt", range("bytes=6-") + "If-Range: \"x\"\r\n")) ==
        "hello world");
  CHECK(statusOf(served.get("/hello.txt", "If-Match: \"x\"\r\n")) ==
        "HTTP/1.1 412 Precondition Failed");
}

TEST_CASE("a file that became shorter while its parts were sent breaks off") {
  const Tree tree;
  tree.write("www/large.bin", pattern());
  auto served = serving(tree);
  served.transport.setRoom(0);
  served.get("/large.bin", range("bytes=0-99999,900000-999999"));
  std::filesystem::resize_file(tree.root() + "/large.bin", 500'000);
  served.transport.setRoom(10'000'000);
  CHECK(served.transport.isAborted());
}

TEST_CASE("one file as an answer by itself has a tag and ranges, too") {
  const Tree tree;
  const std::string path = tree.root() + "/hello.txt";
  Router router;
  router.get("/", [path](Request&) { return Response::file(path); });
  Served served(std::move(router));
  auto files = serving(tree);
  CHECK(valueOf(served.get("/"), "ETag") == valueOf(files.get("/hello.txt"), "ETag"));
  CHECK(bodyOf(served.get("/", range("bytes=6-"))) == "world");
}

}  // namespace
}  // namespace ropewalk::http::test
