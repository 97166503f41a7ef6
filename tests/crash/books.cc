#include "tests/crash/books.h"

#include <algorithm>
#include <sstream>

namespace flexstock::crash {
namespace {

constexpr std::array<Audience, kAudiences> kEverybody = {Audience::kMember, Audience::kCustomer, Audience::kLogistics,
                                                         Audience::kFeed};

[[nodiscard]] std::uint32_t Bit(OrderState state) { return std::uint32_t{1} << static_cast<unsigned>(state); }

// One step on: docs/semantics.md.
std::uint32_t NextStates(OrderState state) {
  using enum OrderState;
  switch (state) {
    case kAwaitingAcceptance:
      return Bit(kAwaitingPayment) | Bit(kConfirmed) | Bit(kDeclined) | Bit(kAcceptanceExpired) | Bit(kCanceled);
    case kAwaitingPayment:
      return Bit(kConfirmed) | Bit(kPaymentExpired) | Bit(kCanceled);
    case kConfirmed:
      return Bit(kPickedUp) | Bit(kRefunded);
    case kPickedUp:
      return Bit(kRefunded);
    case kPaymentExpired:
      return Bit(kConfirmed);  // late_payment
    default:
      return 0;
  }
}

// The state that an event of an order says it entered; kNone: it says nothing of that.
OrderState Entered(EventType type) {
  switch (type) {
    case EventType::kOrderConfirmed:
      return OrderState::kConfirmed;
    case EventType::kAcceptanceRequested:
      return OrderState::kAwaitingAcceptance;
    case EventType::kPaymentRequested:
      return OrderState::kAwaitingPayment;
    case EventType::kOrderDeclined:
      return OrderState::kDeclined;
    case EventType::kAcceptanceExpired:
      return OrderState::kAcceptanceExpired;
    case EventType::kPaymentExpired:
      return OrderState::kPaymentExpired;
    case EventType::kOrderCanceled:
      return OrderState::kCanceled;
    case EventType::kOrderRefunded:
      return OrderState::kRefunded;
    case EventType::kOrderPickedUp:
      return OrderState::kPickedUp;
    default:
      return OrderState::kNone;
  }
}

std::string Text(OrderKey key) {
  const Position at = PlacedAt(key);
  return "order " + std::to_string(at.stream) + ":" + std::to_string(at.offset) + "." + std::to_string(key.lo & 255);
}

std::string Text(const Event& event) {
  std::ostringstream text;
  text << Name(event.type) << " at position " << event.position << " of product "
       << static_cast<std::int64_t>(event.product) << ", " << Text(event.key);
  return text.str();
}

}  // namespace

bool Reaches(OrderState from, OrderState to) {
  std::uint32_t reached = Bit(from), before = 0;
  while (reached != before) {
    before = reached;
    for (unsigned state = 0; state < 32; ++state) {
      if ((before >> state & 1) != 0) reached |= NextStates(static_cast<OrderState>(state));
    }
  }
  return (reached & Bit(to)) != 0;
}

void Books::Problem(std::string what) {
  if (problems_.size() < 20) problems_.push_back(std::move(what));
}

// ---- What is said -------------------------------------------------------------------------------------------------

void Books::BeginProcess() {
  for (Told& told : told_) told.fresh = true;
}

void Books::Add(const Note& note) {
  switch (note.kind) {
    case Note::Kind::kReady:
      return;
    case Note::Kind::kDurable: {
      Acknowledged& known = acknowledged_[note.key];
      if (known.states == 0) known.order = note;
      known.states |= Bit(note.state);
      if (known.order.order != note.order) Problem(Text(note.key) + " has two ids");
      const auto [at, is_new] = key_of_.try_emplace(static_cast<std::uint64_t>(note.order), note.key);
      if (at->second != note.key) Problem(Text(note.key) + " has the id of " + Text(at->second));
      return;
    }
    case Note::Kind::kCarried:
      carried_[note.position.stream] = std::max(carried_[note.position.stream], note.position.offset);
      return;
    case Note::Kind::kTold:
      return Hear(note.audience, note.event);
    case Note::Kind::kConfirming: {
      std::vector<std::uint64_t>& confirmed = told_to(note.audience).confirmed;
      if (note.position.offset > confirmed.back()) confirmed.push_back(note.position.offset);
      return;
    }
    case Note::Kind::kConfirmed: {
      std::vector<std::uint64_t>& confirmed = told_to(note.audience).confirmed;
      confirmed.erase(confirmed.begin(), std::lower_bound(confirmed.begin(), confirmed.end(), note.position.offset));
      return;
    }
  }
}

// What comes first after an opening comes right behind a position that was confirmed; what was told before comes again
// as it was.
void Books::Hear(Audience audience, const Event& event) {
  Told& told = told_to(audience);
  std::vector<Event>& events = told.events;
  const std::string whom = std::string(Name(audience)) + " is told " + Text(event);
  if (told.fresh) {
    told.fresh = false;
    const auto first = std::lower_bound(events.begin(), events.end(), event.position,
                                        [](const Event& a, std::uint64_t position) { return a.position < position; });
    told.next = static_cast<std::size_t>(first - events.begin());
    const std::uint64_t behind = first == events.begin() ? 0 : std::prev(first)->position;
    if (std::find(told.confirmed.begin(), told.confirmed.end(), behind) == told.confirmed.end()) {
      Problem(whom + " first, right behind " + std::to_string(behind) + ": confirmed for sure is " +
              std::to_string(told.confirmed.front()) + ", and perhaps up to " + std::to_string(told.confirmed.back()));
    }
    told.confirmed = {behind};
  }
  if (told.next < events.size()) {
    const Event& before = events[told.next++];
    if (before != event) Problem(whom + ": before the crash it was " + Text(before));
    return;
  }
  if (!events.empty() && event.position <= events.back().position) {
    const bool twin = event.position == events.back().position && event.type == EventType::kPickupRequested &&
                      events.back().type == EventType::kOrderConfirmed;
    if (!twin) Problem(whom + " behind position " + std::to_string(events.back().position));
  }
  events.push_back(event);
  told.next = events.size();
}

// ---- What came back -----------------------------------------------------------------------------------------------

void Books::Poll(Engine& engine) {
  std::array<Event, 256> events;
  for (bool more = true; more;) {
    more = !engine.Commit();
    for (const Audience audience : kEverybody) {
      while (const std::size_t count = engine.Poll(audience, events)) {
        more = true;
        for (const Event& event : std::span(events).first(count)) Hear(audience, event);
      }
    }
  }
}

void Books::Check(Engine& engine, Millis killed_ms) {
  const AuditReport audit = engine.Audit();
  if (!audit.ok()) Problem(std::to_string(audit.broken_count) + " products break the identity");
  CheckAcknowledged(engine, killed_ms);
  CheckScript(engine);
  // By now every shard was asked, so what was due at the time that it came back with has happened.
  Poll(engine);
  CheckEvents(engine);
}

void Books::CheckAcknowledged(Engine& engine, Millis killed_ms) {
  for (const auto& [key, known] : acknowledged_) {
    OrderView view;
    const Code by_key = engine.Find(key, &view);
    OrderView same;
    const Code by_id = engine.Find(known.order.order, &same);
    if (by_key == Code::kUnknownOrder) {
      // An order that was settled when it was placed may have been forgotten by now.
      const bool forgotten = script_->forgets() && known.order.before_ms + 40 <= killed_ms;
      if (!forgotten) Problem(Text(key) + " was acknowledged and is gone");
      if (by_id == Code::kOk) Problem(Text(key) + " is gone, and its id now names " + Text(same.key));
      continue;
    }
    if (by_id != Code::kOk || same.key != key || view.order != known.order.order) Problem(Text(key) + ": another id");
    if (view.product != known.order.product || view.customer != known.order.customer || view.qty != known.order.qty) {
      Problem(Text(key) + " came back with other contents");
    }
    for (unsigned state = 0; state < 32; ++state) {
      if ((known.states >> state & 1) == 0 || Reaches(static_cast<OrderState>(state), view.state)) continue;
      Problem(Text(key) + " was acknowledged as " + std::string(Name(static_cast<OrderState>(state))) + ", came back " +
              std::string(Name(view.state)));
    }
  }
}

// What a stream did up to the position that survived, it did; what it did behind, it did not.
void Books::CheckScript(Engine& engine) {
  std::array<Units, kProducts + 1> restocked{};
  const auto there = [&](OrderKey key) {
    OrderView view;
    return engine.Find(key, &view) == Code::kOk;
  };
  for (std::uint32_t stream = 0; stream < kStreams; ++stream) {
    std::uint64_t survived = 0;
    (void)engine.FindPosition(stream, &survived);  // none: 0
    const std::string name = "stream " + std::to_string(stream);
    if (survived < carried_[stream]) {
      Problem(name + ": position " + std::to_string(carried_[stream]) + " was durable, " + std::to_string(survived) +
              " came back");
    }
    for (std::uint64_t offset = 1; offset <= survived + 1000; ++offset) {
      const Step step = script_->At(stream, offset);
      const auto found = static_cast<std::size_t>(
          std::count_if(step.lines.begin(), step.lines.end(), [&](const CartLine& line) { return there(line.key); }));
      const std::string at = name + ", offset " + std::to_string(offset) + ": ";
      if (offset > survived) {
        if (found != 0) Problem(at + "an order is there, and the position " + std::to_string(survived));
        continue;
      }
      if (step.kind == Step::Kind::kRestock) restocked[static_cast<std::size_t>(step.product)] += step.by;
      if (script_->forgets()) continue;
      if (step.kind == Step::Kind::kSure && found == 0) Problem(at + "a sure order is not there");
      const bool whole = found == 0 || found == step.lines.size();
      if (step.kind == Step::Kind::kWholeCart && !whole) Problem(at + "part of an all_or_nothing cart");
    }
  }
  for (std::int64_t product = 1; product <= kProducts; ++product) {
    ProductView view;
    if (engine.Find(ProductId{product}, &view) != Code::kOk) continue;
    const Units expected = *Script::Product(product).stock + restocked[static_cast<std::size_t>(product)];
    if (view.supplied == expected) continue;
    Problem("product " + std::to_string(product) + " was supplied " + std::to_string(view.supplied) +
            ", the commands up to the positions make " + std::to_string(expected));
  }
}

// The feed says where each order stands; each other audience was told its part of the feed.
void Books::CheckEvents(Engine& engine) {
  const std::vector<Event>& feed = told_to(Audience::kFeed).events;
  std::map<OrderKey, OrderState> stands;
  std::map<ProductId, ProductMode> modes;
  for (const Event& event : feed) {
    if (event.type == EventType::kProductMode) modes[event.product] = event.mode;
    const OrderState entered = Entered(event.type);
    if (entered == OrderState::kNone) continue;
    OrderState& state = stands[event.key];
    if (state != OrderState::kNone && (NextStates(state) & Bit(entered)) == 0) {
      Problem("the feed: " + Text(event) + ", which was " + std::string(Name(state)));
    }
    state = entered;
  }
  std::size_t remembered = 0;
  for (const auto& [key, state] : stands) {
    OrderView view;
    if (engine.Find(key, &view) != Code::kOk) {
      if (!script_->forgets()) Problem("the feed knows " + Text(key) + ", the engine does not");
      continue;
    }
    ++remembered;
    if (view.state == state) continue;
    Problem("to the feed, " + Text(key) + " is " + std::string(Name(state)) + "; to the engine " +
            std::string(Name(view.state)));
  }
  if (const std::size_t orders = engine.Audit().orders; orders != remembered) {
    Problem("the feed knows " + std::to_string(remembered) + " of " + std::to_string(orders) + " orders");
  }
  for (const auto& [product, mode] : modes) {
    ProductView view;
    if (engine.Find(product, &view) == Code::kOk && view.mode == mode) continue;
    Problem("product " + std::to_string(static_cast<std::int64_t>(product)) +
            " has a mode that the feed does not know");
  }
  for (const Audience audience : kEverybody) {
    const Told& told = told_to(audience);
    std::vector<Event> mine;
    std::copy_if(feed.begin(), feed.end(), std::back_inserter(mine),
                 [&](const Event& event) { return Tells(event.type, audience); });
    if (!std::equal(mine.begin(), mine.end(), told.events.begin(), told.events.end())) {
      Problem(std::string(Name(audience)) + " was told something else than its part of the feed");
    }
    // What is durable is never untold: all of it has come again, but for what was confirmed.
    const std::size_t heard = told.fresh ? 0 : told.next;
    const bool all_confirmed =
        told.fresh && (told.events.empty() ||
                       std::count(told.confirmed.begin(), told.confirmed.end(), told.events.back().position) != 0);
    if (!all_confirmed && heard != told.events.size()) {
      Problem(std::string(Name(audience)) + ": " + std::to_string(told.events.size() - heard) +
              " events did not come again");
    }
  }
}

void Books::GoOn(Engine& engine, Millis now_ms) {
  while (engine.Advance(now_ms) != Code::kOk) Poll(engine);
  Poll(engine);
  for (const Audience audience : kEverybody) {
    Told& told = told_to(audience);
    if (told.events.empty()) continue;
    const std::uint64_t last = told.events.back().position;
    engine.Confirm(audience, last);
    told.confirmed = {last};  // durable: the engine is closed next
  }
}

}  // namespace flexstock::crash
