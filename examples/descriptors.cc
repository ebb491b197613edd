// A callback per descriptor: one for standard input, one for a socket that was opened by hand.
//
//   $ printf 'one\ntwo\n' | ./descriptors
//   the socket got: one
//   the socket got: two
//
// It works with a terminal, and with a file (`./descriptors <notes.txt`), which epoll would refuse.

#include <ropewalk/ropewalk.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>

using namespace ropewalk;

// Standard input, line by line: a Descriptor may keep what it needs between two calls.
class Keyboard : public Descriptor {
 public:
  explicit Keyboard(int to) : to_(to) {}

  int fileno() const override { return STDIN_FILENO; }
  void doRead() override {
    char bytes[512];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0) line_.append(bytes, static_cast<std::size_t>(got));
    for (std::size_t end; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
      ::send(to_, line_.data(), end, 0);
    }
    if (got <= 0) reactor().removeReader(*this);
    if (got <= 0) ::shutdown(to_, SHUT_WR);
  }

 private:
  int to_;
  std::string line_;
};

int main() try {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw Error("socketpair");
  reactor().addReader(std::make_shared<Keyboard>(ends[0]));
  reactor().addReader(ends[1], [from = ends[1]] {
    char bytes[512];
    const ssize_t got = ::recv(from, bytes, sizeof bytes, 0);
    if (got <= 0) return reactor().stop();
    std::cout << "the socket got: " << std::string_view(bytes, static_cast<std::size_t>(got))
              << std::endl;
  });
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "descriptors: " << error.what() << "\n";
  return 2;
}
