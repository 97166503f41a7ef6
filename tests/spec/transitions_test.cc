// Every command in every state: what it does, what it is answered, and what is told of it.
#include <map>
#include <sstream>

#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class TransitionsTest : public SpecTest {
 protected:
  // An order for 5 units that has come to `state` by the way that is named there.
  OrderId OrderThat(const std::string& state);
  CommandResult Do(const std::string& command, OrderId order);
};
FLEXSTOCK_SPEC(TransitionsTest);

OrderId TransitionsTest::OrderThat(const std::string& way) {
  const bool from_stock = way.starts_with("stock:");
  const std::string state = from_stock ? way.substr(6) : way;
  Open({.acceptance_window_ms = 100, .payment_window_ms = 100, .draw_on_accept = false}, 1'000);
  Put(from_stock ? 50 : 2, {.checkout_hold_ms = from_stock && state == "awaiting_payment" ? 100 : 0});
  const OrderId order = Placed(5);
  const std::map<std::string, Lines> ways = {
      {"awaiting_acceptance", {}},
      {"awaiting_payment", {"accept"}},
      {"confirmed", {"accept", "pay"}},
      {"picked_up", {"accept", "pay", "pick_up"}},
      {"declined", {"decline"}},
      {"canceled", {"cancel"}},
      {"refunded", {"accept", "pay", "refund"}},
      {"acceptance_expired", {"wait 100"}},
      {"payment_expired", {"accept", "wait 100"}},
      {"forgotten", {"decline", "wait 1000"}},
  };
  if (!from_stock) {
    for (const std::string& step : ways.at(state)) {
      if (step.starts_with("wait ")) {
        now += std::stoi(step.substr(5));
      } else {
        EXPECT_EQ(Do(step, order).code, Code::kOk);
      }
    }
  }
  EXPECT_EQ(Name(State(order)), state == "forgotten" ? "" : state);
  (void)Told();
  return order;
}

CommandResult TransitionsTest::Do(const std::string& command, OrderId order) {
  if (command == "accept") return shop().Accept(order, now);
  if (command == "accept:4") return shop().AcceptPart(order, 4, now);
  if (command == "decline") return shop().Decline(order, now);
  if (command == "pay") return shop().Pay(order, now);
  if (command == "cancel") return shop().Cancel(order, now);
  if (command == "refund") return shop().Refund(order, false, now);
  if (command == "restock") return shop().Refund(order, true, now);
  EXPECT_EQ(command, "pick_up");
  return shop().PickUp(order, now);
}

// "-" is wrong_state, naming the state that the order is in; "=" a duplicate; a state is what is entered. Orders for 5;
// "stock:" ones were taken from stock: there is no accept to repeat.
constexpr char kTable[] = R"(
when                   accept           accept:4         decline  pay          cancel   refund   restock  pick_up
awaiting_acceptance    awaiting_payment awaiting_payment declined -            canceled -        -        -
awaiting_payment       =                -                -        confirmed    canceled -        -        -
confirmed              =                -                -        =            -        refunded refunded picked_up
picked_up              =                -                -        =            -        refunded refunded =
declined               -                -                =        -            -        -        -        -
acceptance_expired     -                -                -        -            -        -        -        -
payment_expired        -                -                -        payment_late -        -        -        -
canceled               -                -                -        -            =        -        -        -
refunded               -                -                -        -            -        =        =        -
stock:awaiting_payment -                -                -        confirmed    canceled -        -        -
stock:confirmed        -                -                -        =            -        refunded refunded picked_up
)";

struct Cell {
  std::string when, command, then;
};

std::vector<Cell> Cells() {
  std::istringstream table(kTable);
  std::string line, word;
  Lines commands;
  std::vector<Cell> cells;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    if (!(words >> word)) continue;
    if (commands.empty()) {
      while (words >> word) commands.push_back(word);
      continue;
    }
    const std::string when = word;
    for (std::size_t column = 0; words >> word; ++column) cells.push_back({when, commands.at(column), word});
  }
  return cells;
}

// What is told when a state is entered, here without any mode changing.
Lines ToldOf(const std::string& state, Millis at_ms, Units qty) {
  const std::string at = " at " + std::to_string(at_ms) + " qty " + std::to_string(qty);
  if (state == "confirmed") return {"order_confirmed" + at, "pickup_requested" + at};
  if (state == "awaiting_payment") return {"payment_requested" + at + " until " + std::to_string(at_ms + 100)};
  return {"order_" + state + at};
}

TEST_P(TransitionsTest, EveryCommandInEveryState) {
  for (const auto& [when, command, then] : Cells()) {
    SCOPED_TRACE(command + " when " + when);
    const OrderId order = OrderThat(when);
    const OrderState before = State(order);
    const ProductView shelf = Product();
    now += 7;
    const CommandResult result = Do(command, order);

    if (then == "-" || then == "payment_late") {
      EXPECT_EQ(result.code, then == "-" ? Code::kWrongState : Code::kPaymentLate);
      EXPECT_FALSE(result.duplicate);
      EXPECT_EQ(result.state, before);
      EXPECT_EQ(State(order), before);
      // Money came for a closed order: the one thing that an error tells of.
      const bool due = command == "pay" && (before == OrderState::kPaymentExpired || before == OrderState::kCanceled);
      EXPECT_EQ(Told(), due ? Lines{"refund_due at " + std::to_string(now) + " qty 5"} : Lines{});
    } else if (then == "=") {
      EXPECT_EQ(result.code, Code::kOk);
      EXPECT_TRUE(result.duplicate);
      EXPECT_EQ(result.state, before);
      EXPECT_EQ(State(order), before);
      EXPECT_EQ(Told(), Lines{});
      EXPECT_EQ(Product().available, shelf.available);
    } else {
      EXPECT_EQ(Answer(result), then);
      EXPECT_EQ(Name(State(order)), then);
      EXPECT_EQ(Told(), ToldOf(then, now, command == "accept:4" ? 4 : 5));
    }
  }
}

// An accept's quantity is judged before the state: out of 1 to a million before the order is even looked for, above the
// order's once it is found.
TEST_P(TransitionsTest, AcceptedQtyIsJudgedBeforeTheState) {
  for (const auto& [when, command, then] : Cells()) {
    if (command != "accept") continue;  // once a state
    SCOPED_TRACE(when);
    const OrderId order = OrderThat(when);
    const OrderState before = State(order);
    for (const Units qty : {Units{0}, Units{-1}, Units{6}, kQtyMax, kQtyMax + 1, kMin64, kMax64}) {
      EXPECT_EQ(shop().AcceptPart(order, qty, now).code, Code::kInvalidArgument) << qty;
    }
    EXPECT_EQ(State(order), before);
    EXPECT_EQ(Told(), Lines{});
  }
  const OrderId forgotten = OrderThat("forgotten");
  EXPECT_EQ(shop().AcceptPart(forgotten, 0, now).code, Code::kInvalidArgument);
  EXPECT_EQ(shop().AcceptPart(forgotten, kQtyMax + 1, now).code, Code::kInvalidArgument);
  EXPECT_EQ(shop().AcceptPart(forgotten, 6, now).code, Code::kUnknownOrder);
}

TEST_P(TransitionsTest, OrderThatIsNotRememberedIsUnknown) {
  const OrderId forgotten = OrderThat("forgotten");
  for (const OrderId order : {forgotten, kNoOrder, OrderId{~0ULL}, OrderId{1ULL << 63}}) {
    for (const char* command : {"accept", "accept:4", "decline", "pay", "cancel", "refund", "restock", "pick_up"}) {
      const CommandResult result = Do(command, order);
      EXPECT_EQ(result.code, Code::kUnknownOrder) << command;
      EXPECT_EQ(result.state, OrderState::kNone) << command;
    }
  }
  EXPECT_EQ(Told(), Lines{});
}

// A part that was accepted is repeated by the same part, and by no other quantity.
TEST_P(TransitionsTest, AcceptIsRepeatedWithTheSameQty) {
  const OrderId order = OrderThat("awaiting_acceptance");
  ASSERT_EQ(Answer(shop().AcceptPart(order, 4, now)), "awaiting_payment");
  for (const char* state : {"awaiting_payment", "confirmed", "picked_up"}) {
    SCOPED_TRACE(state);
    EXPECT_EQ(Answer(shop().AcceptPart(order, 4, now)), "duplicate");
    EXPECT_EQ(Answer(shop().AcceptPart(order, 3, now)), "wrong_state");
    EXPECT_EQ(Answer(shop().AcceptPart(order, 5, now)), "wrong_state");
    EXPECT_EQ(Answer(shop().Accept(order, now)), "wrong_state");  // that would be all 5
    if (State(order) == OrderState::kAwaitingPayment) {
      ASSERT_TRUE(shop().Pay(order, now).ok());
    } else {
      ASSERT_TRUE(shop().PickUp(order, now).ok());
    }
  }
}

// An order filled from stock was accepted, whole.
TEST_P(TransitionsTest, AcceptOfAFilledOrderIsADuplicate) {
  Open({.fill_on_restock = FillOnRestock::kFifo});
  Put(0);
  const OrderId order = Placed(5);
  SetStock(5);
  ASSERT_EQ(State(order), OrderState::kAwaitingPayment);
  EXPECT_EQ(Answer(shop().Accept(order, now)), "duplicate");
  EXPECT_EQ(Answer(shop().AcceptPart(order, 4, now)), "wrong_state");
}

TEST_P(TransitionsTest, RefundIsRepeatedWhateverBecameOfTheUnits) {
  const OrderId order = OrderThat("stock:confirmed");
  ASSERT_EQ(Answer(shop().Refund(order, false, now)), "refunded");
  EXPECT_EQ(Answer(shop().Refund(order, true, now)), "duplicate");
  EXPECT_EQ(Product().written_off, 5);
  EXPECT_EQ(Product().available, 45);
}

}  // namespace
}  // namespace flexstock::spec
