#include "ropewalk/http/static_files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "sim/http/tree.h"
#include "support/captured_log.h"

namespace ropewalk::http::test {
namespace {

// ThreadSanitizer holds signals back until the next call that it knows, which is too late here.
#ifdef __SANITIZE_THREAD__
constexpr bool kSignalsComeAtOnce = false;
#else
constexpr bool kSignalsComeAtOnce = true;
#endif

int leased = -1;

void giveLeaseBack(int) { ::fcntl(leased, F_SETLEASE, F_UNLCK); }

// A lease stands for the rename that the kernel says EAGAIN for as well: there is no moment at
// which a test could be sure to rename.
TEST_CASE("a file that cannot be opened at this very moment is tried again") {
  const Tree tree;
  auto served = serving(tree);
  leased = ::open((tree.root() + "/index.html").c_str(), O_RDWR | O_CLOEXEC);
  const auto before = std::signal(SIGIO, giveLeaseBack);
  if (kSignalsComeAtOnce && ::fcntl(leased, F_SETLEASE, F_WRLCK) == 0) {
    CHECK(bodyOf(served.get("/")) == "<p>index</p>");
  } else {
    MESSAGE("this file system knows no leases, or ThreadSanitizer holds their signals back");
  }
  SUBCASE("and is not said to be missing") {
    const ropewalk::test::QuietLog quiet;
    std::signal(SIGIO, SIG_IGN);
    if (::fcntl(leased, F_SETLEASE, F_WRLCK) == 0) {
      CHECK(statusOf(served.get("/")) == "HTTP/1.1 503 Service Unavailable");
    }
  }
  ::close(leased);
  std::signal(SIGIO, before);
}

TEST_CASE("a name with a backslash is not served, however it is written [SF8]") {
  const Tree tree;
  tree.write("www/a\\b.txt", "odd");
  tree.write("www/sub/\\", "odd");
  auto served = serving(tree);
  for (const char* path : {"/a%5cb.txt", "/a%5Cb.txt", "/sub/%5c", "/sub%5cindex.html", "/%5c"}) {
    CAPTURE(path);
    CHECK(statusOf(served.get(path)) == "HTTP/1.1 404 Not Found");
  }
}

// Every way to spell "one up" that somebody's server has fallen for.
std::vector<std::string> waysUp() {
  return {"..",
          "%2e%2e",
          ".%2e",
          "%2E.",
          "%252e%252e",
          "..%2f",
          "%2f..",
          "..;",
          "..%5c",
          ".%00.",
          "%c0%ae%c0%ae",
          "%e0%80%ae%e0%80%ae",
          "...",
          "..%20",
          "%20..",
          "..%0a",
          "%2e%2e%2f",
          "..%252f",
          "%uff0e%uff0e",
          "..%c0%af",
          "..%ef%bc%8f",
          "./..",
          ".//..",
          "sub/../..",
          "sub/deep/../../..",
          "%2e",
          ".",
          "..%3f",
          "..%23"};
}

// Paths that go up somewhere: at any depth, with any of those, to any of the things that are
// outside.
std::vector<std::string> hostilePaths() {
  const std::vector<std::string> before = {"/", "//", "/sub/", "/sub/deep/", "/./"};
  const std::vector<std::string> after = {"/canary.txt",        "/www-secret/canary.txt",
                                          "-secret/canary.txt", "%2fcanary.txt",
                                          "//canary.txt",       "/../canary.txt"};
  std::vector<std::string> paths;
  for (const std::string& up : waysUp()) {
    for (std::size_t i = 0; i < before.size() * after.size() * 3; ++i) {
      std::string path = before[i % before.size()];
      for (std::size_t depth = i % 3; depth > 0; --depth) path += up + "/";
      paths.push_back(path + up + after[i / before.size() % after.size()]);
    }
  }
  return paths;
}

TEST_CASE("no path leads out of the root [SF7] [SF8]") {
  const Tree tree;
  const std::vector<std::string> paths = hostilePaths();
  CHECK(paths.size() >= 1'500);
  for (const Symlinks policy : {Symlinks::WithinRoot, Symlinks::Follow}) {
    for (const std::string& path : paths) {
      CAPTURE(path);
      auto served = serving(tree, {.index = "index.html", .symlinks = policy}, "/files");
      const std::string answer = served.get("/files" + path);
      CHECK(answer.find(kCanary) == std::string::npos);
      CHECK(answer.starts_with("HTTP/1.1 4"));
    }
  }
}

TEST_CASE("a link is followed as far as the policy says") {
  const Tree tree;
  tree.link("hello.txt", "inside");
  tree.link("../canary.txt", "outside");
  tree.link(tree.path("canary.txt"), "absolute");
  tree.link(tree.root() + "/hello.txt", "absolute-inside");
  tree.link("..", "up");
  tree.link("loop", "loop");
  tree.link("nowhere", "dangling");
  tree.link("sub", "sub-link");
  const auto ask = [&tree](Symlinks symlinks, const std::string& path) {
    auto served = serving(tree, {.index = "index.html", .symlinks = symlinks});
    return served.get(path);
  };
  CHECK(bodyOf(ask(Symlinks::WithinRoot, "/inside")) == "hello world");
  CHECK(bodyOf(ask(Symlinks::WithinRoot, "/sub-link/")) == "<p>sub</p>");
  CHECK(statusOf(ask(Symlinks::Refuse, "/inside")) == "HTTP/1.1 404 Not Found");
  CHECK(statusOf(ask(Symlinks::Refuse, "/sub-link/")) == "HTTP/1.1 404 Not Found");
  CHECK(bodyOf(ask(Symlinks::Follow, "/outside")) == kCanary);
  CHECK(bodyOf(ask(Symlinks::Follow, "/absolute-inside")) == "hello world");
  for (const Symlinks policy : {Symlinks::Refuse, Symlinks::WithinRoot}) {
    for (const char* path :
         {"/outside", "/absolute", "/absolute-inside", "/up/canary.txt", "/loop", "/dangling"}) {
      CAPTURE(path);
      CHECK(statusOf(ask(policy, path)) == "HTTP/1.1 404 Not Found");
    }
  }
}

TEST_CASE("what is no regular file is not there, and nothing waits for it") {
  const Tree tree;
  REQUIRE(::mkfifo((tree.root() + "/fifo").c_str(), 0600) == 0);
  auto served = serving(tree);
  CHECK(statusOf(served.get("/fifo")) == "HTTP/1.1 404 Not Found");
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = tree.root() + "/socket";
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(listener);
  CHECK(statusOf(served.get("/socket")) == "HTTP/1.1 404 Not Found");
  CHECK(bodyOf(served.get("/hello.txt")) == "hello world");
  Router devices;
  devices.mount("/", StaticFiles("/dev"));
  Served device(std::move(devices));
  CHECK(statusOf(device.get("/zero")) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("a file that may not be read is forbidden [SF11]") {
  constexpr uid_t kNobody = 65534;
  const Tree tree;
  REQUIRE(::chmod((tree.root() + "/hello.txt").c_str(), 0) == 0);
  auto served = serving(tree);
  const bool isRoot = ::geteuid() == 0;  // who may read everything
  if (isRoot) REQUIRE(::seteuid(kNobody) == 0);
  const std::string answer = served.get("/hello.txt");
  if (isRoot) REQUIRE(::seteuid(0) == 0);
  CHECK(statusOf(answer) == "HTTP/1.1 403 Forbidden");
}

// A terminal that is still locked cannot be opened: EIO, as from a disk that fails.
TEST_CASE("an I/O error on opening a file is answered with 500 and logged [SF11]") {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::array<char, 64> name;
  if (terminal < 0 || ::ptsname_r(terminal, name.data(), name.size()) != 0) {
    MESSAGE("no terminals here");
    return;
  }
  const fs::path file = name.data();
  const ropewalk::test::CapturedLog log;
  Router router;
  router.mount("/", StaticFiles(file.parent_path()));
  Served served(std::move(router));
  const std::string target = "/" + file.filename().string();
  CHECK(statusOf(served.get(target)) == "HTTP/1.1 500 Internal Server Error");
  CHECK(log.has(target, "Input/output error"));
  ::close(terminal);
  CHECK(statusOf(served.get(target)) == "HTTP/1.1 404 Not Found");
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("a name too long for the file system gets 404") {
  const Tree tree;
  auto served = serving(tree);
  for (const std::size_t length : {255U, 256U, 4'000U, 8'000U}) {
    CAPTURE(length);
    CHECK(statusOf(served.get("/" + std::string(length, 'x'))) == "HTTP/1.1 404 Not Found");
  }
  std::string deep;
  for (int i = 0; i < 3'000; ++i) deep += "/x";
  CHECK(statusOf(served.get(deep)) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("a missing root is said when the site is made, with its name") {
  try {
    const StaticFiles files("/nonexistent/html");
    FAIL("no exception");
  } catch (const std::system_error& error) {
    CHECK(std::string(error.what()).find("/nonexistent/html") != std::string::npos);
    CHECK(error.code() == std::errc::no_such_file_or_directory);
  }
  CHECK_THROWS_AS(StaticFiles("/etc/passwd"), std::system_error);
}

TEST_CASE("one file can be an answer by itself") {
  const Tree tree;
  const std::string path = tree.root() + "/hello.txt";
  Router router;
  router.get("/", [path](Request&) { return Response::file(path); });
  Served served(std::move(router));
  const std::string answer = served.get("/");
  CHECK(bodyOf(answer) == "hello world");
  CHECK(answer.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK_THROWS_AS(Response::file(tree.root()), std::system_error);
  CHECK_THROWS_AS(Response::file(tree.root() + "/none"), std::system_error);
}

}  // namespace
}  // namespace ropewalk::http::test
