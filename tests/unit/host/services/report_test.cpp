#include "services_rig.hpp"

using namespace sluice;
using namespace sluice::services;
using namespace sluice::services::rig;

TEST_CASE("the picture names who provides, requires, leases, has registered and watches") {
  House house;
  Guest provider(house, "provider", 3);
  provider.provides("x.a/1", provider.turns_round(), 2, 5);
  Guest user(house, "user", 1,
             {{"x.a/1", 1, false, {}},
              {"x.a/1", 9, true, {}},
              {"x.a/1", 0, false, "nobody"},
              {"sluice.engine/1", 0, false, {}},
              {"x.none/1", 0, true, {}}});
  const auto lease = user.lease("x.a/1");
  user.ask(lease, "abc");
  user.add("x.a/1", "/a");
  provider.watch("x.a/1");
  const auto graph = house.room.graph();
  CHECK(graph["providers"][0] ==
        nlohmann::json{{"iface", "sluice.engine/1"}, {"minor", 0}, {"module", "host"}, {"state", "up"}});
  CHECK(graph["providers"][1] == nlohmann::json{{"iface", "x.a/1"},
                                                {"minor", 2},
                                                {"name", "provider-name"},
                                                {"priority", 5},
                                                {"attributes", {{"codecs", {"a", "b"}}}},
                                                {"module", "provider"},
                                                {"generation", 3},
                                                {"state", "up"},
                                                {"leases", 1},
                                                {"called", true}});
  std::vector<std::string> met;
  for (const auto& need : graph["requirers"]) met.push_back(need["met_by"].dump());
  CHECK(met == list({R"(["provider"])", "[]", "[]", R"(["host"])", "[]"}));
  CHECK(graph["requirers"][1]["optional"] == true);
  CHECK(graph["leases"] == nlohmann::json::parse(R"([{"iface": "x.a/1", "module": "user", "generation": 1,
      "provider": "provider", "provider_generation": 3, "revoked": false}])"));
  CHECK(graph["records"].size() == 1);
  CHECK(graph["records"][0]["details"]["by"] == "user");
  CHECK(graph["watches"] ==
        nlohmann::json::parse(R"([{"iface": "x.a/1", "module": "provider", "generation": 3}])"));
  CHECK(graph["calls"] == 1);
  house.room.provider_down(provider.seat, "it stops");
  CHECK(house.room.graph()["providers"][1]["state"] == "stopping");
  CHECK(house.room.graph()["leases"][0]["revoked"] == true);
}
