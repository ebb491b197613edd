#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/connector.h"
#include "ropewalk/descriptor.h"
#include "ropewalk/detail/as_deferred.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/factory.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/listening_port.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {

namespace detail {
class Driver;
class ReactorCore;
}  // namespace detail

/// The phase of an event in which a trigger runs.
enum class Phase { Before, During, After };

/// The events that a trigger can wait for.
enum class SystemEvent { Startup, Shutdown };

/// Identifies a trigger, so that it can be removed.
enum class TriggerId : std::uint64_t {};

/// What a reactor has counted and what it holds.
struct ReactorStatistics {
  std::uint64_t accepted = 0;                   ///< connections accepted and opened so far
  std::size_t open = 0;                         ///< connections that are open now
  std::map<std::string, std::uint64_t> closed;  ///< ended ones, by the name of their reason; ""
                                                ///< for those without memory for the name
  std::size_t timers = 0;                       ///< calls that are pending
  std::size_t queuedBytes = 0;                  ///< written and not yet taken by the kernel
  std::uint64_t slowTurns = 0;                  ///< longer than Reactor::setSlowTurnLimit() says
  Duration longestTurn{};                       ///< of those that were timed
  std::uint64_t bytesReceived = 0;
  std::uint64_t bytesSent = 0;
  Duration latestCall =
      Duration::zero();  ///< how late a timed call ran at worst: the lag of the loop
};

/// The event loop: waits for all events at once and calls the object registered for each.
///
///   reactor().listenTCP(8000, Factory::forProtocol<Echo>());
///   reactor().run();
///
/// Order: a turn runs the calls from other threads, the timed calls that are due, a stop if one was
/// requested, and then the events of the network.
///
/// Ownership: owns its ports, connectors and connections. A process may have several reactors, one
/// per thread. After run() has returned it can be run again.
///
/// Threads: the thread that runs it, except callFromThread() and now(). While it runs, a debug
/// build of the library (NDEBUG not defined) aborts with a message if another thread calls the
/// reactor, a port or a connection.
///
/// Errors: out of memory ends a connection, not the process. A method called here throws
/// std::bad_alloc and has no effect. The reactor's own work degrades: a connection that it cannot
/// accept is closed, the port pauses, a log line is dropped. Two cases end the process: no memory
/// for an exception when the C++ runtime's reserve for exceptions is used up, and none for the
/// answer of a name lookup in the thread that looks it up.
class Reactor final : public ReactorTime {
 public:
  /// A reactor on one of libevent's backends: "epoll", or for comparison "poll" or "select".
  ///
  /// The others are slower, and on them a paused connection notices a reset only when it resumes or
  /// writes. "select" refuses descriptors from 1000 on (EMFILE). Throws Error for another name, and
  /// if the kernel refuses.
  explicit Reactor(std::string_view backend = "epoll");
  /// A reactor on another driver: sim::World uses this.
  explicit Reactor(std::unique_ptr<detail::Driver> driver);
  ~Reactor() override;

  /// Runs until stop(). Fires Startup first and Shutdown last.
  ///
  /// With `handleSignals`, SIGINT (unless the program handles it) and SIGTERM call drain(10s), and
  /// a second signal stops at once. The previous dispositions are restored at the end. Throws
  /// ReactorAlreadyRunning if it is running already.
  void run(bool handleSignals = true);

  /// Ends run() soon: the current callback continues, then Shutdown is fired. Every connection that
  /// is still open then gets connectionLost() with ConnectionLost. Throws ReactorNotRunning if it
  /// is not running, or is stopping already.
  void stop();

  /// Stops gracefully: every protocol gets the input that has arrived, and time to finish.
  ///
  /// In the next turn the ports accept the connections in their backlog and close. Each connection
  /// delivers the input that the kernel holds for it (as much as one turn reads; nothing while it
  /// is paused) and is asked to finish (Protocol::drainRequested()). The reactor stops when the
  /// last connection has ended or at the deadline, whichever is first. Until then connectTCP()
  /// fails with UserError.
  ///
  /// A second call can only make the deadline earlier. Throws ReactorNotRunning as stop() does.
  void drain(Duration deadline = 10s);

  /// True from drain() until the reactor stops.
  bool isDraining() const noexcept;

  /// Leaves run() at the end of this turn, without Shutdown; run() works again afterwards.
  void crash();

  /// Runs one turn, from outside run() or from a timed call; waits at most `delay` for an event.
  /// The next iterate() or run() continues a Startup, a stop or a drain that this leaves
  /// unfinished. Throws ReactorAlreadyRunning from a callback of a connection, a descriptor or a
  /// signal.
  void iterate(Duration delay = Duration::zero());

  /// True from the "during" phase of Startup to that of Shutdown.
  bool isRunning() const noexcept;

  /// Calls `call` once the reactor runs, in the order of these calls; at once if it runs already.
  template <typename Callable>
  void callWhenRunning(Callable&& call) {
    whenRunning(detail::detached(std::forward<Callable>(call)));
  }

  /// Runs `call` on the reactor's thread, in the order of the calls.
  ///
  /// Returns true if `call` will run: in a turn, or at the latest in ~Reactor(), on the thread that
  /// destroys the reactor. Returns false, and drops `call`, if the reactor is being destroyed.
  ///
  /// Threads: any thread, but not a signal handler: this takes a lock, which the interrupted thread
  /// may hold, and allocates. Use onSignal() for signals.
  template <typename Callable>
  bool callFromThread(Callable&& call) {
    return fromThread(detail::detached(std::forward<Callable>(call)));
  }

  /// Runs `call` when `event` is fired, in `phase`. A "before" trigger that returns a Deferred
  /// delays the "during" phase until the Deferred has a value or a failure. Each trigger runs once.
  /// An exception is logged, and the other triggers still run.
  template <typename Callable>
  TriggerId addSystemEventTrigger(Phase phase, SystemEvent event, Callable&& call) {
    return addTrigger(phase, event, detail::asDeferred(std::forward<Callable>(call)));
  }

  /// The same with Twisted's names: "before", "during" or "after", and "startup" or "shutdown".
  /// Throws UnknownPhase for any other.
  template <typename Callable>
  TriggerId addSystemEventTrigger(std::string_view phase, std::string_view event, Callable&& call) {
    return addSystemEventTrigger(phaseNamed(phase), eventNamed(event),
                                 std::forward<Callable>(call));
  }

  /// Throws UnknownTrigger if it was never added, has run, or was removed already.
  void removeSystemEventTrigger(TriggerId trigger);

  /// Calls `call` in a turn of this reactor whenever the process gets `signal`. Replaces an earlier
  /// callable for `signal`, and the reactor's own reaction to SIGINT and SIGTERM.
  ///
  ///   reactor().onSignal(SIGHUP, [] { configuration.read(); });
  ///
  /// Throws Error if another reactor of this process catches signals, as a running one does unless
  /// it was started by run(false).
  template <typename Callable>
  void onSignal(int signal, Callable&& call) {
    onSignalCall(signal, UniqueFunction<void()>(std::forward<Callable>(call)));
  }

  /// Undoes onSignal(): `signal` has its previous effect again.
  void onSignal(int signal, std::nullptr_t) { onSignalCall(signal, nullptr); }

  /// Makes this reactor usable in a child process after fork(3). Call it first in the child, if the
  /// child continues with this reactor.
  ///
  /// From then on parent and child have separate event loops. Connections and ports are open in
  /// both: in the child, close those that the parent continues, with loseConnection(Linger::No).
  /// abortConnection() and any other Linger would end the connection for the parent as well.
  ///
  /// A child that does not call it cannot disturb the parent:
  ///
  /// - It may end by exit(3), _exit(2), a signal or exec(2). A program that it executes inherits
  ///   none of our descriptors.
  /// - If it was forked in a callback, run() returns when that callback returns. Nothing is sent,
  ///   and no other callback runs.
  /// - ~Reactor() closes the descriptors. It does not call connectionLost() and does not destroy
  ///   protocols and pending calls, because their destructors could undo the parent's work.
  /// - Methods of the reactor, its ports and its connections do nothing. Those that would start
  ///   something (run(), listenTCP(), onSignal(), ...) throw Error. callFromThread() returns false.
  /// - Signals that the reactor caught have their previous dispositions.
  /// - It may make and run another Reactor, and log.
  ///
  /// This holds for fork(3) on any thread and for children of children. After vfork(2) and
  /// posix_spawn(3) nothing needs to be done. After _Fork(3) or clone(2) only destruction and
  /// signals are safe: do not return to the loop, and do not log.
  void afterFork();

  /// Listens on `port` (0: any free one) and gives each connection a protocol of `factory`.
  ///
  /// Throws CannotListenError, with the address and the cause, if it cannot listen;
  /// InvalidAddressError if ListenOptions::interface is neither an address nor a known name, or
  /// `port` is not a port; std::invalid_argument if `factory` is null.
  std::shared_ptr<ListeningPort> listenTCP(int port, std::shared_ptr<Factory> factory,
                                           const ListenOptions& options = {});

  /// Connects to `host` and `port`. `factory` is notified of the outcome, never from inside this
  /// call.
  ///
  /// A name is looked up as by resolve(). Its addresses are tried in turn, each 250 ms after the
  /// previous one or as soon as that has failed, with families alternating (RFC 8305), until one
  /// answers. ConnectOptions::timeout covers all of it. If none answers, the failure lists them. A
  /// socket that has connected to itself counts as refused.
  /// Throws InvalidAddressError if `port` is not a port or ConnectOptions::bindHost not an address,
  /// NegativeDelay for a negative timeout, and std::invalid_argument if `factory` is null.
  std::shared_ptr<Connector> connectTCP(std::string_view host, int port,
                                        std::shared_ptr<ClientFactory> factory,
                                        const ConnectOptions& options = {});

  /// The same for a factory that is not notified of the outcome; a failure is logged as a warning.
  template <typename F>
  requires(std::is_base_of_v<Factory, F> && !std::is_base_of_v<ClientFactory, F>)
      std::shared_ptr<Connector> connectTCP(std::string_view host, int port,
                                            std::shared_ptr<F> factory,
                                            const ConnectOptions& options = {}) {
    return connectTCP(host, port, ClientFactory::of(std::move(factory)), options);
  }

  /// Calls doRead() whenever there is something to read. Adding it twice has no further effect. A
  /// file that epoll refuses, such as a regular one, counts as always ready.
  ///
  /// Throws std::invalid_argument if `descriptor` is null, and Error if the kernel cannot watch it
  /// or the reactor is that of a simulated host, which has no descriptors.
  void addReader(std::shared_ptr<Descriptor> descriptor);

  /// The same for doWrite() and room to write.
  void addWriter(std::shared_ptr<Descriptor> descriptor);

  /// Stops calling it, even if it is ready already. Does nothing if it is not watched.
  void removeReader(const Descriptor& descriptor) noexcept;
  void removeWriter(const Descriptor& descriptor) noexcept;

  /// Calls `call` whenever descriptor `fd` has something to read, or room to write. Replaces an
  /// earlier callable for it. Remove it before you close the descriptor.
  ///
  ///   reactor().addReader(STDIN_FILENO, [] { ... });
  ///
  /// If `call` throws, the exception is logged and `call` is removed.
  template <detail::NullaryCallable Callable>
  void addReader(int fd, Callable&& call) {
    detail::requireCallable<std::decay_t<Callable>>(call);
    addReaderCall(fd, UniqueFunction<void()>(std::forward<Callable>(call)));
  }
  template <detail::NullaryCallable Callable>
  void addWriter(int fd, Callable&& call) {
    detail::requireCallable<std::decay_t<Callable>>(call);
    addWriterCall(fd, UniqueFunction<void()>(std::forward<Callable>(call)));
  }
  void removeReader(int fd) noexcept;
  void removeWriter(int fd) noexcept;

  /// The watched descriptors, in the order in which they were added.
  std::vector<std::shared_ptr<Descriptor>> getReaders() const;
  std::vector<std::shared_ptr<Descriptor>> getWriters() const;

  /// Stops watching all of the user's descriptors, and returns them. Ports, connections, timers and
  /// callFromThread() continue.
  std::vector<std::shared_ptr<Descriptor>> removeAll();

  /// Listens on `fd`, a TCP socket that listens already, for example one that a supervisor passed
  /// on.
  ///
  /// Uses a copy of the descriptor; you may close yours at any time. The options of its connections
  /// are set on the socket, which the copies share; ListenOptions::interface and backlog are
  /// ignored. Throws CannotListenError if it is not such a socket, std::invalid_argument if
  /// `factory` is null.
  std::shared_ptr<ListeningPort> adoptStreamPort(int fd, std::shared_ptr<Factory> factory,
                                                 const ListenOptions& options = {});

  /// Gives `fd`, a connected TCP socket, a protocol of `factory`, as if it had just been accepted.
  /// The event loop calls its connectionMade() later.
  ///
  /// Uses a copy of the descriptor; TCP_NODELAY and keep-alive are on. Throws Error if it is not
  /// such a socket, std::invalid_argument if `factory` is null.
  void adoptStreamConnection(int fd, std::shared_ptr<Factory> factory,
                             const ConnectionLimits& limits = {});

  /// The addresses of `name`, without a port, in the order in which to try them; at most 16.
  ///
  /// A literal or a name in the hosts file is answered without waiting. Other names are looked up
  /// on a pool of threads, 16 at a time. A lookup whose Deferreds were all cancelled or have timed
  /// out cannot be interrupted, but does not count among the 16 (up to 64 threads in all).
  ///
  /// Fails with DeferredTimeoutError after `timeout`, and with UnknownHostError if `name` is not a
  /// name or has no address.
  Deferred<std::vector<Address>> resolve(std::string_view name, Duration timeout = 10s,
                                         detail::Place place = detail::Place::current());

  /// Logs a warning for each turn that takes longer than `limit`, with the connection that took the
  /// longest. A callback that blocks or computes delays all other connections. 0s, the default,
  /// turns this off. When on, the clock is read once for each callback.
  ///
  ///   reactor().setSlowTurnLimit(100ms);
  void setSlowTurnLimit(Duration limit);

  ReactorStatistics statistics() const;

  TimePoint now() const override;
  std::vector<DelayedCall> getDelayedCalls() const override;

 private:
  friend class detail::ReactorCore;

  DelayedCall schedule(Duration delay, UniqueFunction<void()> call) override;
  void whenRunning(UniqueFunction<void()> call);
  bool fromThread(UniqueFunction<void()> call);
  void addReaderCall(int fd, UniqueFunction<void()> call);
  void addWriterCall(int fd, UniqueFunction<void()> call);
  void onSignalCall(int signal, UniqueFunction<void()> call);
  TriggerId addTrigger(Phase phase, SystemEvent event, UniqueFunction<Deferred<void>()> call);
  static Phase phaseNamed(std::string_view name);
  static SystemEvent eventNamed(std::string_view name);

  std::unique_ptr<detail::ReactorCore> core_;
};

/// The current reactor: inside a callback of a simulated host, that host's; otherwise the one that
/// runs or was made current on this thread; otherwise the process's own, which is made on first
/// use.
///
/// For main(), examples and user code. A library keeps the Reactor& that it was given.
Reactor& reactor();

/// Makes a reactor current on this thread for the life of this object.
class CurrentReactor {
 public:
  /// `reactor` must outlive this.
  explicit CurrentReactor(Reactor& reactor) noexcept;
  CurrentReactor(const CurrentReactor&) = delete;
  CurrentReactor& operator=(const CurrentReactor&) = delete;
  ~CurrentReactor();

 private:
  Reactor* before_;
};

}  // namespace ropewalk
