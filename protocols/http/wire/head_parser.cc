#include "http/wire/head_parser.h"

#include <algorithm>
#include <string>

#include "http/wire/field_line.h"
#include "http/wire/request_line.h"

// A head goes through step() line by line. The reading of a line is one walk that only takes what
// is right; why something is wrong is found out afterwards, by judge(), off the fast road. judge()
// also is what makes the outcome independent of the cuts: it says Bad only about a whole line, or
// about one that can no longer be short enough.

namespace ropewalk::http::wire {
namespace {

// RequestHead stores 16-bit offsets.
constexpr std::size_t kLargestHead = 65'535;

constexpr std::string_view kHead = "HEAD ";

}  // namespace

HeadParser::Result HeadParser::feed(std::string_view& bytes) {
  if (head_.isKept()) return feedByLines(bytes);
  head_.startAt(bytes.data());
  Step outcome = Step::Again;
  while (outcome == Step::Again) outcome = step(bytes);
  if (outcome == Step::Bad) return Result::Bad;
  if (outcome == Step::Complete) {
    bytes.remove_prefix(next_);
    return Result::Complete;
  }
  head_.keep(bytes);
  bytes = {};
  return Result::NeedMore;
}

// The rest of a head whose beginning is kept: each new byte is looked at once for its LF, and each
// line read once when it is whole.
HeadParser::Result HeadParser::feedByLines(std::string_view& bytes) {
  while (!bytes.empty()) {
    const std::size_t lineFeed = bytes.find('\n');
    const bool whole = lineFeed != std::string_view::npos;
    const std::string_view piece = whole ? bytes.substr(0, lineFeed + 1) : bytes;
    const std::size_t line = head_.keptBytes().size() - next_ + piece.size();
    if (line > longestLine() || (!whole && line == longestLine())) {
      noteMethod(piece);
      tooLong();
      return Result::Bad;
    }
    head_.append(piece);
    bytes.remove_prefix(piece.size());
    if (!whole) {
      waitForRestOf(std::string_view(head_.keptBytes()).substr(next_));
      break;
    }
    const Step outcome = step(head_.keptBytes());
    if (outcome == Step::Complete) return Result::Complete;
    if (outcome == Step::Bad) return Result::Bad;
  }
  return Result::NeedMore;
}

// Of a request line that is refused before it is whole, `piece` being what comes next of it: also
// the answer to such a HEAD has no body.
void HeadParser::noteMethod(std::string_view piece) {
  if (expected_ == Expected::Field) return;
  std::string start(head_.keptBytes(), next_, kHead.size());
  isHead_ = start.append(piece.substr(0, kHead.size())).starts_with(kHead);
}

HeadParser::Step HeadParser::step(std::string_view bytes) {
  if (bytes.size() > next_ + 1 && bytes[next_] == '\r' && bytes[next_ + 1] == '\n') {
    return blankLine();
  }
  return expected_ == Expected::Field ? field(bytes) : requestLine(bytes);
}

// RFC 9112 2.2: a server should ignore at least one CRLF before the request line. One, here.
HeadParser::Step HeadParser::blankLine() {
  next_ += 2;
  if (expected_ == Expected::CrlfOrRequestLine) {
    expected_ = Expected::RequestLine;
    return Step::Again;
  }
  if (expected_ == Expected::RequestLine) return refuse(Fault::EmptyRequestLine);
  if (next_ > std::min(limits_.head, kLargestHead)) return tooLong();
  return Step::Complete;
}

HeadParser::Step HeadParser::requestLine(std::string_view bytes) {
  isHead_ = bytes.substr(next_).starts_with(kHead);
  const RequestLine line = readRequestLine(bytes.data() + next_, bytes.data() + bytes.size());
  if (line.next == nullptr) return judge(bytes);
  const Step outcome = advance(bytes, line.next);
  if (outcome == Step::Bad) return outcome;
  head_.setRequest(line.method, line.target, {1, line.minorVersion});
  expected_ = Expected::Field;
  return outcome;
}

HeadParser::Step HeadParser::field(std::string_view bytes) {
  const FieldLine line = readFieldLine(bytes.data() + next_, bytes.data() + bytes.size());
  if (line.next == nullptr) return judge(bytes);
  const Step outcome = advance(bytes, line.next);
  if (outcome == Step::Bad) return outcome;
  if (head_.fieldCount() == limits_.fields) return refuse(Fault::TooManyFields);
  head_.addField(line.name, line.value);
  return outcome;
}

HeadParser::Step HeadParser::advance(std::string_view bytes, const char* next) {
  const auto end = static_cast<std::size_t>(next - bytes.data());
  if (end - next_ > longestLine()) return tooLong();
  begun_ = true;
  next_ = end;
  return Step::Again;
}

// The line at `next_` was not taken: because it is not whole yet, because it is too long, or
// because it is wrong. Its length goes first, for that is what shows first when it comes in small
// pieces.
HeadParser::Step HeadParser::judge(std::string_view bytes) {
  const std::string_view rest = bytes.substr(next_);
  const std::size_t lineFeed = rest.find('\n');
  if (lineFeed == std::string_view::npos) {
    if (!rest.empty() && rest.size() >= longestLine()) return tooLong();
    return waitForRestOf(rest);
  }
  if (lineFeed + 1 > longestLine()) return tooLong();
  const std::string_view line = rest.substr(0, lineFeed);
  return refuse(expected_ == Expected::Field ? whyNoFieldLine(line) : whyNoRequestLine(line));
}

HeadParser::Step HeadParser::waitForRestOf(std::string_view line) {
  begun_ = begun_ || (!line.empty() && line != "\r");
  return Step::NeedMore;
}

HeadParser::Step HeadParser::refuse(Fault fault) {
  fault_ = fault;
  return Step::Bad;
}

HeadParser::Step HeadParser::tooLong() {
  const bool isField = expected_ == Expected::Field;
  return refuse(isField ? Fault::HeadTooLarge : Fault::RequestLineTooLong);
}

// The most bytes, LF included, that the line at `next_` may have.
std::size_t HeadParser::longestLine() const {
  const std::size_t head = std::min(limits_.head, kLargestHead);
  const std::size_t left = head > next_ ? head - next_ : 0;
  return expected_ == Expected::Field ? left : std::min(limits_.requestLine, left);
}

}  // namespace ropewalk::http::wire
