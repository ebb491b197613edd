// Does long work in a thread, so that the reactor can serve other connections. SIGTERM waits for it
// for up to 10 s.
//
//   $ ./work_in_thread
//
// In another terminal:
//
//   $ printf '30\n' | nc -N 127.0.0.1 8000
//   832040
//   $ printf 'ten\n' | nc -N 127.0.0.1 8000
//   A number from 0 to 40, please.

#include <ropewalk/ropewalk.h>

#include <charconv>
#include <iostream>
#include <optional>
#include <thread>

using namespace ropewalk;

long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

// A busy program would use a thread pool. The thread touches nothing but its own values:
// callFromThread() brings the result back.
Deferred<long> fibonacciInThread(int n) {
  Promise<long> promise;
  auto deferred = promise.deferred();
  std::thread([&home = reactor(), n, promise = std::move(promise)]() mutable {
    const long result = fibonacci(n);
    home.callFromThread(
        [result, promise = std::move(promise)]() mutable { promise.callback(result); });
  }).detach();
  return deferred;
}

std::optional<int> numberIn(const std::string& line) {
  int number = 0;
  const char* const end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data(), end, number);
  if (parsed.ptr != end || number < 0 || number > 40) return std::nullopt;
  return number;
}

class Calculator : public StreamProtocol {
  Deferred<void> serve() override {
    while (auto line = co_await readLine()) {
      const std::optional<int> number = numberIn(*line);
      if (number) {
        const long result = co_await fibonacciInThread(*number);
        write(std::to_string(result) + "\n");
      } else {
        write("A number from 0 to 40, please.\n");
      }
    }
  }
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<Calculator>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "work_in_thread: " << error.what() << "\n";
  return 2;
}
