#include "ropewalk/http/response.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "http/files/file_part.h"
#include "http/files/mime_types.h"
#include "http/wire/grammar.h"
#include "ropewalk/detail/above_standard.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/http/text.h"

namespace ropewalk::http {
namespace {

// What frames a message, or is only said by whoever owns the connection.
constexpr std::array<std::string_view, 7> kReserved = {
    "Connection", "Content-Length", "Date", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade",
};

constexpr std::string_view kContentType = "Content-Type";

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument("http::Response: " + why);
}

void checkStatus(int status) {
  if (status < 200 || status > 599) refuse("no final status: " + std::to_string(status));
}

void checkText(std::string_view text, const char* what) {
  if (!wire::isAll(wire::Octet::FieldText, text))
    refuse(std::string("a control character in ") + what);
}

void checkField(std::string_view name, std::string_view value) {
  if (!wire::isToken(name)) refuse("a field name that is no token");
  for (const std::string_view reserved : kReserved) {
    if (wire::equalNoCase(name, reserved))
      refuse("the field " + std::string(name) + " cannot be set");
  }
  checkText(value, "a field value");
}

[[noreturn]] void cannotOpen(const std::string& path, int error) {
  throw std::system_error(error, std::generic_category(), "open " + path);
}

}  // namespace

Response::Response(int status) : status_(status) { checkStatus(status); }

Response::Response(Body body, std::string_view type) : body_(std::move(body)), type_(type) {}

Response Response::text(std::string body) {
  return {Body(std::move(body)), "text/plain; charset=utf-8"};
}

Response Response::html(std::string body) {
  return {Body(std::move(body)), "text/html; charset=utf-8"};
}

Response Response::json(std::string body) { return {Body(std::move(body)), "application/json"}; }

Response Response::bytes(std::string body, std::string_view type) {
  return Response(Body(std::move(body)), {}).setHeader(kContentType, type);
}

Response Response::bytes(SharedBytes body, std::string_view type) {
  return Response(Body(std::move(body)), {}).setHeader(kContentType, type);
}

Response Response::file(const std::string& path) {
  FileDescriptor opened(
      detail::aboveStandard(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)));
  if (!opened) cannotOpen(path, errno);
  struct stat status;
  if (::fstat(opened.get(), &status) != 0) cannotOpen(path, errno);
  if (!S_ISREG(status.st_mode)) cannotOpen(path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  FilePart whole(std::move(opened), 0, static_cast<std::uint64_t>(status.st_size));
  return file(std::move(whole), files::MimeTypes::ofSystem().of(path))
      .setLastModified(std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec)))
      .setETag(files::fileTag(status));
}

Response Response::file(FilePart part, std::string_view type) {
  return Response(Body(std::move(part)), {}).setHeader(kContentType, type).allowRanges();
}

Response Response::stream(std::string_view type, WriteBody write) {
  ropewalk::detail::requireCallable(write, "http::Response::stream");
  return Response(Body(Stream{std::move(write), std::nullopt}), {}).setHeader(kContentType, type);
}

Response Response::stream(std::string_view type, std::uint64_t length, WriteBody write) {
  ropewalk::detail::requireCallable(write, "http::Response::stream");
  return Response(Body(Stream{std::move(write), length}), {}).setHeader(kContentType, type);
}

Response Response::detach(std::shared_ptr<Protocol> next) {
  if (!next) refuse("nobody to give the connection to");
  return {Body(Handover{std::move(next), {}}), {}};
}

Response Response::upgrade(std::string_view protocol, std::shared_ptr<Protocol> next) {
  const std::size_t slash = protocol.find('/');
  const bool hasVersion = slash != std::string_view::npos;
  if (!wire::isToken(protocol.substr(0, slash)) ||
      (hasVersion && !wire::isToken(protocol.substr(slash + 1)))) {
    refuse("no protocol to upgrade to: " + std::string(protocol));
  }
  Response response = detach(std::move(next));
  std::get<Handover>(response.body_).upgrade = protocol;
  return response;
}

Response Response::redirect(std::string_view location, int status) {
  const std::string escaped = escapeHtml(location);
  return html("<!DOCTYPE html>\n<title>" + std::string(reasonPhrase(status)) +
              "</title>\n<p>See <a href=\"" + escaped + "\">" + escaped + "</a>.\n")
      .setStatus(status)
      .setHeader("Location", location);
}

Response& Response::setStatus(int status, std::string_view reason) & {
  checkStatus(status);
  checkText(reason, "a reason phrase");
  status_ = status;
  reason_ = reason;
  return *this;
}

Response& Response::setHeader(std::string_view name, std::string_view value) & {
  checkField(name, value);
  if (wire::equalNoCase(name, kContentType)) type_ = {};
  fields_.set(name, value);
  return *this;
}

Response& Response::addHeader(std::string_view name, std::string_view value) & {
  checkField(name, value);
  if (wire::equalNoCase(name, kContentType)) type_ = {};
  fields_.add(name, value);
  return *this;
}

// What is left of it when the status alone is the answer.
void Response::dropBody(int status) {
  status_ = status;
  reason_.clear();
  body_ = std::monostate();
  type_ = {};
  ranges_ = false;
  fields_.remove(kContentType);
}

Response& Response::setLastModified(std::chrono::sys_seconds time) & {
  lastModified_ = time;
  return *this;
}

Response& Response::setETag(std::string_view tag) & {
  checkText(tag, "an entity tag");
  if (tag.find_first_of("\" \t") != std::string_view::npos)
    refuse("a quote or blank in an entity tag");
  tag_.assign("\"").append(tag).append("\"");
  return *this;
}

Response& Response::allowRanges() & {
  ranges_ = true;
  return *this;
}

Response& Response::closeConnection() & {
  close_ = true;
  return *this;
}

Response&& Response::setStatus(int status, std::string_view reason) && {
  return std::move(setStatus(status, reason));
}

Response&& Response::setHeader(std::string_view name, std::string_view value) && {
  return std::move(setHeader(name, value));
}

Response&& Response::addHeader(std::string_view name, std::string_view value) && {
  return std::move(addHeader(name, value));
}

Response&& Response::setLastModified(std::chrono::sys_seconds time) && {
  return std::move(setLastModified(time));
}

Response&& Response::setETag(std::string_view tag) && { return std::move(setETag(tag)); }

Response&& Response::allowRanges() && { return std::move(allowRanges()); }

Response&& Response::closeConnection() && { return std::move(closeConnection()); }

std::optional<std::string_view> Response::header(std::string_view name) const {
  if (!type_.empty() && wire::equalNoCase(name, kContentType)) return type_;
  return fields_.find(name);
}

// Of a body that is no stream.
std::uint64_t Response::sizeInMemory() const noexcept {
  if (const auto* file = std::get_if<FilePart>(&body_)) return file->size();
  return body().size();
}

std::string_view Response::body() const noexcept {
  if (const auto* text = std::get_if<std::string>(&body_)) return *text;
  if (const auto* shared = std::get_if<SharedBytes>(&body_)) return shared->view();
  return {};
}

}  // namespace ropewalk::http
