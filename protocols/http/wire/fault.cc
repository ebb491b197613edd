#include "http/wire/fault.h"

namespace ropewalk::http::wire {

const char* wordsFor(Fault fault) {
  switch (fault) {
    case Fault::None:
      break;
    case Fault::EmptyRequestLine:
      return "an empty request line";
    case Fault::RequestLineTooLong:
      return "the request line is too long";
    case Fault::RequestLineEndsInLineFeed:
      return "the request line ends in a bare LF";
    case Fault::NoMethod:
      return "a request line without a valid method";
    case Fault::NoTarget:
      return "a request line without a target";
    case Fault::NoVersion:
      return "a request line that does not end in a version";
    case Fault::UnknownVersion:
      return "HTTP/1.1 and HTTP/1.0 are spoken here";
    case Fault::TargetCharacter:
      return "a forbidden character in the request target";
    case Fault::TargetForm:
      return "the request target is neither a path nor an http URI";
    case Fault::BrokenEscape:
      return "a broken escape in the path";
    case Fault::NulInPath:
      return "a NUL in the path";
    case Fault::TooManyParameters:
      return "too many query parameters";
    case Fault::Connect:
      return "CONNECT is not spoken here";
    case Fault::AsteriskWithoutOptions:
      return "only OPTIONS can be asked of *";
    case Fault::HeadTooLarge:
      return "the request's head is too large";
    case Fault::TooManyFields:
      return "too many header fields";
    case Fault::LineEndsInLineFeed:
      return "a line ends in a bare LF";
    case Fault::BareCarriageReturn:
      return "a bare CR in a header field";
    case Fault::FoldedLine:
      return "a header line starts with a blank";
    case Fault::NoColon:
      return "a header line without a colon";
    case Fault::NoFieldName:
      return "a header field without a name";
    case Fault::BlankBeforeColon:
      return "a blank before the colon of a header field";
    case Fault::FieldNameCharacter:
      return "a forbidden character in a header name";
    case Fault::FieldValueCharacter:
      return "a control character in a header value";
    case Fault::NoHost:
      return "an HTTP/1.1 request without Host";
    case Fault::SecondHost:
      return "more than one Host";
    case Fault::BadHost:
      return "a Host that is no host and port";
    case Fault::SecondLength:
      return "more than one Content-Length";
    case Fault::BadLength:
      return "a Content-Length that is no number";
    case Fault::LengthAndCoding:
      return "both Content-Length and Transfer-Encoding";
    case Fault::SecondTransferEncoding:
      return "more than one Transfer-Encoding";
    case Fault::TransferEncodingInHttp10:
      return "Transfer-Encoding in HTTP/1.0";
    case Fault::BadTransferEncoding:
      return "a malformed Transfer-Encoding";
    case Fault::NoCoding:
      return "a Transfer-Encoding without a coding";
    case Fault::UnknownCoding:
      return "a transfer coding other than chunked";
    case Fault::ChunkedTwice:
      return "chunked more than once";
    case Fault::UnknownExpectation:
      return "an unknown expectation";
    case Fault::BodyTooLarge:
      return "a body too large";
    case Fault::BrokenBody:
      return "the body is not whole";
    case Fault::ChunkTooLarge:
      return "a chunk too large";
    case Fault::BadChunkSize:
      return "a malformed chunk size";
    case Fault::CarriageReturnBehindChunkSize:
      return "a bare CR behind a chunk size";
    case Fault::ChunkLongerThanSize:
      return "chunk data longer than its size";
    case Fault::TooMuchChunkFraming:
      return "too much framing in a chunked body";
    case Fault::BadChunkExtension:
      return "a malformed chunk extension";
    case Fault::ChunkExtensionTooLong:
      return "a chunk extension too long";
    case Fault::TrailerTooLarge:
      return "the trailer section is too large";
    case Fault::TooManyTrailerFields:
      return "too many trailer fields";
    case Fault::ForbiddenTrailer:
      return "a trailer field that has to be in the header";
    case Fault::HeadTooSlow:
      return "the head of the request took too long";
    case Fault::BodyTooSlow:
      return "the body of the request came too slowly";
    case Fault::MemoryShort:
      return "the server is short of memory";
  }
  return "";
}

}  // namespace ropewalk::http::wire
