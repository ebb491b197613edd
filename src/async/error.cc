// The texts of the errors; those of connections are worded as in Twisted. connectErrorFor() turns
// the errno of a connect into the matching type.

#include "ropewalk/error.h"

#include <cerrno>

#include "ropewalk/failure.h"

namespace ropewalk {
namespace {

std::string lostText(std::string_view what, std::error_code why) {
  std::string text = "Connection to the other side was lost in a non-clean fashion: ";
  text += what;
  if (why) text.append(": ").append(why.message());
  return text += '.';
}

std::string cannotListenText(std::string_view where, std::error_code why) {
  std::string text = "Couldn't listen on ";
  text.append(where).append(": [Errno ").append(std::to_string(why.value())).append("] ");
  return text.append(why.message()).append(".");
}

std::string withPort(std::string_view interface, int port) {
  std::string text(interface.empty() ? "any" : interface);
  if (interface.find(':') != std::string_view::npos) text = "[" + text + "]";
  return text.append(":").append(std::to_string(port));
}

std::string joined(std::string_view first, std::string_view second, std::string_view third,
                   std::string_view fourth = {}) {
  std::string text(first);
  return text.append(second).append(third).append(fourth);
}

}  // namespace

Error::Error(const std::string& text, std::error_code code)
    : std::system_error(code), text_(text) {}
Error::~Error() = default;

ConnectionDone::ConnectionDone() : ConnectionClosed("Connection was closed cleanly.") {}

ConnectionLost::ConnectionLost()
    : ConnectionClosed("Connection to the other side was lost in a non-clean fashion.") {}
ConnectionLost::ConnectionLost(std::string_view what, std::error_code why)
    : ConnectionClosed(lostText(what, why), why) {}

ConnectionAborted::ConnectionAborted()
    : ConnectionLost(Whole(), "Connection was aborted locally using abortConnection().") {}

WriteQueueFull::WriteQueueFull(std::size_t waiting, std::size_t limit)
    : ConnectionAborted(Whole(),
                        "Connection was aborted: the peer is too slow: " + std::to_string(waiting) +
                            " bytes wait, the limit is " + std::to_string(limit) + ".") {}

MemoryBudgetExceeded::MemoryBudgetExceeded(std::size_t held, std::size_t budget)
    : ConnectionAborted(Whole(), "Connection was aborted: " + std::to_string(held) +
                                     " bytes are held, the memory budget is " +
                                     std::to_string(budget) + ".") {}

UserError::UserError() : ConnectError("User aborted connection.") {}
TimeoutError::TimeoutError() : UserError("User timeout caused connection failure.") {}

CannotListenError::CannotListenError(std::string_view interface, int port, std::error_code why)
    : BindError(cannotListenText(withPort(interface, port), why), why),
      interface_(std::string(interface)),
      port_(port) {}

CannotListenError::CannotListenError(int descriptor, std::error_code why)
    : BindError(cannotListenText("descriptor " + std::to_string(descriptor), why), why),
      interface_(""),
      port_(0) {}

InvalidAddressError::InvalidAddressError(std::string_view address, std::string_view why)
    : Error(joined("invalid address '", address, "': ", why)) {}

CancelledError::CancelledError() : Error("cancelled") {}
DeferredTimeoutError::DeferredTimeoutError() : Error("timed out") {}
PeerTimeoutError::PeerTimeoutError() : Error("The peer took too long.") {}
AlreadyCalledError::AlreadyCalledError() : Error("this Promise has been fired before") {}
PromiseDropped::PromiseDropped() : Error("the Promise was dropped before it was fired") {}
AlreadyCalled::AlreadyCalled() : Error("this delayed call has run already") {}
AlreadyCancelled::AlreadyCancelled() : Error("this delayed call has been cancelled already") {}
NegativeDelay::NegativeDelay() : Error("a delay cannot be negative") {}
ReactorNotRunning::ReactorNotRunning() : Error("the reactor is not running") {}
ReactorAlreadyRunning::ReactorAlreadyRunning() : Error("the reactor is already running") {}
LineTooLong::LineTooLong(std::size_t limit)
    : Error(joined("a line of more than ", std::to_string(limit), " bytes")) {}
UnknownTrigger::UnknownTrigger() : Error("no such trigger") {}
AlreadyConnecting::AlreadyConnecting() : Error("connecting or connected already") {}
NotConnectingError::NotConnectingError() : Error("not connecting") {}

Failure connectErrorFor(int error, std::string_view tried) {
  const std::error_code code(error, std::system_category());
  const std::string text = joined(tried, ": ", code.message());
  switch (error) {
    case ENETUNREACH:
      return Failure::of(NoRouteError(text, code));
    case ECONNREFUSED:
      return Failure::of(ConnectionRefusedError(text, code));
    case ETIMEDOUT:
      return Failure::of(TCPTimedOutError(text, code));
    default:
      return Failure::of(ConnectError(text, code));
  }
}

}  // namespace ropewalk
