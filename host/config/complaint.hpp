// What is wrong with a text an operator or author wrote, precise enough to put it right without searching.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::config {

struct Position {
  std::uint32_t line = 0;  // from 1; 0 = unknown
  std::uint32_t column = 0;
};

enum class ComplaintKind { unreadable, syntax, duplicate_key, violation, unknown_property, missing_property };

struct Complaint {
  ComplaintKind kind = ComplaintKind::violation;
  std::string file;
  Position at;
  std::string pointer;   // JSON pointer; empty = the document itself or not known yet
  std::string expected;  // "an integer of at least 0"
  std::string found;     // "\"12\""
  std::string nearest;   // the valid name that was probably meant; empty = none near

  // "sluice.json:4:13: /limits/streams: expected an integer, found "12"; did you mean `x`?"
  std::string text() const;
  // The same without file and position.
  std::string finding() const;
};

using Complaints = std::vector<Complaint>;

template <class T>
using Checked = boost::system::result<T, Complaint>;
template <class T>
using CheckedAll = boost::system::result<T, Complaints>;

}  // namespace sluice::config
