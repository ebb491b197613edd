#include "http/files/mime_types.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <sstream>

#include "http/wire/grammar.h"

namespace ropewalk::http::files {
namespace {

constexpr std::string_view kBuiltIn = R"(
application/gzip gz
application/json json map
application/manifest+json webmanifest
application/pdf pdf
application/wasm wasm
application/xml xml
application/zip zip
audio/mpeg mp3
audio/ogg oga ogg opus
audio/wav wav
font/otf otf
font/ttf ttf
font/woff woff
font/woff2 woff2
image/avif avif
image/bmp bmp
image/gif gif
image/jpeg jpeg jpg
image/png png
image/svg+xml svg svgz
image/vnd.microsoft.icon ico
image/webp webp
text/calendar ics
text/css css
text/csv csv
text/html html htm
text/javascript js mjs
text/markdown md
text/plain txt text log conf
video/mp4 mp4
video/ogg ogv
video/webm webm
)";

std::string loweredCopy(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), wire::lowered);
  return copy;
}

}  // namespace

MimeTypes::MimeTypes() {
  std::istringstream lines{std::string(kBuiltIn)};
  read(lines);
}

const MimeTypes& MimeTypes::ofSystem() {
  // Never destroyed: answers may be made until the last global object is gone.
  static const MimeTypes& types = *[] {
    auto* const fresh = new MimeTypes;
    std::ifstream file("/etc/mime.types");
    if (file) fresh->read(file);
    return fresh;
  }();
  return types;
}

void MimeTypes::read(std::istream& lines) {
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string type;
    words >> type;
    // What goes into a header later on is looked at here.
    const std::size_t slash = type.find('/');
    if (slash == std::string::npos || !wire::isToken(std::string_view(type).substr(0, slash)) ||
        !wire::isToken(std::string_view(type).substr(slash + 1))) {
      continue;
    }
    for (std::string extension; words >> extension;) byExtension_[loweredCopy(extension)] = type;
  }
}

std::string_view MimeTypes::of(std::string_view name) const {
  constexpr std::string_view kUnknown = "application/octet-stream";
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return kUnknown;
  const auto found = byExtension_.find(loweredCopy(name.substr(dot + 1)));
  return found == byExtension_.end() ? kUnknown : std::string_view(found->second);
}

}  // namespace ropewalk::http::files
