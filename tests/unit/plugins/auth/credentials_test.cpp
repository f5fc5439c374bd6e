#include "auth/credentials.hpp"

#include <catch2/catch.hpp>

using namespace sluice::auth;

namespace {

Credentials gather(const Shown& shown) { return gather_credentials(shown).value(); }
Errc failure(const Shown& shown) { return static_cast<Errc>(gather_credentials(shown).error().value()); }

}  // namespace

TEST_CASE("credentials come from the fields and from the query", "[auth]") {
  CHECK_FALSE(gather({}).any());
  CHECK_FALSE(gather({.query = "x=1&userx=2&Token=3&&&=4"}).any());

  const Credentials fields = gather({.user = "alice", .password = "secret", .token = "t"});
  CHECK(fields.user == "alice");
  CHECK(fields.password == "secret");
  CHECK(fields.token == "t");

  const Credentials query = gather({.query = "a=b&user=alice&pass=se%20c%26ret+%C3%BC&token=x.y"});
  CHECK(query.user == "alice");
  CHECK(query.password == "se c&ret+\xc3\xbc");
  CHECK(query.token == "x.y");
  CHECK(gather({.query = "password=p"}).password == "p");
  CHECK(gather({.query = "token=a=b"}).token == "a=b");
}

TEST_CASE("a field wins over the query", "[auth]") {
  const Credentials both = gather({.user = "alice", .query = "user=eve&pass=secret"});
  CHECK(both.user == "alice");
  CHECK(both.password == "secret");
}

TEST_CASE("what could be read in two ways is refused", "[auth]") {
  CHECK(failure({.query = "token=a&token=b"}) == Errc::credentials_repeated);
  CHECK(failure({.query = "pass=a&password=b"}) == Errc::credentials_repeated);
  CHECK(gather({.query = "token=a&x=1&token=%61"}).token == "a");
  for (const char* query : {"token=%", "token=%4", "token=%zz", "user=a%2", "pass=%+1"})
    CHECK(failure({.query = query}) == Errc::credentials_unreadable);
}

TEST_CASE("credentials are bounded", "[auth]") {
  const std::string user(128, 'u'), password(256, 'p'), token(1024, 't');
  CHECK(gather({.user = user, .password = password, .token = token}).token == token);
  CHECK(failure({.user = user + "u"}) == Errc::credentials_too_long);
  CHECK(failure({.password = password + "p"}) == Errc::credentials_too_long);
  CHECK(failure({.token = token + "t"}) == Errc::credentials_too_long);
  const std::string in_query = "user=" + user + "u";
  CHECK(failure({.query = in_query}) == Errc::credentials_too_long);
  const std::string query(4096, 'q');
  CHECK_FALSE(gather({.query = query}).any());
  const std::string longer = query + "q";
  CHECK(failure({.query = longer}) == Errc::credentials_too_long);
  const std::string many(64, '&');
  CHECK_FALSE(gather({.query = many}).any());
  const std::string more = many + "&";
  CHECK(failure({.query = more}) == Errc::credentials_too_long);
}

TEST_CASE("no cut of a query does harm", "[auth]") {
  const std::string query = "user=al%69ce&pass=%00%ff&token=a%2Eb";
  for (std::size_t size = 0; size <= query.size(); ++size) {
    const auto cut = gather_credentials({.query = std::string_view(query).substr(0, size)});
    if (!cut) CHECK(cut.error() == make_error_code(Errc::credentials_unreadable));
  }
  CHECK(gather({.query = query}).password == std::string("\0\xff", 2));
}
