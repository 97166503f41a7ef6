// make_sample DIRECTORY: writes the files of a small journal in which everything occurs that the format has.
//
// tests/format/format-1 was made by it, once, and is never made again: it has to be opened by every later flexstock as
// it is. When the format changes, this program, with what is new in it, makes the sample of the next one, beside it.
//
// Five lives of one engine in memory, on a disk of the simulator, whose files are copied out in the end:
//
//   1  everything that can become of an order; closed
//   2  a snapshot while orders come in; the first segment is used again; everything once more
//   3  a block of several pages; a snapshot; everything once more behind it; killed
//   4  an epoch; closed
//   5  what is forgotten by then is used again; a crash in the middle of a write
//
// What the living engine knew at its last epoch goes to standard output: it is what the test expects.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <vector>

#include "tests/format/picture.h"
#include "tests/format/sample.h"
#include "tests/journal/shop.h"
#include "tests/sim/watched_storage.h"

namespace flexstock::format {
namespace {

// The program has only one input, so whatever goes wrong is a bug of it, or of the engine.
void Must(bool good, const char* what, int line) {
  if (good) return;
  std::fprintf(stderr, "make_sample: line %d: %s does not hold\n", line, what);
  std::exit(1);
}
#define MUST(condition) Must(condition, #condition, __LINE__)

constexpr MemberId kLampMaker{7}, kBaker{8};
constexpr ProductId kLamp{1}, kCake{2}, kTicket{3}, kShoe{4}, kSecret{5}, kVase{6}, kBook{7}, kLate{8};

class Maker {
 public:
  Maker() : disk_(1), storage_(disk_), options_(OptionsOf(journal::kDirectory, &storage_)) {}

  void Run() {
    Open();
    PutProducts();
    for (int i = 0; i < 3; ++i) Sell(kLamp, 1);  // their slots are free when a snapshot is taken
    Day(1);
    Pass(12);
    engine_.reset();

    Open();
    Pass(6);
    storage_.before_write = [this](std::span<const std::byte> /*block*/) { Sell(kBook, 1); };
    TakeSnapshot();
    Pass(12);
    Day(2);
    engine_.reset();

    Open();
    Pass(1);
    MUST(engine_->Advance(now_ms_) == Code::kOk);  // an order expires without anybody calling
    Rush(4, 190);                                  // a block of several pages
    Commit();
    storage_.before_write = [this](std::span<const std::byte> /*block*/) {
      Sell(kBook, 2);
      MUST(engine_->Adjust({.product = kBook, .by = 1}, now_ms_).ok());
    };
    TakeSnapshot();
    PutLateProduct();
    Day(3);
    Pass(5);
    Die();

    Open();
    Pass(1);
    engine_.reset();

    Open();
    LastDay();
    std::cout << Picture(*engine_, options_, now_ms_);
    TellWhatWaits();
    Commit();  // asking made nothing happen, so this writes nothing
    MUST(engine_->durable_epoch() == last_epoch_);
    TearTheNextWrite();
  }

  [[nodiscard]] const sim::SimStorage& disk() const { return disk_; }

 private:
  // ---- Lives ----
  void Open() {
    auto [engine, problem] = Engine::Open(options_);
    if (!problem.empty()) std::fprintf(stderr, "%s\n", problem.c_str());
    MUST(engine != nullptr);
    engine_ = std::move(engine);
    MUST(engine_->Commit());
  }
  void Die() {
    journal::Abandon(&disk_, &engine_);
    disk_.Kill();
    disk_.DisarmAll();
  }
  void TakeSnapshot() {
    MUST(engine_->Snapshot().empty());
    storage_.before_write = nullptr;
  }
  // Nobody is told what is in it, and what is left of it begins like a block.
  void TearTheNextWrite() {
    Rush(5, 100);
    disk_.Arm({.at = disk_.operations(), .kind = sim::FaultKind::kCrash});
    MUST(!engine_->Commit());
    engine_.reset();
    disk_.Kill();
    disk_.DisarmAll();
    const std::unique_ptr<sim::SimStorage> copy = disk_.Copy();
    const auto [again, problem] = Engine::Open(OptionsOf(journal::kDirectory, copy.get()));
    MUST(again != nullptr && again->recovery().epoch == last_epoch_ && !again->recovery().torn.empty());
  }

  // ---- Commands ----
  // Ends the epoch; everybody hears what there is to hear.
  void Commit() {
    MUST(engine_->Commit());
    last_epoch_ = engine_->durable_epoch();
    for (std::size_t i = 0; i < kAudiences; ++i) {
      const std::uint64_t known = Last(i);
      std::array<Event, 64> events;
      while (const std::size_t count = engine_->Poll(static_cast<Audience>(i), events)) {
        // An engine that was opened again tells what is not confirmed once more.
        std::copy_if(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(heard_[i]),
                     [known](const Event& event) { return event.position > known; });
      }
    }
  }
  // The position of the last event that the audience has heard.
  [[nodiscard]] std::uint64_t Last(std::size_t audience) const {
    return heard_[audience].empty() ? 0 : heard_[audience].back().position;
  }
  void Confirm(Audience audience, std::uint64_t position) {
    engine_->Confirm(audience, position);
    confirmed_[static_cast<std::size_t>(audience)] = position;
  }
  void TellWhatWaits() const {
    for (std::size_t i = 0; i < kAudiences; ++i) {
      std::cout << "waiting for " << Name(static_cast<Audience>(i)) << '\n';
      for (const Event& event : heard_[i]) {
        if (event.position > confirmed_[i]) std::cout << ToText(event) << '\n';
      }
    }
  }
  void Later(Millis ms) { now_ms_ += ms; }
  // What comes next is carried by a stream of the caller's.
  When Carried(std::uint32_t stream, std::uint64_t offset) {
    carried_ = {.stream = stream, .offset = offset};
    return {now_ms_, &carried_};
  }
  OrderId Place(ProductId product, std::int64_t customer, Units qty, OrderKey key = {}) {
    const PlaceResult placed = engine_->Place(
        {.product = product, .customer = CustomerId{customer}, .qty = qty, .key = key}, Carried(3, ++offset_));
    MUST(placed.ok() && !placed.duplicate);
    return placed.order;
  }
  void Sell(ProductId product, Units qty) { (void)Place(product, 50, qty); }
  void Rush(std::uint64_t name, std::uint64_t orders) {
    for (std::uint64_t i = 1; i <= orders; ++i) (void)Place(kBook, 920, 1, {.hi = name, .lo = i});
  }
  // An epoch a minute.
  void Pass(int minutes) {
    for (int i = 0; i < minutes; ++i) {
      Later(kMinute);
      Sell(kBook, 1 + i % 3);
      Commit();
    }
  }

  void PutProducts() {
    const auto put = [this](const PutProduct& product) { MUST(engine_->Put(product, now_ms_).ok()); };
    put({.product = kLamp, .member = kLampMaker, .stock = 12});
    put({.product = kCake,
         .member = kBaker,
         .policy = {.acceptance_window_ms = 120 * kMinute,
                    .payment_window_ms = 90 * kMinute,
                    .fill_on_restock = FillOnRestock::kFifo}});
    put({.product = kTicket,
         .member = kLampMaker,
         .stock = 20,
         .policy = {.checkout_hold_ms = 10 * kMinute, .late_payment = LatePayment::kRereserve}});
    put({.product = kShoe,
         .member = kBaker,
         .stock = 30,
         .policy = {.order_limit = 3, .customer_limit = 4, .overflow = Overflow::kReject}});
    put({.product = kSecret, .member = kBaker, .stock = 5, .status = ProductStatus::kDraft});
    put({.product = kVase,
         .member = kLampMaker,
         .policy = {.acceptance_window_ms = 5 * kMinute, .pending_limit = 3, .draw_on_accept = false}});
    put({.product = kBook, .member = kBaker, .stock = 1'000'000'000'000});
    Commit();
  }
  void PutLateProduct() {
    MUST(engine_
             ->Put({.product = kLate,
                    .member = MemberId{(std::int64_t{1} << 62) + 9},
                    .stock = 3,
                    .status = ProductStatus::kDraft,
                    .policy = {.payment_window_ms = std::int64_t{1} << 40}},
                   Carried(1023, (std::uint64_t{1} << 63) - 1))
             .ok());
    Commit();
    MUST(engine_->Publish(kLate, now_ms_).ok());
    (void)Place(kLate, std::int64_t{1} << 61, 3, {.hi = ~std::uint64_t{0}, .lo = ~std::uint64_t{0}});
    Commit();
  }

  // Everything that can become of an order, and of a product. `day`: makes keys and customers differ.
  void Day(std::uint64_t day) {
    const auto key = [day](std::uint64_t n) { return OrderKey{.hi = day, .lo = n}; };
    const auto ok = [](const CommandResult& result, int line) { Must(result.ok(), "ok", line); };
    const auto customer = static_cast<std::int64_t>(100 * day);
    Later(kMinute);
    MUST(engine_->Adjust({.product = kLamp, .by = 2}, now_ms_).ok());
    MUST(engine_->Adjust({.product = kLamp, .by = 3}, now_ms_).ok());  // makes the image before it superfluous
    const OrderId picked_up = Place(kLamp, customer + 1, 2, key(1));
    const OrderId restocked = Place(kLamp, customer + 2, 1);
    const OrderId written_off = Place(kLamp, customer + 3, 1, key(3));
    const OrderId in_part = Place(kLamp, customer + 4, 500, key(4));
    (void)Place(kLamp, customer + 5, 600);  // stays pending
    Commit();

    Later(3);
    ok(engine_->PickUp(picked_up, now_ms_), __LINE__);
    ok(engine_->Refund(restocked, /*restock=*/true, now_ms_), __LINE__);
    ok(engine_->Refund(written_off, /*restock=*/false, now_ms_), __LINE__);
    ok(engine_->AcceptPart(in_part, 400, now_ms_), __LINE__);  // takes all there is: no lamp is left
    ok(engine_->Pay(in_part, now_ms_), __LINE__);
    ok(engine_->Set({.product = kLamp, .stock = 6}, now_ms_), __LINE__);
    Commit();

    Later(kMinute);
    const OrderId declined = Place(kCake, customer + 6, 1, key(6));
    (void)Place(kCake, customer + 7, 2, key(7));
    const OrderId younger = Place(kCake, customer + 8, 5);
    ok(engine_->Decline(declined, now_ms_), __LINE__);
    ok(engine_->Adjust({.product = kCake, .by = 2}, now_ms_), __LINE__);  // fills the older of the two
    const OrderId canceled = Place(kTicket, customer + 9, 3, key(9));
    const OrderId too_late = Place(kTicket, customer + 10, 2, key(10));
    (void)Place(kTicket, customer + 11, 1);  // expires
    Later(1);
    ok(engine_->Cancel(younger, now_ms_), __LINE__);
    ok(engine_->Cancel(canceled, now_ms_), __LINE__);
    MUST(engine_->Pay(canceled, now_ms_).code == Code::kWrongState);  // a refund is due
    (void)Place(kVase, customer + 12, 4);                             // expires before anybody answers
    const OrderId promised = Place(kVase, customer + 13, 2, key(13));
    ok(engine_->Accept(promised, now_ms_), __LINE__);  // nothing is taken out of stock
    (void)Place(kShoe, 99, 1);
    MUST(engine_->Place({.product = kShoe, .customer = CustomerId{99}, .qty = 4}, now_ms_).code == Code::kOrderLimit);
    Commit();

    // What is due by then happens, each at its own millisecond, and one is paid all the same.
    Later(11 * kMinute);
    ok(engine_->Pay(too_late, Carried(0, 1'000'000 * day)), __LINE__);
    Commit();
    // Two have dealt with everything; the others are behind.
    Confirm(Audience::kMember, Last(0));
    Confirm(Audience::kCustomer, Last(1));
    if (day > 1) Confirm(Audience::kLogistics, Last(2) - 8);
    if (day > 1) Confirm(Audience::kFeed, Last(3) - 8);
    Commit();
  }

  // Orders of the first days are forgotten; their slots and keys are used again.
  void LastDay() {
    Later(22 * kMinute);
    for (std::uint64_t i = 0; i < 6; ++i) {
      (void)Place(kTicket, 900 + static_cast<std::int64_t>(i), 1, {.hi = 1, .lo = 1 + i});
      Later(kMinute / 2);
    }
    (void)Place(kVase, 910, 3);
    (void)Place(kCake, 911, 5, {.hi = 9, .lo = 11});
    MUST(engine_->Unpublish(kShoe, now_ms_).ok());
    Commit();
  }

  sim::SimStorage disk_;
  sim::WatchedStorage storage_;
  const Options options_;
  std::unique_ptr<Engine> engine_;
  Millis now_ms_ = 1'700'000'000'000;
  std::uint64_t offset_ = 0;
  Position carried_{};
  std::array<std::vector<Event>, kAudiences> heard_;
  std::array<std::uint64_t, kAudiences> confirmed_{};
  Epoch last_epoch_ = 0;
};

void CopyOut(const sim::SimStorage& disk, const std::string& directory) {
  std::filesystem::create_directories(directory);
  const std::string begin = std::string(journal::kDirectory) + "/";
  for (const auto& [path, size] : disk.Files()) {
    if (!path.starts_with(begin) || size == 0) continue;  // the lock
    const std::string to = directory + "/" + path.substr(begin.size());
    std::ofstream file(to, std::ios::binary);
    const std::vector<std::byte>& bytes = disk.Bytes(path);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (file.good()) continue;
    std::fprintf(stderr, "make_sample: cannot write %s: is the disk full, may it be written?\n", to.c_str());
    std::exit(1);
  }
}

}  // namespace
}  // namespace flexstock::format

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: make_sample DIRECTORY\n"), 2;
  flexstock::format::Maker maker;
  maker.Run();
  flexstock::format::CopyOut(maker.disk(), argv[1]);
}
