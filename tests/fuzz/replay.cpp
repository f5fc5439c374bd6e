// Gives a fuzz target every seed once, without libFuzzer: what was found before stays found in any build.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

void replay(const std::string& bytes) {
  // A copy of just that size, so that ASan sees a read beyond its end.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
    if (entry.is_regular_file()) seeds.push_back(entry.path());
  }
  std::sort(seeds.begin(), seeds.end());
  replay("");
  for (const auto& seed : seeds) {
    std::ifstream file(seed, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::printf("%s, %zu bytes\n", seed.filename().c_str(), bytes.size());
    std::fflush(stdout);
    replay(bytes);
    // Cut short and with its end flipped: the cheapest neighbours a parser must survive.
    for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 256); ++size)
      replay(bytes.substr(0, size));
    if (!bytes.empty()) replay(bytes.substr(0, bytes.size() - 1) + static_cast<char>(~bytes.back()));
  }
  std::printf("%zu seeds replayed\n", seeds.size());
  return seeds.empty() ? 1 : 0;
}
