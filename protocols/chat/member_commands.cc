#include <algorithm>
#include <iterator>
#include <string>

#include "chat/clean_text.h"
#include "chat/member.h"
#include "chat/name.h"
#include "ropewalk/chat/room.h"

// What a member can say. A line that others get begins with `<name>`, `* name` or `[name`, a notice
// of the server's with `***`: neither can be mistaken for the other, whatever the text.

namespace ropewalk::chat {

const Member::Command Member::kCommands[] = {
    {"/who", "/who: who is here", &Member::who, false},
    {"/nick", "/nick NAME: changes your name", &Member::nick, true},
    {"/me", "/me TEXT: tells what you do", &Member::me, true},
    {"/msg", "/msg NAME TEXT: tells only NAME", &Member::msg, true},
    {"/help", "/help: this list", &Member::help, false},
    {"/quit", "/quit: leaves", &Member::quit, false},
};

namespace {

std::string_view withoutSpacesBefore(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

// The first word of `text`, and the rest without the spaces between them.
struct Words {
  explicit Words(std::string_view text)
      : first(text.substr(0, text.find(' '))),
        rest(withoutSpacesBefore(text.substr(first.size()))) {}

  std::string_view first;
  std::string_view rest;
};

}  // namespace

void Member::say(std::string_view text) {
  room_->tellAll("<" + name_ + "> " + cleanText(text), this);
}

void Member::command(std::string_view line) {
  const Words words(line);
  const auto isMeant = [&](const Command& one) { return isSameWord(one.word, words.first); };
  const auto* const meant = std::find_if(std::begin(kCommands), std::end(kCommands), isMeant);
  if (meant == std::end(kCommands)) {
    reply("*** Unknown command " + cleanText(words.first) + ", try /help.");
  } else if (meant->needsText && words.rest.empty()) {
    reply("*** " + std::string(meant->usage));
  } else {
    (this->*meant->run)(words.rest);
  }
}

void Member::who(std::string_view) { reply("*** " + room_->whoIsHere()); }

void Member::nick(std::string_view name) {
  if (name == name_ || !mayBeCalled(name)) return;
  room_->rename(*this, std::string(name));
}

void Member::me(std::string_view text) {
  room_->tellAll("* " + name_ + " " + cleanText(text), this);
}

void Member::msg(std::string_view text) {
  const Words words(text);
  Member* const other = room_->find(words.first);
  if (words.rest.empty()) {
    reply("*** /msg NAME TEXT: tells only NAME");
  } else if (other == nullptr) {
    reply("*** Nobody here is called " + cleanText(words.first) + ".");
  } else {
    room_->reply(*other, "[" + name_ + " to you] " + cleanText(words.rest));
  }
}

void Member::help(std::string_view) {
  for (const Command& one : kCommands) reply("*** " + std::string(one.usage));
}

void Member::quit(std::string_view) { goodbye("*** Goodbye."); }

}  // namespace ropewalk::chat
