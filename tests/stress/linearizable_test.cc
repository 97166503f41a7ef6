// The judge is judged first: histories made by hand, right and wrong.
#include "tests/stress/linearizable.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/stress/world.h"

namespace flexstock::stress {
namespace {

constexpr ProductId kProduct{1};
constexpr Millis kAt = 1000;
constexpr std::int64_t kOk = 0, kSoldOut = static_cast<std::int64_t>(Code::kSoldOut);
constexpr std::int64_t kConfirmed = static_cast<std::int64_t>(OrderState::kConfirmed);

World Shop(Units stock) {
  World world(Policy{.overflow = Overflow::kReject}, 1'000'000);
  (void)world.model().Put({.product = kProduct, .member = MemberId{7}, .stock = stock, .status = {}, .policy = {}},
                          kAt);
  return world;
}

Call Named(Verb verb, std::uint64_t invoked, std::uint64_t returned) {
  Call call;
  call.verb = verb;
  call.at_ms = kAt;
  call.product = kProduct;
  call.customer = CustomerId{9};
  call.qty = 1;
  call.invoked = invoked;
  call.returned = returned;
  return call;
}

Call Sold(Ticket ticket, std::uint64_t invoked, std::uint64_t returned) {
  Call call = Named(Verb::kPlace, invoked, returned);
  call.ticket = ticket;
  call.answer = {kOk, kConfirmed, 0, 0};
  call.tickets = {ticket};
  return call;
}

Call Refused(Ticket ticket, std::uint64_t invoked, std::uint64_t returned) {
  Call call = Sold(ticket, invoked, returned);
  call.answer = {kSoldOut, 0, 0, 0};
  call.tickets = {kNoTicket};
  return call;
}

Call Seen(Units available, Units sold, std::uint64_t invoked, std::uint64_t returned) {
  Call call = Named(Verb::kFindProduct, invoked, returned);
  const auto mode = static_cast<std::int64_t>(available > 0 ? ProductMode::kActive : ProductMode::kInactive);
  call.answer = {kOk, mode, available, 0, sold, 0, available + sold, 0};
  return call;
}

Call Refunded(Ticket ticket, bool duplicate, std::uint64_t invoked, std::uint64_t returned) {
  Call call = Named(Verb::kRefund, invoked, returned);
  call.ticket = ticket;
  call.restock = true;
  call.answer = {kOk, static_cast<std::int64_t>(OrderState::kRefunded), duplicate};
  return call;
}

bool Judge(Units stock, std::vector<Call> calls) { return IsLinearizable(Shop(stock), std::span<const Call>(calls)); }

TEST(LinearizableTest, NothingIs) { EXPECT_TRUE(Judge(1, {})); }

TEST(LinearizableTest, OneAfterTheOtherIs) {
  EXPECT_TRUE(Judge(2, {Sold(0, 1, 2), Seen(1, 1, 3, 4), Sold(1, 5, 6), Seen(0, 2, 7, 8), Refused(2, 9, 10)}));
}

TEST(LinearizableTest, LastUnitSoldTwiceIsNot) {
  EXPECT_TRUE(Judge(1, {Sold(0, 1, 10), Refused(1, 2, 9)}));
  EXPECT_TRUE(Judge(1, {Refused(0, 1, 10), Sold(1, 2, 9)}));
  EXPECT_FALSE(Judge(1, {Sold(0, 1, 10), Sold(1, 2, 9)}));
}

// Something that was over before must be seen; something that overlaps may be.
TEST(LinearizableTest, StaleAnswerIsNot) {
  EXPECT_TRUE(Judge(2, {Sold(0, 1, 5), Seen(2, 0, 2, 6)}));
  EXPECT_TRUE(Judge(2, {Sold(0, 1, 5), Seen(1, 1, 2, 6)}));
  EXPECT_FALSE(Judge(2, {Sold(0, 1, 5), Seen(2, 0, 6, 7)}));
}

TEST(LinearizableTest, AnswerFromTheFutureIsNot) { EXPECT_FALSE(Judge(2, {Seen(1, 1, 1, 2), Sold(0, 3, 4)})); }

// Refused although a unit was there all the time.
TEST(LinearizableTest, GroundlessRefusalIsNot) { EXPECT_FALSE(Judge(2, {Sold(0, 1, 10), Refused(1, 2, 9)})); }

// Two who look one after the other cannot see the sale come and go again.
TEST(LinearizableTest, LooksThatDisagreeOnTheOrderAreNot) {
  EXPECT_TRUE(Judge(2, {Sold(0, 1, 10), Seen(2, 0, 2, 3), Seen(1, 1, 4, 5)}));
  EXPECT_FALSE(Judge(2, {Sold(0, 1, 10), Seen(1, 1, 2, 3), Seen(2, 0, 4, 5)}));
}

TEST(LinearizableTest, TwoWinnersOfOneChangeAreNot) {
  EXPECT_TRUE(Judge(1, {Sold(0, 1, 2), Refunded(0, false, 3, 8), Refunded(0, true, 4, 7), Seen(1, 0, 9, 10)}));
  EXPECT_FALSE(Judge(1, {Sold(0, 1, 2), Refunded(0, false, 3, 8), Refunded(0, false, 4, 7)}));
  EXPECT_FALSE(Judge(1, {Sold(0, 1, 2), Refunded(0, true, 3, 8), Refunded(0, true, 4, 7)}));
}

TEST(LinearizableTest, UnitThatCameBackTwiceIsNot) {
  EXPECT_FALSE(Judge(1, {Sold(0, 1, 2), Refunded(0, false, 3, 4), Seen(2, 0, 5, 6)}));
}

TEST(LinearizableTest, OneKeyTwoOrdersIsNot) {
  Call first = Sold(0, 1, 10), second = Sold(1, 2, 9);
  first.key = second.key = {.hi = 0, .lo = 5};
  EXPECT_FALSE(Judge(5, {first, second}));
  second.answer[2] = 1;  // a duplicate, of the first's order
  second.tickets = {0};
  EXPECT_TRUE(Judge(5, {first, second}));
  second.tickets = {1};  // of no order
  EXPECT_FALSE(Judge(5, {first, second}));
}

// Many that all overlap: the memory of what was tried keeps the search short. Without it there are 12! orders.
TEST(LinearizableTest, ManyOverlappingAreJudgedSoon) {
  std::vector<Call> calls;
  for (Ticket ticket = 0; ticket < 6; ++ticket) calls.push_back(Sold(ticket, 1, 100));
  for (Ticket ticket = 6; ticket < 12; ++ticket) calls.push_back(Refused(ticket, 1, 100));
  EXPECT_TRUE(Judge(6, calls));
  EXPECT_FALSE(Judge(7, calls));
}

}  // namespace
}  // namespace flexstock::stress
