#include "tools/loadgen/books.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <ostream>

namespace flexstock::loadgen {
namespace {

constexpr OrderId kOrder{42};

// What three threads of a run write down: who places, the member, who pays.
struct Threads {
  Books placing{1}, member{1}, paying{1};

  Account Sum() const {
    const std::array<const Books*, 3> all = {&placing, &member, &paying};
    return Close(all).front();
  }
};

struct Lifecycle {
  const char* name;
  std::function<void(Threads&)> told;
  Units held, sold;
  std::int64_t pending;
};

void PrintTo(const Lifecycle& lifecycle, std::ostream* out) { *out << lifecycle.name; }

class BooksTest : public testing::TestWithParam<Lifecycle> {};

TEST_P(BooksTest, SumUpToWhereTheUnitsAre) {
  Threads threads;
  GetParam().told(threads);
  const Account sum = threads.Sum();
  EXPECT_EQ(sum.held, GetParam().held);
  EXPECT_EQ(sum.sold, GetParam().sold);
  EXPECT_EQ(sum.pending, GetParam().pending);
}

void PlacedAndHeld(Threads& threads) {
  threads.placing.Held(0, 5);
  threads.paying.PaymentRequested(0, 5);
}

// Asked for 7 units, the member accepts 5, of which stock serves `taken`.
void PlacedAndAccepted(Threads& threads, Units taken) {
  threads.placing.Asked(0);
  threads.member.Accepted(0, kOrder, 5, taken);
  threads.paying.PaymentRequested(0, 5);
}

// Pending for 5 units until stock rises and the engine fills it.
void PlacedAndFilled(Threads& threads) {
  threads.placing.Asked(0);
  threads.paying.PaymentRequested(0, 5);
}

INSTANTIATE_TEST_SUITE_P(
    Lifecycles, BooksTest,
    testing::Values(
        Lifecycle{"Nothing", [](Threads&) {}, 0, 0, 0},
        Lifecycle{"Confirmed", [](Threads& all) { all.placing.Confirmed(0, 5); }, 0, 5, 0},
        Lifecycle{"Held", PlacedAndHeld, 5, 0, 0},
        Lifecycle{"HeldAndPaid", [](Threads& all) { PlacedAndHeld(all), all.paying.Paid(0, kOrder, 5); }, 0, 5, 0},
        Lifecycle{"HeldAndReleased", [](Threads& all) { PlacedAndHeld(all), all.paying.Released(0, kOrder, 5); }, 0, 0,
                  0},
        Lifecycle{"Pending", [](Threads& all) { all.placing.Asked(0); }, 0, 0, 1},
        Lifecycle{"Declined", [](Threads& all) { all.placing.Asked(0), all.member.Unasked(0); }, 0, 0, 0},
        Lifecycle{"Accepted", [](Threads& all) { PlacedAndAccepted(all, 5); }, 5, 0, 0},
        Lifecycle{"AcceptedAndPaid", [](Threads& all) { PlacedAndAccepted(all, 5), all.paying.Paid(0, kOrder, 5); }, 0,
                  5, 0},
        Lifecycle{"Promised", [](Threads& all) { PlacedAndAccepted(all, 2); }, 2, 0, 0},
        Lifecycle{"PromisedAndPaid", [](Threads& all) { PlacedAndAccepted(all, 2), all.paying.Paid(0, kOrder, 5); }, 0,
                  2, 0},
        Lifecycle{"PromisedAndReleased",
                  [](Threads& all) { PlacedAndAccepted(all, 2), all.paying.Released(0, kOrder, 5); }, 0, 0, 0},
        // Released between the member's accept and its look at the order, which then says that nothing is taken.
        Lifecycle{"ReleasedBeforeTheLook",
                  [](Threads& all) { PlacedAndAccepted(all, 0), all.paying.Released(0, kOrder, 5); }, 0, 0, 0},
        Lifecycle{"Filled", PlacedAndFilled, 5, 0, 0},
        Lifecycle{"FilledAndPaid", [](Threads& all) { PlacedAndFilled(all), all.paying.Paid(0, kOrder, 5); }, 0, 5, 0},
        Lifecycle{"FilledAndReleased", [](Threads& all) { PlacedAndFilled(all), all.paying.Released(0, kOrder, 5); }, 0,
                  0, 0}),
    [](const auto& test) { return test.param.name; });

TEST(BooksCloseTest, KeepsProductsApart) {
  Books one(3), other(3);
  one.Confirmed(0, 1);
  one.Held(2, 4);
  other.Confirmed(2, 2);
  other.PaymentRequested(2, 4);
  other.Paid(2, kOrder, 4);
  const std::array<const Books*, 2> all = {&one, &other};
  const std::vector<Account> sums = Close(all);
  ASSERT_EQ(sums.size(), 3u);
  EXPECT_EQ(sums[0].sold, 1);
  EXPECT_EQ(sums[1].sold, 0);
  EXPECT_EQ(sums[2].sold, 6);
  EXPECT_EQ(sums[2].held, 0);
}

TEST(BooksCloseTest, TellsOneOrdersPromiseFromAnothers) {
  Threads threads;
  PlacedAndAccepted(threads, 2);
  threads.placing.Held(0, 3);
  threads.paying.PaymentRequested(0, 3);
  threads.paying.Paid(0, OrderId{43}, 3);  // not the promised one
  EXPECT_EQ(threads.Sum().held, 2);
  EXPECT_EQ(threads.Sum().sold, 3);
}

}  // namespace
}  // namespace flexstock::loadgen
