#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ropewalk::http::test {

// Bytes that a server has to accept, and the story that they tell (see reading.h).
struct GoodRequest {
  std::string wire;
  std::string story;
};

class GoodRequestList {
 public:
  void add(std::string wire, std::string story) {
    requests_.push_back({std::move(wire), std::move(story)});
  }
  // A GET of `target`, and nothing odd but that.
  void target(const std::string& target) {
    add("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", "GET " + target + " 1.1 {Host=a} []\n");
  }
  void method(const std::string& method) {
    add(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", method + " / 1.1 {Host=a} []\n");
  }
  void host(const std::string& host) {
    add("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", "GET / 1.1 {Host=" + host + "} []\n");
  }
  // A GET with the line `field`, which is understood as `understood` (`name=value`).
  void field(const std::string& field, const std::string& understood) {
    add("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n",
        "GET / 1.1 {Host=a, " + understood + "} []\n");
  }
  void chunked(const std::string& body, const std::string& understood) {
    add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body +
            "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / 1.1 {Host=a, Transfer-Encoding=chunked} [" + understood +
            "]\nGET /next 1.1 {Host=a} []\n");
  }
  std::vector<GoodRequest> take() { return std::move(requests_); }

 private:
  std::vector<GoodRequest> requests_;
};

inline void addGoodLines(GoodRequestList& good) {
  good.add("GET / HTTP/1.0\r\n\r\n", "GET / 1.0 {} []\n");
  good.add("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / 1.0 {Host=a} []\n");
  // RFC 9110 2.5: a minor version that is not known yet is read as the highest one that is.
  for (char minor = '2'; minor <= '9'; ++minor) {
    good.add(std::string("GET / HTTP/1.") + minor + "\r\nHost: a\r\n\r\n",
             "GET / 1.1 {Host=a} []\n");
    good.add(std::string("POST / HTTP/1.") + minor +
                 "\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
             "POST / 1.1 {Host=a, Transfer-Encoding=chunked} [Z]\n");
  }
  good.add("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1 {Host=a} []\n");
  good.add("\r\n", "");
  good.add("\r", "");
  good.add("\r\nG", "...\n");
  good.add("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / 1.1 {Host=a} []\nGET /2 1.1 {Host=a} []\n");
  for (const char* method :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get",
        "Get", "GE&T", "M-SEARCH", "X", "1", "!#$%&'*+-.^_`|~", "CONNECTION", "PRI"}) {
    good.method(method);
  }
  good.method(std::string(1000, 'M'));
  for (const char* target : {"/",
                             "//",
                             "/a",
                             "/a%20b?x=1&x=2&y=",
                             "/a/../b",
                             "/./a",
                             "/%2e%2e/",
                             "/a%2Fb",
                             "/a;b=c",
                             "/a,b",
                             "/~a",
                             "/a:b@c",
                             "/!$&'()*+,;=",
                             "/?",
                             "/??",
                             "/?a?b/c",
                             "/?a=1&&b",
                             "/?%",
                             "/?%zz",
                             "/?%00",
                             "/[a]",
                             "/{a}",
                             "/a|b",
                             "/a^b`c",
                             "/?a[]=1",
                             "/?\\",
                             "/a?b\\c",
                             "/?a=\\..\\b\\&c=%5c",
                             "/?\\?\\",
                             "http://a?\\",
                             "http://a/b?c\\d",
                             "/%E2%82%AC",
                             "/%c0%ae",
                             "/%01",
                             "/%5c",
                             "/a%5Cb",
                             "/..%5C..",
                             "/a//b",
                             "/.",
                             "/..",
                             "/...",
                             "http://a",
                             "http://a/",
                             "http://a?x",
                             "HTTP://A/b",
                             "https://a/b?c",
                             "http://a/b/c?d=http://e/",
                             "http://a:80/",
                             "https://a:443/",
                             "http://a:/",
                             "http://a:80",
                             "http://a:80?x",
                             "http://a?x=1",
                             "http://a?",
                             "http://a?/b",
                             "http://a?http://b/",
                             "http://b/",
                             "http://a.b/",
                             "https://a:1/",
                             "http://[::1]:80/b"}) {
    good.target(target);
  }
  // What browsers send raw in a query: all that is printable, but for what they escape and for `#`.
  for (char octet = '!'; octet <= '~'; ++octet) {
    const bool escaped = std::string_view("\"#<>").find(octet) != std::string_view::npos;
    if (!escaped) good.target(std::string("/a?b=") + octet + "c");
  }
  good.add("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1 {Host=a} []\n");
  good.add("GET http://b:81/c HTTP/1.1\r\nHost: B:81\r\n\r\n",
           "GET http://b:81/c 1.1 {Host=B:81} []\n");
  good.add("GET http://b/c HTTP/1.0\r\n\r\n", "GET http://b/c 1.0 {} []\n");
  good.target("/" + std::string(8 * 1024 - 16, 'a'));
  good.target("/?" + std::string(999, '&'));
}

inline void addGoodFields(GoodRequestList& good) {
  for (const char* host : {"a",
                           "a:80",
                           "a:",
                           "a:0",
                           "a:65535",
                           "a:00080",
                           "127.0.0.1",
                           "127.0.0.1:80",
                           "[::1]",
                           "[::1]:80",
                           "[::ffff:1.2.3.4]",
                           "[2001:db8::1]:",
                           "a.b.c",
                           "a-b",
                           "a_b",
                           "a~b",
                           "A.B",
                           "a.",
                           "1",
                           "xn--e1afmkfd",
                           "a!b",
                           "!$&'()*+,;=",
                           "a,b:80",
                           "a%20b",
                           "%c3%A9.example:80",
                           "%61",
                           "a%2fb",
                           "[v1.a]",
                           "[V1.a]:80",
                           "[vFe0.-._~!$&'()*+,;=:x]",
                           "[v1.:]"}) {
    good.host(host);
    const std::string target = "http://" + std::string(host) + "/b";
    good.add("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET " + target + " 1.1 {Host=a} []\n");
  }
  good.host(std::string(255, 'a'));
  good.field("X:a", "X=a");
  good.field("X: a", "X=a");
  good.field("X:  a  ", "X=a");
  good.field("X:\ta\t", "X=a");
  good.field("A: \t x \t", "A=x");
  good.field("X:", "X=");
  good.field("X: ", "X=");
  good.field("X: \t ", "X=");
  good.field("X: a b\tc", "X=a b\tc");
  good.field("X: a: b", "X=a: b");
  good.field("X::", "X=:");
  good.field("X: \"a\\\"b\"", "X=\"a\\\"b\"");
  good.field("X: \x80\xff", "X=\x80\xff");
  good.field("X: \xe2\x82\xac", "X=\xe2\x82\xac");
  good.field("X_Y: a", "X_Y=a");
  good.field("!#$%&'*+-.^_`|~09: a", "!#$%&'*+-.^_`|~09=a");
  good.field("content-TYPE: a", "content-TYPE=a");
  good.field("X: a\r\nX: b\r\nx: c", "X=a, X=b, x=c");
  good.field("Connection: close", "Connection=close");
  good.field("Connection: , ,", "Connection=, ,");
  good.field("Upgrade: h2c\r\nHTTP2-Settings: x", "Upgrade=h2c, HTTP2-Settings=x");
  good.field("Content-Length: 0", "Content-Length=0");
  good.field("Content-Length: 000", "Content-Length=000");
  for (const char* expectation : {"100-Continue", "100-continue, 100-continue", "100-continue,",
                                  ",100-continue", "", ",", ", ,"}) {
    good.field("Expect: " + std::string(expectation), "Expect=" + std::string(expectation));
  }
  good.field("Expect: 100-continue\r\nExpect: 100-continue",
             "Expect=100-continue, Expect=100-continue");
  good.field("X: " + std::string(15'000, 'v'), "X=" + std::string(15'000, 'v'));
  good.field(std::string(5'000, 'N') + ": v", std::string(5'000, 'N') + "=v");
  std::string lines = "X: 0";
  std::string fields = "X=0";
  for (int i = 1; i < 99; ++i) {  // and Host: one hundred
    lines += "\r\nX: " + std::to_string(i);
    fields += ", X=" + std::to_string(i);
  }
  good.field(lines, fields);
  for (int octet = 0x20; octet < 0x100; ++octet) {
    if (octet == 0x7f) continue;
    const std::string text = std::string("a") + static_cast<char>(octet) + "b";
    good.field("X: " + text, "X=" + text);
  }
}

inline void addGoodBodies(GoodRequestList& good) {
  const std::string next = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string nextTold = "GET /2 1.1 {Host=a} []\n";
  const auto post = [&](const std::string& length, const std::string& body) {
    good.add("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" + body + next,
             "POST / 1.1 {Host=a, Content-Length=" + length + "} [" + body + "]\n" + nextTold);
  };
  post("5", "hello");
  post("0", "");
  post("010", "0123456789");
  post("00000000000000000000000000000001", "Z");
  post("4", "\r\n\r\n");
  post("26", "GET /x HTTP/1.1\r\nHost: a\r\n");
  for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"}) {
    good.add(std::string(method) + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + next,
             std::string(method) + " / 1.1 {Host=a, Content-Length=3} [abc]\n" + nextTold);
  }
  good.add("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
           "POST / 1.0 {Content-Length=3} [abc]\n");
  good.add("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nabc",
           "POST / 1.1 {Host=a, Content-Length=9223372036854775807} [abc...\n");
  for (const char* coding : {"Transfer-Encoding: ChUnKeD", "transfer-encoding:chunked",
                             "TRANSFER-ENCODING: \tCHUNKED \t"}) {
    const std::string line(coding);
    const std::string name = line.substr(0, line.find(':'));
    const std::string value = line.find("ChUnKeD") != std::string::npos   ? "ChUnKeD"
                              : line.find("chunked") != std::string::npos ? "chunked"
                                                                          : "CHUNKED";
    good.add("POST / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n1\r\nZ\r\n0\r\n\r\n" + next,
             "POST / 1.1 {Host=a, " + name + "=" + value + "} [Z]\n" + nextTold);
  }
}

// RFC 9110 5.6.1.2: empty elements of a list are parsed and ignored.
inline void addGoodLists(GoodRequestList& good) {
  for (const char* codings : {"chunked,", ",chunked", ", chunked", "chunked ,", ",chunked,",
                              "chunked,,", ",, ,\tchunked\t, ,", "CHUNKED,"}) {
    good.add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + std::string(codings) +
                 "\r\n\r\n1\r\nZ\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
             "POST / 1.1 {Host=a, Transfer-Encoding=" + std::string(codings) +
                 "} [Z]\nGET /2 1.1 {Host=a} []\n");
  }
}

inline void addGoodChunks(GoodRequestList& good) {
  good.chunked("0\r\n\r\n", "");
  good.chunked("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n", "hello world");
  good.chunked("A\r\n0123456789\r\na\r\nabcdefghij\r\n005\r\nklmno\r\n000\r\n\r\n",
               "0123456789abcdefghijklmno");
  good.chunked("0000000000000001\r\nZ\r\n0000000000000000\r\n\r\n", "Z");
  good.chunked("00000000000000001\r\nZ\r\n" + std::string(17, '0') + "\r\n\r\n", "Z");
  good.chunked(std::string(40, '0') + "1\r\nZ\r\n0\r\n\r\n", "Z");
  good.chunked(std::string(10'000, '0') + "1;a\r\nZ\r\n0\r\n\r\n", "Z");
  good.chunked("2\r\n\r\n\r\n0\r\n\r\n", "\r\n");
  good.chunked("3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n");
  for (const char* extension :
       {";a",          ";a=b",        ";a=\"b\"",   ";a;b",
        ";a=b;c=d",    "; a = b ; c", ";a=\"\"",    ";a=\"b c;d,e\"",
        ";a=\"\\\"\"", ";a=\"\\\\\"", ";\ta\t=\tb", ";!#$%&'*+-.^_`|~=1",
        ";a=\"\x80\"", " ;a",         "\t;a",       "; a",
        ";\ta",        ";a ;b",       ";a=b ;c",    ";a=\"b\"\t;c",
        ";a =b",       ";a= b",       " ; x = 1",   "  \t ;\t x\t =\t 1 \t; y = \"2\" ; z"}) {
    good.chunked("1" + std::string(extension) + "\r\nZ\r\n0" + extension + "\r\n\r\n", "Z");
  }
  good.chunked("1;" + std::string(256, 'a') + "\r\nZ\r\n0\r\n\r\n", "Z");
  good.chunked("0\r\nX-T: 1\r\n\r\n", "");
  good.chunked("1\r\nZ\r\n0\r\nX-T: 1\r\nx-u:\r\nX-Checksum: \t abc \t\r\n\r\n", "Z");
  std::string trailer;
  for (int i = 0; i < 64; ++i) trailer += "X: 1\r\n";
  good.chunked("0\r\n" + trailer + "\r\n", "");
  std::string chunks;
  std::string body;
  for (int i = 0; i < 5'000; ++i) {
    chunks += "1\r\nZ\r\n";
    body += 'Z';
  }
  good.chunked(chunks + "0\r\n\r\n", body);
}

// The whole list: odd, but right.
inline std::vector<GoodRequest> goodRequests() {
  GoodRequestList good;
  addGoodLines(good);
  addGoodFields(good);
  addGoodBodies(good);
  addGoodLists(good);
  addGoodChunks(good);
  return good.take();
}

}  // namespace ropewalk::http::test
