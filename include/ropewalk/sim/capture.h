#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/sim/recorder.h"

namespace ropewalk::sim {

/// The text of a capture makes no sense; what() says where and why.
class BadCapture : public Error {
 public:
  using Error::Error;
};

/// What one connection received, cut as it came, and when. Made by capturing(), played by Replay.
///
/// The file is text, and meant to be read and edited. The first line is "ropewalk-capture 1", the 1
/// being the version; then comes a line for each event, in the order of their times, which are
/// seconds since the connection was made, with up to nine decimals:
///
///   ropewalk-capture 1
///   0.000120044 data GET / HTTP/1.1\r\nHost: h\r\n\r\n
///   2.5 end
///   2.500000001 lost ConnectionDone
///
/// `data` is what one dataReceived() got: printable ASCII as it is, the rest, and what an editor
/// could lose, as `\r`, `\n`, `\t`, `\\` or `\xNN`. `end`: the peer has finished. `lost`: the
/// connection was lost, with the name of the reason. Empty lines, and lines that begin with #, mean
/// nothing.
///
/// Threads: value.
class Capture {
 public:
  enum class Kind { Data, End, Lost };

  struct Event {
    Duration at{};
    Kind kind{};
    std::string bytes;  ///< Data: the bytes. Lost: the name of the reason.

    /// Its line, with a line end.
    std::string text() const;
  };

  std::vector<Event> events;

  /// The whole file.
  std::string text() const;

  /// Throws BadCapture, with the number of the line.
  static Capture parse(std::string_view text);

  /// The same for a file; throws BadCapture, with its name, also if it cannot be read.
  static Capture load(const std::string& path);
};

/// A factory whose protocols are `factory`'s, and which writes down what each connection receives
/// into files of their own: `prefix` and a number from 1 on, such as "captures/chat-1".
///
///   reactor().listenTCP(8001, sim::capturing(chatFactory(), "captures/chat-"));
///
/// For debugging a real server: an event is written before the protocol is called for it, so that a
/// crash does not lose it. The protocols behave as without it. connectTCP() takes such a factory
/// too.
/// Errors: a file that cannot be written is logged; the connection goes on without it.
/// Limits: behind `mostBytes` of data no more of that connection is written.
std::shared_ptr<Factory> capturing(std::shared_ptr<Factory> factory, std::string prefix,
                                   std::size_t mostBytes = 64 * 1024 * 1024);

/// A Recorder that does what the peer of a captured connection did: sends the same pieces at the
/// same times since its connectionMade(), finishes, and goes (with a reset, if the connection was
/// not lost to ConnectionDone).
///
///   const auto capture = sim::Capture::load("captures/chat-1");
///   auto talker = world.host("client").connect<sim::Replay>("server", 8001, capture);
///   world.advance(1min);
///
/// In a World without bandwidth and Segmentation, and with delays that do not vary, the other end
/// gets the pieces cut exactly as they came, as long as it reads.
class Replay : public Recorder {
 public:
  explicit Replay(Capture capture);

  void connectionMade() override;
  void readConnectionLost() override;

  /// True when nothing is left to do.
  bool isDone() const noexcept { return lost() || next_ == capture_.events.size(); }

 private:
  void wait();
  void play(const Capture::Event& event);

  const Capture capture_;
  std::size_t next_ = 0;
  TimePoint start_{};
};

}  // namespace ropewalk::sim
