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

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "connecting.h"
#include "options.h"

namespace {

constexpr unsigned kLongestStaySeconds = 120;

// An echo answers the first, a line server too, an HTTP server the second.
constexpr std::string_view kLine = "hello\r\n";
constexpr std::string_view kRequest = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

void talk(int fd, std::string_view words) {
  if (send(fd, words.data(), words.size(), MSG_NOSIGNAL) < 0) bench::fail("idle_crowd: send");
}

void listenTo(int fd) {
  std::array<char, 4096> answer{};
  if (recv(fd, answer.data(), answer.size(), 0) <= 0) bench::fail("idle_crowd: no answer");
}

// `together` at a time, from one of `sources` addresses after the other.
std::vector<int> openCrowd(long port, long connections, long together, long sources,
                           std::string_view words) {
  std::vector<int> crowd;
  while (static_cast<long>(crowd.size()) < connections) {
    const std::size_t first = crowd.size();
    const long room = connections - static_cast<long>(first);
    for (long i = 0; i < std::min(room, together); ++i) {
      crowd.push_back(bench::connectToLoopback(port, static_cast<long>(crowd.size()) % sources));
      talk(crowd.back(), words);
    }
    std::for_each(crowd.begin() + static_cast<std::ptrdiff_t>(first), crowd.end(), listenTo);
  }
  return crowd;
}

void tellReady() {
  std::puts("ready");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  long port = 0;
  long connections = 1;
  long together = 1;
  long sources = 4;
  long http = 0;
  bench::parseOptions(argc, argv,
                      {{"port", "the server's port", port, 1, 65535},
                       {"connections", "how many", connections, 1, 100'000},
                       {"together", "so many at a time, to begin with", together, 1, 1000},
                       {"sources", "from so many addresses, 127.0.0.1 and up", sources, 1, 100},
                       {"http", "1: a GET request instead of a line", http, 0, 1}});
  bench::raiseDescriptorLimit();
  alarm(kLongestStaySeconds);
  const std::string_view words = http ? kRequest : kLine;
  const std::vector<int> crowd = openCrowd(port, connections, together, sources, words);
  tellReady();
  while (std::getchar() != EOF) {
    for (const int fd : crowd) {
      talk(fd, words);
      listenTo(fd);
    }
    tellReady();
  }
}
