#include "modules/probe_report.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>

using namespace sluice::modules;

namespace {

// What a reporter wrote.
struct Pipe {
  std::array<int, 2> ends{};
  Pipe() { REQUIRE(::pipe2(ends.data(), O_NONBLOCK) == 0); }
  ~Pipe() {
    for (const int end : ends) ::close(end);
  }
  std::string said() const {
    std::string text(65536, '\0');
    const auto got = ::read(ends[0], text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
};

}  // namespace

TEST_CASE("what the child says arrives") {
  const Pipe pipe;
  const ProbeReporter reporter(pipe.ends[1], "0123abcd");
  SECTION("steps: the last one counts") {
    for (const auto step :
         {ProbeStep::initialisers, ProbeStep::entry, ProbeStep::destroy, ProbeStep::unmapping}) {
      REQUIRE(reporter.step(step));
      CHECK(read_probe_report(pipe.said(), "0123abcd").step == step);
    }
    reporter.step(ProbeStep::initialisers);
    reporter.step(ProbeStep::entry);
    CHECK(read_probe_report(pipe.said(), "0123abcd").step == ProbeStep::entry);
  }
  SECTION("faults") {
    reporter.forbidden(57);
    reporter.exhausted();
    const auto report = read_probe_report(pipe.said(), "0123abcd");
    CHECK(report.forbidden == 57);
    CHECK(report.exhausted);
    CHECK_FALSE(report.judged);
  }
  SECTION("that it cannot") {
    reporter.impossible("no seccomp filter can be set: Invalid argument");
    CHECK(read_probe_report(pipe.said(), "0123abcd").impossible ==
          "no seccomp filter can be set: Invalid argument");
  }
  SECTION("a good verdict") {
    reporter.verdict(std::nullopt);
    const auto report = read_probe_report(pipe.said(), "0123abcd");
    CHECK(report.judged);
    CHECK_FALSE(report.refusal.has_value());
  }
  SECTION("a bad one, whatever stands in it") {
    reporter.verdict(Refusal{"SL-ABI-005", "id is \"a\nb\" \xff 0123abcd verdict null", "/a b", ""});
    const auto report = read_probe_report(pipe.said(), "0123abcd");
    CHECK(report.judged);
    REQUIRE(report.refusal.has_value());
    CHECK(report.refusal->rule == "SL-ABI-005");
    CHECK(report.refusal->finding == "id is \"a\nb\" \xef\xbf\xbd 0123abcd verdict null");
    CHECK(report.refusal->path == "/a b");
    CHECK(report.refusal->remedy.empty());
  }
}

TEST_CASE("nothing but lines with the token counts") {
  const auto judged = [](std::string_view said, std::string_view token = "0123abcd") {
    return read_probe_report(said, token).judged;
  };
  CHECK(judged("0123abcd verdict null\n"));
  CHECK(judged("bytes without an end of line0123abcd verdict null\n"));
  CHECK(judged("\x01\xff\n\n0123abcd\n0123abcd \n0123abcd unheard of\n0123abcd verdict null\n"));
  CHECK_FALSE(judged(""));
  CHECK_FALSE(judged("verdict null\n"));
  CHECK_FALSE(judged("0123abce verdict null\n"));
  CHECK_FALSE(judged("0123abcd verdict null"));  // cut off
  CHECK_FALSE(judged("0123abcd verdict\n"));
  CHECK_FALSE(judged("0123abcd verdict {}\n"));
  CHECK_FALSE(judged("0123abcd verdict {\"rule\": 1}\n"));
  CHECK_FALSE(judged("0123abcd verdict nul\n"));
  CHECK_FALSE(judged(" verdict null\n", ""));  // a token that could not be made fits nothing
  CHECK_FALSE(read_probe_report("0123abcd step 4\n", "0123abcd").step.has_value());
  CHECK_FALSE(read_probe_report("0123abcd step -1\n", "0123abcd").step.has_value());
  CHECK_FALSE(read_probe_report("0123abcd step 1x\n", "0123abcd").step.has_value());
}

TEST_CASE("a reporter without a reader says so") {
  std::signal(SIGPIPE, SIG_IGN);
  const ProbeReporter reporter(-1, "0123abcd");
  CHECK_FALSE(reporter.step(ProbeStep::entry));
  CHECK_FALSE(reporter.verdict(std::nullopt));
}
