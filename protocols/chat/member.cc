#include "chat/member.h"

#include <string>
#include <utility>

#include "chat/name.h"
#include "ropewalk/chat/room.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"

namespace ropewalk::chat {

namespace {

std::string inSeconds(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

Member::Member(std::shared_ptr<Room> room)
    : LineReceiver(LineEnding::LfOrCrLf),
      room_(std::move(room)),
      pace_(room_->limits().burst, room_->limits().pace) {
  setMaxLength(room_->limits().line);
}

void Member::connectionMade() {
  const Limits& limits = room_->limits();
  transport->setLimits(limits.connection);
  transport->setIdle(true);  // until it has a name, it may be closed for a new one
  sendLine("What's your name?");
  nameDeadline_ = callLater(limits.nameTime, [this] {
    goodbye("*** No name in " + inSeconds(room_->limits().nameTime) + " seconds. Goodbye.");
  });
}

void Member::lineReceived(std::string_view line) {
  const TimePoint now = transport->reactor().now();
  if (const Duration wait = pace_.wait(now); wait > Duration::zero()) return slowDown(line, wait);
  if (pace_.isRested(now)) isHurrying_ = false;
  pace_.step(now);
  obey(line);
}

void Member::obey(std::string_view line) {
  if (name_.empty()) {
    introduce(line);
  } else if (line.starts_with("//")) {
    say(line.substr(1));
  } else if (line.starts_with('/')) {
    command(line);
  } else if (!line.empty()) {
    say(line);
  }
}

// Nothing is lost: the line waits here, and what follows it waits where it is.
void Member::slowDown(std::string_view line, Duration wait) {
  const TimePoint now = transport->reactor().now();
  if (!std::exchange(isHurrying_, true)) hurriedSince_ = now;
  if (now - hurriedSince_ > room_->limits().floodTime) {
    return goodbye("*** Too many lines for too long. Goodbye.", "flooding");
  }
  if (!std::exchange(isWarned_, true)) {
    reply("*** You are too fast: your lines will be read more slowly.");
  }
  waiting_.emplace(line);
  pauseProducing();
  callLater(wait, [this] { goOn(); });
}

void Member::goOn() {
  if (transport->isDisconnecting()) return;
  const std::optional<std::string> line = std::exchange(waiting_, std::nullopt);
  lineReceived(*line);
  if (!waiting_) resumeProducing();
}

void Member::introduce(std::string_view name) {
  if (!mayBeCalled(name)) return;
  if (nameDeadline_.active()) nameDeadline_.cancel();
  transport->setIdle(false);
  sendLine("Welcome, " + std::string(name) + "!");
  room_->join(*this, std::string(name));
}

// Says so if not.
bool Member::mayBeCalled(std::string_view name) {
  const std::size_t longest = room_->limits().name;
  const NameFault fault = faultOf(name, longest);
  const Member* const owner = room_->find(name);
  if (fault == NameFault::Malformed) {
    reply("A name has 1 to " + std::to_string(longest) +
          " letters, digits, - or _, please choose another.");
  } else if (fault == NameFault::Reserved) {
    reply("Name reserved, please choose another.");
  } else if (owner != nullptr && owner != this) {
    reply("Name taken, please choose another.");
  } else {
    return true;
  }
  return false;
}

void Member::lineLengthExceeded(std::string_view) {
  goodbye("*** Line too long, the limit is " + std::to_string(maxLength()) + " bytes. Goodbye.");
}

// Through the room, because lines that it has for this member come first.
void Member::reply(std::string_view text) {
  if (name_.empty()) return sendLine(text);
  room_->reply(*this, text);
}

void Member::goodbye(std::string_view text, std::string_view why) {
  if (!name_.empty()) room_->catchUp(*this);
  sendLine(text);
  transport->loseConnection();
  leaveRoom(why);
}

void Member::connectionLost(const Failure& why) {
  const bool wasSlow = why.check<WriteQueueFull>();
  const std::string name = standUp();
  if (wasSlow) {
    logWarning("member '{}' at {} is too slow: {}", name, transport->getPeer().text(), why);
  }
  tellLeft(name, wasSlow ? "too slow" : "");
}

void Member::leaveRoom(std::string_view why) { tellLeft(standUp(), why); }

// Before anything that could fail: the room must not know a member that is gone. Returns the name
// that it had, if any.
std::string Member::standUp() {
  if (!name_.empty()) room_->leave(*this);
  return std::exchange(name_, {});
}

void Member::tellLeft(const std::string& name, std::string_view why) {
  if (name.empty()) return;
  const std::string reason = why.empty() ? "" : " (" + std::string(why) + ")";
  room_->tellSoon("*** " + name + " has left" + reason, transport->reactor());
}

// Everybody gets this: nobody needs to hear that the others leave.
void Member::drainRequested() {
  if (!name_.empty()) room_->catchUp(*this);
  standUp();
  sendLine("*** The server is stopping. Goodbye.");
  transport->loseConnection();
}

}  // namespace ropewalk::chat
