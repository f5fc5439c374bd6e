#include "viewer.hpp"

#include <utility>

namespace sluice::bench {
namespace {

std::string with_query(std::string path, const std::string& one, const std::string& other) {
  for (const std::string& part : {one, other})
    if (!part.empty()) path += (path.find('?') == std::string::npos ? "?" : "&") + part;
  return path;
}

void count(Notes& notes, const Place& place, const AnswerLine& line, Sample::What what,
           const PartName& name) {
  const Answer& answer = line.answer();
  ++notes.answers;
  notes.bytes += answer.body.size();
  notes.samples.push_back({what, place.kind, name, answer.asked, answer.first_byte, answer.last_byte});
}

class Follower final : public Viewer {
 public:
  Follower(const Place& place, bool hints, Notes& notes)
      : place_(place), notes_(notes), list_line_(place.port, place.from) {
    if (hints) part_line_.emplace(place.port, place.from);
    list_line_.ask(with_query(place_.folder + "media.m3u8", "", place_.query));
  }

  std::vector<AnswerLine*> lines() override {
    if (part_line_) return {&list_line_, &*part_line_};
    return {&list_line_};
  }

  void on_answer(AnswerLine& line, Clock::time_point) override {
    asks_list_ && &line == &list_line_ ? on_list(line.answer()) : on_part(line);
    ask_what_is_due();
  }

  bool plays() const override { return newest_.has_value() && parts_ > 0; }

 private:
  void on_list(const Answer& answer) {
    asks_list_ = false;
    if (answer.status != 200)
      return notes_.fault("a list was answered with " + std::to_string(answer.status));
    const bool first = !newest_;
    const std::vector<PartName> fresh = listed_parts(answer.body, newest_);
    hint_ = hinted_part(answer.body);
    if (fresh.empty() || !hint_) return notes_.fault("a list names nothing new, or hints at nothing");
    if (newest_ && fresh.front().segment == newest_->segment && fresh.front().part != newest_->part + 1)
      notes_.fault("a list leaves parts out");
    newest_ = fresh.back();
    if (first) {
      wanted_.push_back(*newest_);
    } else {
      count(notes_, place_, list_line_, Sample::What::reload, fresh.front());
      for (const PartName& name : fresh)
        if (!asked_ || name > *asked_) wanted_.push_back(name);
    }
    if (part_line_) wanted_.push_back(*hint_);
    asked_ = wanted_.empty() ? asked_ : wanted_.back();
  }

  void on_part(const AnswerLine& line) {
    const PartName name = std::exchange(fetching_, std::nullopt).value_or(PartName{});
    const Answer& answer = line.answer();
    if (answer.status == 404 && part_line_) {
      ++notes_.never_came;
    } else if (answer.status != 200) {
      notes_.fault("a part was answered with " + std::to_string(answer.status));
    } else {
      ++parts_;
      notes_.clock.learn(place_.kind, name, answer.body);
      count(notes_, place_, line, Sample::What::part, name);
    }
  }

  void ask_what_is_due() {
    AnswerLine& line = part_line_ ? *part_line_ : list_line_;
    if (line.is_idle() && !wanted_.empty()) {
      fetching_ = wanted_.front();
      wanted_.pop_front();
      line.ask(with_query(place_.folder + fetching_->file(), "", place_.query));
    }
    if (!list_line_.is_idle() || !hint_) return;
    asks_list_ = true;
    list_line_.ask(with_query(place_.folder + "media.m3u8",
                              "_HLS_msn=" + std::to_string(hint_->segment) +
                                  "&_HLS_part=" + std::to_string(hint_->part) + "&_HLS_skip=YES",
                              place_.query));
  }

  const Place place_;
  Notes& notes_;
  AnswerLine list_line_;
  std::optional<AnswerLine> part_line_;  // with hints
  bool asks_list_ = true;
  std::optional<PartName> newest_, hint_, asked_, fetching_;
  std::deque<PartName> wanted_;
  std::uint64_t parts_ = 0;
};

class Poller final : public Viewer {
 public:
  Poller(const Place& place, Notes& notes) : place_(place), notes_(notes), line_(place.port, place.from) {
    ask_list(Clock::now());
  }

  std::vector<AnswerLine*> lines() override { return {&line_}; }

  void on_answer(AnswerLine&, Clock::time_point) override {
    const Answer& answer = line_.answer();
    const bool was_list = std::exchange(asks_list_, false);
    if (answer.status != 200)
      notes_.fault((was_list ? "a list was answered with " : "a segment was answered with ") +
                   std::to_string(answer.status));
    else
      count(notes_, place_, line_, was_list ? Sample::What::list : Sample::What::segment, {});
    if (!was_list) {
      ++segments_;
      return;
    }
    const std::chrono::seconds target(target_duration(answer.body).value_or(2));
    const auto newest = last_segment(answer.body);
    if (!newest || newest == had_) {
      due_ = list_at_ + target / 2;
      return;
    }
    due_ = list_at_ + target;
    had_ = newest;
    line_.ask(with_query(place_.folder + *newest, "", place_.query));
  }

  std::optional<Clock::time_point> due() const override { return due_; }
  void on_due(Clock::time_point now) override {
    due_.reset();
    if (line_.is_idle())
      ask_list(now);
    else
      due_ = now + std::chrono::milliseconds(20);
  }

  bool plays() const override { return segments_ > 0; }

 private:
  void ask_list(Clock::time_point now) {
    list_at_ = now;
    asks_list_ = true;
    line_.ask(with_query(place_.folder + "media.m3u8", "", place_.query));
  }

  const Place place_;
  Notes& notes_;
  AnswerLine line_;
  bool asks_list_ = false;
  Clock::time_point list_at_;
  std::optional<Clock::time_point> due_;
  std::optional<std::string> had_;
  std::uint64_t segments_ = 0;
};

}  // namespace

std::unique_ptr<Viewer> make_follower(const Place& place, bool hints, Notes& notes) {
  return std::make_unique<Follower>(place, hints, notes);
}

std::unique_ptr<Viewer> make_poller(const Place& place, Notes& notes) {
  return std::make_unique<Poller>(place, notes);
}

}  // namespace sluice::bench
