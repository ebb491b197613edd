#pragma once

namespace ropewalk::http::wire {

// Why a request is not accepted: the status to answer with, and one line for people. No refusal: 0.
struct Refusal {
  int status = 0;
  const char* why = "";

  explicit operator bool() const { return status != 0; }
};

}  // namespace ropewalk::http::wire
