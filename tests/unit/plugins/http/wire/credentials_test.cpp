#include "wire/credentials.hpp"

#include <catch2/catch.hpp>

using namespace sluice::http;

namespace {

std::string shown(const char* authorization, const char* query) {
  RequestHead head;
  if (*authorization) head.fields = {{"authorization", authorization}};
  const Credentials out = read_credentials(head, query);
  return out.user + "/" + out.password + "/" + out.token;
}

}  // namespace

TEST_CASE("credentials of the header go before those of the query") {
  CHECK(shown("Basic YW5uOnNlOmNyZXQ=", "token=t") == "ann/se:cret/");
  CHECK(shown("bearer abc.def", "user=u") == "//abc.def");
  CHECK(shown("", "a=b&token=x%2Fy&user=u+v&password=p") == "u v/p/x/y");
  CHECK(shown("", "") == "//");
  for (const char* bad : {"Basic", "Basic !!!!", "Basic YW5u", "Basic A", "Digest x"}) {
    CAPTURE(bad);
    CHECK(shown(bad, "token=t") == "//t");
  }
  CHECK(shown("", "token=%zz") == "//");
}
