#include "exchange.hpp"

#include "wire/range.hpp"

namespace sluice::http {

void reply_text(Responder& to, unsigned status, std::string_view text, Fields fields) {
  std::string body = std::to_string(status) + " ";
  body += reason_of(status);
  body += ": ";
  body += text;
  body += '\n';
  fields.emplace_back("Content-Type", "text/plain; charset=utf-8");
  fields.emplace_back("Cache-Control", "no-store");
  reply_body(to, {status, std::move(fields), std::nullopt}, parcel_of(std::move(body)), false);
}

void reply_body(Responder& to, ResponseHead head, const ParcelRef& body, bool ranges) {
  ByteRange part{0, body->bytes()};
  if (ranges && head.status == 200) {
    head.fields.emplace_back("Accept-Ranges", "bytes");
    const auto asked = to.request().head.field("range");
    const auto answer = asked && (to.request().method & method_get) ? read_range(*asked, body->bytes(), part)
                                                                    : RangeAnswer::whole;
    if (answer == RangeAnswer::unsatisfiable) {
      return reply_text(to, 416,
                        "There are " + std::to_string(body->bytes()) + " bytes; ask for some of them.",
                        {{"Content-Range", content_range_unsatisfied(body->bytes())}});
    }
    if (answer == RangeAnswer::part) {
      head.status = 206;
      head.fields.emplace_back("Content-Range", content_range(part, body->bytes()));
    }
  }
  head.length = part.size;
  const bool bodiless = has_no_body(head.status) || !to.request().wants_body();
  to.begin(std::move(head));
  if (!bodiless) to.send(body, part.first, part.first + part.size);
  to.end();
}

}  // namespace sluice::http
