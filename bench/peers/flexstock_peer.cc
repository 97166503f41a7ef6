#include "bench/peers/flexstock_peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "flexstock/engine.h"

namespace flexstock::bench::peers {
namespace {

Answer Meaning(const PlaceResult& result) {
  if (result.state == OrderState::kConfirmed) return Answer::kConfirmed;
  if (result.state == OrderState::kAwaitingAcceptance) return Answer::kPending;
  if (result.code == Code::kBacklogFull) return Answer::kRefused;
  throw Failure(fmt::format("flexstock answers {} to an order that it should take or refuse for want of units",
                            Name(result.code)));
}

// A gateway's thread. It places, waits for the disk where it has to, and then does the member's part: takes the events
// away, so that what that costs is in the figure.
class FlexstockCaller final : public Client {
 public:
  FlexstockCaller(const Sale& sale, const Way& way, Engine& engine) : sale_(sale), way_(way), engine_(engine) {}

  void Place(std::uint64_t first, std::span<Answer> answers) override {
    if (way_.together == 1) {
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const PlaceResult result = engine_.Place(Request(first + i));
        AwaitDisk(result.epoch);
        answers[i] = Meaning(result);
      }
    } else {
      for (std::size_t i = 0; i < answers.size(); i += way_.together) {
        PlaceBatch(first + i, answers.subspan(i, std::min<std::size_t>(way_.together, answers.size() - i)));
      }
    }
    TakeEvents();
  }

 private:
  [[nodiscard]] PlaceOrder Request(std::uint64_t i) const {
    const Order order = sale_[i];
    return {.product = ProductId{order.product}, .customer = CustomerId{order.customer}, .qty = order.qty};
  }

  void PlaceBatch(std::uint64_t first, std::span<Answer> answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) requests_[i] = Request(first + i);
    engine_.PlaceMany(std::span<const PlaceOrder>(requests_).first(answers.size()), results_);
    Epoch last = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) last = std::max(last, results_[i].epoch);
    AwaitDisk(last);
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = Meaning(results_[i]);
  }

  void AwaitDisk(Epoch epoch) {
    if (way_.durability != Durability::kDurable) return;
    if (const Code code = engine_.WaitDurable(epoch); code != Code::kOk) {
      throw Failure(fmt::format("flexstock's journal: {}: {}", Name(code), engine_.Journal().failure));
    }
  }

  void TakeEvents() {
    if (way_.durability == Durability::kMemory) (void)engine_.Commit();
    std::uint64_t position = 0;
    while (const std::size_t count = engine_.Poll(Audience::kMember, events_)) position = events_[count - 1].position;
    if (position != 0) engine_.Confirm(Audience::kMember, position);
  }

  const Sale& sale_;
  const Way way_;
  Engine& engine_;
  std::array<PlaceOrder, kTogether> requests_;
  std::array<PlaceResult, kTogether> results_;
  std::array<Event, 256> events_;  // stays in the first-level cache
};

class FlexstockPeer final : public Peer {
 public:
  FlexstockPeer(const Sale& sale, const Way& way, const std::string& journal_dir)
      : sale_(sale), way_(way), journal_dir_(way.durability == Durability::kMemory ? "" : journal_dir) {
    RemoveJournal();
    Options options;
    options.products_reserve = sale.supply().size();
    options.orders_reserve = sale.orders();
    options.policy.pending_limit = kPendingMax;
    options.audiences = {Audience::kMember};
    options.journal_dir = journal_dir_;
    options.snapshot_every_bytes = 0;
    options.background = !journal_dir_.empty();
    auto [engine, problem] = Engine::Open(options);
    if (engine == nullptr) throw Failure("flexstock: " + problem);
    engine_ = std::move(engine);
    for (std::size_t i = 0; i < sale.supply().size(); ++i) {
      const CommandResult put = engine_->Put({.product = Product(i), .member = MemberId{1}, .stock = sale.supply()[i]});
      if (!put.ok()) throw Failure(fmt::format("flexstock: a product cannot be put: {}", Name(put.code)));
    }
    (void)engine_->Commit();
  }
  ~FlexstockPeer() override {
    engine_.reset();
    RemoveJournal();
  }

  std::unique_ptr<Client> Connect() override { return std::make_unique<FlexstockCaller>(sale_, way_, *engine_); }
  std::vector<Shelf> Shelves() override {
    std::vector<Shelf> shelves;
    for (std::size_t i = 0; i < sale_.supply().size(); ++i) {
      ProductView view;
      if (engine_->Find(Product(i), &view) != Code::kOk) throw Failure("flexstock: a product is gone");
      shelves.push_back({view.available, view.pending});
    }
    if (!engine_->Audit().ok()) throw Failure("flexstock: the identity is broken");
    return shelves;
  }

 private:
  static ProductId Product(std::size_t i) { return ProductId{static_cast<std::int64_t>(i + 1)}; }
  void RemoveJournal() {
    if (!journal_dir_.empty()) std::filesystem::remove_all(journal_dir_);
  }

  const Sale& sale_;
  const Way way_;
  const std::string journal_dir_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<Peer> Flexstock(const Sale& sale, const Way& way, const std::string& journal_dir) {
  return std::make_unique<FlexstockPeer>(sale, way, journal_dir);
}

}  // namespace flexstock::bench::peers
