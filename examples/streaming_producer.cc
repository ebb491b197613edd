// A response as long as you like: a producer makes the next rows when the ones before are out, so
// memory stays small, and nothing is made for a reader who has gone.
//
//   $ ./streaming_producer
//   a reader left early
//
// In another terminal:
//
//   $ curl -s http://127.0.0.1:8080/squares/3000000 | tail -n 1
//   9000000000000
//   $ curl -s http://127.0.0.1:8080/squares/1000000000 | head -n 1
//   1

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

class Squares : public Producer {
 public:
  Squares(http::BodyWriter& out, long last) : out_(out.handle()), last_(last) {}

  void resumeProducing() override {
    std::string rows;
    for (int i = 0; i < 1000 && next_ <= last_; ++i, ++next_) {
      rows += std::to_string(next_ * next_) + "\n";
    }
    out_->write(rows);
    if (next_ > last_) written.callback();
  }
  void pauseProducing() override {}  // never: it is asked for each piece
  void stopProducing() override { std::cout << "a reader left early" << std::endl; }

  Promise<void> written;

 private:
  std::shared_ptr<http::BodyWriter> out_;
  long next_ = 1, last_;
};

int main(int argc, char** argv) try {
  http::Router site;
  site.get("/squares/{last}", [](http::Request& request) {
    const long last = std::stol(request.param("last"));
    return http::Response::stream("text/plain", [last](http::BodyWriter& out) {
      auto squares = std::make_shared<Squares>(out, last);
      out.registerProducer(squares, Streaming::Pull);
      return squares->written.deferred();
    });
  });
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8080, http::Site::create(std::move(site)));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "streaming_producer: " << error.what() << "\n";
  return 2;
}
