#include "config/complaint.hpp"

namespace sluice::config {

std::string Complaint::finding() const {
  std::string words;
  switch (kind) {
    case ComplaintKind::unreadable:
      words = found;
      break;
    case ComplaintKind::duplicate_key:
      words = "the key " + found + " is given twice";
      break;
    case ComplaintKind::unknown_property:
      words = "unknown property " + found + (expected.empty() ? "" : ", expected " + expected);
      break;
    case ComplaintKind::missing_property:
      words = "missing property " + expected;
      break;
    case ComplaintKind::syntax:
    case ComplaintKind::violation:
      words = "expected " + expected + ", found " + found;
      break;
  }
  if (!nearest.empty()) words += "; did you mean `" + nearest + "`?";
  return words;
}

std::string Complaint::text() const {
  std::string words = file;
  if (at.line) words += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  if (!words.empty()) words += ": ";
  if (!pointer.empty()) words += pointer + ": ";
  return words + finding();
}

}  // namespace sluice::config
