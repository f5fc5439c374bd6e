#include "modules/probe.hpp"

#include <sys/random.h>

#include <array>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "modules/child_run.hpp"
#include "modules/fence.hpp"
#include "modules/probe_child.hpp"
#include "modules/probe_report.hpp"

namespace sluice::modules {

namespace fs = std::filesystem;

ProbeSubject probe_subject(const Staged& staged, const Manifest& manifest, const Preflight& report) {
  Sha256 all;
  all.feed(report.sha256);
  for (const auto& needed : report.bundled) all.feed(needed.sha256);
  return {.library = staged.library(),
          .shown = report.library,
          .sha256 = all.finish(),
          .expected = {manifest.id, manifest.version},
          .unmap = manifest.unload == Unload::clean,
          .log = staged.folder().string() + ".probe.log"};
}

// ---- Memory
// -----------------------------------------------------------------------------------------------

ProbeVerdicts::Key ProbeVerdicts::key(const ProbeSubject& subject) {
  return hex(subject.sha256) + ' ' + subject.expected.id + ' ' + subject.expected.version +
         (subject.unmap ? " unmap" : " keep");
}

std::optional<ProbeVerdicts::Verdict> ProbeVerdicts::find(const ProbeSubject& subject) const {
  std::lock_guard lock(mutex_);
  const auto found = remembered_.find(key(subject));
  if (found == remembered_.end()) return std::nullopt;
  return found->second.verdict;
}

void ProbeVerdicts::remember(const ProbeSubject& subject, const Verdict& verdict) {
  std::error_code ignored;
  std::lock_guard lock(mutex_);
  const auto name = key(subject);
  if (!remembered_.insert_or_assign(name, Remembered{verdict, subject.expected.id, subject.log}).second)
    return;
  by_age_.push_back(name);
  if (by_age_.size() <= max_remembered) return;
  const auto oldest = remembered_.extract(by_age_.front());
  by_age_.pop_front();
  fs::remove(oldest.mapped().log, ignored);
}

void ProbeVerdicts::forget(const std::string& id) {
  std::error_code ignored;
  std::lock_guard lock(mutex_);
  std::erase_if(by_age_, [&](const Key& name) {
    const auto found = remembered_.find(name);
    if (found->second.id != id) return false;
    fs::remove(found->second.log, ignored);
    remembered_.erase(found);
    return true;
  });
}

// ---- Words
// ------------------------------------------------------------------------------------------------

namespace {

std::string place(ProbeStep step) {
  switch (step) {
    case ProbeStep::initialisers:
      return "in its initialisers";
    case ProbeStep::entry:
      return "in sluice_entry_v1";
    case ProbeStep::destroy:
      return "in destroy";
    case ProbeStep::unmapping:
      return "while it was unmapped";
  }
  return "";
}

std::string late(ProbeStep step, milliseconds deadline) {
  const auto within = " did not come back within " + std::to_string(deadline.count()) + " ms";
  switch (step) {
    case ProbeStep::initialisers:
      return "the library's initialisers" + within;
    case ProbeStep::entry:
      return "sluice_entry_v1" + within;
    case ProbeStep::destroy:
      return "destroy" + within;
    case ProbeStep::unmapping:
      return "what it runs when it is unmapped" + within;
  }
  return "";
}

std::string size_text(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

// How a child ended that came to the module and gave no verdict.
std::string fault(const ChildEnd& end, const ProbeReport& report, const ProbeOptions& options) {
  const auto where = ' ' + place(*report.step);
  if (report.exhausted) return "it asked for more than " + size_text(options.memory_limit) + where;
  if (report.forbidden) return "it " + forbidden_act(*report.forbidden) + where;
  if (end.late) return late(*report.step, options.deadline);
  if (end.signal == SIGABRT) return "it aborted (SIGABRT)" + where;
  // A SIGSYS nobody could tell us about: signals were blocked, as they are around posix_spawn and system().
  if (end.signal == SIGSYS)
    return "it made a system call that is not allowed, such as starting a process," + where;
  if (end.signal == SIGKILL) return "it was killed (SIGKILL)" + where;
  if (end.signal != 0) return "it crashed with " + signal_name(end.signal) + where;
  if (end.exit_code == probe_lost_its_pipe) return "it closed descriptors that are not its own" + where;
  return "it ended the process with exit code " + std::to_string(end.exit_code) + where;
}

// Why nothing was learnt about the module; empty: something was.
std::string without_result(const ChildEnd& end, const ProbeReport& report, const ProbeOptions& options) {
  if (!end.unable.empty()) return end.unable;
  if (report.step) return {};
  if (!report.impossible.empty()) return report.impossible;
  if (end.late)
    return "the child did not come to the module within " + std::to_string(options.deadline.count()) + " ms";
  if (end.signal != 0)
    return "the child ended by " + signal_name(end.signal) + " before it came to the module";
  return "the child ended with exit code " + std::to_string(end.exit_code) + " before it came to the module";
}

std::optional<Refusal> judge(const ChildEnd& end, const ProbeReport& report, const ProbeOptions& options,
                             const ProbeSubject& subject) {
  // A verdict counts only from a child that then ended as it should.
  const bool sound = report.judged && !report.exhausted && !report.forbidden && !end.late &&
                     end.signal == 0 && end.exit_code == 0;
  if (sound && !report.refusal) return std::nullopt;
  Refusal refusal = sound ? *report.refusal : Refusal{"SL-ENT-001", fault(end, report, options), {}, {}};
  refusal.path = subject.shown;
  if (!refusal.remedy.empty()) refusal.remedy += ' ';
  refusal.remedy += "What it said in the probe: " + subject.log.string() + ".";
  return refusal;
}

// What hangs on the library alone, not on others that may be installed a minute later.
bool lasting(const std::optional<Refusal>& refusal) { return !refusal || refusal->rule != "SL-LNK-001"; }

std::string fresh_token() {
  std::array<std::byte, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) return {};
  return hex(bytes);
}

std::uint64_t memory_limit(const ProbeOptions& options) {
#ifdef SLUICE_SANITIZED
  (void)options;
  return 0;  // a sanitizer takes address space by the terabyte
#else
  return options.memory_limit;
#endif
}

}  // namespace

Accepted<Probed> probe(const ProbeOptions& options, ProbeVerdicts* verdicts, const ProbeSubject& subject) {
  if (options.program.empty()) return Probed{Probed::How::off, {}};
  if (const auto known = verdicts != nullptr ? verdicts->find(subject) : std::nullopt) {
    if (known->refusal) return *known->refusal;
    return Probed{Probed::How::remembered, {}};
  }
  const ProbeOrder order{subject.library, subject.expected, subject.unmap, memory_limit(options),
                         fresh_token()};
  const auto end = run_child({options.program, probe_arguments(order), subject.log, options.deadline});
  const auto report = read_probe_report(end.said, order.token);
  std::error_code ignored;
  if (auto why = without_result(end, report, options); !why.empty()) {
    fs::remove(subject.log, ignored);
    return Probed{Probed::How::impossible, std::move(why)};
  }
  const auto refusal = judge(end, report, options, subject);
  if (!refusal) fs::remove(subject.log, ignored);
  if (verdicts != nullptr && lasting(refusal)) verdicts->remember(subject, {refusal});
  if (refusal) return *refusal;
  return Probed{};
}

}  // namespace sluice::modules
