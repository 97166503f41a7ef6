#include "tests/journal/shop.h"

#include <algorithm>
#include <array>

#include "engine/base/mix.h"

namespace flexstock::journal {
namespace {

constexpr std::int64_t kCustomers = 9;
constexpr std::uint32_t kStreams = 3;

class StandingClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};

class Hash {
 public:
  template <typename... T>
  Hash& Add(T... values) {
    ((value_ = base::Mix(value_ ^ static_cast<std::uint64_t>(values), 0x73686f70)), ...);
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

std::uint64_t HashOf(Code code, const ProductView& view) {
  if (code != Code::kOk) return Hash().Add(code).value();
  const Policy& policy = view.policy;
  return Hash()
      .Add(code, view.product, view.member, view.mode, view.available, view.held, view.sold, view.written_off,
           view.supplied, view.pending)
      .Add(policy.acceptance_window_ms, policy.payment_window_ms, policy.checkout_hold_ms, policy.pending_limit,
           policy.order_limit, policy.customer_limit)
      .Add(policy.overflow, policy.fill_on_restock, policy.late_payment, policy.draw_on_accept)
      .value();
}

std::uint64_t HashOf(Code code, const OrderView& view) {
  if (code != Code::kOk) return Hash().Add(code).value();
  return Hash()
      .Add(code, view.order, view.key.hi, view.key.lo, view.product, view.member, view.customer, view.qty,
           view.accepted, view.taken, view.state, view.deadline_ms)
      .value();
}

std::uint64_t HashOf(const Event& event) {
  return Hash()
      .Add(event.type, event.mode, event.at_ms, event.deadline_ms, event.order, event.key.hi, event.key.lo,
           event.product, event.member, event.customer, event.qty, event.position)
      .value();
}

// All events that wait.
template <typename Heard>
void PollAll(Engine& engine, Heard&& heard) {
  std::array<Event, 256> events;
  while (const std::size_t count = engine.Poll(Audience::kFeed, events)) {
    for (std::size_t i = 0; i < count; ++i) heard(events[i]);
  }
}

}  // namespace

Clock& NoClock() {
  static StandingClock clock;
  return clock;
}

Options OptionsOn(Storage* storage, std::uint32_t shards) {
  Options options;
  options.shards = shards;
  options.products_max = 1 << 10;
  options.orders_max = 1 << 14;
  options.retention_ms = 20'000;
  options.policy.acceptance_window_ms = 3'000;
  options.policy.payment_window_ms = 2'000;
  options.policy.checkout_hold_ms = 1'500;
  options.policy.pending_limit = 20;
  options.audiences = {Audience::kFeed};
  options.events_max = 1 << 14;
  options.clock = &NoClock();
  options.background = false;
  options.journal_dir = kDirectory;
  options.journal_segment_bytes = 64 << 10;
  options.recovery_threads = 1;
  options.storage = storage;
  return options;
}

CommandResult PutStock(Engine* engine, Units stock, Millis at_ms) {
  return engine->Put({.product = kProduct, .member = MemberId{7}, .stock = stock, .status = {}, .policy = {}}, at_ms);
}

void Abandon(sim::SimStorage* storage, std::unique_ptr<Engine>* engine) {
  storage->DisarmAll();
  storage->Arm({.at = storage->operations(), .kind = sim::FaultKind::kCrash});
  std::vector<std::string> names;
  (void)storage->List(kDirectory, &names);  // the operation that it crashes in, so that no write is done in part
  engine->reset();
}

void Shop::Use(Engine* engine) {
  engine_ = engine;
  floor_ = events_.empty() ? 0 : events_.back().first;
  heard_ = false;
}

// ---- Commands -----------------------------------------------------------------------------------------------------

Code Shop::Note(const PlaceResult& result) {
  const bool fresh = result.ok() && !result.duplicate;
  if (fresh) orders_.push_back(result.order);
  return result.code;
}

void Shop::Place() {
  const auto key = [&]() -> OrderKey {
    if (random_.OneIn(2)) return {};
    // Now and then one that was used before.
    return {.hi = 7, .lo = keys_ != 0 && random_.OneIn(5) ? 1 + random_.Below(keys_) : ++keys_};
  };
  const auto product = [&] {
    return static_cast<ProductId>(1 + random_.Below(static_cast<std::uint64_t>(setup_.products)));
  };
  const auto qty = [&] { return static_cast<Units>(1 + random_.Below(random_.OneIn(20) ? 5'000 : 5)); };
  const auto customer = static_cast<CustomerId>(1 + random_.Below(kCustomers));
  const Position position{.stream = static_cast<std::uint32_t>(random_.Below(kStreams)), .offset = ++offset_};
  const When when{now_ms_, random_.OneIn(2) ? &position : nullptr};
  switch (random_.Below(4)) {
    case 0: {
      std::array<PlaceOrder, 3> orders;
      for (PlaceOrder& order : orders) {
        order = {.product = product(), .customer = customer, .qty = qty(), .key = key()};
      }
      std::array<PlaceResult, 3> results;
      engine_->PlaceMany(orders, results, now_ms_);
      for (const PlaceResult& result : results) answer_ = Note(result);
      return;
    }
    case 1: {
      std::array<CartLine, 2> lines;
      for (CartLine& line : lines) line = {.product = product(), .qty = qty(), .key = key()};
      std::array<PlaceResult, 2> results;
      const CartResult result =
          engine_->Place(PlaceCart{.customer = customer,
                                   .mode = random_.OneIn(2) ? CartMode::kSplit : CartMode::kAllOrNothing,
                                   .lines = lines},
                         results, when);
      answer_ = result.code;
      if (!result.ok()) return;
      for (const PlaceResult& line : results) (void)Note(line);
      return;
    }
    default:
      answer_ = Note(
          engine_->Place(PlaceOrder{.product = product(), .customer = customer, .qty = qty(), .key = key()}, when));
  }
}

void Shop::Treat() {
  if (orders_.empty()) return;
  // Mostly one of the latest.
  const std::uint64_t back = random_.Below(std::min<std::uint64_t>(orders_.size(), random_.OneIn(4) ? 200 : 12));
  const OrderId order = orders_[orders_.size() - 1 - back];
  const auto do_it = [&]() -> CommandResult {
    switch (random_.Below(10)) {
      case 0:
      case 1:
        return engine_->Accept(order, now_ms_);
      case 2:
        return engine_->AcceptPart(order, static_cast<Units>(1 + random_.Below(4)), now_ms_);
      case 3:
        return engine_->Decline(order, now_ms_);
      case 4:
      case 5:
      case 6:
        return engine_->Pay(order, now_ms_);
      case 7:
        return engine_->Cancel(order, now_ms_);
      case 8:
        return engine_->Refund(order, random_.OneIn(2), now_ms_);
      default:
        return engine_->PickUp(order, now_ms_);
    }
  };
  answer_ = do_it().code;
}

void Shop::Stock() {
  const auto id = static_cast<std::int64_t>(1 + random_.Below(static_cast<std::uint64_t>(setup_.products)));
  const ProductId product{id};
  switch (random_.Below(5)) {
    case 0:
      answer_ =
          engine_->Set({.product = product, .stock = static_cast<Units>(random_.Below(20)), .expect = {}}, now_ms_)
              .code;
      return;
    case 1:
      answer_ = engine_->Adjust({.product = product, .by = static_cast<Units>(random_.Below(30)) - 5}, now_ms_).code;
      return;
    case 2:
      answer_ = (random_.OneIn(3) ? engine_->Unpublish(product, now_ms_) : engine_->Publish(product, now_ms_)).code;
      return;
    default: {
      PutProduct put{.product = product, .member = MemberId{100 + id % 3}, .stock = {}, .status = {}, .policy = {}};
      if (random_.OneIn(2)) put.stock = static_cast<Units>(random_.Below(40));
      if (random_.OneIn(3)) put.policy.fill_on_restock = random_.OneIn(4) ? FillOnRestock::kOff : FillOnRestock::kFifo;
      if (random_.OneIn(3)) put.policy.late_payment = random_.OneIn(2) ? LatePayment::kRefund : LatePayment::kRereserve;
      if (random_.OneIn(4)) put.policy.customer_limit = static_cast<Units>(random_.Below(2) * 500);
      if (random_.OneIn(4)) put.policy.payment_window_ms = static_cast<Millis>(500 + random_.Below(5'000));
      if (random_.OneIn(4)) put.policy.checkout_hold_ms = static_cast<Millis>(random_.Below(2) * 1'000);
      answer_ = engine_->Put(put, now_ms_).code;
    }
  }
}

bool Shop::Step() {
  now_ms_ += static_cast<Millis>(random_.Below(4) == 0 ? random_.Below(static_cast<std::uint64_t>(setup_.day_ms) / 10)
                                                       : random_.Below(3));
  answer_ = Code::kOk;
  const std::uint64_t kind = random_.Below(15);
  if (random_.OneIn(setup_.advances)) {
    answer_ = engine_->Advance(now_ms_);
    if (answer_ != Code::kReadOnly) NotePicture();
  } else if (kind < 7) {
    Place();
  } else if (kind < 12) {
    Treat();
  } else {
    Stock();
  }
  return answer_ != Code::kReadOnly;
}

// ---- Pictures -----------------------------------------------------------------------------------------------------

void Shop::Hear() {
  heard_ = true;
  PollAll(*engine_, [&](const Event& event) {
    if (event.position > floor_) events_.emplace_back(event.position, HashOf(event));
  });
}

bool Shop::Commit() {
  if (setup_.confirms && heard_ && !events_.empty() && random_.OneIn(4)) {
    const std::uint64_t back = random_.Below(std::min<std::uint64_t>(events_.size(), 30));
    confirmed_ = std::max(confirmed_, events_[events_.size() - 1 - back].first);  // it never runs back
    engine_->Confirm(Audience::kFeed, confirmed_);
  }
  if (!engine_->Commit()) return false;
  NotePicture();
  return true;
}

std::string Shop::Snapshot() {
  std::string problem = engine_->Snapshot();
  if (engine_->Journal().failure.empty()) NotePicture();
  return problem;
}

void Shop::NotePicture() {
  Hear();
  Picture picture;
  picture.at_ms = now_ms_;
  picture.orders = orders_.size();
  picture.confirmed = confirmed_;
  picture.last_event = events_.empty() ? 0 : events_.back().first;
  const Epoch epoch = engine_->durable_epoch();
  picture.things = Look(*engine_, now_ms_, orders_.size());
  pictures_[epoch] = std::move(picture);
}

Epoch Shop::Before(Epoch epoch) const {
  const auto found = pictures_.lower_bound(epoch);
  return found == pictures_.begin() ? 0 : std::prev(found)->first;
}

std::vector<std::uint64_t> Shop::Look(Engine& engine, Millis at_ms, std::size_t orders) const {
  std::vector<std::uint64_t> things;
  things.reserve(static_cast<std::size_t>(setup_.products) + std::min(orders, kLook) + kStreams + 1);
  for (std::int64_t id = 1; id <= setup_.products; ++id) {
    ProductView view;
    const Code code = engine.Find(ProductId{id}, &view, at_ms);
    things.push_back(HashOf(code, view));
  }
  for (std::uint32_t stream = 0; stream < kStreams; ++stream) {
    std::uint64_t offset = 0;
    const bool found = engine.FindPosition(stream, &offset);
    things.push_back(Hash().Add(found, offset).value());
  }
  things.push_back(engine.Audit().ok() ? 1 : 0);
  for (std::size_t i = orders - std::min(orders, kLook); i < orders; ++i) {
    OrderView view;
    const Code code = engine.Find(orders_[i], &view, at_ms);
    std::uint64_t thing = HashOf(code, view);
    if (code == Code::kOk && view.key.given()) {
      OrderView by_key;
      thing ^= engine.Find(view.key, &by_key, at_ms) == Code::kOk && by_key.order == view.order ? 0 : 1;
    }
    things.push_back(thing);
  }
  return things;
}

std::string Shop::Compare(Engine& engine) const {
  const Epoch epoch = engine.recovery().epoch;
  const auto found = pictures_.find(epoch);
  if (found == pictures_.end()) return "epoch " + std::to_string(epoch) + " never ended";
  const Picture& picture = found->second;

  // The events first: questions make more of them.
  if (!engine.Commit()) return "a commit fails after recovery: " + engine.Journal().failure;
  auto expected = std::upper_bound(events_.begin(), events_.end(), std::pair{picture.confirmed, ~std::uint64_t{0}});
  std::string wrong;
  PollAll(engine, [&](const Event& event) {
    if (event.position > picture.last_event) return;  // happened since
    if (expected == events_.end() || *expected != std::pair{event.position, HashOf(event)}) {
      wrong = "the event at position " + std::to_string(event.position) + " is not what was told before";
    } else {
      ++expected;
    }
  });
  if (!wrong.empty()) return wrong;
  if (expected != events_.end() && expected->first <= picture.last_event) {
    return "the event at position " + std::to_string(expected->first) + " is not told again";
  }

  const std::vector<std::uint64_t> things = Look(engine, picture.at_ms, picture.orders);
  const auto [a, b] = std::mismatch(things.begin(), things.end(), picture.things.begin(), picture.things.end());
  if (a != things.end()) {
    return "epoch " + std::to_string(epoch) + ": thing " + std::to_string(a - things.begin()) + " of " +
           std::to_string(things.size()) + " (products, streams, audit, orders) is not as it was";
  }
  for (std::size_t i = picture.orders; i < std::min(orders_.size(), picture.orders + kLook); ++i) {
    OrderView view;
    if (engine.Find(orders_[i], &view, picture.at_ms) != Code::kUnknownOrder) {
      return "epoch " + std::to_string(epoch) + ": order " + std::to_string(i) + " was placed later, and is known";
    }
  }
  return {};
}

}  // namespace flexstock::journal
