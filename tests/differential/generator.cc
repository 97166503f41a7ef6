#include "tests/differential/generator.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <random>
#include <set>

#include "tests/differential/player.h"
#include "tests/model/model.h"

namespace flexstock::differential {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr Millis kDay = 86'400'000;

// States in which the verb does something new.
bool Fits(Verb verb, OrderState state) {
  switch (verb) {
    case Verb::kAccept:
    case Verb::kAcceptPart:
    case Verb::kDecline:
      return state == OrderState::kAwaitingAcceptance;
    case Verb::kPay:
      return state == OrderState::kAwaitingPayment || state == OrderState::kPaymentExpired ||
             state == OrderState::kCanceled;
    case Verb::kCancel:
      return state == OrderState::kAwaitingAcceptance || state == OrderState::kAwaitingPayment;
    default:
      return state == OrderState::kConfirmed || state == OrderState::kPickedUp;
  }
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), player_(model_) {}

  Stream Run(std::size_t commands);

 private:
  enum Kind { kPut, kSet, kAdjust, kLive, kPlace, kMany, kCart, kTreat, kAsk, kMoveTime, kLookAround, kKinds };

  // ---- Dice ----
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }
  template <typename T>
  T OneOf(std::initializer_list<T> choices) {
    return choices.begin()[Between(0, static_cast<std::int64_t>(choices.size()) - 1)];
  }
  template <typename T>
  std::optional<T> Maybe(std::int64_t one_in, T value) {
    return OneIn(one_in) ? std::optional<T>(value) : std::nullopt;
  }

  // ---- Values ----
  template <typename Id>
  Id AnyId(std::int64_t known) {
    if (OneIn(60)) return Id{OneOf<std::int64_t>({0, -1, kMin, kMax, known + 1})};
    return Id{Between(1, known)};
  }
  ProductId Product() {
    if (OneIn(60)) return AnyId<ProductId>(products_);
    return stream_.products[static_cast<std::size_t>(Between(0, products_ - 1))];
  }
  CustomerId Customer() { return AnyId<CustomerId>(customers_); }
  OrderKey Key() {
    if (keys_ == 0 || OneIn(4)) return {};
    return stream_.keys[static_cast<std::size_t>(Between(0, keys_ - 1))];
  }
  Units Qty() {
    if (OneIn(80)) return OneOf<Units>({0, -1, kQtyMax, kQtyMax + 1, kMin, kMax});
    return OneIn(6) ? Between(5, 12) : Between(1, 4);
  }
  Units Stock() {
    if (OneIn(40)) return OneOf<Units>({-1, kStockMax - 1, kStockMax, kStockMax + 1, kMin, kMax});
    return OneIn(3) ? 0 : Between(0, 12);
  }
  Millis Window() { return OneOf<Millis>({1, 1, 2, 3, 4, 5, 7, 10, 20, 100, 256, 1000, 65'536, kDay, kMax}); }
  Millis Hold() { return OneIn(2) ? 0 : Window(); }
  Units Limit() { return OneIn(2) ? 0 : OneOf<Units>({1, 2, 3, 5, 8, kMax}); }
  Policy AnyPolicy();
  PolicyChange AnyChange();
  Millis NextTime();

  // ---- Commands ----
  Kind AnyKind();
  Action AnyAction(Kind kind);
  PutProduct Put(ProductId product);
  PlaceOrder Order();
  PlaceLines Cart();
  Treat Treatment();
  template <typename Fits>
  Ticket TicketOf(Fits fits);
  Action Question();
  void Append(Millis at_ms, Action action);

  std::mt19937_64 random_;
  Stream stream_;
  std::int64_t products_ = 0, members_ = 0, customers_ = 0, keys_ = 0;
  std::array<std::int64_t, kKinds> weights_{};
  std::array<std::int64_t, 7> verb_weights_{};
  Millis step_max_ = 0;  // how far time moves at most, most of the time
  Millis now_ms_ = 0;
  PlaceOrder last_order_;
  Ticket tickets_ = 0;  // how many lines were placed

  // What has become of the stream so far.
  model::Model model_;
  Player player_;
};

Policy Generator::AnyPolicy() {
  return {.acceptance_window_ms = Window(),
          .payment_window_ms = Window(),
          .checkout_hold_ms = Hold(),
          .pending_limit = Limit(),
          .order_limit = OneIn(3) ? Limit() : 0,
          .customer_limit = Limit(),
          .overflow = OneIn(4) ? Overflow::kReject : Overflow::kAskMember,
          .fill_on_restock = OneOf({FillOnRestock::kOff, FillOnRestock::kFifo}),
          .late_payment = OneOf({LatePayment::kRefund, LatePayment::kRereserve}),
          .draw_on_accept = OneOf({true, false})};
}

PolicyChange Generator::AnyChange() {
  PolicyChange change;
  const Policy policy = AnyPolicy();
  change.acceptance_window_ms = Maybe(4, policy.acceptance_window_ms);
  change.payment_window_ms = Maybe(4, policy.payment_window_ms);
  change.checkout_hold_ms = Maybe(4, policy.checkout_hold_ms);
  change.pending_limit = Maybe(4, policy.pending_limit);
  change.order_limit = Maybe(6, policy.order_limit);
  change.customer_limit = Maybe(4, policy.customer_limit);
  change.overflow = Maybe(4, policy.overflow);
  change.fill_on_restock = Maybe(3, policy.fill_on_restock);
  change.late_payment = Maybe(4, policy.late_payment);
  change.draw_on_accept = Maybe(4, policy.draw_on_accept);
  if (!OneIn(25)) return change;
  const std::int64_t bad = OneOf<std::int64_t>({0, -1, kMin});
  switch (Between(0, 5)) {
    case 0:
      change.acceptance_window_ms = bad;
      break;
    case 1:
      change.payment_window_ms = bad;
      break;
    case 2:
      change.checkout_hold_ms = bad;
      break;
    case 3:
      change.pending_limit = bad;
      break;
    case 4:
      change.order_limit = bad;
      break;
    default:
      change.customer_limit = bad;
  }
  return change;
}

// Mostly a little forward; sometimes far, sometimes back, and once in a long while to the end of time, where everything
// happens at one instant from then on.
Millis Generator::NextTime() {
  if (OneIn(40)) return std::max<Millis>(now_ms_ - Between(1, 1000), -5);
  const std::vector<Event>& told = model_.events();
  if (!told.empty() && OneIn(8)) {
    // Around the instant when one of the last orders runs out, or is forgotten.
    const Event& event =
        told[told.size() - static_cast<std::size_t>(Between(1, std::min<std::int64_t>(20, std::ssize(told))))];
    const Millis due_ms = event.deadline_ms != 0 ? event.deadline_ms : model::Later(event.at_ms, stream_.retention_ms);
    if (due_ms > now_ms_ && due_ms < kMax && due_ms - now_ms_ < 400 * kDay) return due_ms + Between(-1, 1);
  }
  if (OneIn(600)) return OneOf<Millis>({-1, kMin + 1, kMax - 1, kMax});
  Millis step = OneIn(2) ? 0 : Between(0, step_max_);
  if (OneIn(100)) step = std::min(Window(), kDay);
  if (OneIn(200)) step = OneOf<Millis>({kDay - 1, kDay, kDay + 1, 365 * kDay});
  return step > kMax - now_ms_ ? kMax : now_ms_ + step;
}

PutProduct Generator::Put(ProductId product) {
  // The member of a product is what it was, but for a mistake now and then.
  const MemberId member{static_cast<std::int64_t>(product) % members_ + 1};
  return {.product = product,
          .member = OneIn(12) ? AnyId<MemberId>(members_) : member,
          .stock = Maybe(2, Stock()),
          .status = Maybe(8, OneOf({ProductStatus::kLive, ProductStatus::kDraft})),
          .policy = AnyChange()};
}

PlaceOrder Generator::Order() { return {.product = Product(), .customer = Customer(), .qty = Qty(), .key = Key()}; }

PlaceLines Generator::Cart() {
  PlaceLines cart{.customer = Customer(), .mode = OneOf({CartMode::kSplit, CartMode::kAllOrNothing})};
  // The same cart again: the lines of one before, with the same keys.
  std::vector<const PlaceLines*> earlier;
  for (const Command& command : stream_.commands) {
    if (const auto* lines = std::get_if<PlaceLines>(&command.action)) earlier.push_back(lines);
  }
  if (!earlier.empty() && OneIn(4)) {
    cart = *earlier[static_cast<std::size_t>(Between(0, static_cast<std::int64_t>(earlier.size()) - 1))];
    if (OneIn(4) && !cart.lines.empty()) cart.lines.pop_back();
    return cart;
  }
  const std::int64_t lines = OneIn(40) ? OneOf<std::int64_t>({0, 64, 65}) : Between(1, 5);
  const bool fresh_keys = OneIn(2);  // distinct ones, of no other order
  for (std::int64_t i = 0; i < lines; ++i) {
    CartLine line{.product = Product(), .qty = Qty(), .key = Key()};
    if (fresh_keys || lines > 5) {
      line.key = {.hi = 1, .lo = tickets_ + static_cast<std::uint64_t>(i)};
    }
    cart.lines.push_back(line);
  }
  return cart;
}

// Tickets of one of the last orders that `fits`, or of any line, or of none.
template <typename Fits>
Ticket Generator::TicketOf(Fits fits) {
  const auto placed = static_cast<std::int64_t>(model_.placed());
  for (int tries = OneIn(5) ? 0 : 12; tries > 0 && placed > 0; --tries) {
    const OrderId order{static_cast<std::uint64_t>(Between(std::max<std::int64_t>(1, placed - 15), placed))};
    OrderView view;
    if (model_.Find(order, &view, now_ms_) == Code::kOk && fits(view.state)) return player_.TicketOf(order);
  }
  return static_cast<Ticket>(Between(0, tickets_));
}

Treat Generator::Treatment() {
  std::discrete_distribution<int> verbs(verb_weights_.begin(), verb_weights_.end());
  Treat treat{.verb = static_cast<Verb>(verbs(random_))};
  const bool any_state = OneIn(4);
  treat.ticket = TicketOf([&](OrderState state) { return any_state || Fits(treat.verb, state); });
  treat.qty = Qty();
  treat.restock = OneIn(2);
  return treat;
}

Action Generator::Question() {
  switch (Between(0, 3)) {
    case 0:
      return AskProduct{Product()};
    case 1:
      return AskOrder{TicketOf([](OrderState) { return true; })};
    case 2:
      return AskKey{Key()};
    default:
      return AskPending{AnyId<MemberId>(members_), static_cast<std::size_t>(Between(0, 6))};
  }
}

Generator::Kind Generator::AnyKind() {
  std::discrete_distribution<int> kinds(weights_.begin(), weights_.end());
  return static_cast<Kind>(kinds(random_));
}

Action Generator::AnyAction(Kind kind) {
  switch (kind) {
    case kPut:
      return Put(Product());
    case kSet:
      return SetStock{.product = Product(), .stock = Stock(), .expect = Maybe(3, Stock())};
    case kAdjust:
      return AdjustStock{.product = Product(),
                         .by = OneIn(20) ? OneOf<Units>({kMin, kMax, kStockMax, -kStockMax}) : Between(-6, 9)};
    case kLive:
      return SetLive{.product = Product(), .live = !OneIn(4)};
    case kPlace:
    case kMany: {
      PlaceOrders place{.first = tickets_, .batch = kind == kMany};
      const std::int64_t count = kind == kMany ? Between(0, 9) : 1;
      for (std::int64_t i = 0; i < count; ++i) place.orders.push_back(Order());
      tickets_ += static_cast<Ticket>(place.orders.size());
      return place;
    }
    case kCart: {
      PlaceLines cart = Cart();
      cart.first = tickets_;
      tickets_ += static_cast<Ticket>(cart.lines.size());
      return cart;
    }
    case kTreat:
      return Treatment();
    case kAsk:
      return Question();
    case kMoveTime:
      return Advance{};
    default:
      return Checkpoint{};
  }
}

void Generator::Append(Millis at_ms, Action action) {
  stream_.commands.push_back({at_ms, std::move(action)});
  (void)player_.Execute(stream_.commands.back(), at_ms, stream_);
}

Stream Generator::Run(std::size_t commands) {
  products_ = Between(1, 5);
  members_ = Between(1, 2);
  customers_ = Between(1, 3);
  keys_ = OneOf<std::int64_t>({0, 3, 8, 100});
  step_max_ = OneOf<Millis>({0, 1, 1, 2, 5, 20, 300, 70'000});
  stream_.policy = AnyPolicy();
  stream_.retention_ms = OneOf<Millis>({0, 1, 10, 100, kDay, kDay, kDay, kMax});
  model_ = model::Model(stream_.policy, stream_.retention_ms);
  for (std::int64_t i = 1; i <= products_; ++i) stream_.products.push_back(ProductId{OneIn(9) ? kMax - i : i});
  // Those that AnyId may add: behind the others, where Product does not look.
  std::set<std::int64_t> strays = {kMax};
  for (std::int64_t i = 1; i <= products_ + 1; ++i) strays.insert(i);
  for (const ProductId product : stream_.products) strays.erase(static_cast<std::int64_t>(product));
  for (const std::int64_t stray : strays) stream_.products.push_back(ProductId{stray});
  for (std::int64_t i = 1; i <= members_; ++i) stream_.members.push_back(MemberId{i});
  for (std::int64_t i = 1; i <= keys_; ++i) {
    const auto n = static_cast<std::uint64_t>(i);
    stream_.keys.push_back(OneIn(5) ? OrderKey{.hi = ~n, .lo = 0} : OrderKey{.hi = 0, .lo = n});
  }
  for (std::int64_t& weight : weights_) weight = Between(0, 6);
  for (std::int64_t& weight : verb_weights_) weight = Between(0, 4);
  weights_[kPlace] += 16;
  weights_[kTreat] += 20;
  weights_[kPut] = Between(0, 3);
  weights_[kLive] = Between(0, 2);
  weights_[kLookAround] = 1;
  verb_weights_[static_cast<std::size_t>(Verb::kAccept)] += 1;
  verb_weights_[static_cast<std::size_t>(Verb::kPay)] += 1;

  now_ms_ = OneOf<Millis>({0, 0, 1, 1'700'000'000'000});
  for (std::int64_t i = 0; i < products_; ++i) {
    if (!OneIn(10)) Append(now_ms_, Put(stream_.products[static_cast<std::size_t>(i)]));
  }
  while (stream_.commands.size() < commands) {
    const Millis at_ms = NextTime();
    now_ms_ = std::max(now_ms_, at_ms);
    Append(at_ms, AnyAction(AnyKind()));
  }
  // The end: now, when most windows are over, and when all are.
  stream_.commands.push_back({now_ms_, Checkpoint{}});
  stream_.commands.push_back({now_ms_ > kMax - kDay ? kMax : now_ms_ + kDay, Checkpoint{}});
  stream_.commands.push_back({kMax, Checkpoint{}});
  return std::move(stream_);
}

}  // namespace

Stream Generate(std::uint64_t seed, std::size_t commands) { return Generator(seed).Run(commands); }

}  // namespace flexstock::differential
