#include "tools/replay/replayer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "tools/replay/json_lines.h"

namespace flexstock::replay {

namespace {

constexpr std::size_t kNamesKept = 1 << 16;  // fewer are not worth a look

// Every call is given its time; should one ever not be, it is no time at all.
class NoClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};

}  // namespace

Replayer::Opened Replayer::Open(const ReplayOptions& options, Output* results, Output* events) {
  Options engine_options;
  engine_options.shards = options.shards;
  engine_options.products_max = options.products_max;
  engine_options.orders_max = options.orders_max;
  engine_options.retention_ms = options.retention_ms;
  engine_options.policy = options.policy;
  engine_options.audiences = {Audience::kFeed};
  engine_options.events_max = std::uint64_t{1} << 16;  // they are taken after every command
  static NoClock no_clock;
  engine_options.clock = &no_clock;
  engine_options.background = false;
  auto [engine, problem] = Engine::Open(engine_options);
  if (engine == nullptr) return {.replayer = nullptr, .problem = std::move(problem)};
  return {.replayer = std::unique_ptr<Replayer>(new Replayer(std::move(engine), results, events)), .problem = ""};
}

Replayer::Replayer(std::unique_ptr<Engine> engine, Output* results, Output* events)
    : engine_(std::move(engine)), results_(results), events_(events), release_at_(kNamesKept) {}

void Replayer::Prefetch(const Command& command) const {
  const auto prefetch = [this](const auto& action) {
    if constexpr (requires { action.order; }) keys_.Prefetch(action.order);
  };
  std::visit(prefetch, command.action);
}

void Replayer::Run(std::uint64_t line, const Command& command) {
  line_ = line;
  ++totals_.commands;
  AdvanceTo(std::max(now_, command.at_ms));
  std::visit([this](const auto& action) { Do(action); }, command.action);
  TakeEvents();
  if (keys_.size() >= release_at_) ReleaseForgotten();
}

void Replayer::AdvanceTo(Millis at_ms) {
  now_ = at_ms;
  const auto take = [this](const Event& event) { order_.AddExpired(event); };
  for (Code code = Code::kOverloaded; code == Code::kOverloaded;) {
    code = engine_->Advance(now_);
    TakeEvents(take);
  }
  order_.TakeAll([this](const Event& event) { Write(event); });
}

// ---- Commands -----------------------------------------------------------------------------------------------------

void Replayer::Do(const Advance&) { Answer(CommandResult{}); }

void Replayer::Do(const Place& place) {
  bool is_new = false;
  const KeyRef key = keys_.Intern(place.order, &is_new);
  const PlaceOrder request{
      .product = place.product, .customer = place.customer, .qty = place.qty, .key = ToOrderKey(key)};
  const PlaceResult result = Ask([&] { return engine_->Place(request, now_); });
  Answer(result);
  Note(key, is_new, result);
}

void Replayer::Do(const Cart& cart) {
  cart_lines_.clear();
  cart_new_.clear();
  for (const Cart::Line& line : cart.lines) {
    bool is_new = false;
    const KeyRef key = keys_.Intern(line.order, &is_new);
    cart_lines_.push_back({.product = line.product, .qty = line.qty, .key = ToOrderKey(key)});
    cart_new_.push_back(is_new);
  }
  cart_results_.assign(cart.lines.size(), PlaceResult{});
  const PlaceCart request{.customer = cart.customer, .mode = cart.mode, .lines = cart_lines_};
  const CartResult result = Ask([&] { return engine_->Place(request, cart_results_, now_); });
  Answer(cart.mode, result, std::span<const PlaceResult>(cart_results_));

  for (std::size_t i = 0; i < cart_lines_.size(); ++i) {
    Note(FromOrderKey(cart_lines_[i].key), cart_new_[i], result.ok() ? cart_results_[i] : PlaceResult{});
  }
  TakeEvents([this](const Event& event) { order_.AddPlaced(event); });
  order_.TakeAll([this](const Event& event) { Write(event); });
}

void Replayer::Do(const Accept& accept) {
  const OrderId order = OrderNamed(accept.order);
  Answer(Ask([&] {
    return accept.qty.has_value() ? engine_->AcceptPart(order, *accept.qty, now_) : engine_->Accept(order, now_);
  }));
}

void Replayer::Do(const Decline& decline) {
  Answer(Ask([this, order = OrderNamed(decline.order)] { return engine_->Decline(order, now_); }));
}

void Replayer::Do(const Pay& pay) {
  Answer(Ask([this, order = OrderNamed(pay.order)] { return engine_->Pay(order, now_); }));
}

void Replayer::Do(const Cancel& cancel) {
  Answer(Ask([this, order = OrderNamed(cancel.order)] { return engine_->Cancel(order, now_); }));
}

void Replayer::Do(const Refund& refund) {
  Answer(Ask([&, order = OrderNamed(refund.order)] { return engine_->Refund(order, refund.restock, now_); }));
}

void Replayer::Do(const PickUp& pick_up) {
  Answer(Ask([this, order = OrderNamed(pick_up.order)] { return engine_->PickUp(order, now_); }));
}

void Replayer::Do(const PutProduct& put) {
  const CommandResult result = Ask([&] { return engine_->Put(put, now_); });
  Answer(result);
  if (result.ok()) products_.insert(static_cast<std::int64_t>(put.product));
}

void Replayer::Do(const SetStock& set) {
  Answer(Ask([&] { return engine_->Set(set, now_); }));
}

void Replayer::Do(const AdjustStock& adjust) {
  Answer(Ask([&] { return engine_->Adjust(adjust, now_); }));
}

void Replayer::Do(const Publish& publish) {
  Answer(Ask([&] { return engine_->Publish(publish.product, now_); }));
}

void Replayer::Do(const Unpublish& unpublish) {
  Answer(Ask([&] { return engine_->Unpublish(unpublish.product, now_); }));
}

// ---- Orders and their names ---------------------------------------------------------------------------------------

OrderId Replayer::OrderNamed(std::string_view name) const {
  const KeyRef key = keys_.Find(name);
  return key == kNoKey ? kNoOrder : keys_.order(key);
}

void Replayer::Note(KeyRef key, bool is_new, const PlaceResult& result) {
  if (result.ok() && result.order != kNoOrder) {
    if (!result.duplicate) keys_.SetOrder(key, result.order, ++totals_.orders);
  } else if (is_new) {
    keys_.Release(key);  // refused: its name is not remembered
  }
}

void Replayer::ReleaseForgotten() {
  std::uint64_t remembered = 0;
  for (const ShardStats& shard : engine_->Stats()) remembered += shard.orders;
  if (keys_.size() >= 2 * remembered) {
    keys_.ReleaseIf([this](KeyRef key) {
      OrderView view;
      return engine_->Find(keys_.order(key), &view, now_) == Code::kUnknownOrder;
    });
  }
  release_at_ = keys_.size() + std::max(kNamesKept, keys_.size() / 4);
}

// ---- Answers and events -------------------------------------------------------------------------------------------

template <typename Call>
std::invoke_result_t<Call> Replayer::Ask(Call call) {
  for (;;) {
    const auto result = call();
    if (result.code != Code::kOverloaded) return result;
    if (TakeEvents() == 0) {
      std::fputs("flexstock-replay: the engine is overloaded though all its events were taken\n", stderr);
      std::abort();
    }
  }
}

template <typename... Result>
void Replayer::Answer(const Result&... result) {
  if (results_ != nullptr) WriteResult(line_, result..., results_);
}

std::size_t Replayer::TakeEvents() {
  return TakeEvents([this](const Event& event) { Write(event); });
}

template <typename Take>
std::size_t Replayer::TakeEvents(Take take) {
  std::size_t taken = 0;
  for (bool all = false; !all;) {
    all = engine_->Commit();
    while (const std::size_t count = engine_->Poll(Audience::kFeed, polled_)) {
      std::for_each_n(polled_.begin(), count, take);
      taken += count;
    }
  }
  return taken;
}

void Replayer::Write(const Event& event) {
  ++totals_.events;
  if (events_ == nullptr) return;
  const KeyRef key = FromOrderKey(event.key);
  WriteEvent(event, key == kNoKey ? std::string_view() : keys_.name(key), events_);
}

// ---- State --------------------------------------------------------------------------------------------------------

void Replayer::WriteStateTo(Output* state) {
  std::vector<std::int64_t> products(products_.begin(), products_.end());
  std::sort(products.begin(), products.end());
  for (const std::int64_t product : products) {
    ProductView view;
    if (engine_->Find(ProductId{product}, &view, now_) == Code::kOk) WriteState(view, state);
  }
  for (const KeyRef key : keys_.Sorted()) {
    OrderView view;
    if (engine_->Find(keys_.order(key), &view, now_) == Code::kOk) WriteState(view, keys_.name(key), state);
  }
}

}  // namespace flexstock::replay
