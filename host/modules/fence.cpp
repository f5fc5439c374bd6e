#include "modules/fence.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

namespace sluice::modules {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t this_machine = 0;
#endif

// ---- System calls
// -----------------------------------------------------------------------------------------

constexpr std::uint32_t deny(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

constexpr std::uint32_t number_at = offsetof(seccomp_data, nr);
constexpr std::uint32_t low_word(unsigned argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument);
}
constexpr std::uint32_t high_word(unsigned argument) { return low_word(argument) + 4; }

// A BPF program of rules "this call, if a word of its arguments …", the call's number in the accumulator
// between them. The words of an argument lie as on a little-endian machine, which all of this_machine are.
class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, this_machine, 1, 0));
    give(deny(EACCES));  // a 32-bit call, whose numbers mean something else
    load(number_at);
  }

  void rule(long call, std::uint32_t action) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    give(action);
  }
  // `test` is BPF_JEQ, BPF_JGT or BPF_JSET (some bit of value).
  void rule_if(long call, std::uint32_t word, std::uint16_t test, std::uint32_t value, std::uint32_t action) {
    conditional(call, word, test, value, true, action);
  }
  void rule_unless(long call, std::uint32_t word, std::uint16_t test, std::uint32_t value,
                   std::uint32_t action) {
    conditional(call, word, test, value, false, action);
  }

  bool install() {
    give(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
  }

 private:
  void load(std::uint32_t at) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)); }
  void give(std::uint32_t action) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }
  void conditional(long call, std::uint32_t word, std::uint16_t test, std::uint32_t value, bool hit,
                   std::uint32_t action) {
    const std::uint8_t skip = 1;
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 4));
    load(word);
    code_.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | BPF_K | test), value,
                             hit ? std::uint8_t{0} : skip, hit ? skip : std::uint8_t{0}));
    give(action);
    load(number_at);
  }

  std::vector<sock_filter> code_;
};

// Numbers that not every machine has: the older ones among them are gone from aarch64.
constexpr long files_changed[] = {
#ifdef SYS_creat
    SYS_creat,    SYS_unlink,   SYS_rename,    SYS_mkdir,    SYS_rmdir,
#endif
    SYS_mkdirat,  SYS_unlinkat, SYS_renameat2, SYS_truncate,
#ifdef SYS_renameat
    SYS_renameat,
#endif
};
constexpr long into_others[] = {
    SYS_ptrace,          SYS_process_vm_readv,  SYS_process_vm_writev, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_pidfd_getfd};

void forbid_calls(Filter& filter, std::uint64_t memory) {
  constexpr std::uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  const auto self = static_cast<std::uint32_t>(::getpid());
  for (const long call : {SYS_socket, SYS_io_uring_setup}) filter.rule(call, deny(EACCES));
  for (const long call : files_changed) filter.rule(call, deny(EACCES));
  for (const long call : into_others) filter.rule(call, deny(EPERM));
  // Their flags lie in memory, where a filter cannot look; callers fall back to the calls below.
  for (const long call : {SYS_clone3, SYS_openat2}) filter.rule(call, deny(ENOSYS));
  filter.rule_if(SYS_openat, low_word(2), BPF_JSET, writing, deny(EACCES));
  for (const long call : {SYS_kill, SYS_tgkill})  // abort() and raise() are signals to oneself
    filter.rule_unless(call, low_word(0), BPF_JEQ, self, deny(EPERM));
  filter.rule_unless(SYS_clone, low_word(0), BPF_JSET, CLONE_THREAD, SECCOMP_RET_TRAP);
  for (const long call : {SYS_execve, SYS_execveat}) filter.rule(call, SECCOMP_RET_TRAP);
#ifdef SYS_fork
  filter.rule_if(SYS_open, low_word(1), BPF_JSET, writing, deny(EACCES));
  for (const long call : {SYS_fork, SYS_vfork}) filter.rule(call, SECCOMP_RET_TRAP);
#endif
  if (memory != 0 && memory <= std::numeric_limits<std::uint32_t>::max()) {
    filter.rule_if(SYS_mmap, high_word(1), BPF_JGT, 0, SECCOMP_RET_TRAP);
    filter.rule_if(SYS_mmap, low_word(1), BPF_JGT, static_cast<std::uint32_t>(memory), SECCOMP_RET_TRAP);
  }
}

// ---- Limits
// -----------------------------------------------------------------------------------------------

std::uint64_t exhausted_from = std::numeric_limits<std::uint64_t>::max();

// A figure of /proc/self/status in bytes, 0 if it cannot be had. Neither allocates nor locks.
std::uint64_t own_figure(std::string_view name) noexcept {
  std::array<char, 4096> room;
  const int fd = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const auto got = ::read(fd, room.data(), room.size());
  ::close(fd);
  if (got <= 0) return 0;
  std::string_view text(room.data(), static_cast<std::size_t>(got));
  const auto at = text.find(name);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + name.size());
  text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
  std::uint64_t kib = 0;
  std::from_chars(text.data(), text.data() + text.size(), kib);
  return kib * 1024;
}

bool limit(__rlimit_resource resource, std::uint64_t most) {
  const rlimit both{most, most};
  return ::setrlimit(resource, &both) == 0;
}

bool limit_memory(std::uint64_t memory) {
  // A second arena of malloc would take 64 MiB of addresses for its first byte.
  ::mallopt(M_ARENA_MAX, 1);
  const auto in_use = own_figure("VmSize:");
  exhausted_from = in_use + memory - memory / 8;
  return in_use != 0 && limit(RLIMIT_AS, in_use + memory);
}

std::string because(const char* what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

}  // namespace

std::string raise_fence(const FenceRules& rules) {
  if (this_machine == 0) return "there is no list of system calls for this machine";
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return because("no_new_privs cannot be set");
  std::signal(SIGXFSZ, SIG_IGN);  // who writes more is told so by write()
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, rules.file_bytes)) return because("setrlimit");
  if (rules.memory != 0 && !limit_memory(rules.memory)) return because("the memory cannot be limited");
  Filter filter;
  forbid_calls(filter, rules.memory);
  if (!filter.install()) return because("no seccomp filter can be set");
  return {};
}

std::string forbidden_act(long call) {
  if (call == SYS_mmap) return "asked for too much memory at once";
  if (call == SYS_execve || call == SYS_execveat) return "ran another program";
  return "started a process";
}

bool memory_exhausted() noexcept { return own_figure("VmPeak:") >= exhausted_from; }

}  // namespace sluice::modules
