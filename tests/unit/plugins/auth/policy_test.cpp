#include "auth/policy.hpp"

#include <time.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sluice::auth;

namespace {

const Address here = Address::parse("192.0.2.7").value();

std::int64_t cpu_ns(const Policy& policy, std::string_view name, std::string_view password) {
  std::int64_t least = INT64_MAX;
  for (int i = 0; i < 5; ++i) {
    timespec begin{}, end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    policy.user(name, password, here);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    least = std::min<std::int64_t>(least,
                                   (end.tv_sec - begin.tv_sec) * 1'000'000'000 + end.tv_nsec - begin.tv_nsec);
  }
  return least;
}

}  // namespace

TEST_CASE("unknown, plain, quick and slow users cost the same", "[auth]") {
  const Policies policies = parse_policies(R"({"config": {"users": [
    {"name": "plain", "password": "p", "roles": ["play"], "streams": ["**"]},
    {"name": "slow", "roles": ["play"], "streams": ["**"], "password_hash":
     "pbkdf2:20000:Zk3vQ9aT:b58929d5dce54d4bfc3cb92d066386ae1e651faf2c469c05b5297459d33370e9"},
    {"name": "quick", "roles": ["play"], "streams": ["**"], "password_hash":
     "pbkdf2:1000:Zk3vQ9aT:63453c400a98eae2ba265edaccf0cb2b38bf04aef2a4415337001d4f9a8fb6f0"}]}})");
  const Policy& policy = policies.everywhere;
  CHECK(policy.user("slow", "open sesame", here));
  CHECK(policy.user("quick", "open sesame", here));
  CHECK(policy.user("plain", "p", here));
  CHECK_FALSE(policy.user("nobody", "", here));
  const std::int64_t slow = cpu_ns(policy, "slow", "wrong");
  for (const char* name : {"nobody", "plain", "quick", ""}) {
    const std::int64_t other = cpu_ns(policy, name, "wrong");
    INFO(name << ": " << other << " ns, slow: " << slow << " ns");
    CHECK(other > slow / 2);  // a forgotten decoy would make it a thousandth
    CHECK(other < slow * 2);
  }
}

TEST_CASE("the decoy has no password", "[auth]") {
  const Policy policy;
  CHECK_FALSE(policy.user("", "", here));
  CHECK_FALSE(policy.user("x", std::string(32, '\0'), here));
  CHECK(policy.allows_nothing());
}
