// Loader suite, cases 9, 10 and 13 as far as the loader alone decides them: what a library and its entry can
// do wrong.
#include "modules/loader.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "room.hpp"

using namespace sluice::modules;
using namespace sluice::conformance;
using namespace std::chrono_literals;

namespace {

struct Tried {
  std::string rule = "accepted";
  std::string finding;
  std::string remedy;
  bool left_behind = false;
};

Tried refused(const Refusal& refusal) { return {refusal.rule, refusal.finding, refusal.remedy, false}; }

Tried attempt(const std::string& fault, milliseconds deadline = 5000ms) {
  auto mapped = map_library(entry_fixture(fault), deadline);
  if (mapped.has_error()) return refused(mapped.error());
  const auto host = std::make_shared<sluice_host>();
  bool left_behind = false;
  const auto answer = negotiate(*mapped, host, {"entry-faults", "1.0.0"}, deadline, left_behind);
  Tried tried = answer.has_error() ? refused(answer.error()) : Tried{};
  tried.left_behind = left_behind;
  if (!left_behind) CHECK((*mapped)->unmap());
  return tried;
}

std::size_t loader_threads() {
  const auto names = thread_names();
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), "loader"));
}

}  // namespace

TEST_CASE("a faulty entry or answer is refused with its rule and field, and leaves nothing mapped") {
  struct Case {
    const char* fault;
    const char* rule;
    const char* finding;
  };
  const Case cases[] = {
      {"RETURNS_ERROR", "SL-ENT-001", "NOT_SUPPORTED"},
      {"NULL_TABLE", "SL-ABI-005", "life table is null"},
      {"SIZE_ZERO", "SL-ABI-005", "struct_size 0,"},
      {"SIZE_THREE", "SL-ABI-005", "struct_size 3,"},
      {"SIZE_HUGE", "SL-ABI-005", "struct_size 4294967295"},
      {"ID_DIFFERS", "SL-ABI-005", "\"somebody-else\", the manifest says \"entry-faults\""},
      {"VERSION_NULL", "SL-ABI-005", "version is empty"},
      {"MUST_UNDERSTAND", "SL-ABI-005", "must_understand"},
      {"TAIL", "SL-ABI-005", "a field this host does not know"},
      {"LIFE_SIZE_ZERO", "SL-ABI-005", "life table has struct_size 0"},
      {"LIFE_SIZE_HUGE", "SL-ABI-005", "life table has struct_size 4294967295"},
      {"NO_STOP", "SL-ABI-005", "no stop"},
      {"MINOR", "SL-ABI-005", "minor 7"},
      {"ENTRY_MISSING", "SL-ENT-001", "sluice_entry_v1 is missing"},
      {"UNDEFINED", "SL-LNK-001", "undefined symbol: sluice_no_such_function"},
      {"NO_SUCH_FILE", "SL-LNK-001", "cannot open shared object file"},
  };
  const auto before = footprint();
  for (const auto& one : cases) {
    CAPTURE(one.fault);
    const auto tried = attempt(one.fault);
    CHECK(tried.rule == one.rule);
    CHECK_THAT(tried.finding, Catch::Contains(one.finding));
    CHECK_FALSE(tried.remedy.empty());
    CHECK_FALSE(is_mapped(entry_fixture(one.fault)));
  }
  CHECK(footprint() == before);
}

TEST_CASE("a sound answer is taken, also one of a newer module that uses nothing new") {
  CHECK(attempt("NONE").rule == "accepted");
  CHECK(attempt("ZERO_TAIL").rule == "accepted");
}

TEST_CASE("an entry or initialiser that does not come back is refused and left mapped under its thread") {
  const auto slow_entry = attempt("SLOW", 100ms);
  CHECK(slow_entry.rule == "SL-ENT-001");
  CHECK(slow_entry.left_behind);
  CHECK(is_mapped(entry_fixture("SLOW")));
  CHECK(eventually([] { return loader_threads() == 0; }));

  const auto slow_initialiser = attempt("INIT_SLOW", 100ms);
  CHECK(slow_initialiser.rule == "SL-ENT-001");
  CHECK_THAT(slow_initialiser.finding, Catch::Contains("initialisers"));
  CHECK(eventually([] { return loader_threads() == 0; }));
}

TEST_CASE("mapping and unmapping a hundred times leaves the process as it was") {
  attempt("NONE");
  const auto before = footprint();
  for (int round = 0; round < 100; ++round) REQUIRE(attempt("NONE").rule == "accepted");
  CHECK(footprint() == before);
}
