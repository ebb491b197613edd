#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::http::wire {

// A version of HTTP.
struct Version {
  std::uint8_t major = 1;
  std::uint8_t minor = 1;
};

// Method, target and header fields of one request, whatever version of HTTP they came in.
//
// Everything it shows is a view into the bytes of the head: either into the buffer that they were
// received in, or, after keep(), into this object's own copy. The places are stored as offsets, so
// copying the bytes does not disturb them.
//
// Not copied and not moved: others hold views into it.
class RequestHead {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  RequestHead() = default;
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  std::string_view method() const { return at(method_); }
  std::string_view target() const { return at(target_); }

  // As it was sent.
  Version version() const { return version_; }

  // 0 for HTTP/1.0, 1 for everything later. RFC 9110 2.5: a later minor version is read as the
  // highest one that is known here.
  int minorVersion() const { return version_.major == 1 && version_.minor == 0 ? 0 : 1; }

  std::size_t fieldCount() const { return count_; }
  Field field(std::size_t index) const {
    const FieldPlace& place = index < kInline ? inline_[index] : more_[index - kInline];
    return {at(place.name), at(place.value)};
  }

  // The value of the first field called `name`, in whatever case; empty if there is none.
  std::optional<std::string_view> find(std::string_view name) const;

  // Copies `bytes`, a head or the beginning of one, into own storage; more can then be appended.
  // After this nothing depends on the buffer that the bytes came from.
  void keep(std::string_view bytes);
  bool isKept() const { return kept_; }
  void append(std::string_view bytes);
  const std::string& keptBytes() const { return storage_; }

  // For who reads a head: every view handed in lies in the bytes that start at the place given
  // here.
  void startAt(const char* bytes) { bytes_ = bytes; }
  void setRequest(std::string_view method, std::string_view target, Version version);
  void addField(std::string_view name, std::string_view value);

 private:
  // A head has at most 65 535 bytes.
  struct Place {
    std::uint16_t offset = 0;
    std::uint16_t size = 0;
  };
  struct FieldPlace {
    Place name;
    Place value;
  };
  // Most requests have no more fields than this; those that do cost a vector.
  static constexpr std::size_t kInline = 24;

  std::string_view at(Place place) const { return {bytes_ + place.offset, place.size}; }
  Place placeOf(std::string_view view) const {
    return {static_cast<std::uint16_t>(view.data() - bytes_),
            static_cast<std::uint16_t>(view.size())};
  }

  const char* bytes_ = "";
  Place method_;
  Place target_;
  bool kept_ = false;
  Version version_;
  std::size_t count_ = 0;
  std::array<FieldPlace, kInline> inline_;
  std::vector<FieldPlace> more_;
  std::string storage_;
};

}  // namespace ropewalk::http::wire
