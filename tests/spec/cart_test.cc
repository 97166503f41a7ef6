// Carts: many lines at one instant, each on its own or all or none.
#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class CartTest : public SpecTest {
 protected:
  // "taken: confirmed confirmed", "refused duplicate: ..." and so on; "" for a line that did not fail in a refused
  // cart.
  std::string PlaceCartOf(CartMode mode, const std::vector<CartLine>& lines, CustomerId customer = kCustomer) {
    results_.assign(lines.size(), {});
    const CartResult result =
        shop().Place(PlaceCart{.customer = customer, .mode = mode, .lines = lines}, results_, now);
    std::string text(Name(result.code));
    if (result.duplicate) text += " duplicate";
    text += ":";
    for (const PlaceResult& line : results_) text += " " + LineAnswer(line);
    return text;
  }
  std::string Split(const std::vector<CartLine>& lines) { return PlaceCartOf(CartMode::kSplit, lines); }
  std::string All(const std::vector<CartLine>& lines) { return PlaceCartOf(CartMode::kAllOrNothing, lines); }

  static std::string LineAnswer(const PlaceResult& line) {
    if (line.ok() && line.order == kNoOrder) return "-";
    return (line.ok() && line.duplicate ? "again:" : "") + std::string(line.ok() ? Name(line.state) : Name(line.code));
  }
  static OrderKey Key(std::uint64_t n) { return {.hi = 7, .lo = n}; }

  std::vector<PlaceResult> results_;
};
FLEXSTOCK_SPEC(CartTest);

constexpr ProductId kP = kProduct, kQ = kOtherProduct;

// ---- Form
// ------------------------------------------------------------------------------------------------------------

TEST_P(CartTest, HasOneToSixtyFourLines) {
  for (const CartMode mode : {CartMode::kSplit, CartMode::kAllOrNothing}) {
    for (const std::size_t count : {0u, 1u, 2u, 63u, 64u, 65u, 100u}) {
      SCOPED_TRACE(count);
      Open();
      Put(1'000);
      const std::vector<CartLine> lines(count, {.product = kP, .qty = 1});
      const bool good = count >= 1 && count <= 64;
      const std::string answer = PlaceCartOf(mode, lines);
      EXPECT_TRUE(answer.starts_with(good ? "ok:" : "invalid_argument:")) << answer;
      EXPECT_EQ(Product().available, good ? 1'000 - static_cast<Units>(count) : 1'000);
      for (const PlaceResult& line : results_) EXPECT_EQ(line.ok(), good);
    }
  }
}

TEST_P(CartTest, KeysWithinAreDistinct) {
  for (const CartMode mode : {CartMode::kSplit, CartMode::kAllOrNothing}) {
    Open();
    Put(10);
    Put(10, {}, kQ);
    const std::vector<CartLine> twice = {{.product = kP, .qty = 1, .key = kKey},
                                         {.product = kQ, .qty = 1, .key = kOtherKey},
                                         {.product = kQ, .qty = 2, .key = kKey}};
    EXPECT_EQ(PlaceCartOf(mode, twice), "invalid_argument: invalid_argument invalid_argument invalid_argument");
    EXPECT_EQ(Product().available, 10);
    EXPECT_EQ(Told(), Lines{});
    // No key is no key twice.
    EXPECT_EQ(PlaceCartOf(mode, {{.product = kP, .qty = 1}, {.product = kP, .qty = 1}}), "ok: confirmed confirmed");
  }
}

// A customer out of range is each line's first step.
TEST_P(CartTest, CustomerOutOfRange) {
  Open();
  Put(10);
  const std::vector<CartLine> lines = {{.product = kP, .qty = 1}, {.product = kNoProduct, .qty = 1}};
  EXPECT_EQ(PlaceCartOf(CartMode::kSplit, lines, CustomerId{0}), "ok: invalid_argument invalid_argument");
  EXPECT_EQ(PlaceCartOf(CartMode::kAllOrNothing, lines, CustomerId{0}), "refused: invalid_argument invalid_argument");
}

// ---- Split
// -----------------------------------------------------------------------------------------------------------

TEST_P(CartTest, SplitPlacesEachLineInOrder) {
  Open();
  Put(3);
  Put(1, {.overflow = Overflow::kReject}, kQ);
  EXPECT_EQ(Split({{.product = kP, .qty = 2, .key = Key(1)},
                   {.product = kP, .qty = 2, .key = Key(2)},
                   {.product = kQ, .qty = 2, .key = Key(3)},
                   {.product = kNoProduct, .qty = 1, .key = Key(4)},
                   {.product = kQ, .qty = 0, .key = Key(5)},
                   {.product = kQ, .qty = 1, .key = Key(6)},
                   {.product = kQ, .qty = 1, .key = Key(7)},
                   {.product = kP, .qty = 1}}),
            "ok: confirmed awaiting_acceptance insufficient_stock unknown_product invalid_argument confirmed sold_out "
            "confirmed");
  EXPECT_EQ(Product(kP).available, 0);
  EXPECT_EQ(Product(kQ).available, 0);
  // The same again: what was placed stands; the rest is tried anew.
  EXPECT_EQ(Split({{.product = kP, .qty = 2, .key = Key(1)},
                   {.product = kP, .qty = 1, .key = Key(2)},
                   {.product = kQ, .qty = 2, .key = Key(3)}}),
            "ok: again:confirmed key_conflict sold_out");
}

TEST_P(CartTest, SplitLinesCountForEachOther) {
  Open({.customer_limit = 5});
  Put(100);
  EXPECT_EQ(Split({{.product = kP, .qty = 3}, {.product = kP, .qty = 3}, {.product = kP, .qty = 2}}),
            "ok: confirmed customer_limit confirmed");
}

TEST_P(CartTest, SplitTellsTheModeAfterTheLineThatChangesIt) {
  Open();
  Put(2);
  EXPECT_EQ(Split({{.product = kP, .qty = 2}, {.product = kP, .qty = 1}}), "ok: confirmed awaiting_acceptance");
  EXPECT_EQ(Told(),
            (Lines{"order_confirmed at 1000000 qty 2", "pickup_requested at 1000000 qty 2",
                   "product_mode inactive at 1000000", "acceptance_requested at 1000000 qty 1 until 87400000"}));
}

// ---- All or nothing
// --------------------------------------------------------------------------------------------------

TEST_P(CartTest, AllOrNothingTakesEveryLine) {
  Open();
  Put(5);
  Put(4, {.checkout_hold_ms = 50}, kQ);
  EXPECT_EQ(All({{.product = kP, .qty = 2}, {.product = kQ, .qty = 4}, {.product = kP, .qty = 3}}),
            "ok: confirmed awaiting_payment confirmed");
  EXPECT_EQ(results_[1].deadline_ms, now + 50);
  EXPECT_EQ(Product(kP).available, 0);
  EXPECT_EQ(Product(kQ).held, 4);
}

TEST_P(CartTest, AllOrNothingTellsTheModeOnceAfterAllLines) {
  Open();
  Put(5);
  (void)All({{.product = kP, .qty = 2}, {.product = kP, .qty = 3}});
  EXPECT_EQ(Told(), (Lines{"order_confirmed at 1000000 qty 2", "pickup_requested at 1000000 qty 2",
                           "order_confirmed at 1000000 qty 3", "pickup_requested at 1000000 qty 3",
                           "product_mode inactive at 1000000"}));
}

// Two lines of P and one of Q; what fails is by the sum of a product's lines, and only its lines fail.
TEST_P(CartTest, SumOfAProductsLinesDecides) {
  const struct {
    const char* name;
    Units available;
    PolicyChange policy;
    const char* answer;
  } rows[] = {
      {"one below", 6, {}, "ok: confirmed confirmed confirmed"},
      {"just enough", 5, {}, "ok: confirmed confirmed confirmed"},
      {"one above", 4, {}, "refused: insufficient_stock - insufficient_stock"},
      {"none at all", 0, {}, "refused: sold_out - sold_out"},
      {"never pending", 4, {.overflow = Overflow::kAskMember}, "refused: insufficient_stock - insufficient_stock"},
      {"reject", 4, {.overflow = Overflow::kReject}, "refused: insufficient_stock - insufficient_stock"},
      {"order_limit at the sum", 9, {.order_limit = 5}, "ok: confirmed confirmed confirmed"},
      {"order_limit below the sum", 9, {.order_limit = 4}, "refused: order_limit - order_limit"},
      {"customer_limit at the sum", 9, {.customer_limit = 6}, "ok: confirmed confirmed confirmed"},
      {"customer_limit below it", 9, {.customer_limit = 5}, "refused: customer_limit - customer_limit"},
      {"order before customer", 9, {.order_limit = 4, .customer_limit = 5}, "refused: order_limit - order_limit"},
      {"limits before stock", 0, {.customer_limit = 5}, "refused: customer_limit - customer_limit"},
      {"no pending limit", 5, {.pending_limit = 1}, "ok: confirmed confirmed confirmed"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Open();
    Put(1);
    (void)Placed(1);  // counts for the customer
    Put(row.available, row.policy);
    Put(1, {}, kQ);
    (void)Told();
    EXPECT_EQ(All({{.product = kP, .qty = 3}, {.product = kQ, .qty = 1}, {.product = kP, .qty = 2}}), row.answer);
    const bool taken = std::string(row.answer).starts_with("ok");
    EXPECT_EQ(Product(kP).available, taken ? row.available - 5 : row.available);
    EXPECT_EQ(Product(kQ).available, taken ? 0 : 1);
    EXPECT_EQ(Told().empty(), !taken);
  }
}

// Steps 1 to 4 are each line's own; what fails there is not in its product's sum.
TEST_P(CartTest, LinesThatFailAloneDoNotAddToTheSum) {
  Open();
  Put(5);
  Put(5, {}, kQ, ProductStatus::kDraft);
  (void)Placed({.product = kP, .customer = kCustomer, .qty = 1, .key = kKey});
  EXPECT_EQ(All({{.product = kP, .qty = 4},
                 {.product = kP, .qty = 1, .key = kKey},
                 {.product = kP, .qty = 0},
                 {.product = kP, .qty = kQtyMax + 1},
                 {.product = kQ, .qty = 1},
                 {.product = kNoProduct, .qty = 1},
                 {.product = ProductId{-1}, .qty = 1}}),
            "refused: - key_conflict invalid_argument invalid_argument product_draft unknown_product "
            "invalid_argument");
  EXPECT_EQ(All({{.product = kP, .qty = 5}, {.product = kP, .qty = 1, .key = kKey}}),
            "refused: insufficient_stock key_conflict");
  EXPECT_EQ(Product(kP).available, 4);
}

TEST_P(CartTest, RefusedCartRemembersNoKey) {
  Open();
  Put(1);
  const std::vector<CartLine> lines = {{.product = kP, .qty = 1, .key = Key(1)},
                                       {.product = kQ, .qty = 1, .key = Key(2)}};
  EXPECT_EQ(All(lines), "refused: - unknown_product");
  Put(1, {}, kQ);
  EXPECT_EQ(All(lines), "ok: confirmed confirmed");
}

// ---- The same cart again
// ---------------------------------------------------------------------------------------------

TEST_P(CartTest, SameCartIsADuplicateAsItStandsNow) {
  Open();
  Put(2);
  Put(3, {}, kQ);
  const std::vector<CartLine> lines = {{.product = kP, .qty = 2, .key = Key(1)},
                                       {.product = kQ, .qty = 3, .key = Key(2)}};
  EXPECT_EQ(All(lines), "ok: confirmed confirmed");
  const OrderId first = results_[0].order;
  (void)Told();
  ASSERT_TRUE(shop().PickUp(first, now).ok());
  ASSERT_TRUE(shop().Unpublish(kQ, now).ok());  // a duplicate is a duplicate before anything is checked
  (void)Told();
  EXPECT_EQ(All(lines), "ok duplicate: again:picked_up again:confirmed");
  EXPECT_EQ(results_[0].order, first);
  EXPECT_EQ(Told(), Lines{});
}

TEST_P(CartTest, AnyOtherUseOfAKnownKeyIsAConflict) {
  Open();
  Put(100);
  Put(100, {}, kQ);
  const CartLine p{.product = kP, .qty = 2, .key = Key(1)}, q{.product = kQ, .qty = 3, .key = Key(2)};
  ASSERT_EQ(All({p, q}), "ok: confirmed confirmed");
  EXPECT_EQ(All({p, q, {.product = kP, .qty = 1, .key = Key(3)}}), "refused: key_conflict key_conflict -");
  EXPECT_EQ(All({p, q, {.product = kP, .qty = 1}}), "refused: key_conflict key_conflict -");
  EXPECT_EQ(All({p, {.product = kQ, .qty = 4, .key = Key(2)}}), "refused: key_conflict key_conflict");
  EXPECT_EQ(PlaceCartOf(CartMode::kAllOrNothing, {p, q}, kOtherCustomer), "refused: key_conflict key_conflict");
  // A part of it, in any order, is known line by line.
  EXPECT_EQ(All({q}), "ok duplicate: again:confirmed");
  EXPECT_EQ(All({q, p}), "ok duplicate: again:confirmed again:confirmed");
  EXPECT_EQ(Product(kP).available, 98);
}

TEST_P(CartTest, CartIsForgottenWithItsOrders) {
  Open({}, 100);
  Put(10);
  Put(10, {}, kQ);
  const std::vector<CartLine> lines = {{.product = kP, .qty = 2, .key = Key(1)},
                                       {.product = kQ, .qty = 3, .key = Key(2)}};
  ASSERT_EQ(All(lines), "ok: confirmed confirmed");
  const OrderId second = results_[1].order;
  now += 50;
  ASSERT_TRUE(shop().PickUp(second, now).ok());
  now += 50;  // the first line's order is forgotten, the second's is not
  EXPECT_EQ(All(lines), "refused: - key_conflict");
  now += 50;
  EXPECT_EQ(All(lines), "ok: confirmed confirmed");
  EXPECT_EQ(Product(kP).sold, 4);
}

// What is due by a cart's time has happened before any of its lines is judged.
TEST_P(CartTest, SeesWhatIsDueInAllItsProducts) {
  for (const Millis offset : {Millis{-1}, Millis{0}}) {
    now = 1'000'000;
    Open({.checkout_hold_ms = 50});
    for (std::int64_t id = 1; id <= 9; ++id) {
      Put(2, {}, ProductId{id});
      (void)Placed({.product = ProductId{id}, .customer = kCustomer, .qty = 2});
    }
    now += 50 + offset;
    std::vector<CartLine> lines;
    for (std::int64_t id = 1; id <= 9; ++id) lines.push_back({.product = ProductId{id}, .qty = 2});
    const std::string answer = All(lines);
    EXPECT_TRUE(answer.starts_with(offset < 0 ? "refused: sold_out" : "ok: awaiting_payment")) << answer;
  }
}

}  // namespace
}  // namespace flexstock::spec
