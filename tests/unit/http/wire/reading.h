#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/routes/pages.h"
#include "http/wire/request_reader.h"
#include "ropewalk/http/limits.h"
#include "support/guarded.h"
#include "support/split.h"

namespace ropewalk::http::test {

using ropewalk::test::forEverySplit;
using ropewalk::test::Guarded;
using ropewalk::test::Pieces;
using ropewalk::test::randomSplits;
using ropewalk::test::singleBytes;

// Plays the part of a connection: a reader for each request, each piece of bytes in a guarded place
// that is overwritten by the next.
class Storyteller {
 public:
  explicit Storyteller(const Limits& limits) : limits_(limits), guarded_("", 256 * 1024) {}

  void hear(std::string_view piece) {
    std::string_view rest = guarded_.hold(piece);
    while (!refused_ && (!rest.empty() || wantsMore_)) {
      if (!reader_) reader_ = std::make_unique<wire::RequestReader>(limits_);
      wantsMore_ = true;
      if (!take(reader_->feed(rest))) break;
    }
  }

  std::string told() const {
    return story_ + body_ + (reader_ && reader_->hasBegun() && !refused_ ? "...\n" : "");
  }
  int refusal() const { return refused_ ? routes::statusOf(reader_->fault()) : 0; }

 private:
  // False once nothing more can come out of the bytes at hand.
  bool take(wire::RequestReader::Result result) {
    switch (result) {
      case wire::RequestReader::Result::NeedMore:
        wantsMore_ = false;
        return false;
      case wire::RequestReader::Result::Head:
        tellHead();
        return true;
      case wire::RequestReader::Result::Piece:
        body_ += reader_->piece();
        return true;
      case wire::RequestReader::Result::Complete:
        story_ += body_ + "]\n";
        body_.clear();
        reader_.reset();
        wantsMore_ = false;
        return true;
      case wire::RequestReader::Result::Bad:
        body_.clear();
        refused_ = true;
        story_ += std::to_string(refusal()) + ": " + wordsFor(reader_->fault()) + "\n";
        return false;
    }
    return false;
  }

  void tellHead() {
    const wire::RequestHead& head = reader_->head();
    story_.append(head.method()).append(" ").append(head.target());
    story_ += " 1." + std::to_string(head.minorVersion()) + " {";
    for (std::size_t i = 0; i < head.fieldCount(); ++i) {
      if (i > 0) story_ += ", ";
      story_.append(head.field(i).name).append("=").append(head.field(i).value);
    }
    story_ += "} [";
  }

  const Limits& limits_;
  Guarded guarded_;
  std::unique_ptr<wire::RequestReader> reader_;
  std::string story_;
  std::string body_;
  bool refused_ = false;
  bool wantsMore_ = false;
};

// What a connection's bytes mean, as one text that does not depend on how they came:
//
//   GET /a?b 1.1 {Host=h} [the body]\n          for each request
//   400: why\n                                  for a refused one; nothing comes after it
//   ...\n                                       for one whose head is not whole yet
inline std::string story(const Pieces& pieces, const Limits& limits = {}) {
  Storyteller teller(limits);
  for (const std::string_view piece : pieces) teller.hear(piece);
  return teller.told();
}

inline std::string story(std::string_view wire, const Limits& limits = {}) {
  return story(Pieces{wire}, limits);
}

// The status that the bytes are refused with, or 0 if they are not.
inline int refusalOf(const Pieces& pieces, const Limits& limits = {}) {
  Storyteller teller(limits);
  for (const std::string_view piece : pieces) teller.hear(piece);
  return teller.refusal();
}

inline int refusalOf(std::string_view wire, const Limits& limits = {}) {
  return refusalOf(Pieces{wire}, limits);
}

}  // namespace ropewalk::http::test
