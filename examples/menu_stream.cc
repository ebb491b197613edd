// The voice menu of 10086 in text, told in sequence: one coroutine per caller, no thread.
// menu_protocol.cc is the same menu as a protocol with states.
//
//   $ ./menu_stream
//
// In another terminal:
//
//   $ telnet 127.0.0.1 8000
//   Welcome to 10086. 1xxx for a service, 0 for a person, exit to leave.
//   > 1001
//   Service 1001: 1 to order it, 0 to go back.
//   > 1
//   Ordered. 1xxx for a service, 0 for a person, exit to leave.
//   > 0
//   A person will be with you.
//   > exit
//   Connection closed by foreign host.
//
// It hangs up on a caller who says nothing for a minute.

#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

class Menu : public StreamProtocol {
  Deferred<void> serve() override {
    const std::string choices = "1xxx for a service, 0 for a person, exit to leave.\r\n";
    write("Welcome to 10086. " + choices);
    while (auto line = co_await readLine(60s)) {
      if (*line == "exit") co_return;
      if (*line == "0") {
        write("A person will be with you.\r\n");
      } else if (line->size() != 4 || !line->starts_with('1')) {
        write("Please try again.\r\n");
      } else {
        write("Service " + *line + ": 1 to order it, 0 to go back.\r\n");
        auto answer = co_await readLine(60s);
        while (answer && *answer != "0" && *answer != "1" && *answer != "exit") {
          write("Please try again.\r\n");
          answer = co_await readLine(60s);
        }
        if (!answer || *answer == "exit") co_return;
        write((*answer == "1" ? "Ordered. " : "") + choices);
      }
    }
  }
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<Menu>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "menu_stream: " << error.what() << "\n";
  return 2;
}
