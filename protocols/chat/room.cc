#include "ropewalk/chat/room.h"

#include <algorithm>
#include <utility>

#include "chat/clean_text.h"
#include "chat/member.h"
#include "ropewalk/reactor.h"

namespace ropewalk::chat {

namespace {

// One turn stops writing to the members after this many bytes. Each write counts as kBytesOfAWrite
// more, for its own cost.
constexpr std::size_t kBytesATurn = 4 * 1024 * 1024;
constexpr std::size_t kBytesOfAWrite = 512;

}  // namespace

std::shared_ptr<Room> Room::create(const Limits& limits) { return std::make_shared<Room>(limits); }

std::shared_ptr<Protocol> Room::buildProtocol(const Address&) {
  return std::make_shared<Member>(std::static_pointer_cast<Room>(shared_from_this()));
}

void Room::announce(std::string_view text) { tellAll("*** " + cleanText(text)); }

Member* Room::find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

std::string Room::whoIsHere() const {
  std::string list = std::to_string(names_.size()) + " here:";
  std::size_t left = limits_.namesListed;
  for (auto each = names_.begin(); each != names_.end() && left > 0; ++each, --left) {
    list += (each == names_.begin() ? " " : ", ") + each->first;
  }
  if (names_.size() > limits_.namesListed) list += " ...";
  return list;
}

// An exception leaves nothing behind but an empty seat. tellDue() comes first, so that the newcomer
// does not hear of members that left before.
void Room::join(Member& member, std::string name) {
  tellDue();
  seats_.push_back(nullptr);
  names_.emplace(name, &member);
  seats_.back() = &member;
  member.seat_ = seats_.size() - 1;
  member.number_ = ++lastMember_;
  member.heard_ = end();
  member.name_ = std::move(name);
  tellAll("*** " + member.name() + " has joined", &member);
}

void Room::leave(Member& member) {
  names_.erase(member.name());
  seats_[member.seat_] = nullptr;
  if (seats_.size() > 2 * names_.size()) closeUp();
}

// When a thousand leave at once, those who stay get one text about all of them; those who leave,
// none.
void Room::tellSoon(const std::string& line, Reactor& reactor) {
  if (soon_.empty()) {
    reactor.callLater(0s, [room = weak_from_this()] {
      if (const auto alive = room.lock()) static_cast<Room&>(*alive).tellDue();
    });
  }
  soon_ += line + "\r\n";
}

void Room::rename(Member& member, std::string name) {
  std::string key = name;
  auto place = names_.extract(member.name());
  place.key() = std::move(key);
  names_.insert(std::move(place));
  const std::string before = std::exchange(member.name_, std::move(name));
  tellAll("*** " + before + " is now " + member.name());
}

// The members, without the seats that were left.
void Room::closeUp() {
  std::erase(seats_, nullptr);
  for (std::size_t seat = 0; seat < seats_.size(); ++seat) seats_[seat]->seat_ = seat;
  nextSeat_ = 0;  // starts the round anew: heard_ says what a member has already
}

void Room::tellAll(std::string line, const Member* butNot) {
  tellDue();
  tell({SharedBytes(std::move(line += "\r\n")), butNot != nullptr ? butNot->number_ : 0});
}

// What was to be told soon comes before anything else.
void Room::tellDue() {
  if (!soon_.empty()) tell({SharedBytes(std::exchange(soon_, {}))});
}

// After the lines that `member` has not been told yet.
void Room::reply(Member& member, std::string_view line) {
  if (member.heard_ == end()) return member.sendLine(line);
  tell({SharedBytes(std::string(line) + "\r\n"), 0, member.number_});
}

void Room::tell(Line line) {
  lines_.push_back(std::move(line));
  if (isBehind_ && nextTurn_.active()) return;
  if (isBehind_) spent_ = 0;  // the reactor of nextTurn_ is gone
  tellOn();
}

// In rounds, from seat to seat. Lines that are added meanwhile reach the seats before nextSeat_ in
// the next round. A write does not call back, so members cannot join or leave within this.
void Room::tellOn() {
  isBehind_ = false;
  while (!lines_.empty()) {
    if (nextSeat_ == 0) roundEnd_ = end();
    for (; nextSeat_ < seats_.size(); ++nextSeat_) {
      isBehind_ = spent_ > kBytesATurn;
      if (isBehind_) return;
      if (seats_[nextSeat_] != nullptr) catchUp(*seats_[nextSeat_]);
    }
    for (; toldToAll_ < roundEnd_; ++toldToAll_) lines_.pop_front();
    nextSeat_ = 0;
  }
}

// One line is encoded once for all; several are one write.
void Room::catchUp(Member& member) {
  const std::uint64_t begin = std::exchange(member.heard_, end());
  const Line* only = nullptr;
  std::string several;
  for (auto line = static_cast<std::size_t>(begin - toldToAll_); line < lines_.size(); ++line) {
    if (!lines_[line].isFor(member.number_)) continue;
    if (only != nullptr && several.empty()) several = only->bytes.view();
    if (only != nullptr) several += lines_[line].bytes.view();
    only = &lines_[line];
  }
  if (only == nullptr) return;
  Transport& transport = *member.transport;
  spend(several.empty() ? only->bytes.size() : several.size(), transport.reactor());
  if (several.empty()) return transport.write(only->bytes);
  transport.write(std::move(several));
}

// A call in the next turn is made only when much was written. Until then spent_ adds up the bytes
// of several turns.
void Room::spend(std::size_t bytes, Reactor& reactor) {
  spent_ += kBytesOfAWrite + bytes;
  if (spent_ <= kBytesATurn / 2 || nextTurn_.active()) return;
  nextTurn_ = reactor.callLater(0s, [room = weak_from_this()] {
    const auto alive = room.lock();
    if (!alive) return;
    Room& self = static_cast<Room&>(*alive);
    self.spent_ = 0;
    if (self.isBehind_) self.tellOn();
  });
}

}  // namespace ropewalk::chat
