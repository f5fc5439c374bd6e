#include <sluice/tls/context.hpp>

#include <fstream>

#include "tls_rig.hpp"

using namespace sluice;
using namespace sluice::tls;
using namespace sluice::tls::rig;

namespace {

std::string subject_of(const ContextSource& source) {
  Session server(source.current());
  Client client;
  client.exchange(server);
  return client.subject();
}

}  // namespace

TEST_CASE("files that cannot be used are named with the remedy") {
  const Folder folder;
  const Settings good = make_certificate(folder, "a", "one"), other = make_certificate(folder, "b", "two");
  CHECK_THROWS_WITH(Context(Settings{"/none", good.key, {}, true}),
                    Catch::Contains("/none") && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(Context(Settings{good.certificate, "/none", {}, true}), Catch::Contains("/none"));
  CHECK_THROWS_WITH(Context(Settings{good.certificate, other.key, {}, true}),
                    Catch::Contains("does not belong"));
  CHECK_THROWS_AS(Context(Settings{good.key, good.certificate, {}, true}), Error);
}

TEST_CASE("a renewed certificate is used from the next session on, a broken one never") {
  const Folder folder;
  ContextSource source(make_certificate(folder, "a", "one"));
  CHECK_FALSE(source.refresh());
  CHECK(subject_of(source) == "one");
  const auto before = source.current();
  make_certificate(folder, "a", "two");
  CHECK(source.refresh());
  CHECK_FALSE(source.refresh());
  CHECK(subject_of(source) == "two");
  Session still(before);  // one that began before goes on
  Client client;
  client.exchange(still);
  CHECK(client.subject() == "one");

  std::ofstream(source.settings().certificate) << "broken";
  CHECK_THROWS_AS(source.refresh(), Error);
  CHECK_FALSE(source.refresh());  // said once
  CHECK(subject_of(source) == "two");
  make_certificate(folder, "a", "three");
  CHECK(source.refresh());
  CHECK(subject_of(source) == "three");
}
