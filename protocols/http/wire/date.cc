#include "http/wire/date.h"

#include <algorithm>
#include <cstddef>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Eats a date from left to right; once something does not fit, the rest does not either.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  DateReader& literal(std::string_view expected) {
    fits_ = fits_ && rest_.starts_with(expected);
    skip(expected.size());
    return *this;
  }

  DateReader& number(std::size_t digits, unsigned& value) {
    const auto parsed = parseNumber(rest_.substr(0, digits), Radix::Decimal, 9999);
    fits_ = fits_ && rest_.size() >= digits && parsed;
    value = static_cast<unsigned>(parsed.value_or(0));
    skip(digits);
    return *this;
  }

  // asctime pads the day with a space.
  DateReader& paddedDay(unsigned& day) {
    if (!rest_.starts_with(' ')) return number(2, day);
    skip(1);
    return number(1, day);
  }

  template <std::size_t size>
  DateReader& name(const std::array<std::string_view, size>& names, unsigned& index) {
    const auto found = std::ranges::find_if(
        names, [this](std::string_view name) { return rest_.starts_with(name); });
    fits_ = fits_ && found != names.end();
    index = static_cast<unsigned>(found - names.begin());
    if (fits_) skip(found->size());
    return *this;
  }

  DateReader& clock(seconds& time) {
    unsigned hour = 0, minute = 0, second = 0;
    number(2, hour).literal(":").number(2, minute).literal(":").number(2, second);
    // 60 is a leap second.
    fits_ = fits_ && hour < 24 && minute < 60 && second <= 60;
    time = hours(hour) + minutes(minute) + seconds(second);
    return *this;
  }

  bool atEnd() const { return fits_ && rest_.empty(); }

 private:
  void skip(std::size_t size) { rest_.remove_prefix(std::min(size, rest_.size())); }

  std::string_view rest_;
  bool fits_ = true;
};

std::optional<WallTime> momentOf(unsigned year, unsigned month, unsigned day, seconds time) {
  const year_month_day date{std::chrono::year(static_cast<int>(year)),
                            std::chrono::month(month + 1), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + time;
}

// RFC 9110 5.6.7.
std::optional<WallTime> momentOfShort(unsigned year, unsigned month, unsigned day, seconds time,
                                      WallTime now) {
  const auto today = std::chrono::floor<days>(now);
  const year_month_day date(today);
  const WallTime last =
      std::chrono::sys_days(date + std::chrono::years(50)) + (now - WallTime(today));
  const auto century = static_cast<unsigned>(static_cast<int>(date.year())) / 100 * 100;
  for (const unsigned hundreds : {century + 100, century, century - 100}) {
    const auto moment = momentOf(hundreds + year, month, day, time);
    if (moment && *moment <= last) return moment;
  }
  return std::nullopt;
}

void put(char*& at, std::string_view text) { at = std::ranges::copy(text, at).out; }

void putNumber(char*& at, unsigned number, int digits) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) at[i] = static_cast<char>('0' + number % 10);
  at += digits;
}

void putDate(char* at, WallTime time) {
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  put(at, kDays[std::chrono::weekday(day).c_encoding()]);
  put(at, ", ");
  putNumber(at, static_cast<unsigned>(date.day()), 2);
  put(at, " ");
  put(at, kMonths[static_cast<unsigned>(date.month()) - 1]);
  put(at, " ");
  putNumber(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put(at, " ");
  putNumber(at, static_cast<unsigned>(clock.hours().count()), 2);
  put(at, ":");
  putNumber(at, static_cast<unsigned>(clock.minutes().count()), 2);
  put(at, ":");
  putNumber(at, static_cast<unsigned>(clock.seconds().count()), 2);
  put(at, " GMT");
}

constexpr std::size_t kDateSize = 29;

}  // namespace

std::string formatDate(WallTime time) {
  std::string text(kDateSize, ' ');
  putDate(text.data(), time);
  return text;
}

// NOLINTNEXTLINE(readability-function-size): three formats side by side, each a few lines
std::optional<WallTime> parseDate(std::string_view text, WallTime now) {
  unsigned weekday = 0, day = 0, month = 0, year = 0;
  seconds time{};
  const auto fixed = DateReader(text)
                         .name(kDays, weekday)
                         .literal(", ")
                         .number(2, day)
                         .literal(" ")
                         .name(kMonths, month)
                         .literal(" ")
                         .number(4, year)
                         .literal(" ")
                         .clock(time)
                         .literal(" GMT")
                         .atEnd();
  if (fixed) return momentOf(year, month, day, time);
  const auto rfc850 = DateReader(text)
                          .name(kLongDays, weekday)
                          .literal(", ")
                          .number(2, day)
                          .literal("-")
                          .name(kMonths, month)
                          .literal("-")
                          .number(2, year)
                          .literal(" ")
                          .clock(time)
                          .literal(" GMT")
                          .atEnd();
  if (rfc850) return momentOfShort(year, month, day, time, now);
  const auto asctime = DateReader(text)
                           .name(kDays, weekday)
                           .literal(" ")
                           .name(kMonths, month)
                           .literal(" ")
                           .paddedDay(day)
                           .literal(" ")
                           .clock(time)
                           .literal(" ")
                           .number(4, year)
                           .atEnd();
  if (asctime) return momentOf(year, month, day, time);
  return std::nullopt;
}

std::string_view DateLine::at(WallTime now) {
  if (now != second_) {
    second_ = now;
    char* at = line_.data();
    put(at, "Date: ");
    putDate(at, now);
    at += kDateSize;
    put(at, "\r\n");
  }
  return {line_.data(), line_.size()};
}

}  // namespace ropewalk::http::wire
