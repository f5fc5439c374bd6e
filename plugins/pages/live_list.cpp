#include "live_list.hpp"

#include <utility>

#include "stream_list.hpp"
#include "visibility.hpp"

namespace sluice::pages {
namespace {

constexpr std::int64_t fresh_ns = 500'000'000;
constexpr std::size_t answer_bytes = 192 * 1024;  // below SLUICE_MESSAGE_MOST

// The whole of a text whose length is not known before.
template <class Table>
std::string read_text(const Interface<Table>& table, sluice_status (*Table::*list)(void*, sluice_text*)) {
  std::string out(64 * 1024, '\0');
  for (;;) {
    sluice_text room{out.data(), out.size(), 0};
    const sluice_status status = table.call(list, table.self(), &room);
    if (status == SLUICE_STATUS_OK) {
      out.resize(room.size);
      return out;
    }
    if (status != SLUICE_STATUS_LIMIT) throw Error(status, "the host gives no list");
    out.resize(room.size + room.size / 4);  // it may grow until it is asked again
  }
}

}  // namespace

void LiveList::refresh() {
  if (!json_.empty() && host_->now() - asked_at_ < fresh_ns) return;
  closed_ = is_closed(read_text(host_->services(), &sluice_services::list));
  auto list = list_json(read_text(host_->registry(), &sluice_registry::list), answer_bytes);
  if (!list) throw Error(SLUICE_STATUS_INTERNAL, "the registry's list cannot be read");
  json_ = std::move(*list);
  asked_at_ = host_->now();
}

}  // namespace sluice::pages
