#include "kit/case_run.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "abi/host_abi.hpp"
#include "kit/cases.hpp"
#include "kit/rules.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {

namespace fs = std::filesystem;

namespace {

[[maybe_unused]] constexpr rlim_t address_space = 4ull << 30;

// What a module does to this process stays in it.
void fence() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
#ifndef SLUICE_SANITIZED
  const rlimit memory{address_space, address_space};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
  }
}

// Written beside and moved: half a verdict is none.
void leave(const fs::path& folder, const CaseResult& result) {
  const auto place = folder / verdict_file;
  auto half = place;
  half += ".part";
  std::ofstream(half, std::ios::trunc)
      << to_json(result).dump(-1, ' ', false, Json::error_handler_t::replace);
  fs::rename(half, place);
}

Json config_of(const std::string& file) {
  if (file.empty()) return Json::object();
  std::ifstream in(file);
  return Json::parse(in, nullptr, false);
}

CaseResult judge(const Case& one, Trial& trial) {
  try {
    std::string seen = one.run(trial);
    trial.judge_conduct();
    return trial.passed(std::move(seen));
  } catch (const CaseEnded& ended) {
    return ended.result;
  }
}

}  // namespace

std::vector<std::string> case_words(const KitOrder& order, std::string_view name, const fs::path& folder) {
  std::vector<std::string> words{order.program.string(),
                                 "kit-case",
                                 std::string(name),
                                 order.file,
                                 "--folder",
                                 folder.string(),
                                 "--patience",
                                 std::to_string(order.patience.count())};
  if (order.quick) words.emplace_back("--quick");
  if (!order.config_file.empty()) words.insert(words.end(), {"--config", order.config_file});
  return words;
}

int run_case(const CaseOrder& order) {
  const Case* one = find_case(order.name);
  if (one == nullptr || !fs::is_directory(order.folder)) return 2;
  fence();
  const pid_t self = ::getpid();
  CaseResult result;
  const auto subject =
      Subject::read(order.file, modules::this_platform(abi::host_interfaces()), config_of(order.config_file));
  if (subject.has_error()) {
    const auto& refusal = subject.error();
    result = {{}, Verdict::fail, refusal.rule, refusal.finding, refusal.remedy, {}, {}};
  } else {
    // Never destroyed: a thread that hangs in the module still uses the room, and the process ends anyway.
    auto* const trial = new Trial(*subject, order.folder, {order.quick, milliseconds(order.patience_ms)});
    result = judge(*one, *trial);
  }
  if (::getpid() != self) std::_Exit(2);  // a copy that the module forked
  result.name = one->name;
  leave(order.folder, result);
  std::_Exit(0);
}

}  // namespace sluice::kit
