#include "ropewalk/chat/room.h"

#include <algorithm>
#include <utility>

#include "chat/clean_text.h"
#include "chat/member.h"
#include "ropewalk/reactor.h"

namespace ropewalk::chat {

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

// Whatever throws leaves nothing behind but an empty seat. Who left before is no news to the
// newcomer.
void Room::join(Member& member, std::string name) {
  tellDue();
  seats_.push_back(nullptr);
  names_.emplace(name, &member);
  seats_.back() = &member;
  member.seat_ = seats_.size() - 1;
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
}

void Room::tellAll(std::string line, const Member* butNot) {
  tellDue();
  writeAll(std::move(line += "\r\n"), butNot);
}

// What was to be told soon comes before anything else.
void Room::tellDue() {
  if (!soon_.empty()) writeAll(std::exchange(soon_, {}), nullptr);
}

// Encoded once for all. A write calls nobody, so nobody comes or goes meanwhile.
void Room::writeAll(std::string text, const Member* butNot) {
  const SharedBytes bytes(std::move(text));
  for (Member* const member : seats_) {
    if (member != nullptr && member != butNot) member->transport->write(bytes);
  }
}

}  // namespace ropewalk::chat
