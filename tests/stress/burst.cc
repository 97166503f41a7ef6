#include "tests/stress/burst.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/stress/linearizable.h"

namespace flexstock::stress {
namespace {

constexpr int kBurstsAnEngine = 100;
constexpr Millis kWindow = 20;
constexpr Ticket kTicketsACall = 4;

bool Flip(std::mt19937_64& random, unsigned one_in) { return random() % one_in == 0; }

std::int64_t Number(std::mt19937_64& random, std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most - least + 1));
}

}  // namespace

Bursts::Bursts(const Weather& weather, std::uint64_t seed)
    : weather_(weather), random_(seed), world_(policy_, weather.retention_ms) {}

Policy Bursts::SomePolicy() {
  Policy policy;
  policy.acceptance_window_ms = policy.payment_window_ms = weather_.time_moves ? kWindow : 1'000'000;
  policy.checkout_hold_ms = Flip(random_, 2) ? 0 : policy.payment_window_ms;
  policy.overflow = Flip(random_, 4) ? Overflow::kReject : Overflow::kAskMember;
  policy.pending_limit = Flip(random_, 3) ? 3 : 0;
  policy.customer_limit = Flip(random_, 3) ? 6 : 0;
  policy.fill_on_restock = Flip(random_, 2) ? FillOnRestock::kFifo : FillOnRestock::kOff;
  policy.late_payment = Flip(random_, 2) ? LatePayment::kRereserve : LatePayment::kRefund;
  policy.draw_on_accept = !Flip(random_, 3);
  return policy;
}

void Bursts::PutProducts() {
  for (int i = 0; i < weather_.products; ++i) {
    const PutProduct put{.product = ProductId{first_product_ + i},
                         .member = kMember,
                         .stock = Number(random_, 0, 6),
                         .status = {},
                         .policy = {}};
    (void)engine_->Put(put, begin_ms_);
    (void)world_.model().Put(put, begin_ms_);
  }
}

ProductId Bursts::SomeProduct(std::mt19937_64& random) const {
  return ProductId{first_product_ + Number(random, 0, weather_.products - 1)};
}

// One that this thread may know of: of those placed beforehand, or answered to any thread by now.
Ticket Bursts::SomeOrder(std::mt19937_64& random) const {
  for (int tries = 0; tries < 20; ++tries) {
    const auto ticket = static_cast<Ticket>(random() % kTicketsMax);
    const Ticket among = Flip(random, 2) && placed_beforehand_ > 0 ? ticket % placed_beforehand_ : ticket;
    // acquire: partner of the release in Make; whoever was told an order's name may use it.
    if (orders_[static_cast<std::size_t>(among)].load(std::memory_order_acquire) != kNoOrder) return among;
  }
  return kNoTicket;
}

Call Bursts::SomeCall(std::mt19937_64& random, Ticket* next_ticket) const {
  Call call;
  call.at_ms = begin_ms_ + (weather_.time_moves ? Number(random, 0, 2 * kWindow) : 0);
  call.product = SomeProduct(random);
  call.customer = CustomerId{Number(random, 1, 2)};
  call.qty = Number(random, 1, 3);
  if (weather_.keys && Flip(random, 2))
    call.key = {.hi = static_cast<std::uint64_t>(first_product_), .lo = random() % 6};
  call.ticket = SomeOrder(random);
  call.restock = Flip(random, 2);
  call.verb = static_cast<Verb>(random() % kVerbs);
  if (Flip(random, 3)) call.verb = weather_.carts && Flip(random, 2) ? Verb::kCart : Verb::kPlace;
  if (call.verb == Verb::kCart && !weather_.carts) call.verb = Verb::kFindProduct;
  if (call.verb == Verb::kPending && weather_.shards > 1) call.verb = Verb::kFindProduct;  // goes shard by shard
  if (call.verb == Verb::kFindKey && weather_.time_moves) call.verb = Verb::kFindProduct;  // no shard, no time
  if (call.verb == Verb::kUnpublish && !Flip(random, 4)) call.verb = Verb::kPublish;
  const bool of_order = (call.verb >= Verb::kAccept && call.verb <= Verb::kPickUp) || call.verb == Verb::kFindOrder;
  if (of_order && call.ticket == kNoTicket) call.verb = Verb::kFindProduct;
  if (call.verb == Verb::kSet) {
    call.qty = Number(random, 0, 6);
    if (!Flip(random, 3)) call.expect = Number(random, 0, 6);
  }
  if (call.verb == Verb::kAdjust) call.qty = Number(random, -3, 3);
  if (call.verb == Verb::kCart) {
    call.mode = Flip(random, 2) ? CartMode::kSplit : CartMode::kAllOrNothing;
    for (std::int64_t line = Number(random, 1, kTicketsACall); line > 0; --line) {
      call.lines.push_back({.product = SomeProduct(random), .qty = Number(random, 1, 3)});
      // Keys of one cart are distinct.
      if (call.key.given())
        call.lines.back().key = {.hi = call.key.hi, .lo = call.key.lo + static_cast<unsigned>(line)};
    }
  }
  if (call.places()) {
    call.ticket = *next_ticket;
    *next_ticket += kTicketsACall;
  }
  return call;
}

void Bursts::Make(Call& call) {
  const bool of_order = !call.places() && call.ticket != kNoTicket;
  const OrderId about =
      of_order ? orders_[static_cast<std::size_t>(call.ticket)].load(std::memory_order_relaxed) : kNoOrder;
  call.invoked = clock_.fetch_add(1, std::memory_order_relaxed);
  if (weather_.careless && call.verb == Verb::kSet && call.expect) {
    AskCarelessly(call);
  } else {
    Ask(*engine_, about, call);
  }
  call.returned = clock_.fetch_add(1, std::memory_order_relaxed);
  if (!call.places()) return;
  for (std::size_t i = 0; i < call.orders.size(); ++i) {
    orders_[static_cast<std::size_t>(call.ticket) + i].store(call.orders[i], std::memory_order_release);
  }
}

void Bursts::AskCarelessly(Call& call) {
  ProductView view;
  (void)engine_->Find(call.product, &view, call.at_ms);
  std::this_thread::yield();
  Call set = call;
  set.expect.reset();
  if (view.available == *call.expect) {
    Ask(*engine_, kNoOrder, set);
    call.answer = set.answer;
  } else {
    call.answer = {static_cast<std::int64_t>(Code::kStockConflict), 0, 0};
  }
}

void Bursts::PlaceBeforehand() {
  Ticket next = 0;
  for (std::int64_t orders = Number(random_, 0, 5); orders > 0; --orders) {
    Call call = SomeCall(random_, &next);
    call.verb = Verb::kPlace;
    call.lines.clear();
    call.ticket = placed_beforehand_++;
    call.at_ms = begin_ms_;
    call.qty = Number(random_, 1, 3);
    Make(call);
    world_.Answer(call);
  }
}

// The engine's names of orders become tickets: that of the call that placed it.
void Bursts::NameOrders(std::vector<Call>& calls, std::vector<Call>& looks) const {
  std::map<OrderId, Ticket> placed;
  for (Ticket ticket = placed_beforehand_; ticket-- > 0;) {
    placed[orders_[static_cast<std::size_t>(ticket)].load(std::memory_order_relaxed)] = ticket;
  }
  for (const Call& call : calls) {
    for (std::size_t i = 0; call.places() && i < call.orders.size(); ++i) {
      if (WasPlaced(call, i)) placed[call.orders[i]] = call.ticket + static_cast<Ticket>(i);
    }
  }
  placed[kNoOrder] = kNoTicket;
  constexpr Ticket kNobodys = -2;
  for (std::vector<Call>* some : {&calls, &looks}) {
    for (Call& call : *some) {
      for (const OrderId order : call.orders) {
        const auto found = placed.find(order);
        call.tickets.push_back(found == placed.end() ? kNobodys : found->second);
      }
    }
  }
}

std::vector<Call> Bursts::LookAtEverything() {
  std::vector<Call> looks;
  Call look;
  look.at_ms = begin_ms_ + (weather_.time_moves ? 2 * kWindow : 0);
  look.thread = -1;
  for (int i = 0; i < weather_.products; ++i) {
    look.verb = Verb::kFindProduct;
    look.product = ProductId{first_product_ + i};
    looks.push_back(look);
  }
  look.product = ProductId{};
  std::set<OrderId> seen{kNoOrder};
  for (std::size_t ticket = 0; ticket < kTicketsMax; ++ticket) {
    look.verb = Verb::kFindOrder;
    look.ticket = static_cast<Ticket>(ticket);
    if (seen.insert(orders_[ticket].load(std::memory_order_relaxed)).second) looks.push_back(look);
  }
  for (Call& call : looks) Make(call);
  return looks;
}

std::string Bursts::Run(Crew& crew, int calls_each) {
  if (bursts_of_engine_++ % kBurstsAnEngine == 0) {
    policy_ = SomePolicy();
    engine_ = std::make_unique<model::EngineDecider>(model::EngineDecider::Setup{
        .shards = weather_.shards, .policy = policy_, .retention_ms = weather_.retention_ms, .changes_max = 64});
    begin_ms_ = 1'000'000;
  }
  world_ = World(policy_, weather_.retention_ms);
  first_product_ += weather_.products;
  begin_ms_ += 10'000'000;  // everything of the bursts before has run out and is forgotten
  for (auto& order : orders_) order.store(kNoOrder, std::memory_order_relaxed);
  clock_.store(1, std::memory_order_relaxed);
  placed_beforehand_ = 0;
  PutProducts();
  PlaceBeforehand();

  std::vector<std::vector<Call>> by_thread(static_cast<std::size_t>(crew.size()));
  std::vector<std::uint64_t> seeds(by_thread.size());
  for (std::uint64_t& seed : seeds) seed = random_();
  crew.Run([&](int thread) {
    const auto i = static_cast<std::size_t>(thread);
    std::mt19937_64 random(seeds[i]);
    Ticket next_ticket = 16 + thread * kTicketsACall * calls_each;
    by_thread[i].reserve(static_cast<std::size_t>(calls_each));
    for (int n = 0; n < calls_each; ++n) {
      by_thread[i].push_back(SomeCall(random, &next_ticket));
      by_thread[i].back().thread = thread;
      Make(by_thread[i].back());
    }
  });

  std::vector<Call> calls;
  for (const std::vector<Call>& mine : by_thread) calls.insert(calls.end(), mine.begin(), mine.end());
  for (const Call& call : calls) {
    overlapping_ += std::any_of(calls.begin(), calls.end(), [&](const Call& other) {
      return other.thread != call.thread && other.invoked < call.returned && call.invoked < other.returned;
    });
  }
  std::vector<Call> looks = LookAtEverything();
  (void)engine_->TakeEvents();
  NameOrders(calls, looks);
  const auto is_left_so = [&looks](World world) {
    return std::all_of(looks.begin(), looks.end(), [&world](const Call& look) { return world.Apply(look); });
  };
  if (IsLinearizable(world_, std::span<const Call>(calls), is_left_so)) return "";
  std::string history;
  for (const Call& call : calls) history += call.ToText() + "\n";
  for (const Call& look : looks) history += look.ToText() + "\n";
  return history;
}

}  // namespace flexstock::stress
