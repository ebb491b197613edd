#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ropewalk::http::files {

// Media types by the extension of a file name.
class MimeTypes {
 public:
  // Only the few dozen types that are built in.
  MimeTypes();

  // The system's /etc/mime.types over the built-in ones; read once, on first use.
  static const MimeTypes& ofSystem();

  // Adds the types of a mime.types file: `type/subtype  extension extension`, `#` comments.
  void read(std::istream& lines);

  // The type of a file called `name`: by what follows its last dot, in whatever case; an unknown
  // one is application/octet-stream.
  std::string_view of(std::string_view name) const;

 private:
  std::unordered_map<std::string, std::string> byExtension_;
};

}  // namespace ropewalk::http::files
