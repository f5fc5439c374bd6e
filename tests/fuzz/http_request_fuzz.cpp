// First byte: how large the pieces are in which the rest, a client's bytes, arrives.
#include <algorithm>

#include "wire/credentials.hpp"
#include "wire/forwarded.hpp"
#include "wire/precondition.hpp"
#include "wire/range.hpp"
#include "wire/request_reader.hpp"
#include "wire/target.hpp"
#include "wire/websocket.hpp"

using namespace sluice::http;
using Stage = RequestReader::Stage;

static void read_head(const RequestHead& head) {
  if (const auto target = read_target(head.target)) (void)read_credentials(head, target->query);
  ByteRange range;
  if (const auto field = head.field("range"))
    if (read_range(*field, 1000, range) == RangeAnswer::part && range.first + range.size > 1000)
      __builtin_trap();
  (void)judge(head, {"\"a\"", 1});
  (void)range_holds(head, {"\"a\"", 1});
  if (asks_websocket(head)) (void)accept_websocket(head);
  static const TrustedProxies proxies{{sluice::wire::Network::parse("10.0.0.0/8").value()}};
  (void)forwarded_for("10.0.0.1:1", head.field("x-forwarded-for").value_or(""), proxies);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const size_t portion = bytes[0] % 64 + 1;
  RequestReader reader({.header_bytes = 2048, .target_bytes = 512, .fields = 20});
  for (size_t at = 1; at < size; at += portion) {
    reader.feed({bytes + at, std::min(portion, size - at)});
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      if (reader.stage() == Stage::chosen) {
        read_head(reader.head());
        reader.take_body(100);
        goes_on = reader.stage() != Stage::body;
      }
      if (reader.body().size() > 100) __builtin_trap();
      if (reader.stage() == Stage::done) {
        reader.next();
        goes_on = true;
      }
      if (reader.stage() == Stage::failed) return 0;
    }
  }
  return 0;
}
