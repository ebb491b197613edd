// Command lines of the load programs: `--name NUMBER` pairs, every one of them known, bounded and
// printed by --help.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace bench {

// One `--name NUMBER`, and where the number goes.
struct Option {
  std::string_view name;
  std::string_view meaning;
  long& value;
  long least;
  long most;
};

[[noreturn]] inline void usage(const char* program, const std::vector<Option>& options) {
  std::fprintf(stderr, "usage: %s [--name NUMBER]...   (the server is on 127.0.0.1)\n", program);
  for (const Option& option : options) {
    std::fprintf(stderr, "  --%-12.*s %ld..%ld, default %ld: %.*s\n",
                 static_cast<int>(option.name.size()), option.name.data(), option.least,
                 option.most, option.value, static_cast<int>(option.meaning.size()),
                 option.meaning.data());
  }
  std::exit(2);
}

inline bool take(const std::vector<Option>& options, std::string_view name, std::string_view text) {
  for (const Option& option : options) {
    if (name.substr(0, 2) != "--" || name.substr(2) != option.name) continue;
    long number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc() || end != text.end()) return false;
    option.value = number;
    return option.least <= number && number <= option.most;
  }
  return false;
}

// Fills the options' values in; ends the program with the list of options when it cannot.
inline void parseOptions(int argc, char** argv, const std::vector<Option>& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !take(options, argv[i], argv[i + 1])) usage(argv[0], options);
  }
}

}  // namespace bench
