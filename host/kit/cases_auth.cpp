// Cases for providers of sluice.auth/1: what they answer, how often, and to whom.
#include <sluice/abi/auth.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

#include "abi/auth_abi.hpp"
#include "abi/struct_check.hpp"
#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/trial.hpp"
#include "modules/control_call.hpp"
#include "modules/status_name.hpp"

// The kit asks in the host's stead, so the ticket is its own.
struct sluice_auth_ticket {
  std::mutex mutex;
  std::condition_variable changed;
  unsigned answers = 0;
  std::uint32_t verdict = 0;
  std::string reason;
  bool reason_readable = true;
};

namespace sluice::kit {
namespace {

using namespace std::chrono_literals;

constexpr const char* secret = "kit-Secret-4711";

struct Question {
  std::string name;  // for the words
  std::uint32_t action = SLUICE_ACTION_PLAY;
  std::string key = "kit/stream";
  std::string address = "192.0.2.7:50123";
  std::string user, password, token, query;
  std::string agent = "sluice kit";
  std::uint32_t peer_flags = 0;
};

void on_answer(sluice_auth_ticket* ticket, std::uint32_t verdict, sluice_str reason) {
  if (ticket == nullptr) return;
  const std::lock_guard lock(ticket->mutex);
  ++ticket->answers;
  ticket->verdict = verdict;
  ticket->reason_readable = abi::readable(reason);
  if (ticket->reason_readable) ticket->reason = abi::view(reason);
  ticket->changed.notify_all();
}

sluice_auth_request request_for(const Question& question, sluice_auth_ticket& ticket) {
  sluice_auth_request request{};
  request.struct_size = sizeof request;
  request.action = question.action;
  request.key = abi::borrow(question.key);
  request.peer.struct_size = sizeof request.peer;
  request.peer.flags = question.peer_flags;
  request.peer.protocol = abi::borrow("kit");
  request.peer.address = abi::borrow(question.address);
  request.peer.user_agent = abi::borrow(question.agent);
  request.credentials.struct_size = sizeof request.credentials;
  request.credentials.user = abi::borrow(question.user);
  request.credentials.password = abi::borrow(question.password);
  request.credentials.token = abi::borrow(question.token);
  request.credentials.query = abi::borrow(question.query);
  request.ticket = &ticket;
  request.answer = &on_answer;
  return request;
}

class Examiner {
 public:
  Examiner(Trial& trial, Life& life) : trial_(trial), life_(life) {
    trial.step("query for " SLUICE_AUTH_ID);
    const auto found = life.module().query(SLUICE_AUTH_ID, 0);
    if (found.has_error()) {
      const auto& finding = found.error().finding;
      const bool threw = finding.find("threw") != std::string::npos;
      fail(threw ? "R9" : found.error().rule, finding, found.error().remedy);
    }
    interface_ = *found;
    const auto* table = static_cast<const sluice_auth*>(found->table);
    if (table->struct_size < offsetof(sluice_auth, authorise) + sizeof table->authorise ||
        table->authorise == nullptr) {
      fail("SL-DEP-001", "its " SLUICE_AUTH_ID " has no authorise", "Fill the table that query gives.");
    }
  }

  const sluice_interface& interface() const { return interface_; }

  // Asks them all, waits for the answers, which may take their time, and judges them.
  void ask(const std::vector<Question>& questions) {
    std::vector<Asked> asked;
    for (const auto& question : questions) {
      trial_.step("the question: " + question.name);
      auto& ticket = tickets().emplace_back();
      if (call(question, ticket) == SLUICE_STATUS_OK) asked.push_back({&question, &ticket});
    }
    trial_.step("waiting for the answers");
    for (const auto& one : asked) wait(*one.question, *one.ticket);
    for (const auto& one : asked) judge(*one.question, *one.ticket);
  }

  // After the module's end: no question was answered more than once.
  static void judge_all() {
    for (auto& ticket : tickets()) {
      const std::lock_guard lock(ticket.mutex);
      if (ticket.answers > 1) twice(ticket.answers);
    }
  }

 private:
  struct Asked {
    const Question* question;
    sluice_auth_ticket* ticket;
  };

  // A module may answer whenever it likes, so they stay for good.
  static std::deque<sluice_auth_ticket>& tickets() {
    static auto* const all = new std::deque<sluice_auth_ticket>;
    return *all;
  }

  [[noreturn]] static void twice(unsigned answers) {
    fail("R7", "one question was answered " + std::to_string(answers) + " times",
         "sluice_auth_request.answer is called exactly once.");
  }

  sluice_status call(const Question& question, sluice_auth_ticket& ticket) {
    struct Outcome {
      Question question;
      sluice_status status = SLUICE_STATUS_INTERNAL;
    };
    auto outcome = std::make_shared<Outcome>(Outcome{question});
    const auto called = modules::call_on(
        life_.module().control_lane(), trial_.pace().patience, [outcome, &ticket, interface = interface_] {
          const auto* table = static_cast<const sluice_auth*>(interface.table);
          const auto request = request_for(outcome->question, ticket);
          outcome->status = table->authorise(interface.self, &request);
        });
    if (called == modules::Called::threw)
      fail("R9", "an exception left authorise", "Catch everything inside the module.");
    if (called != modules::Called::done)
      fail("SL-RUN-002", "authorise did not come back in time", "Answer later instead of waiting.");
    return outcome->status;
  }

  static void wait(const Question& question, sluice_auth_ticket& ticket) {
    std::unique_lock lock(ticket.mutex);
    if (ticket.changed.wait_for(lock, 5s, [&] { return ticket.answers > 0; })) return;
    lock.unlock();
    fail("R7", "no answer within 5 s to: " + question.name,
         "Call sluice_auth_request.answer exactly once, inside authorise or later; or return a failure.");
  }

  static void judge(const Question& question, sluice_auth_ticket& ticket) {
    const std::lock_guard lock(ticket.mutex);
    if (ticket.answers > 1) twice(ticket.answers);
    if (ticket.verdict > SLUICE_VERDICT_DENY) {
      fail("R7", "the verdict on " + question.name + " is " + std::to_string(ticket.verdict),
           "A verdict is one of SLUICE_VERDICT_ABSTAIN, ALLOW and DENY.");
    }
    if (!ticket.reason_readable) {
      fail("R7", "the reason given for " + question.name + " is no text",
           "reason is {pointer, length} of at most 64 KiB, borrowed for the call.");
    }
    if (ticket.reason.find(secret) != std::string::npos) {
      fail("R7", "the reason given for " + question.name + " repeats what was shown as a secret",
           "Reasons go to the log and to the peer: no secrets in them.");
    }
  }

  Trial& trial_;
  Life& life_;
  sluice_interface interface_{};
};

std::unique_ptr<Life> serve_provider(Trial& trial) {
  if (!trial.subject().provides(SLUICE_AUTH_ID)) skip("it does not provide " SLUICE_AUTH_ID);
  return trial.serve();
}

std::vector<Question> golden() {
  std::vector<Question> all;
  for (const auto action : {SLUICE_ACTION_PUBLISH, SLUICE_ACTION_PLAY}) {
    const std::string verb = action == SLUICE_ACTION_PUBLISH ? "publish" : "play";
    Question question;
    question.action = static_cast<std::uint32_t>(action);
    question.name = verb + " without credentials";
    all.push_back(question);
    for (const char* address : {"127.0.0.1:4000", "[2001:db8::1]:50123", "[::1]:1", ""}) {
      Question from = question;
      from.name = verb + " from " + (*address == '\0' ? "nowhere" : address);
      from.address = address;
      all.push_back(from);
    }
    Question shown = question;
    shown.name = verb + " with user and password";
    shown.user = "kit";
    shown.password = secret;
    all.push_back(shown);
    shown.name = verb + " with a token";
    shown.token = secret;
    all.push_back(shown);
    shown.name = verb + " with a query";
    shown.query = std::string("token=") + secret + "&a=b";
    all.push_back(shown);
    question.name = verb + " by a module's own code";
    question.peer_flags = SLUICE_PEER_LOCAL_MODULE;
    question.address.clear();
    all.push_back(question);
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> hostile_texts() {
  using namespace std::string_literals;
  return {{"empty", ""},
          {"64 KiB", std::string(64 * 1024, 'a')},
          {"64 KiB of slashes", std::string(64 * 1024, '/')},
          {"a NUL inside", "live/cam\0/more"s},
          {"broken UTF-8", "\xc3\x28\xff\xfe\xed\xa0\x80"},
          {"control bytes", "\x01\x02\x1b[2J\r\n"},
          {"printf words", "%s%n%x%s%s%n"},
          {"dots", "../../../../etc/passwd"},
          {"many separators", std::string(2000, '.')},
          {"a deep token", std::string(200, '{') + std::string(200, '[')}};
}

std::vector<Question> hostile() {
  std::vector<Question> all;
  constexpr std::string Question::* fields[] = {&Question::key,      &Question::address, &Question::user,
                                                &Question::password, &Question::token,   &Question::query,
                                                &Question::agent};
  constexpr const char* names[] = {"key", "address", "user", "password", "token", "query", "agent"};
  for (const auto& [what, text] : hostile_texts()) {
    for (std::size_t i = 0; i < std::size(fields); ++i) {
      Question question;
      question.name = std::string(names[i]) + ": " + what;
      question.*fields[i] = text;
      all.push_back(question);
    }
  }
  Question odd;
  odd.name = "an action that does not exist";
  odd.action = 77;
  all.push_back(odd);
  return all;
}

}  // namespace

std::string try_auth_answers(Trial& trial) {
  const auto life = serve_provider(trial);
  Examiner examiner(trial, *life);
  const auto questions = golden();
  examiner.ask(questions);
  trial.retire(*life);
  Examiner::judge_all();
  if (trial.room().log_text().find(secret) != std::string::npos) {
    fail("R7", "its log repeats what was shown as a secret", "Never log credentials.");
  }
  return std::to_string(questions.size()) + " questions, each answered once";
}

std::string try_auth_hostile(Trial& trial) {
  const auto life = serve_provider(trial);
  Examiner examiner(trial, *life);
  const auto questions = hostile();
  examiner.ask(questions);
  trial.retire(*life);
  Examiner::judge_all();
  return std::to_string(questions.size()) + " strange questions, none answered twice";
}

// Through the host's own chain, whose provider goes away in the middle of it.
std::string try_auth_storm(Trial& trial) {
  const auto life = serve_provider(trial);
  Examiner examiner(trial, *life);
  auto& chain = trial.room().auth;
  chain.expect_provider();
  auto provider = std::make_shared<abi::ModuleAuthProvider>(
      trial.subject().id(), life->module().control_lane(), examiner.interface());
  life->module().keep_alive(provider);
  chain.add(provider);
  const std::size_t count = trial.pace().quick ? 500 : 2000;
  std::atomic<std::size_t> decided{0};
  trial.step(std::to_string(count) + " questions at once, and its stop among them");
  const auto ask_half = [&](std::size_t from) {
    for (std::size_t i = from; i < count; i += 2) {
      engine::AuthQuestion question;
      question.key = "kit/" + std::to_string(i);
      question.address = "192.0.2.1:5";
      question.token = i % 3 == 0 ? secret : "";
      chain.authorise(std::move(question), [&](engine::AuthDecision) { ++decided; });
    }
  };
  std::thread one([&] { ask_half(0); }), two([&] { ask_half(1); });
  eventually([&] { return decided >= count / 4; }, 2s);
  life->begin_drain(1s);
  chain.remove(provider.get());
  provider->close();
  life->stop();
  one.join();
  two.join();
  trial.judge_end(life->picture());
  const bool all = eventually([&] { return decided >= count; }, 8s);
  if (!all || decided != count) {
    fail("R7", std::to_string(count) + " questions, " + std::to_string(decided) + " decisions",
         "Answer each ticket once, also those that are open when stop comes.");
  }
  return std::to_string(count) + " questions, each decided once, though it stopped among them";
}

}  // namespace sluice::kit
