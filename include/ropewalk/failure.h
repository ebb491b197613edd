#pragma once

#include <cstddef>
#include <exception>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "ropewalk/error.h"

namespace ropewalk {

/// An error, or the reason why something ended: an exception passed as a value instead of thrown.
///
///   void connectionLost(const Failure& why) override {
///     if (!why.check<ConnectionDone>()) logWarning("lost the peer: {}", why.what());
///   }
///
/// A default-constructed Failure means success: it is false, its text and code are empty, and every
/// check() is false.
///
/// Threads: a value of 8 bytes; copies share one exception object, which must not be changed.
class Failure {
 public:
  Failure() noexcept = default;

  /// Wraps an exception that was caught elsewhere; a null pointer gives an empty Failure.
  explicit Failure(std::exception_ptr exception) noexcept : exception_(std::move(exception)) {}

  /// A failure that holds `error`, an exception of any type.
  template <class E>
  static Failure of(E error) {
    static_assert(!std::is_same_v<E, Failure>, "this is a Failure already");
    return Failure(std::make_exception_ptr(std::move(error)));
  }

  /// The exception being handled. REQUIRES: called inside a catch block.
  static Failure current() noexcept { return Failure(std::current_exception()); }

  /// The most frequent failures. Allocates no memory after the first call of each, or once a
  /// Reactor was made.
  static const Failure& connectionDone();
  static const Failure& connectionLost();
  static const Failure& connectionAborted();
  static const Failure& cancelled();

  /// True if there is a failure.
  explicit operator bool() const noexcept { return exception_ != nullptr; }

  /// True if the exception is an `E` or derives from it: what `catch (const E&)` would catch.
  template <class E>
  bool check() const noexcept {
    return find(typeid(E)) != nullptr;
  }

  /// The exception as an `E`, or null if it is not one. Valid as long as this Failure or a copy.
  template <class E>
  const E* get() const noexcept {
    static_assert(std::is_class_v<E>, "only exceptions of class type can be looked at");
    return static_cast<const E*>(find(typeid(E)));
  }

  /// Returns which of the types `E...` the exception is, counted from 0; raises it if it is not
  /// among them.
  ///
  /// REQUIRES: there is a failure.
  template <class... E>
  std::size_t trap() const {
    std::size_t index = 0;
    if ((... || (check<E>() || (++index, false)))) return index;
    raise();
  }

  /// The exception's own text; if it is neither a std::exception nor a string, a text with the name
  /// of its type.
  ///
  /// NUL-terminated. Valid as long as this Failure or a copy of it.
  std::string_view what() const noexcept;

  /// The name of the exception's type, such as "ropewalk::ConnectionDone". Valid for ever.
  std::string_view typeName() const noexcept;

  /// The system's error if the exception is a std::system_error that carries one; otherwise empty.
  std::error_code code() const noexcept;

  /// Throws the exception. REQUIRES: there is a failure.
  [[noreturn]] void raise() const { std::rethrow_exception(exception_); }

  const std::exception_ptr& exception() const noexcept { return exception_; }

 private:
  // The exception as `wanted`, or null. Asks the C++ runtime instead of throwing it again.
  const void* find(const std::type_info& wanted) const noexcept;

  std::exception_ptr exception_;
};

}  // namespace ropewalk
