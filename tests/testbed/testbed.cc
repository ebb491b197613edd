// Serves what outside testers drive.
//
//   $ testbed http 8080 ./html --limit http.headTime=2s &
//   listening on 127.0.0.1:8080
//   $ kill -USR1 %1
//   {"open":0,"accepted":0,"closed":{},"fds":9,"timers":0,"queued_bytes":0,"loop_lag_ms_max":0.081000}
//
// SIGTERM and SIGINT drain, a second one stops at once.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ropewalk/chat.h"
#include "ropewalk/echo.h"
#include "ropewalk/ropewalk.h"
#include "testbed/line_servers.h"
#include "testbed/named_limits.h"
#include "testbed/status_signal.h"
#include "testbed/web.h"

using namespace ropewalk;

namespace {

struct Choices {
  std::string what;
  int port = -1;
  std::string root;
  std::string host = "127.0.0.1";
  testbed::Limits limits;
  bool wantsList = false;
};

std::shared_ptr<Factory> chatRoom(const Choices& choices) {
  chat::Limits limits = choices.limits.chat;
  const std::size_t maxQueued = limits.connection.maxQueued;
  limits.connection = choices.limits.listen.limits;
  limits.connection.maxQueued = maxQueued;
  return chat::Room::create(limits);
}

using MakeFactory = std::shared_ptr<Factory> (*)(const Choices&);

const std::map<std::string, MakeFactory> kServers = {
    {"chat", chatRoom},
    {"echo",
     [](const Choices&) -> std::shared_ptr<Factory> { return Factory::forProtocol<echo::Echo>(); }},
    {"http",
     [](const Choices& choices) { return testbed::webSite(choices.root, choices.limits.http); }},
    {"http-echo", [](const Choices& choices) { return testbed::echoSite(choices.limits.http); }},
    {"lines",
     [](const Choices& choices) -> std::shared_ptr<Factory> {
       return Factory::forProtocol<testbed::Lines>(choices.limits.line);
     }},
    {"upper",
     [](const Choices&) -> std::shared_ptr<Factory> {
       return Factory::forProtocol<testbed::Upper>();
     }},
};

// For one --limit. Returns what is wrong with it, or nothing.
std::string take(Choices& choices, const std::string& limit) {
  if (limit == "help") {
    choices.wantsList = true;
    return {};
  }
  try {
    testbed::setLimit(choices.limits, limit);
    return {};
  } catch (const std::invalid_argument& error) {
    return limit + ": " + error.what();
  }
}

void describe(CLI::App& app, Choices& choices) {
  app.add_option("SERVER", choices.what, "echo, upper, lines, chat, http or http-echo")
      ->check(CLI::IsMember(kServers));
  app.add_option("PORT", choices.port, "0 is any free one; the first line tells which")
      ->check(CLI::Range(0, 65535));
  app.add_option("ROOT", choices.root, "folder that http serves; without it none")
      ->check(CLI::ExistingDirectory);
  app.add_option("--host", choices.host, "address to listen on; 0.0.0.0 and :: are all of them")
      ->capture_default_str();
  app.add_option("--limit", "name=value, as often as you like; `--limit help` lists all")
      ->type_name("TEXT")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->each([](const std::string&) {})
      ->check([&choices](const std::string& limit) { return take(choices, limit); });
}

// Throws CLI::ParseError, or what the reactor throws.
void serve(Reactor& reactor, const Choices& choices) {
  if (choices.what.empty()) throw CLI::RequiredError("SERVER");
  if (choices.port < 0) throw CLI::RequiredError("PORT");
  ListenOptions options = choices.limits.listen;
  options.interface = choices.host;
  const auto port = reactor.listenTCP(choices.port, kServers.at(choices.what)(choices), options);
  std::printf("listening on %s\n", port->getHost().text().c_str());
  std::fflush(stdout);
  reactor.run();
}

}  // namespace

int main(int argc, char** argv) {
  const testbed::StatusSignal status(reactor());
  Choices choices;
  CLI::App app("Serves what outside testers drive.", "testbed");
  describe(app, choices);
  try {
    app.parse(argc, argv);
    if (choices.wantsList) {
      std::fputs(testbed::listOf(choices.limits).c_str(), stdout);
      return 0;
    }
    serve(reactor(), choices);
    return 0;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "testbed: %s (--help lists the options)\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "testbed: %s\n", error.what());
    return 1;
  }
}
