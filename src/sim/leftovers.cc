// What is left of a world when it should be over.

#include "ropewalk/sim/leftovers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "reactor/reactor_core.h"
#include "reactor/sim/network.h"
#include "ropewalk/sim/host.h"
#include "ropewalk/sim/world.h"
#include "sim/timeline.h"
#include "transport/connection.h"

namespace ropewalk::sim {

namespace {

std::string seconds(Duration since) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>(since).count());
  return text;
}

}  // namespace

std::string World::leftovers() const {
  std::string text;
  for (const Host* const host : inOrder_) {
    host->addPorts(text);
    host->addLeftovers(text);
  }
  return text;
}

void World::finish() {
  stopHosts(Stopping::Clients);
  stopHosts(Stopping::All);
  std::string left;
  for (Host* const host : inOrder_) {
    if (host->isActive()) {
      left += host->name() + ": has not stopped\n";
    } else {
      host->endSleeps();
    }
  }
  // In a second round, because the end of one host can change another.
  for (const Host* const host : inOrder_) host->addLeftovers(left);
  if (!left.empty()) throw Leftovers("the simulated world is over, and there is still:\n" + left);
}

void World::stopHosts(Stopping which) {
  const auto concerns = [which](const Host* host) {
    return which == Stopping::All || !host->isServer();
  };
  // By index, because code that drain() calls may add hosts.
  for (std::size_t i = 0; i < inOrder_.size(); ++i) {
    if (concerns(inOrder_[i])) inOrder_[i]->drain();
  }
  const auto runs = [&](const Host* host) { return concerns(host) && host->isActive(); };
  runUntil([&] { return std::ranges::none_of(inOrder_, runs); }, 1min);
}

// Its connections end when the others have sent their last bytes.
bool Host::isServer() const { return !machine_.listeningPorts().empty(); }

void Host::endSleeps() {
  if (!reactor_) return;
  const CurrentReactor current(*reactor_);
  detail::ReactorCore::of(*reactor_).timers().endSleeps();
}

void Host::drain() {
  resume();
  if (machine_.isOff()) endReactor();
  if (!isActive()) return;
  const CurrentReactor current(*reactor_);
  try {
    reactor_->drain();
  } catch (const ReactorNotRunning&) {
    // It is stopping already.
  }
}

bool Host::isActive() const noexcept {
  return reactor_ && detail::ReactorCore::of(*reactor_).active();
}

void Host::addPorts(std::string& text) const {
  for (const std::uint16_t port : machine_.listeningPorts()) {
    text += name() + ": port " + std::to_string(port) + " listens\n";
  }
}

void Host::addLeftovers(std::string& text) const {
  if (!reactor_) return;
  const std::string line = name() + ": ";
  const ReactorStatistics all = reactor_->statistics();
  for (const auto& connection : detail::ReactorCore::of(*reactor_).turn().connections()) {
    text += line + connection->logPrefix() + " is open, " +
            std::to_string(connection->unsentBytes()) + " bytes queued\n";
  }
  std::uint64_t lost = 0;
  for (const auto& [reason, count] : all.closed) lost += count;
  if (all.accepted != lost + all.open) {
    text += line + std::to_string(all.accepted) + " connections were made and " +
            std::to_string(lost) + " lost\n";
  }
  if (const std::size_t known = all.open + machine_.listeningPorts().size();
      machine_.descriptors() != known) {
    text += line + std::to_string(machine_.descriptors()) + " descriptors are in use, of which " +
            std::to_string(known) + " are known\n";
  }
  for (const DelayedCall& call : reactor_->getDelayedCalls()) {
    text += line + "a call is due in " + seconds(call.getTime() - world_.now()) + '\n';
  }
}

}  // namespace ropewalk::sim
