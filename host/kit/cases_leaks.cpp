// The case of many lives: what each of them leaves behind.
#include <optional>
#include <vector>

#include "kit/cases.hpp"
#include "kit/footprint.hpp"
#include "kit/growth.hpp"
#include "kit/trial.hpp"

namespace sluice::kit {
namespace {

using modules::Unload;
using namespace std::chrono_literals;

// Bytes that may be there afterwards: what the allocator and the host keep in hand, and a little per life.
constexpr std::size_t heap_slack = 128 * 1024;
constexpr std::size_t heap_per_life = 1024;
// Bytes a life that may be added steadily. Over 20 runs the modules of this tree show up to 149 and 0.
constexpr std::size_t heap_growth = 512;
constexpr std::size_t mapped_growth = 2048;

constexpr std::size_t warm = 10;
constexpr std::size_t parts = 10;
constexpr std::size_t part = 10, quick_part = 3;  // lives
// Each life of a module that parks stays mapped, and a host keeps no more than eight.
constexpr std::size_t warm_parked = 3, lives_parked = 5;

struct Held {
  Footprint now;
  std::size_t heap = 0;
};

Held held(Trial& trial) { return {footprint({trial.room().folder.string() + "/modules/"}), heap_in_use()}; }

std::string grown(const Footprint& before, const Footprint& now, std::size_t lives, bool parks) {
  std::string text;
  const auto add = [&](const char* what, std::size_t from, std::size_t to) {
    if (to > from) text += (text.empty() ? "" : ", ") + std::to_string(to - from) + " " + what;
  };
  add("descriptors", before.descriptors, now.descriptors);
  add("threads", before.threads, now.threads);
  const auto parked = parks ? lives : 0;
  add("mapped libraries", before.mappings_of_modules + parked, now.mappings_of_modules);
  return text;
}

// The host remembers so many events and no more: with its memory of them full, what grows is the module's.
void fill_memory_of_events(Room& room) {
  const std::string details = "{\"kit\":\"" + std::string(300, '-') + "\"}";
  for (std::size_t i = 0; i < observe::Events::remembered; ++i)
    room.events.emit("kit.memory", "kit/a-stream-of-some-length", "kit", details);
}

// One sample after each of ten parts.
struct Course {
  std::size_t part;  // lives
  std::vector<std::size_t> heap, mapped;
};

// What the host clears away a little later, on a thread of its own, is not the module's.
void sample(Course& course) {
  const auto close_to = [&](const std::vector<std::size_t>& before, std::size_t now, std::size_t each) {
    return before.empty() || now <= before.back() + course.part * each;
  };
  std::size_t heap = 0, mapped = 0;
  eventually(
      [&] {
        heap = heap_in_use();
        mapped = memory_mapped();
        return close_to(course.heap, heap, heap_growth) && close_to(course.mapped, mapped, mapped_growth);
      },
      300ms);
  course.heap.push_back(heap);
  course.mapped.push_back(mapped);
}

void live(Trial& trial, std::size_t lives) {
  for (std::size_t round = 0; round < lives; ++round) trial.whole_life();
}

Course watched(Trial& trial, std::size_t part) {
  Course course{part, {}, {}};
  course.heap.reserve(parts + 1);
  course.mapped.reserve(parts + 1);
  sample(course);
  for (std::size_t i = 0; i < parts; ++i) {
    live(trial, part);
    sample(course);
  }
  return course;
}

void judge_leftovers(const std::string& left, std::size_t lives) {
  if (left.empty()) return;
  fail("R5", std::to_string(lives) + " lives left " + left,
       "Close every descriptor and join every thread of its own by the end of destroy.");
}

void judge_heap(std::size_t heap, std::size_t lives) {
  if (heap <= heap_slack + lives * heap_per_life) return;
  fail("R5",
       std::to_string(lives) + " lives left " + std::to_string(heap) + " bytes allocated, " +
           std::to_string(heap / lives) + " each",
       "Free in destroy what entry and configure allocated; build with -fsanitize=address to see it.");
}

void judge_course(const Course& course) {
  if (const auto each = steady_growth(course.heap) / course.part; each > heap_growth) {
    fail("R5", "each life leaves some " + std::to_string(each) + " bytes allocated",
         "Free in destroy what entry and configure allocated; build with -fsanitize=address to see it.");
  }
  if (const auto each = steady_growth(course.mapped) / course.part; each > mapped_growth) {
    fail("R5", "each life leaves some " + std::to_string(each) + " bytes of memory mapped",
         "Unmap by the end of destroy what it mapped.");
  }
}

}  // namespace

std::string try_many_lives(Trial& trial) {
  const bool parks = trial.subject().manifest().unload == Unload::park;
  fill_memory_of_events(trial.room());
  live(trial, parks ? warm_parked : warm);
  const auto before = held(trial);
  std::optional<Course> course;
  if (parks) {
    live(trial, lives_parked);
  } else {
    course = watched(trial, trial.pace().quick ? quick_part : part);
  }
  const std::size_t lives = parks ? lives_parked : course->part * parts;
  auto after = held(trial);
  const auto heap_grown = [&] { return after.heap > before.heap ? after.heap - before.heap : 0; };
  eventually(
      [&] {
        after = held(trial);
        return grown(before.now, after.now, lives, parks).empty() &&
               (parks || heap_grown() <= heap_slack + lives * heap_per_life);
      },
      3s);
  judge_leftovers(grown(before.now, after.now, lives, parks), lives);
  if (parks) return std::to_string(lives) + " lives, each stays mapped as it says";
  judge_heap(heap_grown(), lives);
  judge_course(*course);
  return std::to_string(lives) + " lives, " + std::to_string(heap_grown()) +
         " bytes of heap more than before; steadily " +
         std::to_string(steady_growth(course->heap) / course->part) + " a life, and " +
         std::to_string(steady_growth(course->mapped) / course->part) + " mapped";
}

}  // namespace sluice::kit
