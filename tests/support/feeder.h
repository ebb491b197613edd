#pragma once

#include <functional>

#include "ropewalk/producer.h"

namespace ropewalk::test {

// A producer that counts what it is told, and does what the test says when it is told to go on.
class Feeder : public Producer {
 public:
  Feeder();
  explicit Feeder(std::function<void(Feeder&)> resumed);
  ~Feeder() override;

  void pauseProducing() override;
  void resumeProducing() override;
  void stopProducing() override;

  bool isStopped() const { return stops > 0; }

  std::function<void(Feeder&)> onPause;
  std::function<void(Feeder&)> onResume;
  std::function<void(Feeder&)> onStop;
  int pauses = 0;
  int resumes = 0;
  int stops = 0;
  int depth = 0;    // of resumeProducing() within resumeProducing()
  int deepest = 0;  // and the most that it ever was
};

}  // namespace ropewalk::test
