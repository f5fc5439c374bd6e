#include "modules/library_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "../config/print_result.hpp"

#include "module_folder.hpp"

using namespace sluice::modules;

namespace {

std::string refusal(const ModuleFolder& folder, const std::string& name) {
  const auto opened = open_beneath(folder.at("in"), name);
  return opened ? "" : opened.error().rule + ": " + opened.error().finding;
}

}  // namespace

// Case 3 of the loader suite, the part the file system tells.
TEST_CASE("a library is opened in its folder and nowhere else") {
  ModuleFolder folder;
  folder.write("in/a.so", "bytes");
  folder.write("outside.so", "bytes");
  REQUIRE(::symlink("a.so", folder.at("in/inner.so").c_str()) == 0);
  REQUIRE(::symlink("../outside.so", folder.at("in/outer.so").c_str()) == 0);
  REQUIRE(::symlink("/usr/lib/x86_64-linux-gnu/libc.so.6", folder.at("in/absolute.so").c_str()) == 0);
  REQUIRE(::symlink("loop.so", folder.at("in/loop.so").c_str()) == 0);
  CHECK(refusal(folder, "a.so").empty());
  CHECK(refusal(folder, "inner.so").empty());
  CHECK(refusal(folder, "libc.so.6").find("SL-MAN-004: `libc.so.6` is missing") ==
        0);  // though /usr/lib has it
  CHECK(refusal(folder, "outer.so")
            .find("SL-MAN-004: `outer.so` leads out of the manifest's folder, to " +
                  folder.at("outside.so")) == 0);
  CHECK(refusal(folder, "absolute.so").find("leads out") != std::string::npos);
  CHECK(refusal(folder, "loop.so").find("SL-MAN-004") == 0);
  CHECK(refusal(folder, "../outside.so").find("not a bare file name") != std::string::npos);
  CHECK(refusal(folder, "").find("SL-MAN-004") == 0);
}

TEST_CASE("bytes are read once, whole, and within bounds") {
  ModuleFolder folder;
  folder.write("in/a.so", "0123456789");
  const auto file = open_beneath(folder.at("in"), "a.so");
  REQUIRE(file);
  CHECK(read_bytes(file->get(), "a.so")->size() == 10);
  CHECK(read_bytes(file->get(), "a.so", 9).error().rule == "SL-ELF-001");
  REQUIRE(::mkfifo(folder.at("in/pipe.so").c_str(), 0600) == 0);
  const auto pipe = open_beneath(folder.at("in"), "pipe.so");  // must not wait for a writer
  REQUIRE(pipe);
  CHECK(read_bytes(pipe->get(), "pipe.so").error().finding == "not a regular file");
}
