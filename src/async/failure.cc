// A Failure looks into its exception without rethrowing it, by the same ABI calls that the unwinder
// makes for a catch clause. The names and texts of thrown types are made once and kept.

#include "ropewalk/failure.h"

#include <cxxabi.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <typeindex>

namespace ropewalk {
namespace {

struct TypeNames {
  // For an exception that has no what().
  struct Entry {
    std::string name;
    std::string text;
  };
  std::mutex mutex;
  std::map<std::type_index, Entry> entries;
};

TypeNames::Entry describe(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  TypeNames::Entry entry;
  entry.name = status == 0 ? demangled.get() : type.name();
  entry.text = "unknown exception of type " + entry.name;
  return entry;
}

// Never freed, one entry per type ever thrown, so that a string_view of it stays valid.
constinit std::atomic<TypeNames*> allNames = nullptr;

// In a forked child the lock may be held by a thread that does not exist there.
void beginAnewInChild() noexcept {
  TypeNames& parents = *allNames.load();
  if (parents.mutex.try_lock()) return parents.mutex.unlock();
  if (auto* const own = new (std::nothrow) TypeNames) allNames = own;
}

const TypeNames::Entry& entryOf(const std::type_info& type) {
  [[maybe_unused]] static const int once = [] {
    allNames = new TypeNames;
    return ::pthread_atfork(nullptr, nullptr, beginAnewInChild);
  }();
  TypeNames& names = *allNames.load();
  const std::lock_guard lock(names.mutex);
  const auto known = names.entries.find(type);
  if (known != names.entries.end()) return known->second;
  return names.entries.emplace(type, describe(type)).first->second;
}

}  // namespace

// Never destroyed: a reactor in a global object uses them when exit(3) destroys it.
const Failure& Failure::connectionDone() {
  static const Failure& failure = *new Failure(of(ConnectionDone()));
  return failure;
}

const Failure& Failure::connectionLost() {
  static const Failure& failure = *new Failure(of(ConnectionLost()));
  return failure;
}

const Failure& Failure::connectionAborted() {
  static const Failure& failure = *new Failure(of(ConnectionAborted()));
  return failure;
}

const Failure& Failure::cancelled() {
  static const Failure& failure = *new Failure(of(CancelledError()));
  return failure;
}

const void* Failure::find(const std::type_info& wanted) const noexcept {
  if (exception_ == nullptr) return nullptr;
  // An exception_ptr of libstdc++ is one pointer to the thrown object. __do_catch() is the check
  // that the unwinder makes for every catch clause it passes.
  void* object = nullptr;
  static_assert(sizeof exception_ == sizeof object);
  std::memcpy(&object, static_cast<const void*>(&exception_), sizeof object);
  const std::type_info* thrown = exception_.__cxa_exception_type();
  if (thrown->__is_pointer_p()) object = *static_cast<void**>(object);
  return wanted.__do_catch(thrown, &object, 1) ? object : nullptr;
}

std::string_view Failure::what() const noexcept {
  if (exception_ == nullptr) return "";
  if (const auto* standard = get<std::exception>()) return standard->what();
  if (const void* text = find(typeid(const char*))) return static_cast<const char*>(text);
  if (const auto* text = get<std::string>()) return *text;
  try {
    return entryOf(*exception_.__cxa_exception_type()).text;
  } catch (...) {  // out of memory
    return "unknown exception";
  }
}

std::string_view Failure::typeName() const noexcept {
  if (exception_ == nullptr) return "";
  const std::type_info& type = *exception_.__cxa_exception_type();
  try {
    return entryOf(type).name;
  } catch (...) {
    return type.name();
  }
}

std::error_code Failure::code() const noexcept {
  const auto* system = get<std::system_error>();
  return system != nullptr ? system->code() : std::error_code();
}

}  // namespace ropewalk
