#pragma once

#include <cstdint>

namespace ropewalk::http::wire {

// What is wrong with a request. Which status answers it is not decided here: see
// routes::statusOf().
enum class Fault : std::uint8_t {
  None,

  // The request line (RFC 9112 3).
  EmptyRequestLine,
  RequestLineTooLong,
  RequestLineEndsInLineFeed,
  NoMethod,
  NoTarget,
  NoVersion,
  UnknownVersion,

  // The target (RFC 9112 3.2).
  TargetCharacter,
  TargetForm,
  BrokenEscape,
  NulInPath,
  TooManyParameters,
  Connect,
  AsteriskWithoutOptions,

  // The header section and its lines (RFC 9112 5).
  HeadTooLarge,
  TooManyFields,
  LineEndsInLineFeed,
  BareCarriageReturn,
  FoldedLine,
  NoColon,
  NoFieldName,
  BlankBeforeColon,
  FieldNameCharacter,
  FieldValueCharacter,

  // What the fields say about the message (RFC 9110 7.2, 10.1.1; RFC 9112 6).
  NoHost,
  SecondHost,
  BadHost,
  SecondLength,
  BadLength,
  LengthAndCoding,
  SecondTransferEncoding,
  TransferEncodingInHttp10,
  BadTransferEncoding,
  NoCoding,
  UnknownCoding,
  ChunkedTwice,
  UnknownExpectation,

  // The body and its trailer section (RFC 9112 7).
  BodyTooLarge,
  BrokenBody,
  ChunkTooLarge,
  BadChunkSize,
  CarriageReturnBehindChunkSize,
  ChunkLongerThanSize,
  TooMuchChunkFraming,
  BadChunkExtension,
  ChunkExtensionTooLong,
  TrailerTooLarge,
  TooManyTrailerFields,
  ForbiddenTrailer,

  // What the client or the server cannot keep up with.
  HeadTooSlow,
  BodyTooSlow,
  MemoryShort,
};

// One line for people; empty for None.
const char* wordsFor(Fault fault);

}  // namespace ropewalk::http::wire
