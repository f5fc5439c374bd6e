// The pure half, without a host or a socket.
#include <cstdio>

#include "command.hpp"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

}  // namespace

int main() {
  std::string in = "LIST\r\nWATCH a/b\nQU";
  check(take_line(in) == "LIST", "a line ends with CR LF");
  check(take_line(in) == "WATCH a/b", "or with LF");
  check(!take_line(in) && in == "QU", "what is incomplete stays");

  check(parse_command("LIST").verb == Verb::list, "LIST");
  check(parse_command("QUIT").verb == Verb::quit, "QUIT");
  check(parse_command("WATCH a/b").verb == Verb::watch, "WATCH");
  check(parse_command("WATCH a/b").stream == "a/b", "the stream of WATCH");
  for (const char* wrong : {"", "list", "WATCH", "WATCH ", "LIST all", "WATCHa/b"})
    check(parse_command(wrong).verb == Verb::unknown, wrong);

  check(frame_line(1, 40'000'000, 24691, true) == "track 1 dts 0.040 bytes 24691 key\n", "a key frame");
  check(frame_line(2, 61'007'000'000, 9, false) == "track 2 dts 61.007 bytes 9\n", "another frame");
  return failures;
}
