// A chat of your own: shared state is an ordinary object handed to each protocol's constructor.
//
//   $ ./simple_chat
//
// In a second terminal:
//
//   $ nc 127.0.0.1 8001
//   What's your name?
//   > ann
//   <bob> hello
//
// In a third terminal:
//
//   $ nc 127.0.0.1 8001
//   What's your name?
//   > bob
//   > hello

#include <ropewalk/ropewalk.h>

#include <iostream>
#include <map>

using namespace ropewalk;

class Room {
 public:
  void heard(LineReceiver& member, std::string_view line) {
    auto [place, isNew] = names_.try_emplace(&member, line);  // the first line is the name
    const std::string said = "<" + place->second + "> " + std::string(line);
    for (auto& [other, name] : names_) {
      if (!isNew && other != &member) other->sendLine(said);
    }
  }
  void left(LineReceiver& member) { names_.erase(&member); }

 private:
  std::map<LineReceiver*, std::string> names_;
};

class Chatter : public LineReceiver {
 public:
  explicit Chatter(std::shared_ptr<Room> room)
      : LineReceiver(LineEnding::LfOrCrLf), room_(std::move(room)) {}
  void connectionMade() override { sendLine("What's your name?"); }
  void lineReceived(std::string_view line) override { room_->heard(*this, line); }
  void connectionLost(const Failure&) override { room_->left(*this); }

 private:
  std::shared_ptr<Room> room_;
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8001,
                      Factory::forProtocol<Chatter>(std::make_shared<Room>()));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "simple_chat: " << error.what() << "\n";
  return 2;
}
