#include "ropewalk/sim/world.h"

#include <cstdio>
#include <exception>
#include <utility>

#include "reactor/sim/link.h"
#include "reactor/sim/network.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/error.h"
#include "sim/end_of_time.h"
#include "sim/story_listener.h"
#include "sim/timeline.h"

namespace ropewalk::sim {

namespace {

// How many lines of the trace a story ends with.
constexpr std::size_t kStoryLines = 20;

}  // namespace

World::World(std::uint64_t seed, TimePoint start)
    : exceptions_(std::uncaught_exceptions()),
      network_(std::make_shared<detail::SimNetwork>(seed, start)),
      timeline_(std::make_unique<detail::Timeline>(network_)),
      random_(~seed) {}

World::~World() {
  if (std::uncaught_exceptions() > exceptions_) detail::tellStory(story());
  isEnding_ = true;
  // In the order in which they were made, not that of their names. What they call may ask for any
  // of them: all are there until the last one is gone.
  for (std::size_t i = 0; i < inOrder_.size(); ++i) inOrder_[i]->leave();
}

std::uint64_t World::seed() const noexcept { return network_->seed(); }

Host& World::host(std::string_view name) {
  const auto found = hosts_.find(name);
  const bool isThere = found != hosts_.end();
  if (isEnding_ && (!isThere || found->second->isGone_)) throw Host::gone();
  if (isThere) return *found->second;
  detail::SimHost& machine = network_->addHost(std::string(name));
  auto host = std::make_unique<Host>(*this, machine);
  inOrder_.push_back(host.get());
  return *hosts_.emplace(name, std::move(host)).first->second;
}

TimePoint World::now() const noexcept { return network_->now(); }

void World::advance(Duration amount) { timeline_->advance(amount); }

bool World::turn() {
  timeline_->touch();
  return timeline_->round();
}

bool World::runUntil(UniqueFunction<bool()> predicate, Duration limit) {
  detail::requireCallable(predicate);
  const TimePoint last = detail::timeAfter(now(), limit);
  timeline_->touch();
  while (!predicate()) {
    if (timeline_->step(last)) continue;
    network_->setNow(last);
    return predicate();
  }
  return true;
}

void World::runUntilIdle() { timeline_->runUntilIdle(); }

void World::setDelay(const Delay& delay) { network_->wires.setDelay(delay); }

void World::setDelay(std::string_view a, std::string_view b, const Delay& delay) {
  network_->wires.setDelay(host(a).machine_, host(b).machine_, delay);
}

void World::setBandwidth(std::size_t bytesPerSecond) {
  network_->wires.setBandwidth(bytesPerSecond);
}

void World::setBandwidth(std::string_view a, std::string_view b, std::size_t bytesPerSecond) {
  network_->wires.setBandwidth(host(a).machine_, host(b).machine_, bytesPerSecond);
}

void World::setSegmentation(const Segmentation& segmentation) {
  network_->segmentation = segmentation;
}

void World::setBuffers(const Buffers& buffers) { network_->buffers = buffers; }

void World::setShuffling(bool on) { network_->shuffles = on; }

void World::setAddresses(std::string_view name, std::vector<Address> addresses) {
  network_->names.set(name, std::move(addresses));
}

void World::setLookupDelay(Duration delay) { network_->names.setDelay(delay); }

void World::partition(std::string_view a, std::string_view b) {
  network_->partition(host(a).machine_, host(b).machine_);
}

void World::heal(std::string_view a, std::string_view b) {
  network_->heal(host(a).machine_, host(b).machine_);
}

std::size_t World::reset(std::string_view a, std::string_view b) {
  return network_->reset(host(a).machine_, host(b).machine_);
}

std::size_t World::reset(const Protocol& protocol) {
  return network_->reset(protocol.transport->getHost(), protocol.transport->getPeer());
}

void World::setRoundLimit(std::size_t rounds) { timeline_->setRoundLimit(rounds); }

std::uint64_t World::traceHash() const noexcept { return network_->trace().hash(); }

std::vector<std::string> World::trace() const { return network_->trace().lines(); }

void World::note(std::string_view what) { network_->note(what); }

std::string World::story() const {
  char head[120];
  std::snprintf(head, sizeof head, "simulated world of seed %llu, trace hash %016llx, last lines:",
                static_cast<unsigned long long>(seed()),
                static_cast<unsigned long long>(traceHash()));
  std::string text(head);
  for (const std::string& line : network_->trace().lines(kStoryLines)) text += "\n  " + line;
  return text;
}

}  // namespace ropewalk::sim
