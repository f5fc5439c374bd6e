// sluice.services/1 as a module in C meets it, with everything it may do wrong.
#include "abi/services_abi.hpp"

#include "../services/services_rig.hpp"

using namespace sluice;
using namespace sluice::services::rig;

namespace {

sluice_str str(std::string_view text) { return {text.data(), text.size()}; }
sluice_bytes raw(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string text(sluice_str from) { return {from.data, from.size}; }
std::string text(sluice_bytes from) { return {reinterpret_cast<const char*>(from.data), from.size}; }
sluice_lane* handle(engine::Lane& lane) { return reinterpret_cast<sluice_lane*>(&lane); }

const sluice_services& table = abi::services_table();

// What a module in C keeps, and its calls.
struct Module {
  House house;
  Guest guest{house, "module"};
  void* self = &guest.seat;
  std::vector<std::string> told;
  sluice_ticket* ticket = nullptr;
  sluice_err err{};

  Module() { err.struct_size = sizeof err; }

  static void on_done(void* ctx, sluice_status status, sluice_bytes answer) {
    static_cast<Module*>(ctx)->told.push_back("done " + std::to_string(status) + " " + text(answer));
  }
  static void on_revoked(void* ctx, sluice_lease* lease, sluice_str reason) {
    auto& module = *static_cast<Module*>(ctx);
    module.told.push_back("revoked " + text(reason));
    CHECK(table.lease_release(module.self, lease) == SLUICE_STATUS_OK);
  }
  static sluice_status serve(void* self, const sluice_question* question) {
    auto& module = *static_cast<Module*>(self);
    CHECK(question->struct_size == sizeof *question);
    module.told.push_back("asked " + std::to_string(question->method) + " " + text(question->bytes) + " by " +
                          text(question->asker));
    module.ticket = question->ticket;
    return SLUICE_STATUS_OK;
  }
  static void on_change(void* ctx, const sluice_record_change* change) {
    static_cast<Module*>(ctx)->told.push_back("change " + std::to_string(change->change) + " " +
                                              text(change->kind) + " " + text(change->name) + " " +
                                              text(change->details) + " of " + text(change->module) + " " +
                                              std::to_string(change->generation));
  }

  sluice_call_request call_request(std::string_view bytes = "abc") {
    sluice_call_request request{};
    request.struct_size = sizeof request;
    request.method = 3;
    request.bytes = raw(bytes);
    request.lane = handle(guest.lane());
    request.on_done = &on_done;
    request.ctx = this;
    return request;
  }
  sluice_record record() {
    sluice_record made{};
    made.struct_size = sizeof made;
    made.iface = str("x.pages/1");
    made.kind = str("page");
    made.name = str("/a");
    made.lane = handle(guest.lane());
    made.serve = &serve;
    made.ctx = this;
    return made;
  }
  std::vector<std::string> take() {
    guest.run();
    return std::exchange(told, {});
  }
};

constexpr sluice_lease_calls lease_calls{sizeof lease_calls, 0, &Module::on_revoked};

sluice_lease_request lease_request() {
  return {sizeof(sluice_lease_request), 1, str("x.a/1"), str(R"({"codecs": "a"})")};
}

}  // namespace

TEST_CASE("a lease, a question, its answer, and the revocation, through the table") {
  Module module;
  const sluice_service own{sizeof own, 2, SLUICE_SERVICE_MARK, &Module::serve};
  const sluice_interface found{sizeof found, 2, &own, &module};
  module.guest.provides("x.a/1", abi::serve_of(found), 2);
  sluice_lease* lease = nullptr;
  sluice_lease_facts facts{};
  facts.struct_size = sizeof facts;
  const auto wanted = lease_request();
  REQUIRE(table.acquire(module.self, handle(module.guest.lane()), &wanted, &lease_calls, &module, &facts,
                        &lease, &module.err) == SLUICE_STATUS_OK);
  CHECK(facts.minor == 2);
  CHECK(facts.generation == 1);
  CHECK(text(facts.module) == "module");
  CHECK(text(facts.name) == "module-name");
  CHECK(text(facts.attributes) == R"({"codecs":["a","b"]})");

  const auto request = module.call_request();
  sluice_call* call = nullptr;
  REQUIRE(table.request(module.self, lease, &request, &call, &module.err) == SLUICE_STATUS_OK);
  CHECK(call != nullptr);
  CHECK(module.take() == list({"asked 3 abc by module"}));
  CHECK(table.answer(module.self, module.ticket, SLUICE_STATUS_OK, raw("ABC")) == SLUICE_STATUS_OK);
  CHECK(table.answer(module.self, module.ticket, SLUICE_STATUS_OK, raw("ABC")) == SLUICE_STATUS_GONE);
  CHECK(module.take() == list({"done 0 ABC"}));
  CHECK(table.cancel(module.self, call) == SLUICE_STATUS_GONE);

  module.house.room.provider_down(module.guest.seat, "enough");
  CHECK(module.take() == list({"revoked enough"}));
  CHECK(table.lease_release(module.self, lease) == SLUICE_STATUS_NOT_FOUND);
  CHECK(table.request(module.self, lease, &request, &call, &module.err) == SLUICE_STATUS_NOT_FOUND);
  CHECK(call == nullptr);
}

TEST_CASE("a record, its watcher and a call to its handler, through the table") {
  Module module;
  auto record = module.record();
  sluice_registration* registration = nullptr;
  REQUIRE(table.record_add(module.self, &record, &registration, &module.err) == SLUICE_STATUS_OK);
  sluice_record_watch* watch = nullptr;
  REQUIRE(table.record_watch_start(module.self, handle(module.guest.lane()), str("x.pages/1"),
                                   &Module::on_change, &module, &watch, &module.err) == SLUICE_STATUS_OK);
  CHECK(module.take() == list({"change 1 page /a {} of module 1"}));
  const auto request = module.call_request();
  const auto number = reinterpret_cast<std::uintptr_t>(registration);
  REQUIRE(table.invoke(module.self, number, &request, nullptr, &module.err) == SLUICE_STATUS_OK);
  CHECK(module.take() == list({"asked 3 abc by module"}));
  CHECK(table.record_withdraw(module.self, registration) == SLUICE_STATUS_OK);
  CHECK(module.take() == list({"change 2 page /a {} of module 1"}));
  CHECK(table.record_watch_stop(module.self, watch) == SLUICE_STATUS_OK);
  CHECK(table.record_watch_stop(module.self, watch) == SLUICE_STATUS_NOT_FOUND);
  CHECK(table.record_withdraw(module.self, registration) == SLUICE_STATUS_NOT_FOUND);
  CHECK(table.invoke(module.self, number, &request, nullptr, &module.err) == SLUICE_STATUS_GONE);

  char room[4096];
  sluice_text picture{room, sizeof room, 0};
  CHECK(table.list(module.self, &picture) == SLUICE_STATUS_OK);
  CHECK(nlohmann::json::parse(std::string(room, picture.size))["calls"] == 1);
  sluice_text none{nullptr, 0, 0};
  CHECK(table.list(module.self, &none) == SLUICE_STATUS_LIMIT);
  CHECK(none.size == picture.size);
}

TEST_CASE("nothing but a table with the mark is called by other modules") {
  struct Foreign {
    std::uint32_t struct_size, minor;
    void (*method)();
    void (*another)();
  };
  const Foreign foreign{sizeof foreign, 0, [] {}, [] {}};
  CHECK_FALSE(abi::serve_of({sizeof(sluice_interface), 0, &foreign, nullptr}));
  sluice_service service{sizeof service, 0, SLUICE_SERVICE_MARK, &Module::serve};
  CHECK(abi::serve_of({sizeof(sluice_interface), 0, &service, nullptr}));
  service.struct_size = sizeof service - 1;
  CHECK_FALSE(abi::serve_of({sizeof(sluice_interface), 0, &service, nullptr}));
  service = {sizeof service, 0, SLUICE_SERVICE_MARK, nullptr};
  CHECK_FALSE(abi::serve_of({sizeof(sluice_interface), 0, &service, nullptr}));
  CHECK_FALSE(abi::serve_of({sizeof(sluice_interface), 0, nullptr, nullptr}));
}

TEST_CASE("wrong arguments are refused, outputs are zeroed, nothing is entered") {
  Module module;
  module.guest.provides("x.a/1", {}, 1);
  auto* const lane = handle(module.guest.lane());
  auto wanted = lease_request();
  auto calls = lease_calls;
  sluice_lease* lease = nullptr;
  const auto acquire = [&](void* self, sluice_lane* on) {
    lease = reinterpret_cast<sluice_lease*>(1);
    return table.acquire(self, on, &wanted, &calls, &module, nullptr, &lease, &module.err);
  };
  CHECK(acquire(nullptr, lane) == SLUICE_STATUS_ARGUMENT);
  CHECK(lease == nullptr);
  CHECK(acquire(module.self, nullptr) == SLUICE_STATUS_ARGUMENT);
  CHECK(table.acquire(module.self, lane, &wanted, &calls, nullptr, nullptr, nullptr, nullptr) ==
        SLUICE_STATUS_ARGUMENT);
  CHECK(table.acquire(module.self, lane, nullptr, &calls, nullptr, nullptr, &lease, nullptr) ==
        SLUICE_STATUS_ARGUMENT);
  wanted.iface = {nullptr, 5};
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_ARGUMENT);
  wanted = lease_request();
  const std::string endless(5000, ' ');
  wanted.selector = str(endless);
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_ARGUMENT);
  wanted = lease_request();
  calls.on_revoked = nullptr;
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_ARGUMENT);
  calls = lease_calls;
  calls.struct_size = 3;
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_ARGUMENT);
  calls = lease_calls;
  sluice_lease_facts facts{};  // without its size
  CHECK(table.acquire(module.self, lane, &wanted, &calls, &module, &facts, &lease, nullptr) ==
        SLUICE_STATUS_ARGUMENT);
  wanted.minor_min = 2;
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_NOT_SUPPORTED);
  CHECK_THAT(module.err.message, Catch::Contains("serves x.a/1 up to minor 1, wanted is 2"));
  wanted = lease_request();
  wanted.iface = str("x.b/1");
  CHECK(acquire(module.self, lane) == SLUICE_STATUS_NOT_FOUND);
  CHECK(std::string(module.err.hint) != "");

  auto request = module.call_request();
  sluice_call* call = reinterpret_cast<sluice_call*>(1);
  CHECK(table.request(module.self, reinterpret_cast<sluice_lease*>(77), &request, &call, &module.err) ==
        SLUICE_STATUS_NOT_FOUND);
  CHECK(call == nullptr);
  CHECK(table.request(module.self, nullptr, &request, nullptr, nullptr) == SLUICE_STATUS_NOT_FOUND);
  CHECK(table.request(nullptr, nullptr, &request, nullptr, nullptr) == SLUICE_STATUS_ARGUMENT);
  request.on_done = nullptr;
  CHECK(table.invoke(module.self, 1, &request, nullptr, nullptr) == SLUICE_STATUS_ARGUMENT);
  request = module.call_request();
  request.bytes = {nullptr, 5};
  CHECK(table.invoke(module.self, 1, &request, nullptr, nullptr) == SLUICE_STATUS_ARGUMENT);
  request.bytes = raw("x");
  request.bytes.size = SLUICE_MESSAGE_MOST + 1;
  CHECK(table.invoke(module.self, 1, &request, nullptr, &module.err) == SLUICE_STATUS_LIMIT);
  struct Newer {
    sluice_call_request known;
    std::uint64_t unknown;
  } newer{module.call_request(), 1};
  newer.known.struct_size = sizeof newer;
  CHECK(table.invoke(module.self, 1, &newer.known, nullptr, nullptr) == SLUICE_STATUS_NEWER_FIELD);
  CHECK(table.cancel(module.self, nullptr) == SLUICE_STATUS_GONE);
  CHECK(table.answer(module.self, nullptr, SLUICE_STATUS_OK, {}) == SLUICE_STATUS_GONE);
  CHECK(table.answer(module.self, nullptr, SLUICE_STATUS_OK, {nullptr, 4}) == SLUICE_STATUS_ARGUMENT);

  auto record = module.record();
  sluice_registration* registration = nullptr;
  record.lane = nullptr;
  CHECK(table.record_add(module.self, &record, &registration, &module.err) == SLUICE_STATUS_ARGUMENT);
  record = module.record();
  record.kind = str("A");
  CHECK(table.record_add(module.self, &record, &registration, &module.err) == SLUICE_STATUS_ARGUMENT);
  CHECK_THAT(module.err.message, Catch::Contains("\"A\" is no kind of record"));
  CHECK(table.record_add(module.self, nullptr, &registration, nullptr) == SLUICE_STATUS_ARGUMENT);
  record = module.record();
  CHECK(table.record_add(module.self, &record, nullptr, nullptr) == SLUICE_STATUS_ARGUMENT);
  CHECK(table.record_watch_start(module.self, lane, str("x.a/1"), nullptr, nullptr, nullptr, nullptr) ==
        SLUICE_STATUS_ARGUMENT);
  CHECK(table.list(nullptr, nullptr) == SLUICE_STATUS_ARGUMENT);
  CHECK(table.list(module.self, nullptr) == SLUICE_STATUS_ARGUMENT);
  CHECK(module.guest.seat.ledger.empty());
  CHECK(module.take().empty());
}

TEST_CASE("frames travel with an answer through the table") {
  Module module;
  auto record = module.record();
  sluice_registration* registration = nullptr;
  REQUIRE(table.record_add(module.self, &record, &registration, &module.err) == SLUICE_STATUS_OK);
  auto request = module.call_request();
  request.on_done = nullptr;
  request.on_answer = [](void* ctx, const sluice_call_answer* answer) {
    static_cast<Module*>(ctx)->told.push_back("answer " + std::to_string(answer->status) + " " +
                                              text(answer->bytes) + " " +
                                              std::to_string(answer->frame_count));
  };
  const auto number = reinterpret_cast<std::uintptr_t>(registration);
  REQUIRE(table.invoke(module.self, number, &request, nullptr, &module.err) == SLUICE_STATUS_OK);
  module.take();
  engine::Frame frame;
  frame.refs = 1;
  const sluice_frame* frames[] = {&frame.view, nullptr};
  sluice_call_answer answer{sizeof answer, SLUICE_STATUS_OK, raw("ABC"), frames, 2};
  CHECK(table.answer_with(module.self, module.ticket, nullptr) == SLUICE_STATUS_ARGUMENT);
  CHECK(table.answer_with(module.self, module.ticket, &answer) == SLUICE_STATUS_ARGUMENT);
  answer.frame_count = 1;
  CHECK(table.answer_with(module.self, module.ticket, &answer) == SLUICE_STATUS_OK);
  CHECK(table.answer_with(module.self, module.ticket, &answer) == SLUICE_STATUS_GONE);
  CHECK(module.take() == list({"answer 0 ABC 1"}));
  CHECK(frame.refs == 1);
}
