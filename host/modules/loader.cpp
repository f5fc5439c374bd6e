#include "modules/loader.hpp"

#define BOOST_DLL_USE_STD_FS
#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "modules/status_name.hpp"

namespace sluice::modules {

namespace fs = std::filesystem;
namespace dll = boost::dll;

bool run_on_loader_thread(milliseconds deadline, std::function<void()> work) {
  struct Turn {
    std::mutex mutex;
    std::condition_variable back;
    bool done = false;
  };
  auto turn = std::make_shared<Turn>();
  std::thread thread([turn, work = std::move(work)]() mutable {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    pthread_setname_np(pthread_self(), "loader");
    work();
    work = nullptr;
    std::lock_guard lock(turn->mutex);
    turn->done = true;
    turn->back.notify_one();
  });
  std::unique_lock lock(turn->mutex);
  const bool back = turn->back.wait_for(lock, deadline, [&] { return turn->done; });
  lock.unlock();
  // A thread that is stuck in a module's code cannot be ended, only left where it is.
  if (back) {
    thread.join();
  } else {
    thread.detach();
  }
  return back;
}

bool is_mapped(const fs::path& library) {
  std::ifstream maps("/proc/self/maps");
  const std::string wanted = " " + library.string();
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with(wanted) || line.find(wanted + " (deleted)") != std::string::npos) return true;
  }
  return false;
}

// ---- Mapping
// --------------------------------------------------------------------------------------------------

struct Mapped::Handle {
  dll::shared_library library;
  fs::path path;
  sluice_entry_fn entry = nullptr;
};

namespace {

// Handles never closed. Not an object of any host, because the mapping outlives every host of this process.
template <class Handle>
void park(std::unique_ptr<Handle> handle) {
  static std::mutex mutex;
  static auto* const parked = new std::vector<std::unique_ptr<Handle>>;
  std::lock_guard lock(mutex);
  parked->push_back(std::move(handle));
}

// Boost wraps dlerror's text into its own, which calls every failure "Bad file descriptor".
std::string dlerror_text(std::string_view what) {
  constexpr std::string_view before = "(dlerror system message: ";
  const auto start = what.find(before);
  if (start == std::string_view::npos) return std::string(what);
  what.remove_prefix(start + before.size());
  return std::string(what.substr(0, what.rfind(')')));
}

Refusal unresolved(const std::string& text, const fs::path& path) {
  Refusal refusal{"SL-LNK-001", text, path.string(), {}};
  if (text.find("undefined symbol") != std::string::npos) {
    refusal.remedy =
        "Link the module with -Wl,-z,defs (the SDK's CMake function does), which finds this at build time.";
  } else if (text.find("cannot open shared object file") != std::string::npos) {
    refusal.remedy = "Install the library it names, or put it into the module's own folder.";
  } else if (text.find("Operation not permitted") != std::string::npos) {
    refusal.remedy = "The runtime folder may be mounted noexec; use another.";
  } else {
    refusal.remedy = "Build the module for this machine and its libraries.";
  }
  return refusal;
}

}  // namespace

Mapped::Mapped(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}

Mapped::~Mapped() {
  if (handle_ && handle_->library.is_loaded()) park(std::move(handle_));
}

const fs::path& Mapped::path() const { return handle_->path; }
sluice_entry_fn Mapped::entry() const { return handle_->entry; }

bool Mapped::unmap() {
  handle_->entry = nullptr;
  handle_->library.unload();
  // A library whose last thread-local destructor has run only since is collected by the next dlclose.
  if (void* still = ::dlopen(handle_->path.c_str(), RTLD_NOW | RTLD_NOLOAD)) ::dlclose(still);
  return !is_mapped(handle_->path);
}

Accepted<std::shared_ptr<Mapped>> map_here(const fs::path& library) {
  auto handle = std::make_unique<Mapped::Handle>();
  handle->path = library;
  try {
    handle->library.load(library, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::system_error& error) {
    return unresolved(dlerror_text(error.what()), library);
  } catch (...) {
    return Refusal{"SL-ENT-001", "an initialiser of the library threw an exception", library.string(),
                   "Global objects of a module may not throw."};
  }
  if (!handle->library.has("sluice_entry_v1")) {
    handle->library.unload();
    return Refusal{"SL-ENT-001", "the entry symbol sluice_entry_v1 is missing", library.string(),
                   "Export it (SLUICE_EXPORT) and link with the SDK's version script."};
  }
  handle->entry = &handle->library.get<sluice_status(const sluice_offer*, sluice_answer*)>("sluice_entry_v1");
  return std::shared_ptr<Mapped>(new Mapped(std::move(handle)));
}

Accepted<std::shared_ptr<Mapped>> map_library(const fs::path& library, milliseconds deadline) {
  // Left behind in an initialiser: what turns up later is parked by its own destructor.
  auto attempt = std::make_shared<std::optional<Accepted<std::shared_ptr<Mapped>>>>();
  if (run_on_loader_thread(deadline, [attempt, library] { attempt->emplace(map_here(library)); }))
    return std::move(**attempt);
  return Refusal{
      "SL-ENT-001",
      "the library's initialisers did not come back within " + std::to_string(deadline.count()) + " ms",
      library.string(), "Global objects of a module may not wait; its thread stays until the host ends."};
}

// ---- Offer and answer
// -----------------------------------------------------------------------------------------

namespace {

Refusal bad_answer(const std::string& finding, const std::string& path) {
  return {"SL-ABI-005", "the answer of sluice_entry_v1 is invalid: " + finding, path,
          "Build the module with this host's SDK; it fills the answer."};
}

std::string text_of(sluice_str text) { return {text.data, text.data + text.size}; }

std::string same_text(sluice_str found, const std::string& expected, const char* field) {
  if (found.data == nullptr || found.size == 0) return std::string(field) + " is empty";
  if (found.size > 256) return std::string(field) + " is " + std::to_string(found.size) + " bytes long";
  if (text_of(found) == expected) return {};
  return std::string(field) + " is \"" + text_of(found) + "\", the manifest says \"" + expected + "\"";
}

std::string size_defect(const char* what, std::size_t size, std::size_t least, std::size_t most) {
  if (size >= least && size <= most) return {};
  return std::string(what) + " has struct_size " + std::to_string(size) + ", expected " +
         std::to_string(least) + " to " + std::to_string(most);
}

std::string missing_method(const sluice_module_life& life) {
  if (life.start == nullptr) return "start";
  if (life.stop == nullptr) return "stop";
  if (life.destroy == nullptr) return "destroy";
  return {};
}

// Room beyond our own answer: a newer module that knows more fields than it was told there is room for shows
// itself here instead of in our stack.
struct AnswerRoom {
  alignas(16) std::byte bytes[512] = {};
  sluice_answer& answer() { return *reinterpret_cast<sluice_answer*>(bytes); }
};

constexpr std::size_t life_least =
    offsetof(sluice_module_life, destroy) + sizeof(sluice_module_life::destroy);
constexpr std::size_t life_most = 4096;

}  // namespace

Accepted<Negotiated> check_answer(const sluice_answer& answer, std::size_t room, const Expected& expected,
                                  const std::string& path) {
  if (const auto defect = size_defect("it", answer.struct_size, sizeof(sluice_answer), room);
      !defect.empty()) {
    return bad_answer(defect, path);
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(&answer);
  if (std::any_of(bytes + sizeof(sluice_answer), bytes + answer.struct_size,
                  [](std::byte byte) { return byte != std::byte{0}; })) {
    return bad_answer("it uses a field this host does not know; update the host", path);
  }
  if (answer.must_understand != 0) {
    return bad_answer(
        "must_understand has bits this host does not know: " + std::to_string(answer.must_understand), path);
  }
  if (answer.minor > SLUICE_ABI_MINOR) {
    return bad_answer("it chose minor " + std::to_string(answer.minor) + ", the host offered 0 to " +
                          std::to_string(SLUICE_ABI_MINOR),
                      path);
  }
  for (const auto& defect :
       {same_text(answer.id, expected.id, "id"), same_text(answer.version, expected.version, "version")}) {
    if (!defect.empty()) return bad_answer(defect, path);
  }
  if (answer.life == nullptr) return bad_answer("the life table is null", path);
  const std::size_t size = answer.life->struct_size;
  if (const auto defect = size_defect("the life table", size, life_least, life_most); !defect.empty()) {
    return bad_answer(defect, path);
  }
  Negotiated negotiated{answer.minor, {}, answer.self};
  std::memcpy(&negotiated.life, answer.life, std::min(size, sizeof negotiated.life));
  if (const auto missing = missing_method(negotiated.life); !missing.empty()) {
    return bad_answer("the life table has no " + missing, path);
  }
  return negotiated;
}

Accepted<Negotiated> negotiate_here(const Mapped& mapped, const sluice_host& host, const Expected& expected) {
  const auto path = mapped.path().string();
  constexpr std::string_view name = "sluice", version = SLUICE_VERSION;
  const sluice_offer offer{sizeof(sluice_offer),
                           SLUICE_ABI_MAJOR,
                           0,
                           SLUICE_ABI_MINOR,
                           0,
                           0,
                           {name.data(), name.size()},
                           {version.data(), version.size()},
                           &host};
  AnswerRoom room;
  room.answer().struct_size = sizeof(sluice_answer);
  sluice_status status = SLUICE_STATUS_INTERNAL;
  try {
    status = mapped.entry()(&offer, &room.answer());
  } catch (...) {
    return Refusal{"SL-ENT-001", "sluice_entry_v1 threw an exception", path,
                   "No exception may cross the boundary; write the module with the SDK's wrappers."};
  }
  if (status != SLUICE_STATUS_OK) {
    return Refusal{"SL-ENT-001", "sluice_entry_v1 returned " + status_name(status), path,
                   status == SLUICE_STATUS_NOT_SUPPORTED
                       ? "It does not serve this host's ABI minors; update it."
                       : "See the module's own documentation."};
  }
  return check_answer(room.answer(), sizeof room.bytes, expected, path);
}

Accepted<Negotiated> negotiate(const std::shared_ptr<Mapped>& mapped,
                               const std::shared_ptr<const sluice_host>& host, const Expected& expected,
                               milliseconds deadline, bool& left_behind) {
  auto talk = std::make_shared<std::optional<Accepted<Negotiated>>>();
  left_behind = !run_on_loader_thread(
      deadline, [talk, mapped, host, expected] { talk->emplace(negotiate_here(*mapped, *host, expected)); });
  if (!left_behind) return std::move(**talk);
  return Refusal{
      "SL-ENT-001", "sluice_entry_v1 did not come back within " + std::to_string(deadline.count()) + " ms",
      mapped->path().string(), "It may only fill the answer; its thread stays until the host ends."};
}

}  // namespace sluice::modules
