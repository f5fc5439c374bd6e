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

Tried attempt(const std::string& module, milliseconds deadline = 5000ms) {
  auto mapped = map_library(bad_module(module), deadline);
  if (mapped.has_error()) return refused(mapped.error());
  const auto host = std::make_shared<sluice_host>();
  bool left_behind = false;
  const auto answer = negotiate(*mapped, host, {module, "1.0.0"}, deadline, left_behind);
  if (answer) answer->life.destroy(answer->self);
  Tried tried = answer.has_error() ? refused(answer.error()) : Tried{};
  tried.left_behind = left_behind;
  if (!left_behind) CHECK((*mapped)->unmap());
  return tried;
}

// Its fault comes later than its entry.
constexpr const char* sound = "bad-start-fails";

std::size_t loader_threads() {
  const auto names = thread_names();
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), "loader"));
}

}  // namespace

TEST_CASE("a faulty entry or answer is refused with its rule and field, and leaves nothing mapped") {
  struct Case {
    const char* module;
    const char* rule;
    const char* finding;
  };
  const Case cases[] = {
      {"bad-entry-returns-error", "SL-ENT-001", "INTERNAL"},
      {"bad-entry-null-table", "SL-ABI-005", "life table is null"},
      {"bad-entry-size-zero", "SL-ABI-005", "struct_size 0,"},
      {"bad-entry-size-three", "SL-ABI-005", "struct_size 3,"},
      {"bad-entry-size-huge", "SL-ABI-005", "struct_size 4294967295"},
      {"bad-entry-id-differs", "SL-ABI-005", "\"somebody-else\", the manifest says \"bad-entry-id-differs\""},
      {"bad-entry-version-null", "SL-ABI-005", "version is empty"},
      {"bad-entry-must-understand", "SL-ABI-005", "must_understand"},
      {"bad-entry-newer-field", "SL-ABI-005", "a field this host does not know"},
      {"bad-entry-life-size-zero", "SL-ABI-005", "life table has struct_size 0"},
      {"bad-entry-life-size-huge", "SL-ABI-005", "life table has struct_size 4294967295"},
      {"bad-entry-no-stop", "SL-ABI-005", "no stop"},
      {"bad-entry-minor", "SL-ABI-005", "minor 7"},
      {"bad-entry-missing", "SL-ENT-001", "sluice_entry_v1 is missing"},
      {"bad-undefined", "SL-LNK-001", "undefined symbol: bad_no_such_function"},
      {"bad-no-such-file", "SL-LNK-001", "cannot open shared object file"},
  };
  const auto before = footprint();
  for (const auto& one : cases) {
    CAPTURE(one.module);
    const auto tried = attempt(one.module);
    CHECK(tried.rule == one.rule);
    CHECK_THAT(tried.finding, Catch::Contains(one.finding));
    CHECK_FALSE(tried.remedy.empty());
    CHECK_FALSE(is_mapped(bad_module(one.module)));
  }
  CHECK(footprint() == before);
}

TEST_CASE("a sound answer is taken, also one of a newer module that uses nothing new") {
  CHECK(attempt(sound).rule == "accepted");
  CHECK(attempt("bad-entry-newer-zeros").rule == "accepted");
}

TEST_CASE("an entry or initialiser that does not come back is refused and left mapped under its thread") {
  const auto slow_entry = attempt("bad-entry-late", 100ms);
  CHECK(slow_entry.rule == "SL-ENT-001");
  CHECK(slow_entry.left_behind);
  CHECK(is_mapped(bad_module("bad-entry-late")));
  CHECK(eventually([] { return loader_threads() == 0; }));

  const auto slow_initialiser = attempt("bad-constructor-late", 100ms);
  CHECK(slow_initialiser.rule == "SL-ENT-001");
  CHECK_THAT(slow_initialiser.finding, Catch::Contains("initialisers"));
  CHECK(eventually([] { return loader_threads() == 0; }));
}

TEST_CASE("mapping and unmapping a hundred times leaves the process as it was") {
  attempt(sound);
  const auto before = footprint();
  for (int round = 0; round < 100; ++round) REQUIRE(attempt(sound).rule == "accepted");
  CHECK(footprint() == before);
}
