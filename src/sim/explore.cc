#include "ropewalk/sim/explore.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "ropewalk/detail/require_callable.h"
#include "ropewalk/failure.h"
#include "sim/story_listener.h"

namespace ropewalk::detail {

namespace {

constinit thread_local StoryListener* listener = nullptr;

}  // namespace

StoryListener::StoryListener() noexcept : outer_(std::exchange(listener, this)) {}

StoryListener::~StoryListener() { listener = outer_; }

void tellStory(const std::string& story) {
  if (listener != nullptr) {
    listener->heard_ += story;
  } else {
    std::fprintf(stderr, "%s\n", story.c_str());
  }
}

}  // namespace ropewalk::detail

namespace ropewalk::sim {

namespace {

using Steps = std::vector<std::size_t>;

// How a run failed.
struct Failed {
  Failure why;
  Steps steps;
  std::string deeds;
  std::string story;
};

// The runs of one scenario.
class Trials {
 public:
  Trials(UniqueFunction<void(Schedule&)>& scenario, std::uint64_t seed)
      : scenario_(scenario), seed_(seed) {}

  // Runs it with these steps only. Nothing if all is well.
  std::optional<Failed> run(const Steps& steps) {
    ++count_;
    const detail::StoryListener listener;
    Schedule schedule(seed_, steps);
    try {
      scenario_(schedule);
      return std::nullopt;
    } catch (...) {
      // Steps that the scenario did not come to have no part in it.
      Steps taken(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(schedule.taken()));
      return Failed{Failure::current(), std::move(taken), schedule.deeds(), listener.heard()};
    }
  }

  // Delta debugging: leaves out halves, quarters, ... single steps, as long as it still fails.
  Failed shrink(Failed failed, std::size_t most) {
    std::size_t chunk = std::max<std::size_t>(failed.steps.size() / 2, 1);
    while (!failed.steps.empty()) {
      const bool shorter = dropChunks(failed, chunk, most);
      if (count_ >= most || (chunk == 1 && !shorter)) break;
      chunk = std::max<std::size_t>(std::min(chunk, failed.steps.size()) / 2, 1);
    }
    return failed;
  }

  std::size_t count() const noexcept { return count_; }

 private:
  bool dropChunks(Failed& failed, std::size_t chunk, std::size_t most) {
    bool shorter = false;
    for (std::size_t at = 0; at < failed.steps.size() && count_ < most;) {
      Steps fewer = failed.steps;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t size = std::min(chunk, fewer.size() - at);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (auto still = run(fewer)) {
        failed = std::move(*still);
        shorter = true;
      } else {
        at += size;
      }
    }
    return shorter;
  }

  UniqueFunction<void(Schedule&)>& scenario_;
  const std::uint64_t seed_;
  std::size_t count_ = 0;
};

std::string recipe(std::uint64_t seed, const Steps& steps) {
  std::string text = std::to_string(seed) + ':';
  for (std::size_t i = 0; i < steps.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(steps[i]);
  }
  return text;
}

[[noreturn]] void report(std::uint64_t seed, const Failed& failed, std::size_t of,
                         std::size_t runs) {
  std::string text = "seed " + std::to_string(seed) + " fails with " +
                     std::to_string(failed.steps.size()) + " of " + std::to_string(of) +
                     " steps (" + std::to_string(runs) + " runs): ";
  text.append(failed.why.what()).append("\n").append(failed.deeds);
  text += "ROPEWALK_SCHEDULE=" + recipe(seed, failed.steps) + " repeats it\n" + failed.story;
  throw FailingSchedule(text, seed, failed.steps, failed.why);
}

// Takes a number off the front of `text`. False if there is none.
template <typename Number>
bool takeNumber(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc();
}

// "SEED", or "SEED:STEP,STEP,..." into `steps`.
std::uint64_t parse(std::string_view recipe, Steps& steps) {
  std::string_view rest = recipe;
  std::uint64_t seed = 0;
  bool good = takeNumber(rest, seed);
  if (rest.starts_with(':')) steps.clear();
  if (rest == ":") return seed;  // without any step
  for (char before = ':'; good && rest.starts_with(before); before = ',') {
    rest.remove_prefix(1);
    good = takeNumber(rest, steps.emplace_back());
  }
  if (good && rest.empty()) return seed;
  throw Error("ROPEWALK_SCHEDULE is no schedule: " + std::string(recipe));
}

}  // namespace

void explore(UniqueFunction<void(Schedule&)> scenario, const Exploration& exploration) {
  detail::requireCallable(scenario);
  Steps all(exploration.steps);
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (const char* const recipe = std::getenv("ROPEWALK_SCHEDULE")) {
    Steps steps = all;
    const std::uint64_t seed = parse(recipe, steps);
    if (const auto failed = Trials(scenario, seed).run(steps)) {
      report(seed, *failed, all.size(), 1);
    }
    return;
  }
  for (std::uint64_t i = 0; i < exploration.seeds; ++i) {
    const std::uint64_t seed = exploration.firstSeed + i;
    Trials trials(scenario, seed);
    if (auto failed = trials.run(all)) {
      const Failed shortest = trials.shrink(std::move(*failed), exploration.shrinkRuns);
      report(seed, shortest, all.size(), trials.count());
    }
  }
}

}  // namespace ropewalk::sim
