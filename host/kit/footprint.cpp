#include "kit/footprint.hpp"

#ifdef SLUICE_SANITIZED
#include <sanitizer/allocator_interface.h>
#else
#include <malloc.h>
#endif

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>

namespace sluice::kit {

namespace fs = std::filesystem;

namespace {

std::size_t entries(const char* folder) {
  std::error_code ignored;
  std::size_t count = 0;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) ++count;
  return count;
}

}  // namespace

Footprint footprint(const std::vector<std::string>& module_paths) {
  Footprint found{entries("/proc/self/fd"), entries("/proc/self/task"), 0};
  std::ifstream maps("/proc/self/maps");
  std::set<std::string> paths;
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    if (path == std::string::npos) continue;
    const bool module = std::any_of(module_paths.begin(), module_paths.end(), [&](const std::string& word) {
      return line.find(word) != std::string::npos;
    });
    if (module) paths.insert(line.substr(path));
  }
  found.mappings_of_modules = paths.size();
  return found;
}

std::ostream& operator<<(std::ostream& out, const Footprint& found) {
  return out << found.descriptors << " descriptors, " << found.threads << " threads, "
             << found.mappings_of_modules << " module libraries";
}

std::string in_words(const Footprint& found) {
  std::ostringstream text;
  text << found;
  return text.str();
}

std::vector<std::string> thread_names() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator task("/proc/self/task", ignored), end; task != end; task.increment(ignored)) {
    std::ifstream comm(task->path() / "comm");
    std::string name;
    if (std::getline(comm, name)) names.push_back(name);
  }
  return names;
}

#ifdef SLUICE_SANITIZED
std::size_t heap_in_use() { return ::__sanitizer_get_current_allocated_bytes(); }
std::size_t memory_mapped() { return 0; }
#else
std::size_t heap_in_use() {
  const auto memory = ::mallinfo2();
  return memory.uordblks + memory.hblkhd;
}

std::size_t memory_mapped() {
  const auto allocator = ::mallinfo2();
  std::ifstream maps("/proc/self/maps");
  std::size_t bytes = 0;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::size_t from = 0, to = 0;
    char dash = 0;
    std::string rights, offset, device, inode;
    fields >> std::hex >> from >> dash >> to >> rights >> offset >> device >> inode;
    if (inode == "0" && rights == "rw-p") bytes += to - from;
  }
  const auto of_allocator = allocator.arena + allocator.hblkhd;
  return bytes > of_allocator ? bytes - of_allocator : 0;
}
#endif

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace sluice::kit
