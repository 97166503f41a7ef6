#include "bench/peers/play.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include "bench/crowd.h"
#include "bench/peers/interrupt.h"

namespace flexstock::bench::peers {
namespace {

// A client at work. An exception may not leave its thread: it is kept, and the client does nothing from then on.
class Worker {
 public:
  Worker(std::unique_ptr<Client> client, std::uint64_t lot, std::atomic<std::uint64_t>& next,
         std::vector<Answer>& answers)
      : client_(std::move(client)), lot_(lot), next_(next), answers_(answers) {}

  // The next few orders that nobody has taken yet.
  void TakeLot() {
    if (failure_ != nullptr) return;
    try {
      ThrowIfInterrupted();
      // relaxed: a count, which orders nothing else.
      const std::uint64_t first = next_.fetch_add(lot_, std::memory_order_relaxed);
      client_->Place(first, std::span(answers_).subspan(first, std::min(lot_, answers_.size() - first)));
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void Rethrow() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  const std::unique_ptr<Client> client_;
  const std::uint64_t lot_;
  std::atomic<std::uint64_t>& next_;
  std::vector<Answer>& answers_;
  std::exception_ptr failure_;
};

// So few that all clients end at about the same time, so many that taking them costs nothing.
std::uint64_t Lot(const Sale& sale, const Way& way) {
  constexpr std::uint64_t kLotsEach = 32, kMost = 1024;
  const std::uint64_t shares = sale.orders() / way.clients / kLotsEach;
  return std::clamp(shares / way.together * way.together, way.together, kMost);
}

}  // namespace

Played Play(Peer& peer, const Sale& sale, const Way& way) {
  Played played{.answers = std::vector<Answer>(sale.orders()), .shelves = {}};
  std::atomic<std::uint64_t> next{0};
  const std::uint64_t lot = Lot(sale, way);
  {
    Crowd<Worker> crowd;
    for (std::uint32_t i = 0; i < way.clients; ++i) {
      crowd.Add(std::make_unique<Worker>(peer.Connect(), lot, next, played.answers));
    }
    played.seconds = crowd.Run((sale.orders() + lot - 1) / lot, &Worker::TakeLot);
    for (const auto& worker : crowd.callers()) worker->Rethrow();
  }
  played.shelves = peer.Shelves();
  return played;
}

}  // namespace flexstock::bench::peers
