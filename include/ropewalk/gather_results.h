#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/promise.h"

namespace ropewalk {

/// One of several Deferreds failed.
class FirstError : public Error {
 public:
  /// "result `index`: " and the text of `failure`; it also has the code of `failure`.
  FirstError(std::size_t index, Failure failure);

  /// The index of the one that failed, counted from 0.
  std::size_t index() const noexcept { return index_; }
  const Failure& failure() const noexcept { return failure_; }

 private:
  std::size_t index_;
  Failure failure_;
};

namespace detail {

template <class T>
class Gathering final : public RefCounted {
 public:
  using Values = std::vector<T>;

  Gathering(std::size_t count, Place place) : promise(place), values_(count), missing_(count) {}

  void arrived(std::size_t index, Result<T> result) {
    if (result) {
      values_[index].emplace(std::move(result).value());
      if (--missing_ == 0) promise.callback(takeValues());
    } else if (isCancelled || promise.hasFired()) {
      result.failure().raise();  // logged as an unhandled failure
    } else {
      promise.errback(Failure::of(FirstError(index, result.failure())));
    }
  }

  void cancel() {
    isCancelled = true;
    // Firing may release the parts.
    for (Deferred<void>& part : std::exchange(parts, {})) part.cancel();
  }

  Promise<Values> promise;
  std::vector<Deferred<void>> parts;
  bool isCancelled = false;

 private:
  Values takeValues() {
    Values values;
    values.reserve(values_.size());
    for (std::optional<T>& value : values_) values.push_back(std::move(*value));
    return values;
  }

  std::vector<std::optional<T>> values_;
  std::size_t missing_;
};

}  // namespace detail

/// Waits for all of `deferreds`. Fires with their values, in the same order.
///
/// The first failure ends it, as a FirstError. Later values are then dropped; a further failure is
/// logged like any unhandled one. Cancelling cancels all that are not done.
template <class T>
Deferred<std::vector<T>> gatherResults(std::vector<Deferred<T>> deferreds,
                                       detail::Place place = detail::Place::current()) {
  if (deferreds.empty()) return succeed(std::vector<T>(), place);
  const detail::Ref<detail::Gathering<T>> gathering(
      new detail::Gathering<T>(deferreds.size(), place));
  auto all = gathering->promise.deferred();
  gathering->promise.onCancel([gathering] { gathering->cancel(); });
  for (std::size_t i = 0; i < deferreds.size(); ++i) {
    gathering->parts.push_back(
        std::move(deferreds[i])
            .addBoth([gathering, i](Result<T> result) { gathering->arrived(i, std::move(result)); },
                     place));
  }
  return all;
}

/// The same for Deferreds without a value.
inline Deferred<void> gatherResults(std::vector<Deferred<void>> deferreds,
                                    detail::Place place = detail::Place::current()) {
  std::vector<Deferred<detail::Unit>> ends;
  ends.reserve(deferreds.size());
  for (Deferred<void>& deferred : deferreds) {
    ends.push_back(std::move(deferred).addCallback([] { return detail::Unit(); }, place));
  }
  return gatherResults(std::move(ends), place)
      .addCallback([](const std::vector<detail::Unit>&) {}, place);
}

}  // namespace ropewalk
