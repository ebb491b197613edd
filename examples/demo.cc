// An echo server, a line-chat and a web server in one process, on one reactor.
//
//   $ examples/run                        (builds this, starts it, and says how to try each part)
//   $ printf 'hello\n' | nc -N 127.0.0.1 8000
//   hello
//   $ telnet 127.0.0.1 8001
//   What's your name?
//   $ curl http://127.0.0.1:8080/hello/you
//   hello, you

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "ropewalk/chat.h"
#include "ropewalk/echo.h"
#include "ropewalk/http.h"
#include "ropewalk/ropewalk.h"

using namespace ropewalk;

namespace {

struct Choices {
  std::string host = "127.0.0.1";
  std::string root = "examples/html";
  int echoPort = 8000;
  int chatPort = 8001;
  int httpPort = 8080;
};

std::shared_ptr<http::Site> webSite(const std::string& root) {
  http::Router site;
  site.get("/hello/{name}", [](http::Request& request) {
    return http::Response::text("hello, " + request.param("name") + "\n");
  });
  try {
    site.mount("/", http::StaticFiles(root));
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string(error.what()) + ": choose another with --root");
  }
  return http::Site::create(std::move(site));
}

// What to do about it, on one line: `option` is the one that chooses another port.
std::string advice(const CannotListenError& error, const std::string& option) {
  const std::string port = "port " + std::to_string(error.port());
  if (error.code() == std::errc::address_in_use) {
    return port + " is taken, perhaps by another demo (ss -ltnp 'sport = :" +
           std::to_string(error.port()) + "' tells): choose another with " + option;
  }
  if (error.code() == std::errc::permission_denied) {
    return port + " is for root only: choose one above 1023 with " + option;
  }
  if (error.code() == std::errc::address_not_available) {
    return std::string(error.interface()) +
           " is no address of this machine: choose another with --host";
  }
  return error.what();
}

// The port it listens on. Throws std::runtime_error with the advice.
int listen(const Choices& choices, int port, const std::string& option,
           std::shared_ptr<Factory> factory) {
  try {
    return reactor().listenTCP(port, std::move(factory), choices.host)->getHost().port();
  } catch (const CannotListenError& error) {
    throw std::runtime_error(advice(error, option));
  } catch (const InvalidAddressError& error) {
    throw std::runtime_error(std::string(error.what()) + ": choose another with --host");
  }
}

void serve(const Choices& choices) {
  const int echo =
      listen(choices, choices.echoPort, "--echo-port", Factory::forProtocol<echo::Echo>());
  const int chat = listen(choices, choices.chatPort, "--chat-port", chat::Room::create());
  const int web = listen(choices, choices.httpPort, "--http-port", webSite(choices.root));
  const char* host = choices.host.c_str();
  std::printf("Ropewalk serves on %s. From another terminal:\n", host);
  std::printf("  echo   printf 'hello\\n' | nc -N %s %d\n", host, echo);
  std::printf("  chat   telnet %s %d   (twice, and talk)\n", host, chat);
  std::printf("  web    curl http://%s:%d/hello/you   or that page in a browser\n", host, web);
  std::printf("Ctrl-C stops it.\n");
  std::fflush(stdout);
  reactor().run();
  std::printf("stopped\n");
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app("An echo server, a line-chat and a web server on one reactor.", "demo");
  app.add_option("--host", choices.host, "address to listen on; 0.0.0.0 and :: are all of them")
      ->capture_default_str();
  const CLI::Range ports(0, 65535);
  app.add_option("--echo-port", choices.echoPort, "0 is any free one")->check(ports);
  app.add_option("--chat-port", choices.chatPort, "0 is any free one")->check(ports);
  app.add_option("--http-port", choices.httpPort, "0 is any free one")->check(ports);
  app.add_option("--root", choices.root, "folder of the web pages")->take_last();
  try {
    app.parse(argc, argv);
    serve(choices);
    return 0;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "demo: %s (--help lists the options)\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "demo: %s\n", error.what());
    return 1;
  }
}
