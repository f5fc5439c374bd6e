#include "modules/plan.hpp"

#include <catch2/catch.hpp>

#include <random>
#include "../config/print_result.hpp"

#include "module_folder.hpp"
#include "modules/describe.hpp"

using namespace sluice::modules;

namespace {

struct World {
  PlanInputs inputs;

  World() {
    inputs.settings = sluice::config::default_settings();
    inputs.interfaces = {{"sluice.engine/1", 2}};
  }

  // A module that has passed preflight, in folder number `folder`; `salt` stands for the library's bytes.
  Candidate& add(const std::string& id, Json extra = Json::object(), std::size_t folder = 0,
                 const std::string& version = "1.0.0", const std::string& salt = "") {
    Json document = plain_manifest(id, version);
    if (extra.is_null()) extra = Json::object();
    document["module"].update(extra);
    if (extra.contains("operator")) {
      document["operator"] = extra["operator"];
      document["module"].erase("operator");
    }
    const std::string path = "/f" + std::to_string(folder) + "/" + id + "-" + version + salt + ".json";
    auto manifest = parse_manifest(document.dump(), path);
    INFO((manifest ? "" : manifest.error().refusal.finding));
    REQUIRE(manifest.has_value());
    Candidate out;
    out.found = {folder, path};
    out.id = id;
    out.version = version;
    out.manifest = std::make_shared<const Manifest>(std::move(*manifest));
    out.preflight.sha256 = sha256(id + version + salt);
    inputs.candidates.push_back(std::move(out));
    return inputs.candidates.back();
  }

  void configure(const std::string& text) {
    auto parsed = sluice::config::parse_settings(text, "c.json");
    REQUIRE(parsed.has_value());
    inputs.settings = std::move(*parsed);
  }

  Plan plan() const { return make_plan(inputs); }

  // "id: state rule" of every entry, in one line each.
  std::string picture() const {
    std::string out;
    for (const Entry& entry : plan().entries)
      out += entry.id + " " + entry.version + ": " + std::string(state_name(entry.state)) +
             (entry.rule.empty() ? "" : " " + entry.rule) + "\n";
    return out;
  }

  std::string message(const std::string& id) const {
    const Plan made = plan();
    return made.find(id)->message;
  }
};

Json provides(const char* iface, Json more = Json::object()) {
  Json one = {{"iface", iface}};
  one.update(more);
  return {{"provides", Json::array({one})}};
}

Json needs(const char* iface, Json more = Json::object()) {
  Json one = {{"iface", iface}};
  one.update(more);
  return {{"requires", Json::array({one})}};
}

Json both(Json a, const Json& b) {
  a.update(b);
  return a;
}

Json listens(int port, const char* proto = "tcp") {
  return {{"listens", Json::array({{{"name", "main"}, {"proto", proto}, {"port", port}}})}};
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a build that ended the server again and again is left out, and whoever needs it with it") {
  World world;
  world.add("cam", provides("x.cam/1"));
  world.add("user", needs("x.cam/1"));
  world.add("other");
  world.inputs.now = 10'000;
  for (int i = 0; i < 3; ++i) world.inputs.crashes.push_back({9'000 + i, 11, hex(sha256("cam1.0.0")), "cam"});
  CHECK(world.picture() ==
        "cam 1.0.0: quarantined SL-RUN-003\nother 1.0.0: preflighted\n"
        "user 1.0.0: refused SL-DEP-001\n");
  CHECK(mentions(world.message("cam"),
                 "module cam 1.0.0 QUARANTINED SL-RUN-003: its code ended the server 3 times "
                 "within an hour, last by SIGSEGV (/f0/cam-1.0.0.json)."));
  CHECK(mentions(world.message("cam"), "sluice modules reset cam"));
  // Another build has another record.
  world.inputs.candidates[0].preflight.sha256 = sha256("mended");
  CHECK(world.picture() == "cam 1.0.0: preflighted\nother 1.0.0: preflighted\nuser 1.0.0: preflighted\n");
}

TEST_CASE("modules start after what they need, level by level") {
  World world;
  world.add("a", needs("x.http/1"));
  world.add("b", both(provides("x.http/1"), needs("x.log/1")));
  world.add("c", provides("x.log/1"));
  world.add("d");
  const Plan plan = world.plan();
  REQUIRE(plan.levels.size() == 3);
  const auto ids = [&](std::size_t level) {
    std::string out;
    for (const std::size_t i : plan.levels[level]) out += plan.entries[i].id;
    return out;
  };
  CHECK(ids(0) == "cd");
  CHECK(ids(1) == "b");
  CHECK(ids(2) == "a");
  CHECK(plan.find("a")->providers == std::vector<std::size_t>{1});
}

// Case 14 of the loader suite.
TEST_CASE("one id several times") {
  World world;
  world.add("same", {}, 0);
  world.add("same", {}, 1);
  world.add("old-first", {}, 0, "1.0.0");
  world.add("old-first", {}, 1, "2.0.0");
  world.add("high", {}, 0, "1.9.0");
  world.add("high", {}, 0, "1.10.0");
  world.add("twice", {}, 0, "1.0.0", "x");
  world.add("twice", {}, 0, "1.0.0", "y");
  world.add("twice", {}, 1, "0.9.0");
  CHECK(world.picture() ==
        "high 1.10.0: preflighted\n"
        "high 1.9.0: shadowed SL-DUP-001\n"
        "old-first 1.0.0: preflighted\n"
        "same 1.0.0: preflighted\n"
        "twice 1.0.0: refused SL-DUP-002\n"
        "twice 1.0.0: refused SL-DUP-002\n"
        "old-first 2.0.0: shadowed SL-DUP-001\n"
        "same 1.0.0: shadowed SL-DUP-001\n"
        "twice 0.9.0: preflighted\n");
  const Plan plan = world.plan();
  CHECK(mentions(plan.entries[6].message, "old-first 1.0.0 at /f0/old-first-1.0.0.json"));
  CHECK(mentions(plan.entries[4].message, "/f0/twice-1.0.0y.json"));
}

TEST_CASE("what failed its checks neither wins nor claims") {
  World world;
  world.add("a", both(provides("x.one/1", {{"singleton", true}}), listens(80))).refusal =
      Refusal{"SL-ELF-004", "library is truncated", "/f0/a.so", ""};
  world.add("a", {}, 1, "0.9.0");
  world.add("b", both(provides("x.one/1", {{"singleton", true}}), listens(80)), 1);
  CHECK(world.picture() == "a 1.0.0: refused SL-ELF-004\na 0.9.0: preflighted\nb 1.0.0: preflighted\n");
}

TEST_CASE("a second singleton is refused, and the operator can turn it round") {
  World world;
  world.add("first", provides("x.one/1", {{"singleton", true}}));
  world.add("second", provides("x.one/1"), 1);
  CHECK(world.picture() == "first 1.0.0: preflighted\nsecond 1.0.0: refused SL-DUP-003\n");
  CHECK(mentions(world.message("second"), "first 1.0.0 (/f0/first-1.0.0.json) has it"));
  CHECK(mentions(world.message("second"), "\"prefer\": true"));
  world.configure(R"({"modules": {"second": {"prefer": true}}})");
  CHECK(world.picture() == "first 1.0.0: refused SL-DUP-003\nsecond 1.0.0: preflighted\n");
}

TEST_CASE("chains and choices may have many providers") {
  World world;
  world.add("one", provides("x.auth/1"));
  world.add("two", provides("x.auth/1"));
  CHECK(world.plan().find("two")->planned());
}

TEST_CASE("schemes, addresses, bundled libraries and declared conflicts are taken once") {
  World world;
  world.add("a", both(provides("sluice.transport/1", {{"attributes", {{"schemes", {"rtmp", "rtmps"}}}}}),
                      listens(80)));
  world.add("b", provides("sluice.transport/1", {{"attributes", {{"schemes", {"rtmps"}}}}}));
  world.add("c", listens(80));
  world.add("d", listens(80, "udp"));
  world.add("e", listens(0));
  world.add("f", listens(0));
  world.add("g", {{"conflicts", {"a"}}});
  world.add("h").preflight.bundled = {{"libdep.so.1", "/f0/h/libdep.so.1", sha256("one")}};
  world.add("i").preflight.bundled = {{"libdep.so.1", "/f0/i/libdep.so.1", sha256("two")}};
  world.add("j").preflight.bundled = {{"libdep.so.1", "/f0/j/libdep.so.1", sha256("one")}};
  CHECK(
      world.picture() ==
      "a 1.0.0: preflighted\nb 1.0.0: refused SL-RES-001\nc 1.0.0: refused SL-RES-001\nd 1.0.0: preflighted\n"
      "e 1.0.0: preflighted\nf 1.0.0: preflighted\ng 1.0.0: refused SL-DUP-003\nh 1.0.0: preflighted\n"
      "i 1.0.0: refused SL-ELF-010\nj 1.0.0: preflighted\n");
  CHECK(mentions(world.message("c"),
                 "tcp port 80 is taken: c 1.0.0 wants :80 for `main`, a 1.0.0 (/f0/a-1.0.0.json)"));
  CHECK(mentions(world.message("b"), "scheme rtmps"));
  CHECK(mentions(world.message("i"), "h 1.0.0 (/f0/h/libdep.so.1)"));
  world.inputs.loaded = {{"libdep.so.1", sha256("system"), "the host"}};
  CHECK(mentions(world.message("h"), "the host brings other bytes"));
}

TEST_CASE("addresses come from the config, whole or in part") {
  World world;
  world.add("a", listens(80));
  world.add("b", listens(80));
  world.configure(R"({"modules": {"b": {"config": {"listen": ["127.0.0.1:81", "[::1]:81"]}}}})");
  const Plan plan = world.plan();
  REQUIRE(plan.find("b")->planned());
  CHECK(plan.find("b")->listeners[0].addresses.size() == 2);
  CHECK(plan.find("a")->listeners[0].addresses[0].text() == ":80");
  world.configure(
      R"({"modules": {"a": {"config": {"listen": "127.0.0.1:80"}}, "b": {"config": {"listen": "127.0.0.2:80"}}}})");
  CHECK(world.plan().find("b")->planned());
  world.configure(R"({"modules": {"b": {"config": {"listen": []}}}})");
  CHECK(world.plan().find("b")->planned());
  world.configure("{\"modules\": {\"b\": {\"config\": {\n\"listen\": \"1935\"}}}}");
  CHECK(world.plan().find("b")->rule == "SL-CFG-001");
  CHECK(mentions(world.message("b"), "c.json:2:11: /modules/b/config/listen: expected \"ADDRESS:PORT\""));
}

TEST_CASE("a config that violates the module's schema refuses that module alone") {
  World world;
  const Json schema = {{"config_schema",
                        {{"additionalProperties", false},
                         {"properties", {{"latency_ms", {{"type", "integer"}, {"default", 7}}}}}}}};
  world.add("a", schema);
  world.add("b", schema);
  world.configure(R"({"modules": {"a": {"config": {"latencyms": 5}}}})");
  CHECK(world.picture() == "a 1.0.0: refused SL-CFG-001\nb 1.0.0: preflighted\n");
  CHECK(mentions(world.message("a"), "did you mean `latency_ms`?"));
  CHECK(world.plan().find("b")->config.effective == Json{{"latency_ms", 7}});
}

TEST_CASE("config is layered: manifest's operator half, overlay, config file") {
  World world;
  Candidate& a = world.add("a", {{"config_schema", {{"type", "object"}}},
                                 {"operator", {{"config", {{"x", 1}, {"y", 1}, {"z", 1}}}}}});
  a.overlay.emplace();
  a.overlay->config = {{"y", 2}, {"z", 2}};
  world.configure(R"({"modules": {"a": {"config": {"z": 3}}}})");
  CHECK(world.plan().find("a")->config.effective == Json{{"x", 1}, {"y", 2}, {"z", 3}});
}

// Case 15.
TEST_CASE("requirements that are missing, too old, optional") {
  World world;
  world.add("a", needs("x.http/1"));
  world.add("b", needs("sluice.engine/1", {{"minor_min", 3}}));
  world.add("c", needs("x.http/1", {{"optional", true}}));
  world.add("d", needs("sluice.engine/1", {{"minor_min", 2}}));
  CHECK(world.picture() ==
        "a 1.0.0: refused SL-DEP-001\nb 1.0.0: refused SL-DEP-002\nc 1.0.0: preflighted\nd 1.0.0: "
        "preflighted\n");
  CHECK(mentions(world.message("a"), "needs x.http/1, which nothing provides"));
  CHECK(mentions(world.message("b"), "needs sluice.engine/1 minor 3 or newer, this host provides minor 2"));
  CHECK(mentions(world.plan().find("c")->warnings.at(0), "runs without x.http/1"));
}

TEST_CASE("a failed provider takes its dependents with it, with the chain, and nobody else") {
  World world;
  world.add("a", needs("x.b/1"));
  world.add("b", both(provides("x.b/1"), needs("x.c/1")));
  world.add("c", both(provides("x.c/1"), needs("x.none/1")));
  world.add("d", both(provides("x.d/1"), listens(80)));
  world.add("other", listens(80));
  world.add("e", needs("x.f/1"));
  world.add("f", provides("x.f/1")).refusal = Refusal{"SL-ELF-001", "not an ELF file", "/f0/f.so", ""};
  CHECK(world.picture() ==
        "a 1.0.0: refused SL-DEP-004\nb 1.0.0: refused SL-DEP-004\nc 1.0.0: refused SL-DEP-001\nd 1.0.0: "
        "preflighted\n"
        "e 1.0.0: refused SL-DEP-001\nf 1.0.0: refused SL-ELF-001\nother 1.0.0: refused SL-RES-001\n");
  CHECK(mentions(world.message("a"),
                 "from b 1.0.0 <- refused, SL-DEP-004: needs x.c/1 from c 1.0.0 <- refused, "
                 "SL-DEP-001: needs x.none/1"));
  CHECK(mentions(world.message("e"), "f 1.0.0 would, but is refused, SL-ELF-001: not an ELF file"));
}

TEST_CASE("one whose requirement fails leaves its port to the next") {
  World world;
  world.add("a", both(needs("x.none/1"), listens(80)));
  world.add("b", listens(80));
  CHECK(world.picture() == "a 1.0.0: refused SL-DEP-001\nb 1.0.0: preflighted\n");
}

TEST_CASE("who ranks first has first choice, though it waits for its provider") {
  World world;
  world.add("a", both(needs("x.z/1"), listens(80)));
  world.add("b", listens(80));
  world.add("z", provides("x.z/1"));
  CHECK(world.picture() == "a 1.0.0: preflighted\nb 1.0.0: refused SL-RES-001\nz 1.0.0: preflighted\n");
}

TEST_CASE("a circle refuses all its members and prints the way round; optional edges are cut first") {
  World world;
  world.add("a", both(provides("x.a/1"), needs("x.b/1")));
  world.add("b", both(provides("x.b/1"), needs("x.c/1")));
  world.add("c", both(provides("x.c/1"), needs("x.a/1")));
  world.add("d", needs("x.a/1"));
  CHECK(world.picture() ==
        "a 1.0.0: refused SL-DEP-003\nb 1.0.0: refused SL-DEP-003\nc 1.0.0: refused SL-DEP-003\nd 1.0.0: "
        "refused "
        "SL-DEP-004\n");
  CHECK(mentions(world.message("b"), "a -> x.b/1 -> b -> x.c/1 -> c -> x.a/1 -> a"));

  World cut;
  cut.add("a", both(provides("x.a/1"), needs("x.b/1")));
  cut.add("b", both(provides("x.b/1"), needs("x.a/1", {{"optional", true}})));
  const Plan plan = cut.plan();
  CHECK(plan.find("b")->level == 0);
  CHECK(plan.find("a")->level == 1);

  World own;
  own.add("a", both(provides("x.a/1"), needs("x.a/1")));
  CHECK(own.plan().find("a")->planned());
}

TEST_CASE("an alternative provider opens a circle") {
  World world;
  world.add("a", both(provides("x.a/1"), needs("x.s/1")));
  world.add("b", both(provides("x.s/1"), needs("x.a/1")));
  world.add("c", provides("x.s/1"));
  CHECK(world.picture() == "a 1.0.0: preflighted\nb 1.0.0: preflighted\nc 1.0.0: preflighted\n");
  CHECK(world.plan().find("b")->level == 2);
}

TEST_CASE("selectors choose among providers") {
  World world;
  world.add("a", needs("x.pack/1", {{"selector", {{"formats", "ts"}}}}));
  world.add("b", needs("x.pack/1", {{"selector", "mp4"}}));
  world.add("p", provides("x.pack/1", {{"name", "flv"}, {"attributes", {{"formats", {"flv", "ts"}}}}}));
  CHECK(world.picture() == "a 1.0.0: preflighted\nb 1.0.0: refused SL-DEP-001\np 1.0.0: preflighted\n");
}

TEST_CASE("one module replaces another") {
  World world;
  world.add("a-old", provides("x.one/1", {{"singleton", true}}));
  world.add("z-new", both(provides("x.one/1", {{"singleton", true}}), {{"replaces", {"a-old"}}}));
  CHECK(world.picture() == "a-old 1.0.0: shadowed SL-DUP-001\nz-new 1.0.0: preflighted\n");
}

TEST_CASE("disabled modules stay listed with who said so, and provide nothing") {
  World world;
  world.add("a", {{"enabled", false}, {"provides", {{{"iface", "x.a/1"}}}}});
  world.add("b", needs("x.a/1"));
  world.inputs.filters.disable = {"c*"};
  world.add("c").refusal = Refusal{"SL-ELF-001", "not an ELF file", "/f0/c.so", ""};
  CHECK(world.picture() == "a 1.0.0: disabled\nb 1.0.0: refused SL-DEP-001\nc 1.0.0: disabled\n");
  CHECK(world.message("a") == "module a 1.0.0 is disabled by the author");
  CHECK(mentions(world.message("b"), "a 1.0.0 would, but is disabled by the author"));
  CHECK(mentions(world.message("c"), "it would be refused, SL-ELF-001"));
}

TEST_CASE("the plan is the same in whatever order manifests are met") {
  World world;
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    world.add("http" + n, both(provides("x.http/1", {{"singleton", true}}), listens(80)), 1);
    world.add("hls" + n, both(needs("x.http/1"), provides("x.hls/1")));
    world.add("page" + n, needs("x.hls/1", {{"optional", i == 1}}), 2);
    world.add("dup", {}, 0, "1." + n + ".0");
    world.add("dup", {}, 1, "2.0.0", n);
    world.add("loop" + n, both(provides(("x.l" + n + "/1").c_str()),
                               needs(("x.l" + std::to_string((i + 1) % 3) + "/1").c_str())));
  }
  const std::string expected = describe_list(world.plan()).dump();
  CHECK(mentions(expected, "SL-DUP-003"));
  CHECK(mentions(expected, "SL-DEP-003"));
  std::minstd_rand random(1);
  for (int round = 0; round < 100; ++round) {
    std::shuffle(world.inputs.candidates.begin(), world.inputs.candidates.end(), random);
    REQUIRE(describe_list(world.plan()).dump() == expected);
  }
}
