#include <algorithm>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "async/class_name.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/capture.h"
#include "sys/standard_placeholders.h"
#include "transport/belongings.h"

namespace ropewalk::sim {

namespace {

// Writes down what another protocol receives, and hands everything on to it.
class CapturingProtocol final : public Protocol {
 public:
  CapturingProtocol(std::shared_ptr<Protocol> inner, const std::string& path, std::size_t mostBytes)
      : inner_(std::move(inner)), path_(path), left_(mostBytes) {
    const sys::StandardPlaceholders held;
    file_.open(path, std::ios::binary | std::ios::trunc);
    file_ << Capture().text() << std::flush;
    checkFile();
  }

  void connectionMade() override {
    start_ = transport->reactor().now();
    inner_->makeConnection(transport);
  }
  void dataReceived(std::string_view data) override {
    note(Capture::Kind::Data, data);
    inner_->dataReceived(data);
  }
  void readConnectionLost() override {
    note(Capture::Kind::End, {});
    inner_->readConnectionLost();
  }
  void writeConnectionLost() override { inner_->writeConnectionLost(); }
  void connectionLost(const Failure& why) override {
    note(Capture::Kind::Lost, detail::withoutNamespaces(why.typeName()));
    // What belongs to it ends before it hears of the end.
    detail::Belongings::end(*inner_);
    inner_->connectionLost(why);
  }
  void drainRequested() override { inner_->drainRequested(); }
  std::string logPrefix() const override { return inner_->logPrefix(); }

 private:
  void note(Capture::Kind kind, std::string_view bytes) {
    if (!file_.is_open()) return;
    if (kind == Capture::Kind::Data && bytes.size() > left_) {
      file_ << "# the rest is left out\n";
      return file_.close();
    }
    if (kind == Capture::Kind::Data) left_ -= bytes.size();
    // Never two events at one time: they would be played as one.
    last_ = std::max(transport->reactor().now() - start_, last_ + Duration(1));
    file_ << Capture::Event{last_, kind, std::string(bytes)}.text() << std::flush;
    checkFile();
  }

  void checkFile() {
    if (file_) return;
    logWarning("cannot write the capture {}", path_);
    file_.close();
  }

  const std::shared_ptr<Protocol> inner_;
  const std::string path_;
  std::ofstream file_;
  std::size_t left_;
  TimePoint start_{};
  Duration last_ = Duration(-1);
};

class CapturingFactory final : public Factory {
 public:
  CapturingFactory(std::shared_ptr<Factory> inner, std::string prefix, std::size_t mostBytes)
      : inner_(std::move(inner)), prefix_(std::move(prefix)), mostBytes_(mostBytes) {
    noisy = false;
  }

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    std::shared_ptr<Protocol> inner = inner_->buildProtocol(peer);
    if (!inner) return nullptr;
    if (!inner->factory) inner->factory = inner_;
    const std::string path = prefix_ + std::to_string(++count_);
    return std::make_shared<CapturingProtocol>(std::move(inner), path, mostBytes_);
  }
  void startFactory() override { inner_->doStart(); }
  void stopFactory() override { inner_->doStop(); }
  std::string logPrefix() const override { return inner_->logPrefix(); }

 private:
  const std::shared_ptr<Factory> inner_;
  const std::string prefix_;
  const std::size_t mostBytes_;
  std::size_t count_ = 0;
};

}  // namespace

std::shared_ptr<Factory> capturing(std::shared_ptr<Factory> factory, std::string prefix,
                                   std::size_t mostBytes) {
  if (!factory) throw std::invalid_argument("capturing: no factory");
  return std::make_shared<CapturingFactory>(std::move(factory), std::move(prefix), mostBytes);
}

}  // namespace ropewalk::sim
