// A web server for the files in a folder. Connections are kept open for further requests.
//
//   $ mkdir -p html && echo '<h1>hello</h1>' > html/index.html && echo 'a note' > html/note.txt
//   $ ./static_web
//
// In another terminal, both files over one connection:
//
//   $ curl -s http://127.0.0.1:8080/{,note.txt} -w '(connections: %{num_connects})\n'
//   <h1>hello</h1>
//   (connections: 1)
//   a note
//   (connections: 0)
//   $ curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8080/no-such-file
//   404
//
// Or open http://127.0.0.1:8080/ in a browser. `./static_web 9000 FOLDER` serves another folder.

#include <ropewalk/http.h>
#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

int main(int argc, char** argv) try {
  http::Router site;
  site.mount("/", http::StaticFiles(argc > 2 ? argv[2] : "./html"));
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8080, http::Site::create(std::move(site)));
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "static_web: " << error.what() << "\n";
  return 2;
}
