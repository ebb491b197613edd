// Opens many connections to a server on this machine, says one thing on each, hears an answer, and
// then only stays.
//
//   $ idle_crowd --port 8000 --connections 10000
//   ready
//
// For each byte that it reads it says it once more on each and tells again that it is ready. Ends
// when its standard input does. Bounded: a server that answers nothing for 10 s is an error,
// and so is staying for more than 120 s.

#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

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

void tellReady() {
  std::puts("ready");
  std::fflush(stdout);
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
  const std::string_view words = http ? kRequest : kLine;
  std::vector<int> crowd;
  for (long i = 0; i < connections; ++i) {
    crowd.push_back(bench::connectToLoopback(port, i % sources));
    talkOnce(crowd.back(), words);
  }
  tellReady();
  while (std::getchar() != EOF) {
    for (const int fd : crowd) talkOnce(fd, words);
    tellReady();
  }
}
