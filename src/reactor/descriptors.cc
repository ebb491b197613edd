// An Entry owns the watch of one descriptor and calls it. It checks that the descriptor still has
// the same number and is open; otherwise, or if a callback throws, it ends the watch and calls
// connectionLost().

#include "reactor/descriptors.h"

#include <iterator>
#include <system_error>
#include <utility>

#include "async/class_name.h"
#include "async/failure_of.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"

namespace ropewalk {

void Descriptor::connectionLost(const Failure&) {}

std::string Descriptor::logPrefix() const { return detail::className(typeid(*this)); }

namespace detail {

// One descriptor and its watch. The list holds a reference, and the entry itself while it calls.
class Descriptors::Entry final : public RefCounted, private WatchOwner {
 public:
  Entry(Descriptors& list, std::shared_ptr<Descriptor> descriptor, std::uint64_t order)
      : list_(list),
        descriptor_(std::move(descriptor)),
        fd_(descriptor_->fileno()),
        watch_(list.driver_.watch(fd_, *this)),
        order_(order) {}

  const std::shared_ptr<Descriptor>& descriptor() const noexcept { return descriptor_; }
  std::uint64_t order() const noexcept { return order_; }
  int fd() const noexcept { return fd_; }
  bool watches(Interest side) const noexcept { return has(interest_, side); }

  // 0 or the errno.
  int set(Interest side, bool on) noexcept;
  void stop() noexcept { watch_.reset(); }
  void lose(const Failure& why) noexcept;

 private:
  void readReady() noexcept override { call(&Descriptor::doRead); }
  void writeReady() noexcept override { call(&Descriptor::doWrite); }
  void wentAway() noexcept override;
  void call(void (Descriptor::*ready)()) noexcept;
  bool isThere() const { return descriptor_->fileno() == fd_ && watch_->isOpen(); }

  Descriptors& list_;
  const std::shared_ptr<Descriptor> descriptor_;
  const int fd_;
  std::unique_ptr<Watch> watch_;  // null once it is no longer watched
  Interest interest_ = Interest::Nothing;
  const std::uint64_t order_;
};

void Descriptors::Entry::wentAway() noexcept {
  const LogContext named(*descriptor_);
  logWarning("descriptor {} was closed while it was watched", fd_);
  lose(failureOf<ConnectionLost>("the descriptor was closed"));
}

int Descriptors::Entry::set(Interest side, bool on) noexcept {
  const auto bits = static_cast<unsigned>(interest_);
  const auto bit = static_cast<unsigned>(side);
  const auto wanted = static_cast<Interest>(on ? bits | bit : bits & ~bit);
  const int error = watch_->setInterest(wanted);
  if (error == 0) interest_ = wanted;
  return error;
}

void Descriptors::Entry::call(void (Descriptor::*ready)()) noexcept {
  const Ref<Entry> self(this);
  const LogContext named(*descriptor_);
  try {
    if (descriptor_->fileno() == fd_) ((*descriptor_).*ready)();
    if (watch_ && !isThere()) wentAway();
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("a callback threw {}: {}", thrown.typeName(), thrown);
    lose(thrown);
  }
}

void Descriptors::Entry::lose(const Failure& why) noexcept {
  if (!watch_) return;
  const Ref<Entry> self(this);
  const LogContext named(*descriptor_);
  stop();
  list_.forget(*this);
  try {
    descriptor_->connectionLost(why);
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("connectionLost threw {}: {}", thrown.typeName(), thrown);
  }
}

// The Descriptor for addReader(int, callable) and addWriter(int, callable).
class Descriptors::Callback final : public Descriptor {
 public:
  explicit Callback(int fd) : fd_(fd) {}

  void set(Interest side, UniqueFunction<void()> call) {
    (side == Interest::Read ? read_ : write_) =
        std::make_shared<UniqueFunction<void()>>(std::move(call));
  }

  int fileno() const override { return fd_; }
  void doRead() override { call(read_); }
  void doWrite() override { call(write_); }
  std::string logPrefix() const override { return "descriptor " + std::to_string(fd_); }

 private:
  // Takes a copy, because the callable may be replaced while it runs.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  static void call(std::shared_ptr<UniqueFunction<void()>> ready) { (*ready)(); }

  const int fd_;
  std::shared_ptr<UniqueFunction<void()>> read_;
  std::shared_ptr<UniqueFunction<void()>> write_;
};

Descriptors::Descriptors(Driver& driver) : driver_(driver) {}

Descriptors::~Descriptors() { loseAll(Failure::connectionLost()); }

Descriptors::Entries::iterator Descriptors::entryOf(std::shared_ptr<Descriptor> descriptor) {
  const Descriptor* const key = descriptor.get();
  if (const auto found = places_.find(key); found != places_.end()) return found->second;
  entries_.emplace_back(new Entry(*this, std::move(descriptor), ++added_));
  const auto place = std::prev(entries_.end());
  try {
    places_.emplace(key, place);
  } catch (...) {
    entries_.pop_back();
    throw;
  }
  return place;
}

void Descriptors::add(std::shared_ptr<Descriptor> descriptor, Interest side) {
  const Ref<Entry> entry = *entryOf(std::move(descriptor));
  const int error = entry->set(side, true);
  if (error == 0) return;
  remove(*entry->descriptor(), side);
  const std::error_code why(error, std::generic_category());
  const char* const tried = side == Interest::Read ? "addReader" : "addWriter";
  throw Error(std::string(tried) + ": descriptor " + std::to_string(entry->descriptor()->fileno()) +
                  ": " + why.message(),
              why);
}

void Descriptors::remove(const Descriptor& descriptor, Interest side) noexcept {
  const auto found = places_.find(&descriptor);
  if (found == places_.end()) return;
  const Ref<Entry> entry = *found->second;
  entry->set(side, false);
  if (entry->watches(Interest::Read) || entry->watches(Interest::Write)) return;
  entry->stop();
  forget(*entry);
}

void Descriptors::add(int fd, Interest side, UniqueFunction<void()> call) {
  auto place = callbacks_.find(fd);
  if (place == callbacks_.end()) {
    place = callbacks_.emplace(fd, std::make_shared<Callback>(fd)).first;
  }
  const std::shared_ptr<Callback> kept = place->second;
  kept->set(side, std::move(call));
  // Watch again, because the number may mean another file now.
  const auto found = places_.find(kept.get());
  if (found != places_.end()) (*found->second)->set(side, false);
  add(kept, side);
}

void Descriptors::remove(int fd, Interest side) noexcept {
  const auto found = callbacks_.find(fd);
  if (found == callbacks_.end()) return;
  const std::shared_ptr<Callback> kept = found->second;
  remove(*kept, side);
}

// A callback's descriptor never changes its number.
void Descriptors::forget(const Entry& entry) noexcept {
  const Descriptor* const key = entry.descriptor().get();
  const auto callback = callbacks_.find(entry.fd());
  if (callback != callbacks_.end() && callback->second.get() == key) callbacks_.erase(callback);
  const auto place = places_.find(key);
  entries_.erase(place->second);
  places_.erase(place);
}

std::vector<std::shared_ptr<Descriptor>> Descriptors::all(Interest side) const {
  std::vector<std::shared_ptr<Descriptor>> descriptors;
  for (const Ref<Entry>& entry : entries_) {
    if (entry->watches(side)) descriptors.push_back(entry->descriptor());
  }
  return descriptors;
}

std::vector<std::shared_ptr<Descriptor>> Descriptors::removeAll() {
  std::vector<std::shared_ptr<Descriptor>> descriptors;
  for (const Ref<Entry>& entry : entries_) {
    entry->stop();
    descriptors.push_back(entry->descriptor());
  }
  places_.clear();
  entries_.clear();
  callbacks_.clear();
  return descriptors;
}

void Descriptors::loseAll(const Failure& why) noexcept {
  // One at a time, because a copy of the list would need memory. Those added meanwhile stay.
  const std::uint64_t last = added_;
  while (!entries_.empty() && entries_.front()->order() <= last && driver_.isOurs()) {
    const Ref<Entry> entry = entries_.front();
    entry->lose(why);
  }
}

}  // namespace detail
}  // namespace ropewalk
