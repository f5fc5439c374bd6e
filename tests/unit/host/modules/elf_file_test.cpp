#include "modules/elf_file.hpp"

#include <link.h>

#include <catch2/catch.hpp>

#include <random>
#include "../config/print_result.hpp"

#include "elf_builder.hpp"
#include "modules/library_file.hpp"

#include <fcntl.h>

using namespace sluice::modules;

namespace {

Accepted<ElfFile> parse(std::span<const std::byte> bytes) { return parse_elf(bytes, "/m/x.so", EM_X86_64); }

std::string rule(std::span<const std::byte> bytes) {
  const auto parsed = parse(bytes);
  return parsed ? "" : parsed.error().rule;
}

ElfSpec noted() {
  ElfSpec spec;
  spec.note = note_for("acme.srt", "1.4.0", sha256("x"));
  return spec;
}

std::vector<std::byte> patched(std::vector<std::byte> bytes, std::size_t at, unsigned value) {
  bytes.at(at) = static_cast<std::byte>(value);
  return bytes;
}

}  // namespace

TEST_CASE("what a library says about itself") {
  ElfSpec spec = noted();
  spec.symbols = {
      {"sluice_entry_v1"}, {"one", true, STB_GNU_UNIQUE}, {"malloc", false}, {"weak", true, STB_WEAK}};
  spec.needed = {"libc.so.6", "libsrt.so.1"};
  spec.soname = "acme.so";
  spec.versions = {{"libc.so.6", "GLIBC_2.34"}, {"libm.so.6", "GLIBC_2.99", true}};
  spec.text_relocations = spec.no_delete = spec.static_tls = true;
  spec.tls_bytes = 3000;
  const auto elf = parse(build_elf(spec));
  REQUIRE(elf);
  CHECK(elf->soname == "acme.so");
  CHECK(elf->needed == std::vector<std::string>{"libc.so.6", "libsrt.so.1"});
  REQUIRE(elf->exports.size() == 3);
  CHECK(elf->exports[1].unique);
  CHECK(elf->exports_symbol("sluice_entry_v1"));
  CHECK(elf->imports == std::vector<std::string>{"malloc"});
  REQUIRE(elf->version_needs.size() == 2);
  CHECK(elf->version_needs[0].version == "GLIBC_2.34");
  CHECK(elf->version_needs[1].weak);
  CHECK(elf->text_relocations);
  CHECK(elf->no_delete);
  CHECK(elf->static_tls);
  CHECK(elf->tls_bytes == 3000);
  CHECK_FALSE(elf->executable_stack);
  CHECK(elf->build_id == "abcd");
  REQUIRE(elf->note);
  CHECK(elf->note->id == "acme.srt");
  CHECK(elf->note->version == "1.4.0");
  CHECK(elf->note->manifest_sha256 == sha256("x"));
}

TEST_CASE("an executable stack is asked for, or not refused") {
  ElfSpec spec = noted();
  spec.executable_stack = true;
  CHECK(parse(build_elf(spec))->executable_stack);
  spec.executable_stack.reset();
  CHECK(parse(build_elf(spec))->executable_stack);
}

// Case 4 of the loader suite.
TEST_CASE("files that are no library for this machine") {
  const auto good = build_elf(noted());
  const std::string text = "#!/bin/sh\necho not a library\n";
  const auto told = parse(std::as_bytes(std::span(text)));
  CHECK(told.error().rule == "SL-ELF-001");
  CHECK(told.error().finding == "not an ELF file: it begins with 23 21 2f 62 69 6e 2f 73");
  ElfSpec foreign = noted();
  foreign.machine = EM_AARCH64;
  CHECK(parse(build_elf(foreign)).error().rule == "SL-ELF-002");
  CHECK(parse(build_elf(foreign)).error().finding == "built for aarch64, this host is x86-64");
  CHECK(rule(patched(good, EI_CLASS, ELFCLASS32)) == "SL-ELF-002");
  CHECK(rule(patched(good, EI_DATA, ELFDATA2MSB)) == "SL-ELF-002");
  for (const unsigned type : {ET_EXEC, ET_REL, ET_CORE, 77})
    CHECK(rule(patched(good, offsetof(Elf64_Ehdr, e_type), type)) == "SL-ELF-001");
  ElfSpec program = noted();
  program.pie = true;
  CHECK(parse(build_elf(program)).error().finding.find("an executable") == 0);
}

// Case 5.
TEST_CASE("a library cut anywhere is called truncated") {
  const auto whole = build_elf(noted());
  REQUIRE(whole.size() > 9000);
  for (const std::size_t length : {0, 1, 4, 63, 64, 300, 9000})
    CHECK(rule(std::span(whole).first(length)) == "SL-ELF-004");
  for (std::size_t length = 0; length < whole.size(); length += 7)
    CHECK(rule(std::span(whole).first(length)) == "SL-ELF-004");
  CHECK(rule(std::span(whole).first(whole.size() - 1)) == "SL-ELF-004");
  CHECK(parse(std::span(whole).first(9000)).error().finding ==
        "library is truncated: section table ends at byte " + std::to_string(whole.size()) +
            ", file has 9000");
}

TEST_CASE("notes that are not quite ours") {
  ElfSpec spec;
  CHECK_FALSE(parse(build_elf(spec))->note);
  spec = noted();
  spec.note->struct_size = 300;
  CHECK_FALSE(parse(build_elf(spec))->note);
  CHECK_FALSE(parse(build_elf(spec))->note_defect.empty());
  spec = noted();
  spec.note->reserved[5] = 1;
  CHECK(parse(build_elf(spec))->note_defect == "it uses a field newer than this host");
  spec = noted();
  spec.note->major = 2;
  spec.note->struct_size = 4000;  // another major may have another layout
  REQUIRE(parse(build_elf(spec))->note);
  CHECK(parse(build_elf(spec))->note->major == 2);
  std::memset(spec.note->id, 'x', sizeof spec.note->id);  // no end in sight
  spec.note->major = 1;
  spec.note->struct_size = sizeof(sluice_note);
  CHECK(parse(build_elf(spec))->note->id == std::string(128, 'x'));
}

TEST_CASE("any truncation of a note is refused without harm") {
  const sluice_note note = note_for("a", "1", {});
  const auto bytes = std::as_bytes(std::span(&note, 1));
  REQUIRE(parse_note(bytes));
  for (std::size_t length = 0; length < bytes.size(); ++length) CHECK_FALSE(parse_note(bytes.first(length)));
}

TEST_CASE("no byte of a library is trusted") {
  ElfSpec spec = noted();
  spec.versions = {{"libc.so.6", "GLIBC_2.34"}, {"libm.so.6", "GLIBC_2.2.5"}};
  spec.padding = 16;
  const auto whole = build_elf(spec);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const unsigned value : {0x00u, 0x7fu, 0x80u, 0xffu}) {
      const auto parsed = parse(patched(whole, at, value));
      if (!parsed) CHECK(parsed.error().rule.starts_with("SL-ELF-00"));
    }
  std::minstd_rand random(7);
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 8; ++i) bytes[random() % bytes.size()] = static_cast<std::byte>(random() & 0xff);
    (void)parse(bytes);
  }
}

TEST_CASE("real libraries of this machine are read") {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* out) {
        if (object->dlpi_name[0] == '/')
          static_cast<std::vector<std::string>*>(out)->emplace_back(object->dlpi_name);
        return 0;
      },
      &paths);
  bool libc_seen = false;
  for (const std::string& path : paths) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto bytes = read_bytes(file.get(), path);
    REQUIRE(bytes);
    const auto elf = parse_elf(*bytes, path);
    REQUIRE(elf);
    CHECK(path.find(elf->soname) != std::string::npos);
    CHECK_FALSE(elf->executable_stack);
    CHECK_FALSE(elf->note);
    if (!elf->soname.starts_with("libc.so")) continue;
    libc_seen = true;
    CHECK(elf->exports_symbol("fopen"));
    CHECK(elf->exports.size() > 1000);
    CHECK(std::count(elf->version_definitions.begin(), elf->version_definitions.end(), "GLIBC_2.34") == 1);
  }
  CHECK(libc_seen);
  const FileDescriptor self(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  CHECK(parse_elf(*read_bytes(self.get(), "self"), "self").error().finding.find("an executable") == 0);
}
