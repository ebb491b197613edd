// Opens connections to an echo server on this machine, hears one message echoed on each and closes
// them; says what came of it.
//
//   $ churn_load --port 8000 --together 1 --millis 500
//   {"connections": 9817, "seconds": 0.500127, "server_cpu_seconds": 0.000000}
//
// `together` connections at a time: all are opened, all speak, all listen, all close, in calls that
// wait. The clocks run once a first such batch has been served; what a server has yet to do for the
// last batch when they stop, it had yet to do for that one when they started. With --pid they
// include that process's CPU clock.
//
// Bounded: by --millis, and by a server that answers nothing for 10 s, which is an error. Who
// closes first keeps the pair of addresses for a minute, so they come from a hundred of 127.0.0.1
// and up.

#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "clocks.h"
#include "connecting.h"
#include "options.h"

namespace {

constexpr long kSources = 100;
constexpr std::string_view kMessage =
    "A message of one hundred bytes, as the echo load sends them, is what each connection is there "
    "for.\r\n";
static_assert(kMessage.size() == 100);

struct Load {
  long port = 0;
  long together = 1;
  long millis = 500;
  long pid = 0;
};

Load loadOf(int argc, char** argv) {
  Load load;
  bench::parseOptions(argc, argv,
                      {{"port", "the server's port", load.port, 1, 65535},
                       {"together", "connections at the same time", load.together, 1, 4096},
                       {"millis", "stop after so long", load.millis, 1, 60'000},
                       {"pid", "whose CPU time to read (0: nobody's)", load.pid, 0, 1L << 30}});
  return load;
}

void hearEcho(int fd) {
  std::array<char, kMessage.size()> back{};
  const ssize_t got = recv(fd, back.data(), back.size(), MSG_WAITALL);
  if (got != static_cast<ssize_t>(back.size())) bench::fail("churn_load: no answer");
  if (std::memcmp(back.data(), kMessage.data(), back.size()) == 0) return;
  std::fputs("churn_load: what came back is not what was sent\n", stderr);
  std::exit(1);
}

class ChurnLoad {
 public:
  explicit ChurnLoad(const Load& load) : load_(load) {}

  void run() {
    batch();
    opened_ = 0;
    const double start = bench::seconds(CLOCK_MONOTONIC);
    const double startCpu = bench::cpuSeconds(load_.pid);
    const double until = start + static_cast<double>(load_.millis) / 1e3;
    while (bench::seconds(CLOCK_MONOTONIC) < until) batch();
    const double cpu = bench::cpuSeconds(load_.pid) - startCpu;
    std::printf("{\"connections\": %ld, \"seconds\": %.6f, \"server_cpu_seconds\": %.9f}\n",
                opened_, bench::seconds(CLOCK_MONOTONIC) - start, cpu);
  }

 private:
  void batch() {
    for (long i = 0; i < load_.together; ++i) {
      batch_.push_back(bench::connectToLoopback(load_.port, opened_++ % kSources));
    }
    for (const int fd : batch_) {
      if (send(fd, kMessage.data(), kMessage.size(), MSG_NOSIGNAL) < 0)
        bench::fail("churn_load: send");
    }
    for (const int fd : batch_) hearEcho(fd);
    for (const int fd : batch_) close(fd);
    batch_.clear();
  }

  const Load load_;
  long opened_ = 0;
  std::vector<int> batch_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::raiseDescriptorLimit();
  const Load load = loadOf(argc, argv);
  if (load.port == 0) {
    std::fputs("churn_load: give --port\n", stderr);
    return 2;
  }
  ChurnLoad(load).run();
}
