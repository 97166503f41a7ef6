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

[[noreturn]] void Stuck() {
  std::fputs("flexstock-replay: the engine is overloaded though all its events were taken\n", stderr);
  std::abort();
}

// Every call is given its time; should one ever not be, it is no time at all.
class NoClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};

}  // namespace

Replayer::Opened Replayer::Open(const ReplayOptions& options) {
  std::unique_ptr<Replayer> replayer(new Replayer(options));
  if (std::string problem = replayer->OpenEngine(); !problem.empty()) return {nullptr, std::move(problem)};
  return {std::move(replayer), ""};
}

Replayer::Replayer(const ReplayOptions& options) : options_(options), release_at_(kNamesKept) {}

std::string Replayer::OpenEngine() {
  Options engine_options;
  engine_options.shards = options_.shards;
  engine_options.products_max = options_.products_max;
  engine_options.orders_max = options_.orders_max;
  engine_options.retention_ms = options_.retention_ms;
  engine_options.policy = options_.policy;
  engine_options.audiences = {Audience::kFeed};
  engine_options.events_max = std::uint64_t{1} << 16;  // they are taken after every command
  static NoClock no_clock;
  engine_options.clock = &no_clock;
  engine_options.background = false;
  if (!options_.journal.dir.empty()) AddJournal(&engine_options);
  auto [engine, problem] = Engine::Open(engine_options);
  if (engine == nullptr) return std::move(problem);
  engine_ = std::move(engine);
  return options_.journal.dir.empty() ? "" : BeginJournal();
}

void Replayer::WriteTo(Output* results, Output* events) {
  results_ = results;
  events_ = events;
  if (!journaled()) return;
  BeginNames();
  WriteHeldEvents();
  // The run before may have been cut short while it ended a group.
  if (standing_.line != 0 && standing_.line % options_.journal.group == 0) EndGroup();
}

void Replayer::Prefetch(const Command& command) const {
  const auto prefetch = [this](const auto& action) {
    if constexpr (requires { action.order; }) keys_.Prefetch(action.order);
  };
  std::visit(prefetch, command.action);
}

void Replayer::Run(std::uint64_t line, const Command& command, std::uint64_t digest) {
  if (!problem_.empty()) return;
  line_ = line;
  ++totals_.commands;
  totals_.late += command.at_ms < now_ ? 1 : 0;
  const auto run = [this](const auto& action) { Do(action); };
  if (!journaled()) {
    AdvanceTo(std::max(now_, command.at_ms));
    std::visit(run, command.action);
    TakeEvents();
    if (keys_.size() >= release_at_) ReleaseForgotten();
    return;
  }
  // Advancing would end the epoch, and with it the group. What is due in a command's shard happens before it anyway.
  now_ = std::max(now_, command.at_ms);
  position_ = {.stream = kLineStream, .offset = line};
  std::visit(run, command.action);
  if (!problem_.empty()) return;
  marks_->Ran(line, digest);
  marks_->ResultsWritten(results_ != nullptr && results_->can_be_cut() ? results_->digest() : kNoFile);
  reached_ = {.line = line, .at_ms = now_, .digest = digest};
  if (line % options_.journal.group == 0) EndGroup();
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
  const KeyRef name = keys_.Intern(place.order, &is_new);
  const PlaceOrder request{
      .product = place.product, .customer = place.customer, .qty = place.qty, .key = KeyOf(name, is_new, 0)};
  const PlaceResult result = Ask([&] { return engine_->Place(request, Now()); });
  Answer(result);
  Note(name, is_new, result);
}

void Replayer::Do(const Cart& cart) {
  cart_lines_.clear();
  cart_names_.clear();
  cart_new_.clear();
  for (const Cart::Line& line : cart.lines) {
    bool is_new = false;
    const KeyRef name = keys_.Intern(line.order, &is_new);
    cart_lines_.push_back({.product = line.product, .qty = line.qty, .key = KeyOf(name, is_new, cart_lines_.size())});
    cart_names_.push_back(name);
    cart_new_.push_back(is_new);
  }
  cart_results_.assign(cart.lines.size(), PlaceResult{});
  const PlaceCart request{.customer = cart.customer, .mode = cart.mode, .lines = cart_lines_};
  const CartResult result = Ask([&] { return engine_->Place(request, cart_results_, Now()); });
  Answer(cart.mode, result, std::span<const PlaceResult>(cart_results_));

  for (std::size_t i = 0; i < cart_names_.size(); ++i) {
    Note(cart_names_[i], cart_new_[i], result.ok() ? cart_results_[i] : PlaceResult{});
  }
  if (journaled()) return;
  TakeEvents([this](const Event& event) { order_.AddPlaced(event); });
  order_.TakeAll([this](const Event& event) { Write(event); });
}

void Replayer::Do(const Accept& accept) {
  const OrderId order = OrderNamed(accept.order);
  Answer(Ask([&] {
    return accept.qty.has_value() ? engine_->AcceptPart(order, *accept.qty, Now()) : engine_->Accept(order, Now());
  }));
}

void Replayer::Do(const Decline& decline) {
  Answer(Ask([this, order = OrderNamed(decline.order)] { return engine_->Decline(order, Now()); }));
}

void Replayer::Do(const Pay& pay) {
  Answer(Ask([this, order = OrderNamed(pay.order)] { return engine_->Pay(order, Now()); }));
}

void Replayer::Do(const Cancel& cancel) {
  Answer(Ask([this, order = OrderNamed(cancel.order)] { return engine_->Cancel(order, Now()); }));
}

void Replayer::Do(const Refund& refund) {
  Answer(Ask([&, order = OrderNamed(refund.order)] { return engine_->Refund(order, refund.restock, Now()); }));
}

void Replayer::Do(const PickUp& pick_up) {
  Answer(Ask([this, order = OrderNamed(pick_up.order)] { return engine_->PickUp(order, Now()); }));
}

void Replayer::Do(const PutProduct& put) {
  const CommandResult result = Ask([&] { return engine_->Put(put, Now()); });
  Answer(result);
  if (!result.ok()) return;
  const auto product = static_cast<std::int64_t>(put.product);
  if (products_.insert(product).second && names_ != nullptr) names_->AddProduct(product);
}

void Replayer::Do(const SetStock& set) {
  Answer(Ask([&] { return engine_->Set(set, Now()); }));
}

void Replayer::Do(const AdjustStock& adjust) {
  Answer(Ask([&] { return engine_->Adjust(adjust, Now()); }));
}

void Replayer::Do(const Publish& publish) {
  Answer(Ask([&] { return engine_->Publish(publish.product, Now()); }));
}

void Replayer::Do(const Unpublish& unpublish) {
  Answer(Ask([&] { return engine_->Unpublish(unpublish.product, Now()); }));
}

// ---- Orders and their names ---------------------------------------------------------------------------------------

OrderId Replayer::OrderNamed(std::string_view name) const {
  const KeyRef key = keys_.Find(name);
  return key == kNoKey ? kNoOrder : keys_.order(key);
}

OrderKey Replayer::KeyOf(KeyRef name, bool is_new, std::size_t index) {
  if (!journaled()) return ToOrderKey(name);
  if (is_new) {
    const std::uint64_t serial = OrderSerials::Of(line_, index);
    keys_.SetOrder(name, kNoOrder, serial);
    serials_.Add(serial, name);
  }
  return OrderSerials::ToOrderKey(keys_.placement(name));
}

void Replayer::Note(KeyRef name, bool is_new, const PlaceResult& result) {
  if (result.ok() && result.order != kNoOrder) {
    if (result.duplicate) return;
    ++totals_.orders;
    keys_.SetOrder(name, result.order, journaled() ? keys_.placement(name) : totals_.orders);
    if (is_new && names_ != nullptr) names_->AddOrder(keys_.placement(name), keys_.name(name));
  } else if (is_new) {
    Release(name);  // refused: its name is not remembered
  }
}

void Replayer::Release(KeyRef name) {
  if (journaled()) serials_.Remove(keys_.placement(name));
  keys_.Release(name);
}

void Replayer::ReleaseForgotten() {
  std::uint64_t remembered = 0;
  for (const ShardStats& shard : engine_->Stats()) remembered += shard.orders;
  if (keys_.size() >= 2 * remembered) {
    keys_.ForEach([this](KeyRef name) {
      OrderView view;
      if (engine_->Find(keys_.order(name), &view, now_) == Code::kUnknownOrder) Release(name);
    });
  }
  release_at_ = keys_.size() + std::max(kNamesKept, keys_.size() / 4);
}

// ---- Answers and events -------------------------------------------------------------------------------------------

template <typename Call>
std::invoke_result_t<Call> Replayer::Ask(Call call) {
  for (;;) {
    const auto result = call();
    if (result.code == Code::kReadOnly) problem_ = Failure();
    if (result.code != Code::kOverloaded) return result;
    if (TakeEvents() == 0 && problem_.empty()) Stuck();
    if (!problem_.empty()) return result;
  }
}

template <typename... Result>
void Replayer::Answer(const Result&... result) {
  // What a failed journal made the engine say is no answer to the command.
  if (results_ != nullptr && problem_.empty()) WriteResult(line_, result..., results_);
}

std::size_t Replayer::TakeEvents() {
  return TakeEvents([this](const Event& event) { Write(event); });
}

template <typename Take>
std::size_t Replayer::TakeEvents(Take take) {
  std::size_t taken = 0;
  for (bool all = false; !all && problem_.empty();) {
    all = engine_->Commit();
    std::uint64_t last = 0;
    while (const std::size_t count = engine_->Poll(Audience::kFeed, polled_)) {
      std::for_each_n(polled_.begin(), count, take);
      last = polled_[count - 1].position;
      taken += count;
    }
    if (!journaled()) continue;
    if (last != 0) Confirm(last);
    if (last == 0 && !all) problem_ = Failure();
    if (last == 0 && !all && problem_.empty()) Stuck();
  }
  return taken;
}

void Replayer::Write(const Event& event) {
  ++totals_.events;
  if (events_ == nullptr) return;
  const KeyRef name = NameOf(event.key);
  WriteEvent(event, name == kNoKey ? std::string_view() : keys_.name(name), events_);
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
