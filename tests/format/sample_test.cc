// The checked-in journal of each format that there was must open for ever, and say what it said when it was made.
//
// tests/format/format-1 is never made again and never changed: if a change of the engine makes this test fail, the
// change is wrong, not the sample. What is expected of it, format-1.txt, was written by the engine that wrote the
// files, before it crashed (make_sample_main.cc), and that stays, too. Every test opens a copy.
#include "tests/format/sample.h"

#include <array>
#include <filesystem>

#include "tests/format/picture.h"
#include "tests/journal_tool/on_disk.h"

namespace flexstock::format {
namespace {

const std::filesystem::path kSamples = FLEXSTOCK_SAMPLES;
constexpr Millis kLast = 1'700'006'060'012;  // the time of the last command that is on the disk

class SampleTest : public journal_tool::OnDisk {
 protected:
  SampleTest() : options_(OptionsOf(path_, nullptr)) { std::filesystem::copy(kSamples / "format-1", path_); }

  [[nodiscard]] std::unique_ptr<Engine> Open() const {
    auto [engine, problem] = Engine::Open(options_);
    EXPECT_EQ(problem, "");
    return std::move(engine);
  }
  // What waits for the audience, and is then no longer in its queue.
  [[nodiscard]] static std::string Hear(Engine& engine, Audience audience) {
    EXPECT_TRUE(engine.Commit());
    std::string text = "waiting for " + std::string(Name(audience)) + "\n";
    std::array<Event, 64> events;
    while (const std::size_t count = engine.Poll(audience, events)) {
      for (const Event& event : std::span(events).first(count)) text += ToText(event) + "\n";
    }
    return text;
  }
  [[nodiscard]] std::string Everything(Engine& engine) const {
    std::string text = Picture(engine, options_, kLast);
    for (std::size_t i = 0; i < kAudiences; ++i) text += Hear(engine, static_cast<Audience>(i));
    return text;
  }

  [[nodiscard]] static std::string Expected() {
    std::ifstream file(kSamples / "format-1.txt");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const Options options_;
};

TEST_F(SampleTest, IsWhatItWas) {
  const std::unique_ptr<Engine> engine = Open();
  ASSERT_NE(engine, nullptr);
  const Recovery& recovery = engine->recovery();
  EXPECT_TRUE(recovery.recovered);
  EXPECT_EQ(recovery.epoch, 60u);
  EXPECT_EQ(recovery.snapshot_epoch, 46u);
  EXPECT_EQ(recovery.changes, 304u);
  EXPECT_NE(recovery.torn.find("journal-0000000000000005: at 36864"), std::string::npos) << recovery.torn;
  EXPECT_EQ(Everything(*engine), Expected());

  const AuditReport audit = engine->Audit();
  EXPECT_TRUE(audit.ok());
  EXPECT_EQ(audit.products, 8u);
  EXPECT_EQ(audit.orders, 22u);
  EXPECT_EQ(audit.pending, 5u);
}

TEST_F(SampleTest, IsTheSameOpenedTwice) {
  ASSERT_NE(Open(), nullptr);
  const std::unique_ptr<Engine> engine = Open();
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->recovery().epoch, 60u);
  EXPECT_EQ(engine->recovery().torn, "") << "closing wrote over it";
  EXPECT_EQ(Everything(*engine), Expected());
}

// What no image says, but the rules: keys, limits, the order of those who wait, deadlines.
TEST_F(SampleTest, KeepsTheRules) {
  const std::unique_ptr<Engine> engine = Open();
  ASSERT_NE(engine, nullptr);
  const PlaceResult again =
      engine->Place({.product = ProductId{2}, .customer = CustomerId{307}, .qty = 2, .key = {.hi = 3, .lo = 7}}, kLast);
  EXPECT_TRUE(again.ok() && again.duplicate);
  const PlaceResult conflict =
      engine->Place({.product = ProductId{1}, .customer = CustomerId{307}, .qty = 2, .key = {.hi = 3, .lo = 7}}, kLast);
  EXPECT_EQ(conflict.code, Code::kKeyConflict);

  ASSERT_TRUE(engine->Publish(ProductId{4}, kLast).ok());
  const auto shoes = [&](Units qty) {
    return engine->Place({.product = ProductId{4}, .customer = CustomerId{99}, .qty = qty}, kLast).code;
  };
  EXPECT_EQ(shoes(4), Code::kOrderLimit);
  EXPECT_EQ(shoes(2), Code::kOk);
  EXPECT_EQ(shoes(3), Code::kCustomerLimit);

  std::vector<OrderView> pending;
  ASSERT_EQ(engine->Pending(MemberId{7}, 10, &pending, kLast), Code::kOk);
  std::vector<std::int64_t> customers;
  for (const OrderView& order : pending) customers.push_back(static_cast<std::int64_t>(order.customer));
  EXPECT_EQ(customers, (std::vector<std::int64_t>{105, 205, 305, 910}));

  // Of six tickets that are held, the first runs out at this instant.
  constexpr Millis kRunsOut = 1'700'006'480'012;
  ProductView tickets;
  ASSERT_EQ(engine->Find(ProductId{3}, &tickets, kRunsOut - 1), Code::kOk);
  EXPECT_EQ(tickets.held, 6);
  ASSERT_EQ(engine->Find(ProductId{3}, &tickets, kRunsOut), Code::kOk);
  EXPECT_EQ(tickets.held, 5);
  EXPECT_TRUE(engine->Audit().ok());
}

TEST_F(SampleTest, GoesOn) {
  const PlaceOrder request{
      .product = ProductId{1}, .customer = CustomerId{1'000}, .qty = 4, .key = {.hi = 77, .lo = 1}};
  const Position position{.stream = 3, .offset = 400};
  PlaceResult placed;
  {
    const std::unique_ptr<Engine> engine = Open();
    ASSERT_NE(engine, nullptr);
    placed = engine->Place(request, {kLast + 1, &position});
    ASSERT_EQ(placed.state, OrderState::kConfirmed);
    ASSERT_TRUE(engine->Commit());
    EXPECT_EQ(engine->durable_epoch(), 61u);
    ASSERT_EQ(engine->Snapshot(), "");
  }
  const std::unique_ptr<Engine> engine = Open();
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->recovery().epoch, 61u);
  EXPECT_EQ(engine->recovery().snapshot_epoch, 61u);
  OrderView order;
  ASSERT_EQ(engine->Find(request.key, &order, kLast + 1), Code::kOk);
  EXPECT_EQ(order.order, placed.order);
  EXPECT_EQ(order.state, OrderState::kConfirmed);
  ProductView lamps;
  ASSERT_EQ(engine->Find(ProductId{1}, &lamps, kLast + 1), Code::kOk);
  EXPECT_EQ(lamps.available, 2);
  EXPECT_EQ(lamps.sold, 40);
  std::uint64_t offset = 0;
  ASSERT_TRUE(engine->FindPosition(3, &offset));
  EXPECT_EQ(offset, 400u);
  EXPECT_TRUE(engine->Audit().ok());
}

}  // namespace
}  // namespace flexstock::format
