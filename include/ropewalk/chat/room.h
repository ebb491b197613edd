#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/chat/limits.h"
#include "ropewalk/factory.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/shared_bytes.h"

namespace ropewalk {
class Reactor;
}

namespace ropewalk::chat {

class Member;

/// The order of names: letters A to Z count as a to z.
struct NameOrder {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const;
};

/// A line chat: one room whose members receive each other's lines.
///
///   reactor().listenTCP(8001, chat::Room::create());
///
/// A member is asked for a name and then writes lines; each is sent to the others as `<name> line`.
/// A line that begins with `/` is a command: `/who`, `/nick NAME`, `/me TEXT`, `/msg NAME TEXT`,
/// `/help`, `/quit`. `//` begins a line with one `/`. Lines end in LF or CRLF. Joining, leaving and
/// changes of name are announced on lines that begin with `***`, which no member's line does.
///
/// Names are 1 to 32 of `A-Z a-z 0-9 _ -`, unique without regard to case, and some are reserved for
/// the server. Control characters, characters that change the direction of text, and bytes that are
/// not UTF-8 are replaced by `?` or U+FFFD.
///
/// Ownership: shared by its ports and its members; connections own the members.
/// Limits: chat::Limits, for each member. A slow, silent or flooding member costs the others
/// nothing.
///
/// Order: all members see the lines in the same order. One turn of the event loop writes about
/// 4 MiB to the members and later turns write the rest, so many members that talk or join at once
/// do not block the reactor.
class Room final : public Factory {
 public:
  static std::shared_ptr<Room> create(const Limits& limits = {});

  /// Use create().
  explicit Room(const Limits& limits) : limits_(limits) {}

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override;

  /// The number of members that have a name.
  std::size_t size() const { return names_.size(); }

  /// Sends `text` to every member, as `*** text`.
  void announce(std::string_view text);

 private:
  friend class Member;

  using Names = std::map<std::string, Member*, NameOrder>;

  const Limits& limits() const { return limits_; }
  Member* find(std::string_view name) const;
  std::string whoIsHere() const;
  void join(Member& member, std::string name);
  void leave(Member& member);
  void rename(Member& member, std::string name);
  void closeUp();
  void tellAll(std::string line, const Member* butNot = nullptr);
  void tellSoon(const std::string& line, Reactor& reactor);
  void tellDue();
  void reply(Member& member, std::string_view line);
  void catchUp(Member& member);

  // A line for all members, for all except number `butNot`, or for `onlyTo` only. 0: not set.
  struct Line {
    SharedBytes bytes;
    std::uint64_t butNot = 0;
    std::uint64_t onlyTo = 0;

    bool isFor(std::uint64_t member) const {
      return butNot != member && (onlyTo == 0 || onlyTo == member);
    }
  };
  void tell(Line line);
  void tellOn();
  void spend(std::size_t bytes, Reactor& reactor);
  std::uint64_t end() const { return toldToAll_ + lines_.size(); }

  Limits limits_;
  Names names_;
  std::vector<Member*> seats_;   // in order of joining; null: left
  std::string soon_;             // announced at the end of the turn, or before the next line
  std::deque<Line> lines_;       // not yet written to every member
  std::uint64_t toldToAll_ = 0;  // the number of lines before lines_
  std::uint64_t roundEnd_ = 0;   // this round writes the lines before this one ...
  std::size_t nextSeat_ = 0;     // ... and continues at this seat
  std::size_t spent_ = 0;        // bytes written since the last call of nextTurn_
  std::uint64_t lastMember_ = 0;
  bool isBehind_ = false;  // the round continues in the next turn
  DelayedCall nextTurn_;   // pending once much was written in this turn
};

}  // namespace ropewalk::chat
