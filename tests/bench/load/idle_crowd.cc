// Opens many connections to a server on this machine, says one thing on each, hears an answer, and
// then only stays.
//
//   $ idle_crowd --port 8000 --connections 10000
//   ready
//
// Ends when its standard input does. Bounded: a server that answers nothing for 10 s is an error,
// and so is staying for more than 120 s.

#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

#include "connecting.h"
#include "options.h"

namespace {

constexpr unsigned kLongestStaySeconds = 120;

// An echo answers the first, a line server too, an HTTP server the second.
constexpr std::string_view kLine = "hello\r\n";
constexpr std::string_view kRequest = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

void talkOnce(int fd, std::string_view words) {
  std::array<char, 4096> answer{};
  if (send(fd, words.data(), words.size(), MSG_NOSIGNAL) < 0) bench::fail("idle_crowd: send");
  if (recv(fd, answer.data(), answer.size(), 0) <= 0) bench::fail("idle_crowd: no answer");
}

}  // namespace

int main(int argc, char** argv) {
  long port = 0;
  long connections = 1;
  long sources = 4;
  long http = 0;
  bench::parseOptions(argc, argv,
                      {{"port", "the server's port", port, 1, 65535},
                       {"connections", "how many", connections, 1, 100'000},
                       {"sources", "from so many addresses, 127.0.0.1 and up", sources, 1, 100},
                       {"http", "1: a GET request instead of a line", http, 0, 1}});
  bench::raiseDescriptorLimit();
  alarm(kLongestStaySeconds);
  for (long i = 0; i < connections; ++i) {
    talkOnce(bench::connectToLoopback(port, i % sources), http ? kRequest : kLine);
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
