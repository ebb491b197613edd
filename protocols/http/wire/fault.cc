#include "http/wire/fault.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace ropewalk::http::wire {
namespace {

struct Entry {
  Fault fault;
  const char* words;
};

constexpr Entry kWords[] = {
    {Fault::EmptyRequestLine, "an empty request line"},
    {Fault::RequestLineTooLong, "the request line is too long"},
    {Fault::RequestLineEndsInLineFeed, "the request line ends in a bare LF"},
    {Fault::NoMethod, "a request line without a valid method"},
    {Fault::NoTarget, "a request line without a target"},
    {Fault::NoVersion, "a request line that does not end in a version"},
    {Fault::UnknownVersion, "HTTP/1.1 and HTTP/1.0 are spoken here"},
    {Fault::TargetCharacter, "a forbidden character in the request target"},
    {Fault::TargetForm, "the request target is neither a path nor an http URI"},
    {Fault::BrokenEscape, "a broken escape in the path"},
    {Fault::NulInPath, "a NUL in the path"},
    {Fault::TooManyParameters, "too many query parameters"},
    {Fault::Connect, "CONNECT is not spoken here"},
    {Fault::AsteriskWithoutOptions, "only OPTIONS can be asked of *"},
    {Fault::HeadTooLarge, "the request's head is too large"},
    {Fault::TooManyFields, "too many header fields"},
    {Fault::LineEndsInLineFeed, "a line ends in a bare LF"},
    {Fault::BareCarriageReturn, "a bare CR in a header field"},
    {Fault::FoldedLine, "a header line starts with a blank"},
    {Fault::NoColon, "a header line without a colon"},
    {Fault::NoFieldName, "a header field without a name"},
    {Fault::BlankBeforeColon, "a blank before the colon of a header field"},
    {Fault::FieldNameCharacter, "a forbidden character in a header name"},
    {Fault::FieldValueCharacter, "a control character in a header value"},
    {Fault::NoHost, "an HTTP/1.1 request without Host"},
    {Fault::SecondHost, "more than one Host"},
    {Fault::BadHost, "a Host that is no host and port"},
    {Fault::SecondLength, "more than one Content-Length"},
    {Fault::BadLength, "a Content-Length that is no number"},
    {Fault::LengthAndCoding, "both Content-Length and Transfer-Encoding"},
    {Fault::SecondTransferEncoding, "more than one Transfer-Encoding"},
    {Fault::TransferEncodingInHttp10, "Transfer-Encoding in HTTP/1.0"},
    {Fault::BadTransferEncoding, "a malformed Transfer-Encoding"},
    {Fault::NoCoding, "a Transfer-Encoding without a coding"},
    {Fault::UnknownCoding, "a transfer coding other than chunked"},
    {Fault::ChunkedTwice, "chunked more than once"},
    {Fault::UnknownExpectation, "an unknown expectation"},
    {Fault::BodyTooLarge, "a body too large"},
    {Fault::BrokenBody, "the body is not whole"},
    {Fault::ChunkTooLarge, "a chunk too large"},
    {Fault::BadChunkSize, "a malformed chunk size"},
    {Fault::CarriageReturnBehindChunkSize, "a bare CR behind a chunk size"},
    {Fault::ChunkLongerThanSize, "chunk data longer than its size"},
    {Fault::TooMuchChunkFraming, "too much framing in a chunked body"},
    {Fault::BadChunkExtension, "a malformed chunk extension"},
    {Fault::ChunkExtensionTooLong, "a chunk extension too long"},
    {Fault::TrailerTooLarge, "the trailer section is too large"},
    {Fault::TooManyTrailerFields, "too many trailer fields"},
    {Fault::ForbiddenTrailer, "a trailer field that has to be in the header"},
    {Fault::HeadTooSlow, "the head of the request took too long"},
    {Fault::BodyTooSlow, "the body of the request came too slowly"},
    {Fault::MemoryShort, "the server is short of memory"},
};

// Each but None has words.
static_assert(std::end(kWords) - std::begin(kWords) ==
              static_cast<std::ptrdiff_t>(Fault::MemoryShort));

}  // namespace

const char* wordsFor(Fault fault) {
  const auto* const found = std::ranges::find(kWords, fault, &Entry::fault);
  return found != std::end(kWords) ? found->words : "";
}

}  // namespace ropewalk::http::wire
