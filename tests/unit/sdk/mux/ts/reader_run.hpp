// What a unit reader makes of payloads.
#pragma once

#include "sample_stream.hpp"
#include "sluice/mux/ts/unit_reader.hpp"

namespace sluice::test {

struct ReaderRun final : ts::UnitSink {
  struct Came {
    ts::Unit facts;
    Bytes payload;
  };

  explicit ReaderRun(const ts::Track& track) : reader(ts::make_unit_reader(track)) {}

  void on_config(const ts::Track& track) override { configs.push_back(track); }
  void on_unit(const ts::Unit& unit) override {
    units.push_back({unit, Bytes(unit.payload.begin(), unit.payload.end())});
    units.back().facts.payload = {};
  }
  ReaderRun& read(std::optional<int64_t> pts, const Bytes& bytes, std::optional<int64_t> dts = {}) {
    reader->read({pts, dts, bytes}, *this, counters);
    return *this;
  }

  std::unique_ptr<ts::UnitReader> reader;
  ts::Counters counters;
  std::vector<ts::Track> configs;
  std::vector<Came> units;
};

}  // namespace sluice::test
