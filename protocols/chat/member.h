#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "chat/pace.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::chat {

class Room;

// One connection to a room: first asked for its name, then a voice and an ear.
//
// Its life: nameless until a name is accepted, then in the room until it goes, breaks or is thrown
// out. It leaves the room in the moment that is decided, not when the wire has come to rest.
class Member final : public LineReceiver {
 public:
  explicit Member(std::shared_ptr<Room> room);

  // Empty until one is accepted.
  const std::string& name() const { return name_; }

  // Protocol
  void connectionMade() override;
  void lineReceived(std::string_view line) override;
  void lineLengthExceeded(std::string_view line) override;
  void connectionLost(const Failure& why) override;
  void drainRequested() override;
  std::string logPrefix() const override { return "chat"; }

 private:
  friend class Room;

  // A word that begins with `/`, and what it does with the text behind it.
  struct Command {
    std::string_view word;
    std::string_view usage;
    void (Member::*run)(std::string_view text);
    bool needsText;
  };
  static const Command kCommands[];

  // member.cc
  void obey(std::string_view line);
  void slowDown(std::string_view line, Duration wait);
  void goOn();
  void introduce(std::string_view name);
  bool mayBeCalled(std::string_view name);
  void reply(std::string_view text);
  void goodbye(std::string_view text, std::string_view why = {});
  std::string standUp();
  void leaveRoom(std::string_view why);
  void tellLeft(const std::string& name, std::string_view why);

  // member_commands.cc
  void say(std::string_view text);
  void command(std::string_view line);
  void who(std::string_view);
  void nick(std::string_view name);
  void me(std::string_view text);
  void msg(std::string_view text);
  void help(std::string_view);
  void quit(std::string_view);

  std::shared_ptr<Room> room_;
  std::string name_;
  std::size_t seat_ = 0;  // used by the room, like the members below
  std::uint64_t number_ = 0;
  std::uint64_t heard_ = 0;  // the room has written its lines before this one
  DelayedCall nameDeadline_;
  Pace pace_;
  std::optional<std::string> waiting_;  // the line that came too early
  TimePoint hurriedSince_{};
  bool isHurrying_ = false;
  bool isWarned_ = false;
};

}  // namespace ropewalk::chat
