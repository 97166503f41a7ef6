// DurableEpochs: who waits for which epoch, and who is called when it is on the disk.
//
// One of those who wait does the work for all: the first commits, the others sleep until somebody has. A commit that
// finds nothing to write lets all go who had come before it.
//
// Threads  Any. Reach, Fail, Asking and Release: whoever commits, under its lock. Tell: the same, once it has released
//          it, because callbacks may call the engine. Callbacks are called by one thread at a time, in order of epochs.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

#include "flexstock/types.h"

namespace flexstock {

class DurableEpochs {
 public:
  using Done = std::function<void(Code)>;

  // seq_cst in both: an epoch that is durable was ended before, see Engine::Impl::epoch().
  [[nodiscard]] Epoch durable() const { return durable_.load(); }
  [[nodiscard]] bool failed() const { return failed_.load(); }

  // Before any other call: where recovery stands.
  void StartAt(Epoch epoch) { durable_.store(epoch); }

  // Then Tell().
  void Reach(Epoch epoch) { durable_.store(epoch); }
  void Fail() { failed_.store(true); }

  // How many wait to be called for `epoch`, which has not ended; and that the first `count` of them need not wait on,
  // because nothing that they can have seen is missing on the disk. Then Tell().
  [[nodiscard]] std::size_t Asking(Epoch epoch) {
    if (!wanted()) return 0;
    const std::lock_guard lock(mutex_);
    const auto found = callbacks_.find(epoch);
    return found == callbacks_.end() ? 0 : found->second.size();
  }
  void Release(Epoch epoch, std::size_t count) {
    if (count == 0) return;
    const std::lock_guard lock(mutex_);
    // They are still the first: of an epoch that is not durable nobody has been called.
    auto& asking = callbacks_[epoch];
    const auto end = asking.begin() + static_cast<std::ptrdiff_t>(count);
    auto& due = callbacks_[durable()];
    due.insert(due.end(), std::move_iterator(asking.begin()), std::move_iterator(end));
    asking.erase(asking.begin(), end);
    if (asking.empty()) callbacks_.erase(epoch);
  }

  // Wakes whoever waits, and calls whoever waits to be called, for what has been reached.
  void Tell() {
    // seq_cst, and so is reaching: either this sees who has come, or he sees that his epoch is durable.
    if (waiting_.load() != 0) {
      const std::lock_guard lock(mutex_);  // not between his looking and his sleeping
      wake_.notify_all();
    }
    if (registered_.load() == 0) return;
    std::unique_lock lock(mutex_);
    if (calling_) return;  // that thread looks again before it leaves
    calling_ = true;
    while (!callbacks_.empty() && (failed() || callbacks_.begin()->first <= durable())) {
      // All of an epoch at once: thousands share a sync, and each of them may be registering meanwhile.
      auto due = callbacks_.extract(callbacks_.begin());
      registered_.fetch_sub(static_cast<std::uint32_t>(due.mapped().size()));
      lock.unlock();
      const Code code = due.key() <= durable() ? Code::kOk : Code::kReadOnly;
      CallAll(due.mapped(), code);
      due = {};  // what they own may call the engine as it ends
      lock.lock();
    }
    calling_ = false;
  }

  void Notify(Epoch epoch, Done done) {
    {
      const std::lock_guard lock(mutex_);
      callbacks_[epoch].push_back(std::move(done));
      registered_.fetch_add(1);
    }
    if (failed() || epoch <= durable()) Tell();
  }
  // Somebody wants to be called for an epoch that is not durable yet.
  [[nodiscard]] bool wanted() const { return registered_.load() != 0; }

  // Until `epoch` is durable, or all that changed before this call is. commit() gives kOk if `epoch` is durable, or if all
  // that changed before it is; or why it cannot be.
  template <typename Commit>
  Code Wait(Epoch epoch, Commit commit) {
    std::unique_lock lock(mutex_);
    const std::uint64_t turn = ++entered_;
    const auto served = [&] { return epoch <= durable() || turn <= served_; };
    waiting_.fetch_add(1);  // before looking: see Tell
    wake_.wait(lock, [&] { return served() || failed() || !leading_; });
    waiting_.fetch_sub(1);
    if (served()) return Code::kOk;
    if (failed()) return Code::kReadOnly;
    leading_ = true;
    const std::uint64_t before = entered_;  // what they have seen, the commit sees
    lock.unlock();
    std::uint64_t serves = 0;
    const auto follow = [&] {
      lock.lock();
      leading_ = false;
      served_ = std::max(served_, serves);
      wake_.notify_all();  // one of the others leads next
    };
    Code code = Code::kOk;
    try {
      code = commit();
    } catch (...) {
      follow();
      throw;
    }
    // If this epoch is durable, that may be by somebody else, and nobody has looked for what the others changed.
    if (code == Code::kOk && epoch > durable()) serves = before;
    follow();
    return epoch <= durable() ? Code::kOk : code;
  }

 private:
  // An exception that leaves one of them ends the process: the others would never be called.
  static void CallAll(const std::vector<Done>& all, Code code) noexcept {
    for (const Done& done : all) done(code);
  }

  std::atomic<Epoch> durable_{0};
  std::atomic<bool> failed_{false};
  std::atomic<std::uint32_t> registered_{0};  // to be called
  std::atomic<std::uint32_t> waiting_{0};     // in Wait
  std::mutex mutex_;
  std::condition_variable wake_;
  bool leading_ = false;
  std::uint64_t entered_ = 0;  // calls of Wait
  std::uint64_t served_ = 0;   // of them, the first so many may go: all that changed before they came is durable
  bool calling_ = false;
  std::map<Epoch, std::vector<Done>> callbacks_;
};

}  // namespace flexstock
