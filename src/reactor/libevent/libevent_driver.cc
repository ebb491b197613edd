// Each libevent callback here finds the driver in its argument and is noexcept. requireOurs()
// guards the methods that would change the parent's epoll in a forked child.

#include "reactor/libevent/libevent_driver.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/libevent/descriptor_watch.h"
#include "reactor/libevent/event_base.h"
#include "reactor/libevent/libevent_log.h"
#include "reactor/libevent/name_lookup.h"
#include "reactor/libevent/socket_acceptor.h"
#include "reactor/libevent/socket_channel.h"
#include "ropewalk/error.h"
#include "sys/kernel.h"
#include "sys/open_descriptors.h"
#include "sys/socket_address.h"
#include "sys/standard_placeholders.h"

namespace ropewalk::detail {

namespace {

// libevent's select aborts at FD_SETSIZE (1024). The rest is room for descriptors of other code.
constexpr int kSelectEnd = 1000;

// Reads a level-triggered timer or counter, so that it is no longer ready.
void drain(int fd) noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = sys::kernel.read(fd, &count, sizeof count);
}

FileDescriptor required(const char* what, int fd) {
  if (fd >= 0) return FileDescriptor(fd);
  const std::error_code why(errno, std::generic_category());
  throw Error(std::string(what) + ": " + why.message(), why);
}

}  // namespace

std::unique_ptr<Driver> makeLibeventDriver(std::string_view backend) {
  return std::make_unique<LibeventDriver>(backend);
}

// Throws in a child before afterFork(), where the call would change the parent's epoll.
void Driver::requireOurs() const {
  if (isOurs()) return;
  throw Error("this reactor was made before fork(): call Reactor::afterFork() in the child first");
}

LibeventDriver::LibeventDriver(std::string_view backend)
    : base_(makeEventBase(backend)),
      hasEdges_((event_base_get_features(base()) & EV_FEATURE_ET) != 0),
      descriptorEnd_(backend == "select" ? kSelectEnd : INT_MAX),
      signals_(base()),
      answers_(std::make_shared<AnswerBox>(*this)) {
  logWhatLibeventSays();
  openWakers();
}

LibeventDriver::~LibeventDriver() { answers_->close(); }

void LibeventDriver::openWakers() {
  timer_ = required("timerfd_create",
                    sys::kernel.timerfdCreate(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  waker_ = required("eventfd", sys::kernel.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (std::max(timer_.get(), waker_.get()) >= descriptorEnd_) {
    const std::error_code why(EMFILE, std::generic_category());
    throw Error("select: " + why.message(), why);
  }
  const int how = hasEdges_ ? EV_READ | EV_ET : EV_READ;
  timerEvent_ = watching(timer_.get(), how, alarmRang);
  wakerEvent_ = watching(waker_.get(), how, woken);
  if (!timerEvent_ || !wakerEvent_) throw Error("libevent: event_add failed");
}

// Null if the kernel refuses or there is no memory.
EventPointer LibeventDriver::watching(int fd, int how, event_callback_fn called) noexcept {
  EventPointer event(event_new(base(), fd, static_cast<short>(how | EV_PERSIST), called, this));
  if (event && event_add(event.get(), nullptr) != 0) event.reset();
  return event;
}

TimePoint LibeventDriver::now() const {
  timespec time{};
  sys::kernel.clockGettime(CLOCK_MONOTONIC, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

// Setting the alarm again whenever the first deadline moves to a later time would cost a system
// call each time. An alarm that is too early costs one wake-up.
void LibeventDriver::setAlarm(TimePoint when) {
  if (when >= alarm_ || !isOurs()) return;
  alarm_ = when;
  // Zero would disarm the timer. A time in the past fires at once.
  const Duration due = std::max(when.time_since_epoch(), Duration(1));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(due);
  itimerspec setting{};
  setting.it_value.tv_sec = seconds.count();
  setting.it_value.tv_nsec = (due - seconds).count();
  sys::kernel.timerfdSettime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

bool LibeventDriver::wait(bool block) {
  const int done = event_base_loop(base(), block ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
  if (done < 0) dropClosed();
  return true;
}

// One closed descriptor makes select fail as a whole. A separate function, so that wait(), which is
// called every turn, needs no stack for it.
[[gnu::noinline]] void LibeventDriver::dropClosed() noexcept {
  const auto isClosed = [](const DescriptorWatch* each) { return !each->isOpen(); };
  for (;;) {
    const auto closed = std::ranges::find_if(watches_, isClosed);
    if (closed == watches_.end()) return;
    (*closed)->owner().wentAway();  // destroys the watch
  }
}

void LibeventDriver::wake() noexcept {
  if (!isOurs()) return;
  const std::uint64_t one = 1;
  // It fails only if the counter is full, after 2^64 wake-ups without a wait.
  [[maybe_unused]] const ssize_t written = sys::kernel.write(waker_.get(), &one, sizeof one);
}

void LibeventDriver::alarmRang(int fd, short, void* driver) noexcept {
  auto& self = *static_cast<LibeventDriver*>(driver);
  self.alarm_ = TimePoint::max();
  if (!self.hasEdges_) drain(fd);
}

// The reactor runs the calls from other threads after the wait has ended.
void LibeventDriver::woken(int fd, short, void* driver) noexcept {
  auto& self = *static_cast<LibeventDriver*>(driver);
  if (!self.hasEdges_) drain(fd);
  self.answers_->deliver();
}

void LibeventDriver::catchSignal(int signal, bool on) {
  requireOurs();
  if (!on) return signals_.remove(signal);
  if (!signals_.add(signal)) throw Error("another reactor of this process catches signals");
}

void LibeventDriver::afterFork() {
  // Reinitialise the base before removing events: on the shared epoll, removing an event would
  // remove it for the parent.
  signals_.beforeReinit();
  const sys::StandardPlaceholders held;
  if (event_reinit(base()) != 0) throw Error("libevent: event_reinit failed");
  process_.take();
  timerEvent_.reset();
  wakerEvent_.reset();
  alarm_ = TimePoint::max();
  openWakers();
  // The old one is leaked, because a thread of the parent may have held its lock.
  answers_ = std::make_shared<AnswerBox>(*this);
  signals_.afterFork();
}

void LibeventDriver::forkedInChild() noexcept {
  SignalEvents::forkedInChild();
  event_base_loopbreak(base());
}

// Leaves libevent's own descriptors open. libevent closes them only after epoll_ctl(2), which would
// remove the parent's events from the shared epoll.
void LibeventDriver::abandon() noexcept {
  timer_.close();
  waker_.close();
  ready_.close();
}

std::unique_ptr<Lookup> LibeventDriver::lookUp(const std::string& name, LookupOwner& owner) {
  return std::make_unique<NameLookup>(answers_, name, owner);
}

int LibeventDriver::startPolling(DescriptorWatch& watch) noexcept {
  if (watch.pollPlace != DescriptorWatch::kNowhere) return 0;
  try {
    polled_.push_back(&watch);
    watch.pollPlace = polled_.size() - 1;
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  }
  if (readyEvent_) return 0;
  const int fd = sys::kernel.eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  const int error = fd < 0 ? errno : ENOMEM;
  ready_ = FileDescriptor(fd);
  if (ready_) readyEvent_ = watching(fd, EV_READ, poll);
  if (readyEvent_) return 0;
  stopPolling(watch);
  return error;
}

void LibeventDriver::stopPolling(DescriptorWatch& watch) noexcept {
  const std::size_t place = std::exchange(watch.pollPlace, DescriptorWatch::kNowhere);
  if (place == DescriptorWatch::kNowhere) return;
  polled_[place] = polled_.back();
  polled_.pop_back();
  if (place < polled_.size()) polled_[place]->pollPlace = place;
  if (!polled_.empty()) return;
  if (!isOurs()) return;
  readyEvent_.reset();
  ready_.close();
}

void LibeventDriver::poll(int, short, void* driver) noexcept {
  auto& self = *static_cast<LibeventDriver*>(driver);
  const auto wants = [&](DescriptorWatch* watch, Interest side) {
    return self.isOurs() && self.watches_.contains(watch) && has(watch->polled(), side);
  };
  // If a watch ends meanwhile, the last one takes its place and is called in the next turn.
  for (std::size_t i = 0; i < self.polled_.size() && self.isOurs(); ++i) {
    DescriptorWatch* const watch = self.polled_[i];
    if (wants(watch, Interest::Read)) watch->owner().readReady();
    if (wants(watch, Interest::Write)) watch->owner().writeReady();
  }
}

// A descriptor too high for the backend counts as none being left.
OpenedSocket LibeventDriver::watchable(OpenedSocket opened) const {
  if (opened.socket.get() < descriptorEnd_) return opened;
  return {.socket = {}, .error = EMFILE};
}

Listening LibeventDriver::listen(const Address& host, const ListenOptions& options) {
  requireOurs();
  OpenedSocket opened = watchable(openListening(host, options));
  if (!opened.socket) return {nullptr, opened.error};
  return {std::make_unique<SocketAcceptor>(*this, std::move(opened.socket)), 0};
}

Connecting LibeventDriver::connect(const Address& peer, const Address& bind,
                                   const ConnectOptions& options) {
  requireOurs();
  OpenedSocket opened = watchable(openConnecting(peer, bind, options));
  if (!opened.socket) return {nullptr, opened.error, opened.binding};
  return {std::make_unique<SocketChannel>(*this, std::move(opened.socket), peer), 0, false};
}

Listening LibeventDriver::adoptPort(int fd, const ListenOptions& options) {
  requireOurs();
  OpenedSocket opened = watchable(adoptedPort(fd, options));
  if (!opened.socket) return {nullptr, opened.error};
  return {std::make_unique<SocketAcceptor>(*this, std::move(opened.socket)), 0};
}

Connecting LibeventDriver::adoptConnection(int fd, const ConnectionLimits& limits) {
  requireOurs();
  OpenedSocket opened = watchable(adoptedConnection(fd, limits));
  if (!opened.socket) return {nullptr, opened.error, false};
  sys::SocketAddress peer;
  if (sys::kernel.getpeername(fd, peer.get(), peer.lengthForKernel()) != 0) {
    return {nullptr, errno, false};
  }
  return {std::make_unique<SocketChannel>(*this, std::move(opened.socket), peer.address()), 0,
          false};
}

std::unique_ptr<Watch> LibeventDriver::watch(int fd, WatchOwner& owner) {
  requireOurs();
  if (fd >= descriptorEnd_)
    throw Error("select: descriptor " + std::to_string(fd) + " is too high");
  return std::make_unique<DescriptorWatch>(*this, fd, owner);
}

std::size_t LibeventDriver::descriptorLimit() const {
  rlimit limit{.rlim_cur = 1024, .rlim_max = 1024};
  sys::kernel.getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(std::min(limit.rlim_cur, static_cast<rlim_t>(descriptorEnd_)));
}

// 6 descriptors have no FileDescriptor: the three standard ones and libevent's three.
std::size_t LibeventDriver::openDescriptors() const { return sys::openDescriptors() + 6; }

void LibeventDriver::randomBytes(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = sys::kernel.getrandom(bytes.data(), bytes.size(), 0);
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace ropewalk::detail
