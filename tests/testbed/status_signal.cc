#include "testbed/status_signal.h"

#include <dirent.h>
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

namespace testbed {

namespace {

sigset_t onlyTheSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  return signals;
}

// The descriptors that are open. Keeps one to see them with, from the first time on, so that none
// is needed when there is none left.
std::size_t openDescriptors() {
  static DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  ::rewinddir(folder);
  std::size_t entries = 0;
  while (::readdir(folder) != nullptr) ++entries;
  return entries - 2;  // . and ..
}

// Exceptions of ours are known without their namespace.
std::string_view shortName(std::string_view type) {
  constexpr std::string_view kOurs = "ropewalk::";
  return type.starts_with(kOurs) ? type.substr(kOurs.size()) : type;
}

std::string statusLine(const ropewalk::ReactorStatistics& now) {
  std::string closed;
  for (const auto& [reason, count] : now.closed) {
    closed += (closed.empty() ? "\"" : ",\"") + std::string(shortName(reason)) +
              "\":" + std::to_string(count);
  }
  const std::chrono::duration<double, std::milli> lag = now.latestCall;
  return "{\"open\":" + std::to_string(now.open) + ",\"accepted\":" + std::to_string(now.accepted) +
         ",\"closed\":{" + closed + "},\"fds\":" + std::to_string(openDescriptors()) +
         ",\"timers\":" + std::to_string(now.timers - 1) +
         ",\"queued_bytes\":" + std::to_string(now.queuedBytes) +
         ",\"loop_lag_ms_max\":" + std::to_string(lag.count()) + "}\n";
}

}  // namespace

StatusSignal::StatusSignal(ropewalk::Reactor& reactor) : reactor_(reactor) {
  const sigset_t signals = onlyTheSignal();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  openDescriptors();
  thread_ = std::thread([this] { wait(); });
  beat();
}

StatusSignal::~StatusSignal() {
  isOver_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
  if (nextBeat_.active()) nextBeat_.cancel();
}

void StatusSignal::beat() {
  nextBeat_ = reactor_.callLater(std::chrono::milliseconds(100), [this] { beat(); });
}

void StatusSignal::wait() {
  const sigset_t signals = onlyTheSignal();
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0 || isOver_) return;
    reactor_.callFromThread(
        [this] { std::fputs(statusLine(reactor_.statistics()).c_str(), stderr); });
  }
}

}  // namespace testbed
