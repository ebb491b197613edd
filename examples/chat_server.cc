// The line-chat that comes with Ropewalk: names, commands, and limits for those who send too much
// or read too little.
//
//   $ ./chat_server
//
// In a second terminal:
//
//   $ telnet 127.0.0.1 8001
//   What's your name?
//   > ann
//   Welcome, ann!
//   *** bob has joined
//   <bob> hello
//   [bob to you] a secret
//   *** bob has left
//
// In a third terminal:
//
//   $ telnet 127.0.0.1 8001
//   What's your name?
//   > Ann
//   Name taken, please choose another.
//   > bob
//   Welcome, bob!
//   > hello
//   > /msg ann a secret
//   > /quit
//   *** Goodbye.
//   Connection closed by foreign host.

#include <ropewalk/chat.h>
#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8001, chat::Room::create());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "chat_server: " << error.what() << "\n";
  return 2;
}
