// Loader suite, case 11 and the rest of case 10: what a module's first code does wrong, in a child of the
// built server.
#include "modules/probe_child.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "probe_ground.hpp"

using namespace sluice::modules;
using namespace sluice::conformance;

namespace {

struct Case {
  const char* fault;
  const char* finding;
};

void check_refusal(const Case& one, const ProbeSubject& subject, const Accepted<Probed>& outcome) {
  CAPTURE(one.fault);
  REQUIRE(outcome.has_error());
  const Refusal& refusal = outcome.error();
  CAPTURE(text_of(subject.log));
  CHECK(refusal.rule == "SL-ENT-001");
  CHECK(refusal.finding == one.finding);
  CHECK(refusal.path == subject.shown);
  CHECK_THAT(refusal.remedy, Catch::EndsWith("in the probe: " + subject.log.string() + "."));
  CHECK_THAT(text_of(subject.log), Catch::StartsWith("probe of module probe-faults 1.0.0: "));
  CHECK(fs::file_size(subject.log) <= 64 * 1024);
}

void check_refused(const Case& one) {
  const Ground ground;
  const auto subject = ground.subject(probe_fixture(one.fault));
  check_refusal(one, subject, probe(options(20s), nullptr, subject));
  CHECK_FALSE(has_children());
}

}  // namespace

TEST_CASE("whatever a module's first code does wrong ends in the child and gets its name") {
  const auto before = footprint();
  const Case cases[] = {
      {"INITIALISER_THROWS", "an initialiser of the library threw an exception"},
      {"INITIALISER_EXITS", "it ended the process with exit code 0 in its initialisers"},
      {"INITIALISER_EXITS_AT_ONCE", "it ended the process with exit code 3 in its initialisers"},
      {"INITIALISER_ABORTS", "it aborted (SIGABRT) in its initialisers"},
      {"INITIALISER_SEGFAULTS", "it crashed with SIGSEGV in its initialisers"},
      {"INITIALISER_SEGFAULTS_IN_A_THREAD", "it crashed with SIGSEGV in its initialisers"},
      {"INITIALISER_FORKS", "it started a process in its initialisers"},
      {"INITIALISER_CALLS_A_SHELL",
       "it made a system call that is not allowed, such as starting a process, in its initialisers"},
      {"INITIALISER_RUNS_A_PROGRAM", "it ran another program in its initialisers"},
      {"INITIALISER_CLOSES_0", "it closed descriptor 0, which is not its own"},
      {"INITIALISER_CLOSES_0_TO_2", "it closed descriptor 2, which is not its own"},
      {"INITIALISER_CLOSES_ALL", "it closed descriptors that are not its own in its initialisers"},
      {"ENTRY_THROWS", "sluice_entry_v1 threw an exception"},
      {"ENTRY_EXITS", "it ended the process with exit code 0 in sluice_entry_v1"},
      {"ENTRY_ABORTS", "it aborted (SIGABRT) in sluice_entry_v1"},
      {"ENTRY_SEGFAULTS", "it crashed with SIGSEGV in sluice_entry_v1"},
      {"ENTRY_FORKS", "it started a process in sluice_entry_v1"},
      {"ENTRY_CLOSES_0_TO_2", "it closed descriptor 2, which is not its own"},
      {"DESTROY_THROWS", "destroy threw an exception"},
      {"DESTROY_SEGFAULTS", "it crashed with SIGSEGV in destroy"},
      {"UNMAPPING_EXITS", "it ended the process with exit code 0 while it was unmapped"},
  };
  for (const auto& one : cases) check_refused(one);
  CHECK(footprint() == before);
}

TEST_CASE("what does not come back is ended at the deadline, whatever it does meanwhile") {
  const auto before = footprint();
  const std::vector<Case> cases = {
      {"INITIALISER_LOOPS", "the library's initialisers did not come back within 2000 ms"},
      {"INITIALISER_SLEEPS", "the library's initialisers did not come back within 2000 ms"},
      {"INITIALISER_STOPS_ITSELF", "the library's initialisers did not come back within 2000 ms"},
      {"INITIALISER_POURS", "the library's initialisers did not come back within 2000 ms"},
      {"ENTRY_LOOPS", "sluice_entry_v1 did not come back within 2000 ms"},
      {"ENTRY_SLEEPS", "sluice_entry_v1 did not come back within 2000 ms"},
      {"UNMAPPING_SLEEPS", "what it runs when it is unmapped did not come back within 2000 ms"},
  };
  {
    const Ground ground;
    // All at once: each takes its whole time.
    std::vector<std::future<Accepted<Probed>>> outcomes;
    for (const auto& one : cases) {
      outcomes.push_back(std::async(std::launch::async, [subject = ground.subject(probe_fixture(one.fault))] {
        return probe(options(2000ms), nullptr, subject);
      }));
    }
    for (std::size_t i = 0; i < cases.size(); ++i)
      check_refusal(cases[i], ground.subject(probe_fixture(cases[i].fault)), outcomes[i].get());
  }
  CHECK_FALSE(has_children());
  CHECK(footprint() == before);
}

#ifndef SLUICE_SANITIZED  // where no memory limit is set
TEST_CASE("who takes more memory than it may is told so, however it came out") {
  for (const char* fault :
       {"INITIALISER_EATS_PIECES", "INITIALISER_EATS_AT_ONCE", "INITIALISER_EATS_WITH_NEW"})
    check_refused({fault, "it asked for more than 256 MiB in its initialisers"});
  for (const char* fault : {"ENTRY_EATS_PIECES", "ENTRY_EATS_AT_ONCE"})
    check_refused({fault, "it asked for more than 256 MiB in sluice_entry_v1"});
}
#endif

TEST_CASE("a crash leaves its stack in the log, for the author") {
  const Ground ground;
  const auto subject = ground.subject(probe_fixture("ENTRY_SEGFAULTS"));
  REQUIRE(probe(options(20s), nullptr, subject).has_error());
  CHECK_THAT(text_of(subject.log), Catch::Contains("ENTRY_SEGFAULTS.so(+0x"));
}

TEST_CASE("the fence keeps a module from sockets, other processes and files, which is no fault of its own") {
  const Ground ground;
  const auto outcome =
      probe(options(20s), nullptr, ground.subject(probe_fixture("INITIALISER_TRIES_THE_FENCE")));
  CHECK(outcome.has_value());
  CHECK_FALSE(fs::exists(probe_fixture("canary").replace_extension()));
}

TEST_CASE("what the loader refuses, the probe refuses with the same rule and words") {
  const Ground ground;
  struct Faulty {
    const char* module;
    const char* rule;
    const char* finding;
  };
  for (const auto& one :
       {Faulty{"bad-entry-returns-error", "SL-ENT-001", "sluice_entry_v1 returned INTERNAL"},
        Faulty{"bad-entry-missing", "SL-ENT-001", "sluice_entry_v1 is missing"},
        Faulty{"bad-entry-null-table", "SL-ABI-005", "life table is null"},
        Faulty{"bad-entry-size-zero", "SL-ABI-005", "struct_size 0,"},
        Faulty{"bad-entry-size-huge", "SL-ABI-005", "struct_size 4294967295"},
        Faulty{"bad-entry-id-differs", "SL-ABI-005", "\"somebody-else\""},
        Faulty{"bad-undefined", "SL-LNK-001", "undefined symbol: bad_no_such_function"}}) {
    CAPTURE(one.module);
    const auto outcome = probe(options(20s), nullptr, ground.subject(bad_module(one.module), one.module));
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().rule == one.rule);
    CHECK_THAT(outcome.error().finding, Catch::Contains(one.finding));
    CHECK_FALSE(outcome.error().remedy.empty());
  }
}

TEST_CASE("a good module passes and leaves nothing, not even a log") {
  const auto before = footprint();
  const Ground ground;
  for (int round = 0; round < 10; ++round) {
    const auto outcome = probe(options(20s), nullptr, ground.subject(probe_fixture("NOWHERE_NOTHING")));
    REQUIRE(outcome.has_value());
    CHECK(outcome->how == Probed::How::passed);
  }
  CHECK(fs::is_empty(ground.folder));
  CHECK_FALSE(has_children());
  CHECK(footprint() == before);
}

TEST_CASE("a library that makes no promise about unmapping is not held to one") {
  const Ground ground;
  auto subject = ground.subject(probe_fixture("UNMAPPING_EXITS"));
  subject.unmap = false;
  CHECK(probe(options(20s), nullptr, subject).has_value());
}
