#include "http/routes/pages.h"

#include <string>

#include "ropewalk/http/text.h"

namespace ropewalk::http::routes {
namespace {

// Seconds. By then peers that take nothing may have been aborted, which ends the shortage.
constexpr std::string_view kRetryAfter = "10";

// `text` is markup.
Response page(int status, const std::string& text) {
  const std::string title = std::to_string(status) + " " + std::string(reasonPhrase(status));
  return Response::html("<!DOCTYPE html>\n<html><head><title>" + title +
                        "</title></head>\n<body><h1>" + title + "</h1>\n<p>" + text +
                        "</p></body></html>\n")
      .setStatus(status);
}

}  // namespace

Response notFoundPage(std::string_view path) {
  return page(404, "There is nothing at " + escapeHtml(path) + " here.");
}

Response methodNotAllowedPage(std::string_view allow) {
  return page(405, "Allowed here: " + escapeHtml(allow) + ".").setHeader("Allow", allow);
}

Response notImplementedPage(std::string_view method) {
  return page(501, "The method " + escapeHtml(method) + " is not known here.");
}

Response forbiddenPage() { return page(403, "This is not for you."); }

Response unavailablePage() {
  return page(503, "Too much is going on here. Try again soon.")
      .setHeader("Retry-After", kRetryAfter);
}

Response failedPage() { return page(500, "This went wrong on our side."); }

int statusOf(wire::Fault fault) {
  using wire::Fault;
  switch (fault) {
    case Fault::AsteriskWithoutOptions:
      return 405;
    case Fault::HeadTooSlow:
    case Fault::BodyTooSlow:
      return 408;
    case Fault::BodyTooLarge:
      return 413;
    case Fault::RequestLineTooLong:
      return 414;
    case Fault::UnknownExpectation:
      return 417;
    case Fault::HeadTooLarge:
    case Fault::TooManyFields:
      return 431;
    case Fault::Connect:
    case Fault::UnknownCoding:
      return 501;
    case Fault::MemoryShort:
      return 503;
    case Fault::UnknownVersion:
      return 505;
    default:
      return 400;
  }
}

Response refusalPage(wire::Fault fault) {
  const int status = statusOf(fault);
  Response response = page(status, escapeHtml(wire::wordsFor(fault)) + ".");
  // RFC 9110 15.5.6. The only one that is not refused by a router is `*` with another method.
  if (status == 405) response.setHeader("Allow", "OPTIONS");
  if (status == 503) response.setHeader("Retry-After", kRetryAfter);
  return response;
}

}  // namespace ropewalk::http::routes
