#pragma once

#include <optional>
#include <utility>

#include "ropewalk/failure.h"

namespace ropewalk {

/// A value or a Failure. Deferred::addBoth() passes one to its callback.
///
///   std::move(answer).addBoth([](Result<int> result) {
///     if (result) logInfo("got {}", result.value()); else logInfo("{}", result.failure());
///   });
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  /// REQUIRES: `failure` is not empty.
  Result(Failure failure) : failure_(std::move(failure)) {}

  /// True if there is a value.
  explicit operator bool() const noexcept { return value_.has_value(); }

  /// The value; raises the failure if there is none.
  T& value() & {
    if (!value_) failure_.raise();
    return *value_;
  }
  const T& value() const& { return const_cast<Result*>(this)->value(); }
  T&& value() && { return std::move(value()); }

  /// The failure; empty if there is a value.
  const Failure& failure() const noexcept { return failure_; }

 private:
  std::optional<T> value_;
  Failure failure_;
};

/// The same for a result without a value.
template <>
class Result<void> {
 public:
  Result() noexcept = default;
  Result(Failure failure) noexcept : failure_(std::move(failure)) {}

  explicit operator bool() const noexcept { return !failure_; }

  /// Raises the failure if there is one.
  void value() const {
    if (failure_) failure_.raise();
  }

  const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

}  // namespace ropewalk
