#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::http::test {

// A request that no server may accept, and the status that ours answers with.
struct BadRequest {
  std::string what;
  std::string wire;
  int status;
};

// `text` with everything outside of printable ASCII escaped, to name a case by.
inline std::string shown(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string shown;
  for (const char octet : text) {
    const auto value = static_cast<unsigned char>(octet);
    if (value >= 0x20 && value < 0x7f) {
      shown += octet;
    } else {
      shown += "\\x";
      shown += hex[value >> 4];
      shown += hex[value & 15];
    }
    if (shown.size() > 60) return shown + "...";
  }
  return shown;
}

// Every octet that has no place in a token: controls, space, DEL and the upper half.
inline std::vector<char> strangeOctets() {
  std::vector<char> octets;
  for (int octet = 0; octet < 256; ++octet) {
    if (octet <= 0x20 || octet >= 0x7f) octets.push_back(static_cast<char>(octet));
  }
  return octets;
}

// Collects requests. Behind each follows a good one, which must never be answered.
class BadRequestList {
 public:
  void add(std::string_view wire, int status = 400) {
    requests_.push_back(
        {shown(wire), std::string(wire) + "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n", status});
  }
  void line(std::string_view requestLine, int status = 400) {
    add(std::string(requestLine) + "\r\nHost: a\r\n\r\n", status);
  }
  // `fields` end in CRLF, each of them.
  void get(std::string_view fields, int status = 400) {
    add("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n", status);
  }
  void post(std::string_view fields, int status = 400) {
    add("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\nZ", status);
  }
  // A body that is right, if only the head is taken for what it seems to be.
  void coded(std::string_view fields, int status = 400) {
    add("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n1\r\nZ\r\n0\r\n\r\n", status);
  }
  void host(std::string_view host) {
    add("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
  }
  void chunked(std::string_view body) {
    add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body));
  }
  std::vector<BadRequest> take() { return std::move(requests_); }

 private:
  std::vector<BadRequest> requests_;
};

inline std::string nul(std::string_view before, std::string_view after) {
  return std::string(before) + '\0' + std::string(after);
}

inline void addRequestLines(BadRequestList& bad) {
  // [A17]
  for (const char* version :
       {"HTTP/2.0", "HTTP/2.1", "HTTP/0.1", "HTTP/1.00", "HTTP/1.1.1", "HTTP/11.1", "HTTP/1.19",
        "HTTP/01.1", "HTTP/1.", "HTTP/9999.9", "HTTP/1", "http/1.1", "HTTP/0.9", "HTTP/1.10",
        "HTTP/3", "HTTP/.1", "Http/1.1"}) {
    bad.line("GET / " + std::string(version), 505);
  }
  bad.add("GET /\r\n", 505);
  bad.add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  for (const char* line : {"",
                           "GET",
                           "GET ",
                           "GET  ",
                           " ",
                           " GET / HTTP/1.1",
                           "GET  / HTTP/1.1",
                           "GET /  HTTP/1.1",
                           "GET / HTTP/1.1 ",
                           "GET / x HTTP/1.1",
                           " / HTTP/1.1",
                           "GET HTTP/1.1",
                           "GET / HTTP",
                           "GET / ",
                           "GET / HTPP/1.1",
                           "GET / HTTP/1.1x",
                           "GET / HTTP/+1.1",
                           "GET / HTTP /1.1",
                           "GET\t/ HTTP/1.1",
                           "GET /\tHTTP/1.1",
                           "GET / HTTP/1.1\t",
                           "GET /\rHTTP/1.1",
                           "GET / HTTP/1.1\r",
                           "G{T / HTTP/1.1",
                           "GET: / HTTP/1.1",
                           "G(T / HTTP/1.1",
                           "G@T / HTTP/1.1",
                           "\"GET\" / HTTP/1.1",
                           "GET\\ / HTTP/1.1",
                           "G,T / HTTP/1.1",
                           "G;T / HTTP/1.1",
                           "G<T / HTTP/1.1",
                           "G=T / HTTP/1.1",
                           "G?T / HTTP/1.1",
                           "G[T / HTTP/1.1",
                           "/ GET HTTP/1.1"}) {
    // HTTP/0.9's line, in a way: a target and no version.
    const bool noVersion = std::string_view(line) == "GET HTTP/1.1";
    if (std::string_view(line).empty()) {
      bad.add("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");  // two empty lines before it
    } else {
      bad.line(line, noVersion ? 505 : 400);
    }
  }
  bad.add("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  bad.add("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  bad.add("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  bad.line("CONNECT a:80 HTTP/1.1", 501);
  bad.line("CONNECT / HTTP/1.1", 501);
  for (const char octet : strangeOctets()) {
    if (octet != ' ') bad.line(std::string("G") + octet + "T / HTTP/1.1");
    if (octet != ' ') bad.line(std::string("GET /a") + octet + "b HTTP/1.1");
    if (octet != ' ') bad.line(std::string("GET /?a") + octet + "b HTTP/1.1");
    if (octet != ' ') bad.line(std::string("GET /?\\") + octet + "b HTTP/1.1");
    bad.line(std::string("GET / HTTP/1.") + octet + "1");
  }
}

inline void addTargets(BadRequestList& bad) {
  for (const char* target : {"a",
                             "a/b",
                             "?x",
                             "index.html",
                             "./",
                             "../",
                             "http:",
                             "http:/",
                             "http://",
                             "http:///x",
                             "http://a@b/",
                             "http://u:p@a/",
                             "http://a b/",
                             "ftp://a/",
                             "://a/",
                             "http//a/",
                             "http://a:99999/",
                             "http://a:x/",
                             "http://[::1/",
                             "*/",
                             "/#x",
                             "/a#",
                             "/a?b#c",
                             "/<",
                             "/>",
                             "/\"",
                             "/a\\b",
                             "/\\",
                             "\\",
                             "/\\?a",
                             "/a\\b?c\\d",
                             "\\?a",
                             "http://a\\b/",
                             "http://a\\?b",
                             "http:\\\\a/",
                             "http:\\\\a/?b",
                             "/?\\#x",
                             "/?\\\"",
                             "/?a\"b",
                             "/?a<b",
                             "/?a>b",
                             "/?a\\ b",
                             "/..\\",
                             "/%",
                             "/%0",
                             "/%0g",
                             "/%g0",
                             "/%zz",
                             "/a%",
                             "/%%",
                             "/%00",
                             "/a%00b",
                             "http://a/%00",
                             "/.%00./"}) {
    bad.line("GET " + std::string(target) + " HTTP/1.1");
  }
  bad.line("GET * HTTP/1.1", 405);
  bad.line("POST * HTTP/1.1", 405);
  std::string parameters;
  for (int i = 0; i < 1001; ++i) parameters += "a&";
  bad.line("GET /?" + parameters + " HTTP/1.1");
}

inline void addHosts(BadRequestList& bad) {
  // [A18]
  bad.add("GET / HTTP/1.1\r\n\r\n");
  bad.add("GET / HTTP/1.2\r\n\r\n");
  bad.add("GET / HTTP/1.9\r\nX: y\r\n\r\n");
  bad.add("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
  bad.add("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n");
  bad.add("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n");
  bad.add("GET http://a/ HTTP/1.1\r\n\r\n");
  // Beside an absolute target Host has no meaning, but it has to be there once, and well-formed.
  for (const char* host : {"Host:", "Host: a b", "Host: a@b", "Host: a\r\nHost: a"}) {
    bad.add("GET http://a/ HTTP/1.1\r\n" + std::string(host) + "\r\n\r\n");
    bad.add("GET http://a/ HTTP/1.0\r\n" + std::string(host) + "\r\n\r\n");
  }
  for (const char* host : {"",
                           " ",
                           "a@b",
                           "a b",
                           "a/b",
                           "a, b",
                           "[::1",
                           "::1",
                           "[::1]x",
                           "[::g]",
                           "[]",
                           "[1]",
                           "[::1%25lo]",
                           "a:99999",
                           "a:65536",
                           "a:-1",
                           "a:+80",
                           "a:0x50",
                           "a:80:80",
                           "a:8 0",
                           ":80",
                           ":",
                           "a:b",
                           "a?b",
                           "a#b",
                           "a\\b",
                           "a%00",
                           "a%00b",
                           "%00",
                           "a%",
                           "a%2",
                           "a%2:80",
                           "a%zz",
                           "a%0g",
                           "a%%41",
                           "[v.a]",
                           "[v1.]",
                           "[v1]",
                           "[v]",
                           "[va]",
                           "[vg.a]",
                           "[v1.a b]",
                           "[v1.a/]",
                           "[v1.a@b]",
                           "[v1.[]",
                           "[v1.a]]",
                           "[v1.a%20]",
                           "[v1.a",
                           "v1.a]",
                           "[1.a]",
                           "[127.0.0.1]",
                           "[v1.a]:b",
                           "[%3a%3a1]",
                           "a|b",
                           "a^b",
                           "a`b",
                           "a{b",
                           "a[b",
                           "a]b",
                           "a\"b",
                           "a<b",
                           "a\x80",
                           "\xc3\xa9",
                           "a\x01"
                           "b",
                           "a\tb",
                           "http://a"}) {
    bad.host(host);
  }
  bad.host(nul("a", "b"));
  bad.host(std::string(2048, 'a'));
  bad.host(std::string(256, 'a'));
  bad.host("[v1." + std::string(256, 'a') + "]");
}

inline void addFieldLines(BadRequestList& bad) {
  // [A6] [A7] [A8] [A9] [A10]
  for (const char* field : {"X\r\n",
                            "X x\r\n",
                            ":\r\n",
                            ": x\r\n",
                            " : x\r\n",
                            "X : x\r\n",
                            "X\t: x\r\n",
                            "X\xa0: x\r\n",
                            " X: x\r\n",
                            "\tX: x\r\n",
                            "X Y: x\r\n",
                            "X: a\r\n b\r\n",
                            "X: a\r\n\tb\r\n",
                            "X: a\r\n  \r\n",
                            "X:\r\n x\r\n",
                            "X\r\n: x\r\n",
                            "X: a\nY: b\r\n",
                            "X: a\n",
                            "X: a\n\n",
                            "X: a\x01\n",
                            "X: a\x7f\nY: b\r\n",
                            "X: a\rb\r\n",
                            "X: a\r\r\n",
                            "\rX: a\r\n",
                            "X\r: a\r\n",
                            "X:\ra\r\n",
                            "X: a\r\n\rY: b\r\n",
                            "\n",
                            "X: a\r\n\n",
                            "X: a\r \n",
                            "(: x\r\n",
                            "X(Y): x\r\n",
                            "X<: x\r\n",
                            "X>: x\r\n",
                            "X@: x\r\n",
                            "X{: x\r\n",
                            "X}: x\r\n",
                            "X\": x\r\n",
                            "X,Y: x\r\n",
                            "X;Y: x\r\n",
                            "X=Y: x\r\n",
                            "X/Y: x\r\n",
                            "X[: x\r\n",
                            "X]: x\r\n",
                            "X\\: x\r\n",
                            "X?: x\r\n",
                            "X\x80: x\r\n",
                            "\xefX: x\r\n",
                            "Content-Length : 1\r\n",
                            "Transfer-Encoding\t: chunked\r\n",
                            "Transfer Encoding: chunked\r\n",
                            "Content-Length\xa0: 1\r\n",
                            "Transfer-Encoding:\r\n chunked\r\n",
                            "Transfer-Encoding: chun\r\n ked\r\n",
                            "Host : a\r\n"}) {
    bad.get(field);
  }
  bad.add("GET / HTTP/1.1\nHost: a\n\n");
  bad.add("GET / HTTP/1.1\r\nHost: a\n\r\n");
  bad.add("GET / HTTP/1.1\nHost: a\r\n\r\n");
  bad.add("GET / HTTP/1.1\r\n Host: a\r\n\r\n");
  bad.add("GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n");
  bad.add("GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n");
  for (int octet = 0; octet < 256; ++octet) {
    const char strange = static_cast<char>(octet);
    const bool control = (octet < 0x20 && strange != '\t') || octet == 0x7f;
    if (control) bad.get(std::string("X: a") + strange + "b\r\n");
    if (control || octet >= 0x80) bad.get(std::string("X") + strange + "Y: b\r\n");
  }
}

inline void addLengths(BadRequestList& bad) {
  // [A2] [A3]
  for (const char* length : {"",
                             "+1",
                             "-1",
                             "-48",
                             "0x1",
                             "1_0",
                             "1Z",
                             "1 2",
                             "1,1",
                             "1, 1",
                             "1;1",
                             "1.0",
                             "1e1",
                             "\"1\"",
                             "one",
                             "0b1",
                             "9223372036854775808",
                             "18446744073709551615",
                             "18446744073709551616",
                             "18446744073709551617",
                             "1\x80",
                             "\xd9\xa1",
                             "1\x01",
                             "0 0",
                             "--1",
                             "1-",
                             ",1",
                             "1,",
                             "Z",
                             "null",
                             "\x0b"
                             "1",
                             "\xc2\xb2"}) {
    bad.post("Content-Length: " + std::string(length) + "\r\n");
  }
  bad.post("Content-Length: " + std::string(10'000, '9') + "\r\n");
  for (const char* fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\ncontent-length: 1\r\n", "Content-Length: 1\r\nContent-Length:\r\n",
        "Content-Length:\r\nContent-Length: 1\r\n", "Content-Length: 0\r\nContent-Length: 0\r\n"}) {
    bad.post(fields);
  }
  for (const char octet : strangeOctets()) {
    const std::string strange(1, octet);
    const bool blank = octet == ' ' || octet == '\t';
    bad.post(strange + "Content-Length: 1\r\n");
    bad.post("Content-Length" + strange + ": 1\r\n");
    if (!blank) bad.post("Content-Length:" + strange + "1\r\n");
    if (!blank) bad.post("Content-Length: 1" + strange + "\r\n");
  }
}

inline void addCodings(BadRequestList& bad) {
  // [A1] [A4] [A5]
  const std::string te = "Transfer-Encoding: ";
  for (const char* coding : {"",
                             "\"chunked\"",
                             "chunked, chunked",
                             "chunked,,chunked",
                             ",chunked,chunked",
                             ",,",
                             ", ,",
                             "chunked,\x0b",
                             "chunked;,",
                             "chunked,chunked,",
                             "\x0b"
                             "chunked",
                             "chunked\x85",
                             "chunked;q=1",
                             "chunked; x",
                             "chunk ed",
                             "chunked chunked",
                             ",",
                             "chunked=1",
                             "(chunked)",
                             "chunked\x01",
                             "chunked/1",
                             "gzip;chunked"}) {
    bad.coded(te + coding + "\r\n");
  }
  for (const char* coding :
       {"gzip,", ",gzip", ",identity,", "chunked,,gzip", ",gzip,,chunked,", "xchunked",
        "chunkedchunked", "identity", "chunked, identity", "identity, chunked", "cow, chunked",
        "gzip", "gzip, chunked", "chunked, gzip", "deflate", "x-chunked", "chunke", "CHUNKEDX",
        "compress"}) {
    bad.coded(te + coding + "\r\n", 501);
  }
  for (const char* fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                             "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"}) {
    bad.coded(fields);
  }
  bad.coded("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 501);
  bad.add("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\n\r\n");
  bad.add("POST / HTTP/1.0\r\nTransfer-Encoding: identity\r\n\r\n");
  for (const char octet : strangeOctets()) {
    const std::string strange(1, octet);
    const bool blank = octet == ' ' || octet == '\t';
    bad.coded(strange + "Transfer-Encoding: chunked\r\n");
    bad.coded("Transfer-Encoding" + strange + ": chunked\r\n");
    if (!blank) bad.coded("Transfer-Encoding:" + strange + "chunked\r\n");
    if (!blank) bad.coded("Transfer-Encoding: chunked" + strange + "\r\n");
  }
  // [A19]
  for (const char* expectation :
       {"bogus", "100-continue, x", "x, 100-continue", ",x,", "100-continue 100-continue", "100",
        "100-continue;x", "\"100-continue\"", "200-ok"}) {
    bad.post("Content-Length: 1\r\nExpect: " + std::string(expectation) + "\r\n", 417);
  }
}

inline void addChunks(BadRequestList& bad) {
  // [A11] [A12] [A13]
  for (const char* body : {"0x1\r\nZ\r\n0\r\n\r\n",
                           "+1\r\nZ\r\n0\r\n\r\n",
                           "-1\r\nZ\r\n0\r\n\r\n",
                           "1_0\r\nZ\r\n0\r\n\r\n",
                           " 1\r\nZ\r\n0\r\n\r\n",
                           "1 \r\nZ\r\n0\r\n\r\n",
                           "\t1\r\nZ\r\n0\r\n\r\n",
                           "1\t\r\nZ\r\n0\r\n\r\n",
                           "\r\nZ\r\n0\r\n\r\n",
                           "\r\n\r\n",
                           ";a\r\n\r\n",
                           "1\r\nZ\r\n\r\n\r\n",
                           "xyz\r\n",
                           "g\r\n",
                           ";x\r\nZ\r\n0\r\n\r\n",
                           "1\nZ\r\n0\r\n\r\n",
                           "1\r\nZ\n0\r\n\r\n",
                           "1\r\nZ0\r\n\r\n",
                           "1\r\nZZ\r\n0\r\n\r\n",
                           "1\r\nZ\rX0\r\n\r\n",
                           "1\rXZ\r\n0\r\n\r\n",
                           "1\r\rZ\r\n",
                           "2\r\nZ\r\n0\r\n\r\n",
                           "0\r\nXX",
                           "0\n\n",
                           "0\r\n\n",
                           "0\r\n\rX",
                           "10000000000000000\r\nZ",
                           "FFFFFFFFFFFFFFFFF\r\nZ",
                           "FFFFFFFFFFFFFFFF\r\nZ",
                           "8000000000000000\r\nZ",
                           "1.0\r\nZ\r\n",
                           "1,1\r\nZ\r\n",
                           "\"1\"\r\nZ\r\n",
                           "one\r\nZ\r\n",
                           "1h\r\nZ\r\n",
                           "1;\r\nZ\r\n0\r\n\r\n",
                           "1; \r\nZ\r\n0\r\n\r\n",
                           "1;=x\r\nZ\r\n0\r\n\r\n",
                           "1;a=\r\nZ\r\n0\r\n\r\n",
                           "1;a=\"b\r\nZ\r\n0\r\n\r\n",
                           "1;a=b\"\r\nZ\r\n",
                           "1;a\rb\r\nZ\r\n",
                           "1;a\nb\r\nZ\r\n",
                           "1;a\n",
                           "1;a=\"\r\n\"\r\nZ\r\n",
                           "1;a=\"\n\"\r\nZ\r\n",
                           "1;;a\r\nZ\r\n",
                           "1;a b\r\nZ\r\n",
                           "1;a=b c\r\nZ\r\n",
                           "1;a \r\nZ\r\n",
                           "1;a\x80\r\nZ\r\n",
                           "1;a=\x01\r\nZ\r\n",
                           "1;a=\"\x01\"\r\nZ\r\n",
                           "1;a,b\r\nZ\r\n",
                           "1 ;\r\nZ\r\n",
                           "1 ; \r\nZ\r\n",
                           "1 a\r\nZ\r\n",
                           "1 =a\r\nZ\r\n",
                           "1 1\r\nZ\r\n",
                           "1 \r\r\nZ\r\n",
                           "1 \n;a\r\nZ\r\n",
                           "1\v;a\r\nZ\r\n",
                           " 1;a\r\nZ\r\n",
                           " ;a\r\nZ\r\n",
                           "1;a= \r\nZ\r\n",
                           "1;a = \r\nZ\r\n",
                           "1;a=b \r\nZ\r\n",
                           "1;a=\"b\" \r\nZ\r\n",
                           "1;a=\"b\"c\r\nZ\r\n",
                           "1;a=b=c\r\nZ\r\n",
                           "1\r\nZ\r\n 0\r\n\r\n",
                           "1\r\nZ\r\n\r\n0\r\n\r\n"}) {
    bad.chunked(body);
  }
  bad.chunked(std::string(20'000, '0') + "1\r\nZ\r\n0\r\n\r\n");
  bad.chunked(std::string(40, '0') + "8000000000000000\r\nZ");
  bad.chunked(std::string(40, '0') + "10000000000000000\r\nZ");
  bad.chunked("1" + std::string(257, ' ') + ";a\r\nZ\r\n0\r\n\r\n");
  bad.chunked("1;" + std::string(257, 'a') + "\r\nZ\r\n0\r\n\r\n");
  bad.chunked("1;a=" + std::string(20'000, 'b') + "\r\nZ\r\n0\r\n\r\n");
  bad.chunked(nul("1", "\r\nZ\r\n0\r\n\r\n"));
  std::string costly;
  for (int i = 0; i < 500; ++i) costly += "1;" + std::string(100, 'a') + "\r\nZ\r\n";
  bad.chunked(costly + "0\r\n\r\n");
  for (const char octet : strangeOctets()) {
    const std::string strange(1, octet);
    bad.chunked(strange + "1\r\nZ\r\n0\r\n\r\n");
    bad.chunked("1" + strange + "\r\nZ\r\n0\r\n\r\n");
  }
}

inline void addTrailers(BadRequestList& bad) {
  // [A14]
  for (const char* name :
       {"Content-Length", "Transfer-Encoding", "Host", "Authorization", "Cookie", "TE", "Trailer",
        "content-length", "Content-Type", "Set-Cookie", "Connection", "Range", ":path"}) {
    bad.chunked("0\r\n" + std::string(name) + ": 1\r\n\r\n");
  }
  for (const char* trailer :
       {"X\r\n", "X : 1\r\n", " X: 1\r\n", "X: 1\r\n 2\r\n", "X: 1\n", "X: a\rb\r\n", ": 1\r\n",
        "X: \x01\r\n", "(X): 1\r\n", "X: 1\r\n\n"}) {
    bad.chunked("0\r\n" + std::string(trailer) + "\r\n");
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "X: 1\r\n";
  bad.chunked("0\r\n" + many + "\r\n");
  bad.chunked("0\r\nX: " + std::string(17 * 1024, 'a') + "\r\n\r\n");
}

inline void addLarge(BadRequestList& bad) {
  // [B1]
  bad.line("GET /" + std::string(64 * 1024, 'a') + " HTTP/1.1", 414);
  bad.line("GET /" + std::string(8 * 1024 - 15, 'a') + " HTTP/1.1", 414);
  bad.line(std::string(9'000, 'G') + " / HTTP/1.1", 414);
  bad.get("X: " + std::string(64 * 1024, 'a') + "\r\n", 431);
  bad.get("X: " + std::string(16 * 1024, 'a') + "\r\n", 431);
  bad.get(std::string(20 * 1024, 'X') + "\r\n", 431);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X: 1\r\n";  // and Host
  bad.get(many, 431);
  for (int i = 0; i < 4'900; ++i) many += "X: 1\r\n";
  bad.get(many, 431);
}

// The whole list: reliability group 2.A and its 50 cases, and every strange octet in every place
// where it could be overlooked.
inline std::vector<BadRequest> badRequests() {
  BadRequestList bad;
  addRequestLines(bad);
  addTargets(bad);
  addHosts(bad);
  addFieldLines(bad);
  addLengths(bad);
  addCodings(bad);
  addChunks(bad);
  addTrailers(bad);
  addLarge(bad);
  return bad.take();
}

}  // namespace ropewalk::http::test
