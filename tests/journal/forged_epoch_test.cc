// An epoch that no engine wrote, behind those that one did: every hash is right, and one thing in it contradicts what
// came before. Each is refused, naming the shard; the same change without that one thing opens.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/block_writer.h"
#include "engine/journal/epoch_block.h"
#include "engine/journal/format.h"
#include "engine/journal/image.h"
#include "engine/journal/record.h"
#include "engine/shard/change.h"
#include "engine/shard/order.h"
#include "engine/shard/record.h"
#include "tests/journal/forgery.h"
#include "tests/journal/shop.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using shard::Change;
using shard::MakeOrderId;
using sim::SimStorage;

constexpr ProductId kSold{11}, kHeld{12};  // the one confirms at once, the other holds units for a payment
constexpr MemberId kMember{7};
constexpr CustomerId kCustomer{3};
constexpr Millis kNow = 1'000;
constexpr std::uint32_t kNoSlot = shard::kSlotEnd - 1;

class ForgedEpochTest : public testing::Test {
 protected:
  void SetUp() override {
    auto [engine, problem] = Engine::Open(OptionsOn(&made_, 1));
    ASSERT_EQ(problem, "");
    const auto put = [&engine = engine](ProductId product, Millis checkout_hold_ms) {
      return engine->Put({.product = product,
                          .member = kMember,
                          .stock = 10,
                          .status = {},
                          .policy = {.checkout_hold_ms = checkout_hold_ms}},
                         kNow);
    };
    const auto place = [&engine = engine](ProductId product, Units qty) {
      return engine->Place({.product = product, .customer = kCustomer, .qty = qty}, kNow);
    };
    ASSERT_TRUE(put(kSold, 0).ok() && put(kHeld, 5'000).ok());
    const PlaceResult confirmed = place(kSold, 2), held = place(kHeld, 3), asked = place(kSold, 20);
    const PlaceResult canceled = place(kSold, 21);
    ASSERT_EQ(confirmed.state, OrderState::kConfirmed);
    ASSERT_EQ(held.state, OrderState::kAwaitingPayment);
    ASSERT_EQ(asked.state, OrderState::kAwaitingAcceptance);
    ASSERT_TRUE(engine->Cancel(canceled.order, kNow).ok());
    confirmed_ = confirmed.order;
    held_ = held.order;
    asked_ = asked.order;
    canceled_ = canceled.order;
    ASSERT_TRUE(engine->Commit());
    ASSERT_EQ(engine->Snapshot(), "");
    snapshot_ = std::string(kDirectory) + "/" + SnapshotName(engine->durable_epoch());
    Abandon(&made_, &engine);
    made_.PowerLoss(sim::Loss::kAll);
    ReadBlocks();
  }

  // What the last block of the journal leaves to the next, and in which slots the products are.
  void ReadBlocks() {
    const File file(&made_, segment_);
    EpochBlock epoch;
    for (const Forged& block : file.blocks) {
      ASSERT_TRUE(TakeEpoch(block.payload, 1, &epoch));
      next_position_ = block.header.position + epoch.changes;
      for (const Section& section : epoch.sections) {
        next_number_ = section.first + section.count;
        Reader reader(section.records);
        Before before;
        Record record;
        for (std::uint64_t i = 0; i < section.count; ++i) {
          ASSERT_TRUE(TakeRecord(&reader, &before, &record));
          if (record.product_id == static_cast<std::int64_t>(kSold)) sold_slot_ = record.product;
          if (record.product_id == static_cast<std::int64_t>(kHeld)) held_slot_ = record.product;
        }
      }
    }
    ASSERT_NE(sold_slot_, kNoSlot);
    ASSERT_NE(held_slot_, kNoSlot);
  }

  // ---- Changes that are true -------------------------------------------------------------------------------------
  static Change Treated(OrderId order, EventType type, std::uint32_t accepted, std::uint32_t taken) {
    Change change{};
    change.order = order;
    change.at_ms = change.deadline_ms = kNow;
    change.image = Change::Image(0, accepted, taken);
    change.told = Change::Told(type, 0, 0, ProductMode{});
    return change;
  }
  [[nodiscard]] Change Placed(EventType type, std::uint32_t qty) const {
    // In the slot behind the last.
    const std::uint32_t slot = shard::PlaceOf(canceled_).slot + 1;
    Change change = Treated(MakeOrderId({0, slot}, 1), type, 0, 0);
    change.customer = static_cast<std::int64_t>(kCustomer);
    change.deadline_ms = kNow + 10;
    change.product = sold_slot_;
    change.image = Change::Image(qty, 0, 0);
    change.told = Change::Told(type, 0, Change::kPlaced, ProductMode{});
    return change;
  }
  // kSold, which has sold 2, has been given 5 more.
  [[nodiscard]] Change Image() const {
    Change change{};
    change.order = MakeOrderId({0, 0}, 0);
    change.key = {.hi = static_cast<std::uint64_t>(kSold), .lo = static_cast<std::uint64_t>(kMember)};
    change.at_ms = kNow;
    change.customer = 15;    // supplied
    change.deadline_ms = 0;  // written off
    change.image = 13;       // available
    change.product = sold_slot_;
    change.told = Change::Told(shard::kProductImage, 0, 0, ProductMode{});
    return change;
  }
  // A third product, without units.
  [[nodiscard]] Change NewImage() const {
    Change change = Image();
    change.key.hi = 13;
    change.customer = 0;
    change.image = 0;
    change.product = std::max(sold_slot_, held_slot_) + 1;
    return change;
  }
  [[nodiscard]] Change Mode(ProductMode mode) const {
    Change change{};
    change.at_ms = kNow;
    change.product = sold_slot_;
    change.told = Change::Told(EventType::kProductMode, 0, 0, mode);
    return change;
  }

  // ---- What an engine says to them -------------------------------------------------------------------------------
  enum class Behind { kJournal, kSnapshot };

  // Of an epoch with these changes, the first of which has that number in its shard.
  std::string Open(SimStorage* disk, std::span<const Change> changes, std::uint64_t number) {
    BlockWriter writer;
    writer.Begin();
    if (!changes.empty()) {
      writer.Varint(1);  // the first shard
      writer.Varint(number);
      writer.Varint(changes.size());
      const std::size_t length_at = writer.offset();
      writer.Fixed<std::uint32_t>(0);
      Before before;
      for (const Change& change : changes) {
        writer.Advance(PutChange(writer.Room(kRecordMax), change, &policy_, &before));
      }
      writer.PatchFixed(length_at, static_cast<std::uint32_t>(writer.offset() - length_at - sizeof(std::uint32_t)));
    }
    writer.Varint(0);               // no shard more
    writer.Varint(0);               // no positions
    writer.Fixed<std::uint8_t>(0);  // nothing confirmed
    File file(disk, segment_);
    Forged next{.header = file.blocks.back().header,
                .payload = {writer.payload().begin(), writer.payload().end()},
                .offset = file.blocks.back().offset + kPage};
    EXPECT_LE(kBlockHeaderBytes + file.blocks.back().payload.size(), kPage);
    ++next.header.epoch;
    next.header.position = next_position_;
    file.blocks.push_back(next);
    (void)file.Write(file.blocks.front().header.previous);
    auto [engine, problem] = Engine::Open(OptionsOn(disk, 1));
    EXPECT_TRUE(engine == nullptr || (engine->recovery().epoch == next.header.epoch && engine->Audit().ok()));
    return problem;
  }
  // Without the snapshot, or from it.
  std::unique_ptr<SimStorage> Disk(Behind behind) {
    std::unique_ptr<SimStorage> disk = made_.Copy();
    if (behind == Behind::kJournal) disk->RemoveFile(snapshot_);
    return disk;
  }
  void ExpectOpens(std::vector<Change> changes) {
    for (const Behind behind : {Behind::kJournal, Behind::kSnapshot}) {
      EXPECT_EQ(Open(Disk(behind).get(), changes, next_number_), "");
    }
  }
  void ExpectRefused(std::vector<Change> changes, const char* says) {
    for (const Behind behind : {Behind::kJournal, Behind::kSnapshot}) {
      const std::string problem = Open(Disk(behind).get(), changes, next_number_);
      EXPECT_NE(problem.find(says), std::string::npos) << "'" << problem << "'";
    }
  }
  void ExpectContradiction(std::vector<Change> changes) {
    ExpectRefused(std::move(changes), "the changes of shard 0 contradict what came before them");
  }
  template <typename Spoil>
  void ExpectContradiction(Change change, Spoil spoil) {
    spoil(change);
    ExpectContradiction({change});
  }

  const std::string segment_ = std::string(kDirectory) + "/" + SegmentName(1);
  const Policy policy_{};
  SimStorage made_{1};
  std::string snapshot_;
  OrderId confirmed_{}, held_{}, asked_{}, canceled_{};
  std::uint64_t next_position_ = 0, next_number_ = 0;
  std::uint32_t sold_slot_ = kNoSlot, held_slot_ = kNoSlot;
};

TEST_F(ForgedEpochTest, OrdersThatAreTreated) {
  ExpectOpens({Treated(confirmed_, EventType::kOrderPickedUp, 0, 2)});
  ExpectOpens({Treated(held_, EventType::kPaymentExpired, 0, 0)});
  ExpectOpens({Treated(asked_, EventType::kOrderDeclined, 0, 0)});
  const auto other = [](OrderId order, std::uint32_t slots, std::uint32_t generations) {
    const shard::OrderPlace place = shard::PlaceOf(order);
    return MakeOrderId({place.shard, place.slot + slots}, shard::GenerationOf(order) + generations);
  };
  // A slot beyond the most that there can be; a slot that nobody had; an order that the slot has not had yet.
  ExpectContradiction({Treated(MakeOrderId({0, kNoSlot}, 1), EventType::kOrderPickedUp, 0, 2)});
  ExpectContradiction({Treated(other(canceled_, 1, 0), EventType::kOrderPickedUp, 0, 0)});
  ExpectContradiction({Treated(other(confirmed_, 0, 1), EventType::kOrderPickedUp, 0, 2)});
  // More than was asked for, more than was accepted, more than there is.
  ExpectContradiction({Treated(held_, EventType::kPaymentRequested, 4, 3)});
  ExpectContradiction({Treated(held_, EventType::kPaymentRequested, 3, 4)});
  ExpectContradiction({Treated(asked_, EventType::kPaymentRequested, 20, 20)});
}

TEST_F(ForgedEpochTest, OrdersThatArePlaced) {
  ExpectOpens({Placed(EventType::kOrderConfirmed, 8)});
  ExpectOpens({Placed(EventType::kAcceptanceRequested, 8)});
  const Change placed = Placed(EventType::kOrderConfirmed, 1);
  ExpectContradiction({Placed(EventType::kOrderConfirmed, 9)});  // more than there is
  ExpectContradiction(placed, [](Change& change) { change.product = 5; });
  ExpectContradiction(placed, [](Change& change) { change.product = kNoSlot; });
  ExpectContradiction(placed, [](Change& change) { change.order = MakeOrderId({0, kNoSlot}, 1); });
  // In a slot in which an order is that waits, whichever comes; in that of a settled one, which is or was that order.
  const auto slot_of = [](OrderId order) { return shard::PlaceOf(order).slot; };
  for (const std::uint32_t generation : {1u, 2u}) {
    ExpectContradiction(placed, [&](Change& change) { change.order = MakeOrderId({0, slot_of(asked_)}, generation); });
    ExpectContradiction(placed, [&](Change& change) { change.order = MakeOrderId({0, slot_of(held_)}, generation); });
  }
  ExpectContradiction(placed, [&](Change& change) { change.order = canceled_; });
  Change later = placed;
  later.order = MakeOrderId({0, slot_of(canceled_)}, 3);
  ExpectOpens({later});
  // Forgotten by now, as the next is of that slot.
  Change earlier = placed;
  earlier.order = MakeOrderId({0, slot_of(canceled_)}, 2);
  ExpectContradiction({later, earlier});
}

TEST_F(ForgedEpochTest, ProductsThatAreChanged) {
  ExpectOpens({Image()});
  ExpectOpens({NewImage()});
  for (const Change& image : {Image(), NewImage()}) {
    ExpectContradiction(image, [](Change& change) { change.product = kNoSlot; });
    ExpectContradiction(image, [](Change& change) { ++change.image; });        // available
    ExpectContradiction(image, [](Change& change) { ++change.customer; });     // supplied
    ExpectContradiction(image, [](Change& change) { ++change.deadline_ms; });  // written off
    // In the other's place.
    ExpectContradiction(image, [&](Change& change) { change.product = held_slot_; });
  }
  ExpectContradiction(Image(), [](Change& change) { ++change.key.lo; });  // another member's
  // A product that has a slot already.
  ExpectContradiction(NewImage(), [](Change& change) { change.key.hi = static_cast<std::uint64_t>(kSold); });
}

TEST_F(ForgedEpochTest, ModesThatAreTold) {
  ExpectOpens({Mode(ProductMode::kActive)});
  ExpectContradiction({Mode(ProductMode::kInactive)});
  ExpectContradiction({Mode(ProductMode::kDraft)});
  ExpectContradiction(Mode(ProductMode::kActive), [](Change& change) { change.product = 5; });
  ExpectContradiction(Mode(ProductMode::kActive), [](Change& change) { change.product = kNoSlot; });
}

// The journal has what a snapshot has; nothing is missing between.
TEST_F(ForgedEpochTest, Numbers) {
  const std::vector<Change> changes = {Treated(asked_, EventType::kOrderDeclined, 0, 0)};
  for (const std::uint64_t number : {std::uint64_t{0}, next_number_ + 1, std::numeric_limits<std::uint64_t>::max()}) {
    for (const Behind behind : {Behind::kJournal, Behind::kSnapshot}) {
      EXPECT_NE(Open(Disk(behind).get(), changes, number).find("contradict what came before"), std::string::npos);
    }
  }
}

// An expiry may have a time before that of the change before it, but nothing waits beyond its deadline.
TEST_F(ForgedEpochTest, DeadlinesThatHavePassed) {
  Change placed = Placed(EventType::kAcceptanceRequested, 8);
  placed.at_ms = kNow - 500;
  placed.deadline_ms = kNow + 1;
  ExpectOpens({placed});
  placed.deadline_ms = kNow - 1;
  ExpectRefused({placed}, "nothing is opened");
}

// What the journal treats before anybody has looked through all that the snapshot has.
class ForgedChunkTest : public ForgedEpochTest {
 protected:
  // With the first block of that kind changed, and an epoch behind it.
  template <typename Spoil>
  std::string OpenWith(BlockKind kind, Spoil spoil, std::vector<Change> changes) {
    const std::unique_ptr<SimStorage> disk = Disk(Behind::kSnapshot);
    File file(disk.get(), snapshot_);
    spoil(&file.blocks[FirstOf(file.blocks, kind)]);
    (void)file.Write();
    return Open(disk.get(), changes, next_number_);
  }
  // Every event of a block, changed.
  template <typename Spoil>
  static void ChangeEvents(Forged* block, Spoil spoil) {
    Reader reader(block->payload);
    BlockWriter writer;
    writer.Begin();
    std::uint64_t left = reader.Varint();
    EXPECT_GT(left, 1u);
    for (writer.Varint(left); left > 0; --left) {
      Change event{};
      ASSERT_TRUE(TakeTold(&reader, &event));
      spoil(&event);
      PutTold(event, &writer);
    }
    block->payload.assign(writer.payload().begin(), writer.payload().end());
  }
};

TEST_F(ForgedChunkTest, AnOrderOfAProductThatThereIsNot) {
  const auto open = [&](std::uint32_t product) {
    const auto spoil = [&](Forged* block) {
      ChangeImages<shard::SlotImage>(block, [&](auto* images) {
        for (shard::SlotImage& image : *images) {
          if (image.slot == shard::PlaceOf(held_).slot) image.order.product = product;
        }
      });
    };
    return OpenWith(BlockKind::kOrders, spoil, {Treated(held_, EventType::kPaymentExpired, 0, 0)});
  };
  EXPECT_EQ(open(held_slot_), "");
  EXPECT_NE(open(kNoSlot).find("the changes of shard 0 contradict what came before them"), std::string::npos);
}

TEST_F(ForgedChunkTest, SlotsBeyondTheMostThatThereCanBe) {
  const auto claim_all = [](Forged* block) {
    Reader reader(block->payload);
    BlockWriter writer;
    writer.Begin();
    writer.Varint(reader.Varint());  // shard
    (void)reader.Varint();
    (void)reader.Varint();
    (void)reader.Varint();
    writer.Varint(0);  // slots, all of them
    writer.Varint(shard::kSlotEnd);
    writer.Varint(std::numeric_limits<std::uint64_t>::max());  // with every change that will ever be
    std::vector<shard::SlotImage> images;
    ASSERT_TRUE(TakeImages(&reader, reader.Varint(), &images));
    writer.Varint(images.size());
    PutImages(std::span<const shard::SlotImage>(images), &writer);
    block->payload.assign(writer.payload().begin(), writer.payload().end());
  };
  EXPECT_EQ(OpenWith(BlockKind::kOrders, claim_all, {}), "");
  const std::string problem =
      OpenWith(BlockKind::kOrders, claim_all, {Treated(MakeOrderId({0, kNoSlot}, 1), EventType::kOrderPickedUp, 0, 2)});
  EXPECT_NE(problem.find("the changes of shard 0 contradict what came before them"), std::string::npos) << problem;
}

TEST_F(ForgedChunkTest, EventsThatNobodyCanBeTold) {
  const auto open = [&](auto spoil) {
    return OpenWith(BlockKind::kEvents, [&](Forged* block) { ChangeEvents(block, spoil); }, {});
  };
  EXPECT_EQ(open([](Change*) {}), "");
  const auto expect = [](const std::string& problem, const char* says) {
    EXPECT_NE(problem.find(says), std::string::npos) << problem;
  };
  expect(open([](Change* event) { event->product = kNoSlot; }), "nothing is opened");
  expect(open([&](Change* event) { event->product = std::max(sold_slot_, held_slot_) + 1; }), "nothing is opened");
  expect(open([](Change* event) {
           event->order = MakeOrderId({1, 0}, 1);
         }),
         "nothing is opened");  // there is one shard
  expect(open([](Change* event) { event->image *= 2; }), "these are no events");
  expect(open([](Change* event) { ++event->image; }), "the snapshot's end contradicts what is before it");
}

TEST_F(ForgedChunkTest, AnEndThatContradictsIt) {
  const auto open = [&](auto spoil) { return OpenWith(BlockKind::kEnd, spoil, {}); };
  const auto expect = [](const std::string& problem) {
    EXPECT_NE(problem.find("the snapshot's end contradicts what is before it"), std::string::npos) << problem;
  };
  EXPECT_EQ(open([](Forged* end) { Confirm(end, 1); }), "");
  expect(open([&](Forged* end) { Confirm(end, next_position_); }));
  expect(open([](Forged* end) { CountOrders(end, 1); }));
}

// A snapshot's products and its orders each make sense alone.
class ForgedUnitsTest : public ForgedEpochTest {
 protected:
  template <typename Spoil>
  std::string OpenWith(std::vector<Change> changes, Spoil spoil) {
    const std::unique_ptr<SimStorage> disk = Disk(Behind::kSnapshot);
    File file(disk.get(), snapshot_);
    ChangeImages<shard::ProductImage>(&file.blocks[FirstOf(file.blocks, BlockKind::kProducts)], [&](auto* images) {
      const auto find = [&](ProductId product) {
        return std::find_if(images->begin(), images->end(),
                            [&](const auto& image) { return image.product == static_cast<std::int64_t>(product); });
      };
      const auto sold = find(kSold), held = find(kHeld);
      ASSERT_TRUE(sold != images->end() && held != images->end());
      spoil(*sold, *held);
      for (shard::ProductImage& image : *images) {
        image.supplied = image.available + image.held + image.sold + image.written_off;
      }
    });
    (void)file.Write();
    return Open(disk.get(), changes, next_number_);
  }
};

TEST_F(ForgedUnitsTest, AreHeldByOrdersThatWait) {
  const auto open = [&](auto spoil) { return OpenWith({}, spoil); };
  EXPECT_EQ(open([](auto&, auto&) {}), "");
  EXPECT_EQ(open([](auto& sold, auto&) { ++sold.available; }), "");
  for (const std::string& problem : {open([](auto&sold, auto&) { ++sold.held; }),  // no order of it waits
                                     open([](auto&, auto&held) { ++held.held; }),  // others than its order has
                                     open([](auto&, auto&held) { held.held = 0; })}) {
    EXPECT_NE(problem.find("nothing is opened"), std::string::npos) << "'" << problem << "'";
  }
}

TEST_F(ForgedUnitsTest, LeaveWhereTheyWere) {
  const Change refunded = Treated(confirmed_, EventType::kOrderRefunded, 0, 0);
  const Change expired = Treated(held_, EventType::kPaymentExpired, 0, 0);
  EXPECT_EQ(OpenWith({refunded, expired}, [](auto&, auto&) {}), "");
  for (const std::string& problem : {OpenWith({refunded}, [](auto&sold, auto&) { sold.sold = 1; }),
                                     OpenWith({expired}, [](auto&, auto&held) { held.held = 2; })}) {
    EXPECT_NE(problem.find("the changes of shard 0 contradict"), std::string::npos) << "'" << problem << "'";
  }
}

}  // namespace
}  // namespace flexstock::journal
