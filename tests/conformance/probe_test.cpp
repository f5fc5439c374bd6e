// What the server makes of a probe's outcome: remembered, refused, or done without.
#include "modules/probe.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "probe_ground.hpp"

using namespace sluice::modules;
using namespace sluice::conformance;

TEST_CASE("a verdict is remembered by hash, id and version, and no second child is started") {
  const Ground ground;
  ProbeVerdicts verdicts;
  const auto good = ground.subject(probe_fixture("NOWHERE_NOTHING"));
  const auto bad = ground.subject(probe_fixture("ENTRY_ABORTS"));
  REQUIRE(probe(options(20s), &verdicts, good)->how == Probed::How::passed);
  const auto first = probe(options(20s), &verdicts, bad);
  REQUIRE(first.has_error());

  // With a program that cannot be started, a second child would show itself as impossible.
  const ProbeOptions nobody{.program = ground.folder / "no-such-program"};
  CHECK(probe(nobody, &verdicts, good)->how == Probed::How::remembered);
  const auto again = probe(nobody, &verdicts, bad);
  REQUIRE(again.has_error());
  CHECK(again.error().finding == first.error().finding);
  CHECK(fs::exists(bad.log));

  auto other = good;
  SECTION("not for other bytes") { other.sha256[0] ^= std::byte{1}; }
  SECTION("not for another id") { other.expected.id = "other"; }
  SECTION("not for another version") { other.expected.version = "1.0.1"; }
  SECTION("not once it is forgotten") { verdicts.forget("probe-faults"); }
  CHECK(probe(nobody, &verdicts, other)->how == Probed::How::impossible);
}

TEST_CASE("what another library may mend a minute later is not remembered") {
  const Ground ground;
  ProbeVerdicts verdicts;
  const auto subject = ground.subject(bad_module("bad-undefined"), "bad-undefined");
  REQUIRE(probe(options(20s), &verdicts, subject).error().rule == "SL-LNK-001");
  CHECK_FALSE(verdicts.find(subject).has_value());
}

TEST_CASE("the memory of verdicts is bounded, and the oldest one's log goes with it") {
  const Ground ground;
  ProbeVerdicts verdicts;
  auto subject = ground.subject(probe_fixture("ENTRY_ABORTS"));
  const auto first = subject;
  std::ofstream(first.log) << "kept";
  verdicts.remember(first, {Refusal{"SL-ENT-001", "finding", {}, {}}});
  subject.log = ground.folder / "none";
  for (std::size_t i = 1; i < ProbeVerdicts::max_remembered; ++i) {
    subject.expected.version = std::to_string(i);
    verdicts.remember(subject, {});
  }
  CHECK(verdicts.find(first).has_value());
  CHECK(fs::exists(first.log));
  subject.expected.version = "one more";
  verdicts.remember(subject, {});
  CHECK_FALSE(verdicts.find(first).has_value());
  CHECK_FALSE(fs::exists(first.log));
}

TEST_CASE("without a child that works the module is not refused, and the reason is said") {
  const Ground ground;
  const auto subject = ground.subject(probe_fixture("ENTRY_ABORTS"));
  ProbeVerdicts verdicts;
  const auto why = [&](const fs::path& program) {
    const auto outcome = probe({.program = program}, &verdicts, subject);
    REQUIRE(outcome.has_value());
    REQUIRE(outcome->how == Probed::How::impossible);
    return outcome->why;
  };
  CHECK_THAT(why("/no/such/program"), Catch::Contains("/no/such/program cannot be started: No such file"));
  CHECK(why("/bin/false") == "the child ended with exit code 1 before it came to the module");
  CHECK_FALSE(verdicts.find(subject).has_value());
  CHECK(probe({}, &verdicts, subject)->how == Probed::How::off);
}

TEST_CASE("probes of eight threads do not meet") {
  const auto before = footprint().descriptors;
  {
    const Ground ground;
    ProbeVerdicts verdicts;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int index = 0; index < 8; ++index) {
      threads.emplace_back([&, index] {
        for (const char* name : {"NOWHERE_NOTHING", "ENTRY_ABORTS", "INITIALISER_THROWS"}) {
          auto subject = ground.subject(probe_fixture(name));
          subject.expected.version = index % 2 == 0 ? "1.0.0" : "2.0.0";
          subject.log += std::to_string(index);
          const bool good = index % 2 == 0 && std::string(name) == "NOWHERE_NOTHING";
          if (probe(options(20s), &verdicts, subject).has_value() != good) ++wrong;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK_FALSE(has_children());
  }
  CHECK(footprint().descriptors == before);
}

TEST_CASE("a host probes what it loads: a bad module is refused, a good one beside it serves") {
  ProbeVerdicts verdicts;
  RoomOptions probing;
  probing.probe = options(20s);
  probing.probe_verdicts = &verdicts;
  for (int round = 0; round < 2; ++round) {
    Room room(probing);
    room.start({fixture_folder("crashes"), fixture_folder("wellbehaved")});
    CHECK(room.status("wellbehaved").state == State::serving);
    const auto refused = room.status("crashes");
    CHECK(refused.state == State::refused);
    CHECK(refused.rule == "SL-ENT-001");
    CHECK_THAT(refused.message, Catch::StartsWith("module crashes 1.0.0 REFUSED SL-ENT-001: it crashed with "
                                                  "SIGSEGV in sluice_entry_v1 (" +
                                                  fixture_folder("crashes") + "/crashes.so). "));
    CHECK_THAT(room.log_text(), !Catch::Contains("was not probed"));
    room.stop();
    CHECK(fs::is_empty(room.runtime / "modules" / "wellbehaved"));
    // The second host has it from memory: no library of its own is left, and the log is the first one's.
    CHECK(fs::is_empty(room.runtime / "modules" / "crashes") == (round == 1));
  }
}

TEST_CASE("a host goes on without a probe when no child can be had, with a warning") {
  RoomOptions probing;
  probing.probe.program = "/no/such/program";
  Room room(probing);
  room.start({fixture_folder("wellbehaved")});
  CHECK(room.status("wellbehaved").state == State::serving);
  CHECK_THAT(room.log_text(),
             Catch::Contains("was not probed in a child") && Catch::Contains("/no/such/program"));
}
