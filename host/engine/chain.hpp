// A doubly linked list through its members: nothing is allocated, and a member leaves without knowing its
// list.
#pragma once

namespace sluice::engine {

struct ChainHook {
  ChainHook* before = nullptr;
  ChainHook* after = nullptr;

  ChainHook() = default;
  ChainHook(const ChainHook&) = delete;
  ChainHook& operator=(const ChainHook&) = delete;

  bool linked() const { return after != nullptr; }
  void unlink() {
    if (!linked()) return;
    before->after = after;
    after->before = before;
    before = after = nullptr;
  }
};

// Members derive from ChainHook and are in at most one chain at a time.
template <class Member>
class Chain {
 public:
  Chain() { reset(); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  bool empty() const { return end_.after == &end_; }
  Member* front() { return empty() ? nullptr : static_cast<Member*>(end_.after); }
  bool is_last(const Member& member) const { return end_.before == &member; }

  void push_back(Member& member) {
    ChainHook& hook = member;
    hook.before = end_.before;
    hook.after = &end_;
    end_.before->after = &hook;
    end_.before = &hook;
  }

  Member* pop_front() {
    Member* const first = front();
    if (first != nullptr) first->unlink();
    return first;
  }

  // Appends all of `other`, in one step however many there are.
  void take_all(Chain& other) {
    if (other.empty()) return;
    other.end_.after->before = end_.before;
    end_.before->after = other.end_.after;
    other.end_.before->after = &end_;
    end_.before = other.end_.before;
    other.reset();
  }

 private:
  void reset() { end_.before = end_.after = &end_; }

  ChainHook end_;  // sentinel: after = first, before = last
};

}  // namespace sluice::engine
