// Quote of the day (RFC 865): whoever connects is told one, and hung up on.
//
//   $ ./qotd_server
//
// In another terminal:
//
//   $ nc -d 127.0.0.1 8000
//   A rope is as strong as the hands that twisted it.
//   $ nc -d 127.0.0.1 8000
//   Many threads, one strand.
//   $ nc -d 127.0.0.1 8000
//   A rope is as strong as the hands that twisted it.
//
// `./qotd_server 9000` listens on another port. (The RFC's own is 17, for which you have to be
// root.)

#include <ropewalk/ropewalk.h>

#include <array>
#include <iostream>

using namespace ropewalk;

constexpr std::array<std::string_view, 2> kQuotes = {
    "A rope is as strong as the hands that twisted it.\r\n",
    "Many threads, one strand.\r\n",
};

// What the connections share: whose turn it is.
struct Day {
  std::string_view quote() { return kQuotes[visitors++ % kQuotes.size()]; }
  std::size_t visitors = 0;
};

class Qotd : public Protocol {
 public:
  explicit Qotd(std::shared_ptr<Day> day) : day_(std::move(day)) {}

  void connectionMade() override {
    transport->write(day_->quote());
    transport->loseConnection();
  }

 private:
  std::shared_ptr<Day> day_;
};

int main(int argc, char** argv) try {
  const int port = argc > 1 ? portNumber(argv[1]) : 8000;
  reactor().listenTCP(port, Factory::forProtocol<Qotd>(std::make_shared<Day>()));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "qotd_server: " << error.what() << "\n";
  return 2;
}
