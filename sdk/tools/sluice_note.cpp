// sluice-note MANIFEST OUT.c: writes the ELF note that ties a library to its manifest (sluice/abi/note.h).
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include <sluice/abi/note.h>
#include <sluice/abi/types.h>

namespace {

using Digest = std::array<unsigned char, 32>;

// `targets` holds the library's own hash, so it cannot be part of what the library carries.
Digest canonical_hash(nlohmann::json module) {
  module.erase("targets");
  const std::string text = module.dump();
  Digest digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return digest;
}

std::string checked(const nlohmann::json& module, const char* field, std::size_t limit) {
  const auto text = module.at(field).get<std::string>();
  if (text.empty() || text.size() >= limit)
    throw std::runtime_error(std::string("module.") + field + " must have 1 to " + std::to_string(limit - 1) +
                             " bytes");
  for (unsigned char c : text)
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
      throw std::runtime_error(std::string("module.") + field +
                               " has a character that cannot stand in a name");
  return text;
}

std::string note_source(const nlohmann::json& manifest) {
  const auto& module = manifest.at("module");
  const std::string id = checked(module, "id", sizeof(sluice_note::id));
  const std::string version = checked(module, "version", sizeof(sluice_note::version));
  const auto& abi = module.at("abi");
  std::string bytes;
  for (unsigned char byte : canonical_hash(module)) bytes += std::to_string(byte) + ",";
  return "/* Written by sluice-note from the manifest; do not edit. */\n"
         "#include <sluice/abi/note.h>\n\n"
         "__attribute__((section(\".note.sluice\"), used, aligned(4)))\n"
         "const sluice_note_section sluice_module_note = {\n"
         "    7, sizeof(sluice_note), SLUICE_NOTE_TYPE, \"SLUICE\",\n"
         "    {sizeof(sluice_note), " +
         std::to_string(abi.at("major").get<unsigned>()) + "u, " +
         std::to_string(abi.at("minor_built").get<unsigned>()) + "u, " +
         std::to_string(abi.at("minor_min").get<unsigned>()) + "u, {" + bytes + "}, \"" + id + "\", \"" +
         version + "\", {0, 0, 0, 0, 0, 0}}};\n";
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: sluice-note MANIFEST.json OUT.c\n";
    return 2;
  }
  std::ifstream in(argv[1]);
  if (!in) throw std::runtime_error("cannot be opened");
  const std::string source = note_source(nlohmann::json::parse(in));
  std::ofstream out(argv[2]);
  out << source;
  if (!out.flush()) throw std::runtime_error(std::string("cannot write ") + argv[2]);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "sluice-note: " << (argc > 1 ? argv[1] : "") << ": " << error.what() << "\n";
  return 1;
}
