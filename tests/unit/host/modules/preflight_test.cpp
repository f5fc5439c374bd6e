#include "modules/preflight.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"
#include "modules/candidate.hpp"

using namespace sluice::modules;

namespace {

// What becomes of one module whose library, manifest or host is off in one point.
struct Outcome {
  std::string rule, finding, remedy;
  Preflight report;
};

Outcome outcome(const ModuleFolder& folder, const std::string& manifest,
                const Platform& platform = test_platform()) {
  const Candidate candidate = examine({0, manifest}, folder.at("overlays"), platform);
  Outcome out;
  out.report = candidate.preflight;
  if (!candidate.refusal) return out;
  out.rule = candidate.refusal->rule;
  out.finding = candidate.refusal->finding;
  out.remedy = candidate.refusal->remedy;
  return out;
}

Outcome outcome(const Json& manifest, const std::function<void(ElfSpec&)>& change = {},
                const Platform& platform = test_platform()) {
  ModuleFolder folder;
  return outcome(folder, folder.add("acme.srt", manifest, change), platform);
}

Outcome outcome(const std::function<void(ElfSpec&)>& change) {
  return outcome(plain_manifest("acme.srt"), change);
}

Json module_with(const char* key, Json value) {
  Json manifest = plain_manifest("acme.srt");
  manifest["module"][key] = std::move(value);
  return manifest;
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a module that is in order passes every rule") {
  const Outcome good = outcome(plain_manifest("acme.srt"));
  CHECK(good.rule.empty());
  CHECK(good.report.findings.size() > 12);
  for (const Finding& one : good.report.findings) CHECK(one.verdict == Verdict::pass);
  REQUIRE(good.report.elf);
}

// Case 3 of the loader suite: what only the folder shows.
TEST_CASE("a library that is missing or leads out of its folder") {
  ModuleFolder folder;
  Json manifest =
      module_with("targets", Json{{{"os", "linux"}, {"arch", "x86_64"}, {"library", "libc.so.6"}}});
  CHECK(outcome(folder, folder.write("acme.srt.json", manifest.dump())).rule == "SL-MAN-004");
  folder.write("elsewhere/real.so", "x");
  REQUIRE(::symlink("../elsewhere/real.so", folder.at("in").c_str()) == 0);
  ::unlink(folder.at("in").c_str());
  folder.write("in/acme.srt.json", plain_manifest("acme.srt").dump());
  REQUIRE(::symlink("../elsewhere/real.so", folder.at("in/acme.srt.so").c_str()) == 0);
  const Outcome out = outcome(folder, folder.at("in/acme.srt.json"));
  CHECK(out.rule == "SL-MAN-004");
  CHECK(mentions(out.finding, folder.at("elsewhere/real.so")));
}

// Cases 4 and 5.
TEST_CASE("files that are no library for this machine, and cut ones") {
  ModuleFolder folder;
  const std::string manifest = folder.add("acme.srt", plain_manifest("acme.srt"));
  folder.write("acme.srt.so", "just text");
  CHECK(outcome(folder, manifest).rule == "SL-ELF-001");
  CHECK(outcome([](ElfSpec& spec) { spec.machine = EM_AARCH64; }).finding ==
        "built for aarch64, this host is x86-64");
  CHECK(outcome([](ElfSpec& spec) { spec.type = ET_EXEC; }).rule == "SL-ELF-001");
  CHECK(outcome(module_with("targets", Json{{{"os", "linux"}, {"arch", "aarch64"}}})).finding ==
        "built for linux aarch64, this host is linux x86_64");
  const std::string sha(64, 'a');
  Json hashed = module_with(
      "targets", Json{{{"os", "linux"}, {"arch", "x86_64"}, {"sha256", sha}, {"library", "acme.srt.so"}}});
  const std::string with_hash = folder.add("acme.srt", hashed);
  for (const auto length : {0, 63, 300, 9000}) {
    std::filesystem::resize_file(folder.at("acme.srt.so"), 12'000);
    std::filesystem::resize_file(folder.at("acme.srt.so"), static_cast<std::uintmax_t>(length));
    const Outcome cut = outcome(folder, with_hash);
    CHECK(cut.rule == "SL-ELF-004");
    CHECK(cut.remedy == "Copy it again; the manifest expects sha256 " + sha + ".");
    folder.add("acme.srt", hashed);
  }
}

// Case 6.
TEST_CASE("a stranger's library is never taken, whatever else it is") {
  const Outcome out = outcome([](ElfSpec& spec) {
    spec.note.reset();
    spec.symbols = {{"curl_easy_init"}, {"main"}};
    spec.needed = {"libc.so.6", "libcurl.so.4"};
  });
  CHECK(out.rule == "SL-ABI-001");
  CHECK(mentions(out.finding, "not one of our modules"));
}

// Case 7.
TEST_CASE("other majors and newer minors of the contract") {
  for (const std::uint32_t major : {0u, 2u}) {
    const Outcome out = outcome([&](ElfSpec& spec) { spec.note->major = major; });
    CHECK(out.rule == "SL-ABI-002");
    CHECK(mentions(out.finding, "built for ABI " + std::to_string(major) + ", this host serves 1"));
    CHECK(outcome(module_with("abi", {{"major", major}})).rule == "SL-ABI-002");
  }
  CHECK(outcome(module_with("abi", {{"major", 1}, {"minor_min", 7}})).finding ==
        "module needs ABI minor 7 or newer, this host serves 1.0");
  CHECK(outcome([](ElfSpec& spec) { spec.note->minor_min = 3; }).rule == "SL-ABI-003");
  CHECK(outcome(module_with("abi", {{"major", 1}, {"minor_built", 7}})).rule.empty());
  const Outcome iface = outcome(module_with("requires", Json{{{"iface", "sluice.engine/9"}}}));
  CHECK(iface.rule == "SL-ABI-002");
  CHECK(iface.finding == "built for sluice.engine/9, this host serves sluice.engine/1");
  CHECK(outcome(module_with("requires", Json{{{"iface", "sluice.engine/9"}, {"optional", true}}}))
            .rule.empty());
}

// Case 8.
TEST_CASE("a library that is not the one the manifest speaks of") {
  ModuleFolder folder;
  Json target = {
      {"os", "linux"}, {"arch", "x86_64"}, {"library", "acme.srt.so"}, {"sha256", std::string(64, '1')}};
  const Outcome swapped = outcome(module_with("targets", Json::array({target})));
  CHECK(swapped.rule == "SL-SEC-002");
  CHECK(mentions(swapped.finding, std::string(64, '1')));
  CHECK(mentions(swapped.finding, hex(swapped.report.sha256)));
  target["sha256"] = hex(swapped.report.sha256);
  CHECK(outcome(module_with("targets", Json::array({target}))).rule.empty());
  target["build_id"] = "abcdef";
  CHECK(outcome(module_with("targets", Json::array({target}))).rule == "SL-ABI-004");
  const Outcome version = outcome([](ElfSpec& spec) { std::strcpy(spec.note->version, "1.0.1"); });
  CHECK(version.rule == "SL-ABI-004");
  CHECK(mentions(version.finding, "version: the library says 1.0.1, the manifest 1.0.0"));
  CHECK(outcome([](ElfSpec& spec) { std::strcpy(spec.note->id, "acme.\x1b[31m"); }).finding.find('\x1b') ==
        std::string::npos);
  CHECK(outcome([](ElfSpec& spec) { spec.note->manifest_sha256[0] ^= 1; }).rule == "SL-ABI-004");
  CHECK(outcome([](ElfSpec& spec) { spec.note->minor_built = 1; }).rule == "SL-ABI-004");
}

// Cases 9 and 10, as far as the file tells.
TEST_CASE("what the loader would only notice while mapping") {
  CHECK(outcome([](ElfSpec& spec) { spec.versions = {{"libc.so.6", "GLIBC_2.99"}}; }).finding ==
        "needs GLIBC_2.99 of libc.so.6, this host has GLIBC_2.36");
  CHECK(outcome([](ElfSpec& spec) { spec.versions = {{"libc.so.6", "GLIBC_2.99"}}; }).rule == "SL-ELF-011");
  CHECK(outcome([](ElfSpec& spec) { spec.versions = {{"libc.so.6", "GLIBC_2.99", true}}; }).rule.empty());
  CHECK(outcome([](ElfSpec& spec) { spec.versions = {{"libother.so.1", "OTHER_9"}}; }).rule.empty());
  CHECK(outcome(module_with("targets", Json{{{"libc_min", "2.40"}, {"library", "acme.srt.so"}}})).rule ==
        "SL-ELF-011");
  CHECK(outcome([](ElfSpec& spec) { spec.symbols = {{"something_else"}}; }).rule == "SL-ENT-001");
}

// Case 12.
TEST_CASE("libraries that would harm the host they are mapped into") {
  const auto two_asan_signs = {std::string("libasan.so.8"), std::string("libclang_rt.asan-x86_64.so")};
  for (const std::string& library : two_asan_signs)
    CHECK(outcome([&](ElfSpec& spec) { spec.needed.push_back(library); }).rule == "SL-ELF-006");
  const auto instrumented = [](ElfSpec& spec) { spec.symbols.push_back({"__asan_init", false}); };
  CHECK(outcome(instrumented).rule == "SL-ELF-006");
  Platform sanitized = test_platform();
  sanitized.sanitized = true;
  CHECK(outcome(plain_manifest("acme.srt"), instrumented, sanitized).rule.empty());
  CHECK(outcome([](ElfSpec& spec) { spec.executable_stack = true; }).rule == "SL-ELF-005");
  CHECK(outcome([](ElfSpec& spec) { spec.executable_stack.reset(); }).rule == "SL-ELF-005");
  CHECK(outcome([](ElfSpec& spec) { spec.text_relocations = true; }).rule == "SL-ELF-005");
  const Outcome tls = outcome([](ElfSpec& spec) { spec.static_tls = true, spec.tls_bytes = 3000; });
  CHECK(tls.rule == "SL-ELF-007");
  CHECK(mentions(tls.finding, "3000 bytes"));
  CHECK(outcome([](ElfSpec& spec) { spec.tls_bytes = 3000; }).rule.empty());  // dynamic model: no limit
  CHECK(outcome([](ElfSpec& spec) { spec.static_tls = true, spec.tls_bytes = 64; }).rule.empty());
}

TEST_CASE("what pins a library is a warning, and a refusal where a clean unload is promised") {
  const std::function<void(ElfSpec&)> pins[] = {
      [](ElfSpec& spec) { spec.symbols.push_back({"unique", true, STB_GNU_UNIQUE}); },
      [](ElfSpec& spec) { spec.no_delete = true; },
      [](ElfSpec& spec) {
        for (int i = 0; i < 500; ++i) spec.symbols.push_back({"export_" + std::to_string(i)});
      }};
  for (const auto& pin : pins) {
    const Outcome parked = outcome(pin);
    CHECK(parked.rule.empty());
    CHECK(std::count_if(parked.report.findings.begin(), parked.report.findings.end(), [](const Finding& one) {
            return one.rule == "SL-ELF-008" && one.verdict == Verdict::warn;
          }) == 1);
    CHECK(outcome(module_with("unload", "clean"), pin).rule == "SL-ELF-008");
  }
  const Outcome many = outcome(module_with("unload", "clean"), pins[2]);
  CHECK(mentions(many.finding, "exports 500 symbols beside its entry: export_0, "));
  CHECK_FALSE(mentions(many.finding, "export_11"));
}

TEST_CASE("libraries it needs are allowed, listed or refused") {
  const auto needs = [](const char* library) {
    return [=](ElfSpec& spec) { spec.needed.push_back(library); };
  };
  CHECK(outcome(needs("libstdc++.so.6")).rule.empty());
  CHECK(outcome(needs("libsrt.so.1.5")).rule == "SL-ELF-009");
  CHECK(mentions(outcome(needs("libsrt.so.1.5")).finding, "libsrt.so.1.5"));
  CHECK(outcome(module_with("needs_libs", {"libsrt.so.1.5"}), needs("libsrt.so.1.5")).rule.empty());
  CHECK(outcome(module_with("needs_libs", {"libsrt.so"}), needs("libsrt.so.1.5")).rule.empty());
  CHECK(outcome(module_with("needs_libs", {"libjemalloc.so.2"}), needs("libjemalloc.so.2")).rule ==
        "SL-ELF-009");
  CHECK(outcome(needs("/tmp/evil.so")).rule == "SL-ELF-009");
}

TEST_CASE("a path that others can write is not trusted") {
  ModuleFolder folder;
  const std::string manifest = folder.add("sub/acme.srt", plain_manifest("acme.srt"));
  CHECK(outcome(folder, manifest).rule.empty());
  for (const char* name : {"sub/acme.srt.so", "sub/acme.srt.json", "sub"}) {
    const auto before = std::filesystem::status(folder.at(name)).permissions();
    std::filesystem::permissions(folder.at(name), std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    const Outcome out = outcome(folder, manifest);
    CHECK(out.rule == "SL-SEC-001");
    CHECK(mentions(out.remedy, "chmod go-w"));
    std::filesystem::permissions(folder.at(name), before);
  }
}

TEST_CASE("the bytes that were checked are handed on") {
  ModuleFolder folder;
  const auto manifest = load_manifest(folder.add("acme.srt", plain_manifest("acme.srt")));
  REQUIRE(manifest.has_value());
  const CheckedLibrary checked = preflight_module(*manifest, test_platform());
  REQUIRE(checked.report.accepted());
  CHECK(sha256(checked.bytes) == checked.report.sha256);
}

TEST_CASE("an overlay that cannot be read is no overlay to ignore") {
  ModuleFolder folder;
  const std::string manifest = folder.add("acme.srt", plain_manifest("acme.srt"));
  folder.write("overlays/acme.srt.json", "{\"enabeld\": false}");
  CHECK(outcome(folder, manifest).rule == "SL-MAN-002");
  folder.write("overlays/acme.srt.json", "{\"enabled\": false}");
  CHECK(outcome(folder, manifest).rule.empty());
}

TEST_CASE("libraries of the bundle are known, and those they need") {
  ModuleFolder folder;
  Json manifest = module_with("needs_libs", {"libdep.so.1", "libdeeper.so.1"});
  const std::string path =
      folder.add("acme.srt/acme.srt", manifest, [](ElfSpec& spec) { spec.needed = {"libdep.so.1"}; });
  ElfSpec library;
  library.soname = "libdep.so.1";
  library.needed = {"libdeeper.so.1", "libc.so.6"};
  folder.write("acme.srt/libdep.so.1", build_elf(library));
  library.soname = "libdeeper.so.1";
  library.needed = {"libdep.so.1"};
  folder.write("acme.srt/libdeeper.so.1", build_elf(library));
  const Outcome out = outcome(folder, path);
  CHECK(out.rule.empty());
  REQUIRE(out.report.bundled.size() == 2);
  CHECK(out.report.bundled[1].soname == "libdeeper.so.1");
  folder.write("acme.srt/libdeeper.so.1", "text");
  CHECK(outcome(folder, path).rule == "SL-ELF-001");
}
