#include "ropewalk/gather_results.h"

#include <string>

namespace ropewalk {
namespace {

std::string firstErrorText(std::size_t index, const Failure& failure) {
  std::string text = "result " + std::to_string(index) + ": ";
  return text += failure.what();
}

}  // namespace

FirstError::FirstError(std::size_t index, Failure failure)
    : Error(firstErrorText(index, failure), failure.code()),
      index_(index),
      failure_(std::move(failure)) {}

}  // namespace ropewalk
