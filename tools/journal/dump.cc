#include "tools/journal/dump.h"

#include <fmt/format.h>

#include "tools/journal/frozen_view.h"
#include "tools/journal/json_line.h"
#include "tools/journal/looking_again.h"
#include "tools/journal/order_book.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {
namespace {

using replay::Output;

std::string IdOf(OrderId order) { return std::to_string(static_cast<std::uint64_t>(order)); }
std::string TextOf(OrderKey key) { return fmt::format("{:016x}{:016x}", key.hi, key.lo); }

std::string JsonOf(const Policy& policy) {
  return fmt::format(
      R"({{"acceptance_window_ms":{},"payment_window_ms":{},"checkout_hold_ms":{},"pending_limit":{},"order_limit":{},)"
      R"("customer_limit":{},"overflow":"{}","fill_on_restock":"{}","late_payment":"{}","draw_on_accept":{}}})",
      policy.acceptance_window_ms, policy.payment_window_ms, policy.checkout_hold_ms, policy.pending_limit,
      policy.order_limit, policy.customer_limit, policy.overflow == Overflow::kReject ? "reject" : "ask_member",
      policy.fill_on_restock == FillOnRestock::kFifo ? "fifo" : "off",
      policy.late_payment == LatePayment::kRereserve ? "rereserve" : "refund", policy.draw_on_accept);
}

std::string JsonOf(std::span<const Position> positions) {
  std::string json = "[";
  for (const Position& position : positions) {
    if (json.size() > 1) json += ',';
    json += fmt::format(R"({{"stream":{},"offset":{}}})", position.stream, position.offset);
  }
  return json + "]";
}

std::string JsonOf(const journal::Confirmed& confirmed) {
  std::string json = "{";
  for (std::size_t i = 0; i < confirmed.size(); ++i) {
    if (i != 0) json += ',';
    json += fmt::format(R"("{}":{})", Name(static_cast<Audience>(i)), confirmed[i]);
  }
  return json + "}";
}

const char* StatusOf(bool draft) { return draft ? "draft" : "live"; }

class Dumper : public Visitor {
 public:
  Dumper(const DumpFilter& filter, const Scanned& scanned, Output* output)
      : filter_(filter), scanned_(scanned), output_(output) {}

  // ---- Snapshot ----
  void OnOrders(std::uint32_t shard, std::span<const shard::SlotImage> orders) override {
    for (const shard::SlotImage& image : orders) book_.Note(image);
    // Whose products they are comes behind them.
    BeginShard(shard);
    waiting_.insert(waiting_.end(), orders.begin(), orders.end());
  }
  void OnProducts(std::uint32_t shard, std::span<const shard::ProductImage> products) override {
    for (const shard::ProductImage& image : products) book_.Note(image);
    BeginShard(shard);
    for (const shard::ProductImage& image : products) Write(shard, image);
  }
  void OnEvents(std::span<const shard::Change> events) override {
    WriteWaiting();
    for (const shard::Change& event : events) Write(event);
  }
  void OnSnapshotEnd(const journal::SnapshotEnd& end) override {
    WriteWaiting();
    if (filter_.any()) return;
    OfSnapshot("end")
        .Add("next_position", end.next_position)
        .AddRaw("positions", JsonOf(end.positions))
        .AddRaw("confirmed", JsonOf(end.confirmed));
  }

  // ---- Journal ----
  void OnBlock(std::uint64_t segment, const journal::Block& block, const journal::EpochBlock& epoch) override {
    if (filter_.any()) return;
    const bool closes = block.header.kind == journal::BlockKind::kClosed;
    JsonLine line = OfEpoch(block.header.epoch, closes ? "closed" : "block");
    line.Add("file", journal::SegmentName(segment))
        .Add("offset", block.offset)
        .Add("bytes", journal::kBlockHeaderBytes + block.payload.size())
        .Add("position", block.header.position);
    if (closes) return;
    line.Add("changes", epoch.changes).AddRaw("positions", JsonOf(epoch.carried));
    if (epoch.confirmed) line.AddRaw("confirmed", JsonOf(*epoch.confirmed));
  }
  void OnRecord(const ChangeAt& at, const shard::Record& record, std::size_t /*bytes*/) override {
    book_.Note(record);
    const bool is_order = record.type != shard::kSuperseded && record.is_order();
    const OrderId id = shard::MakeOrderId({at.shard, record.slot}, record.generation);
    const OrderBook::Order* order = is_order ? book_.Find(record.slot, record.generation) : nullptr;
    if (filter_.order && (!is_order || id != *filter_.order)) return;
    const std::int64_t product = book_.ProductAt(order != nullptr ? order->product : record.product);
    const bool names_product = record.type != shard::kSuperseded && (!is_order || order != nullptr);
    if (filter_.product && (!names_product || product != static_cast<std::int64_t>(*filter_.product))) return;

    JsonLine line = OfEpoch(at.epoch, "change");
    line.Add("shard", at.shard)
        .Add("change", at.number)
        .Add("position", at.position)
        .Add("event", NameOfChange(record.type));
    if (record.type == shard::kSuperseded) return;
    line.Add("at", record.at_ms);
    if (is_order) line.Add("order", IdOf(id));
    if (names_product) line.Add("product", product);
    if (is_order) {
      AddOrder(record, order, &line);
    } else if (record.type == EventType::kProductMode) {
      line.Add("mode", Name(record.mode));
    } else {
      line.Add("member", record.member)
          .Add("status", StatusOf(record.draft))
          .Add("supplied", record.supplied)
          .Add("written_off", record.written_off_units)
          .Add("available", record.available)
          .AddRaw("policy", JsonOf(record.policy));
    }
  }

 private:
  JsonLine OfSnapshot(std::string_view type) {
    return {output_, "snapshot", static_cast<std::int64_t>(scanned_.snapshot_epoch), type};
  }
  JsonLine OfEpoch(Epoch epoch, std::string_view type) {
    return {output_, "epoch", static_cast<std::int64_t>(epoch), type};
  }

  static void AddOrder(const shard::Record& record, const OrderBook::Order* order, JsonLine* line) {
    if (order != nullptr) line->Add("customer", order->customer).Add("qty", order->qty);
    if (record.type == EventType::kRefundDue) return;
    line->Add("accepted", record.accepted).Add("taken", record.taken);
    if (shard::IsWaiting(shard::StateOf(record.type))) line->Add("deadline", record.deadline_ms);
    if (record.placed) line->Add("placed", true);
    if (record.written_off) line->Add("written_off", true);
    if (record.key.given()) line->Add("key", TextOf(record.key));
  }

  void BeginShard(std::uint32_t shard) {
    if (shard != shard_) WriteWaiting();
    shard_ = shard;
  }

  void WriteWaiting() {
    for (const shard::SlotImage& image : waiting_) Write(image);
    waiting_.clear();
  }

  void Write(const shard::SlotImage& image) {
    const shard::Order& order = image.order;
    if (order.state == OrderState::kNone) return;
    const OrderId id = shard::MakeOrderId({shard_, image.slot}, order.generation);
    const std::int64_t product = book_.ProductAt(order.product);
    if (!Wanted(id, product)) return;
    JsonLine line = OfSnapshot("order");
    line.Add("shard", shard_)
        .Add("order", IdOf(id))
        .Add("product", product)
        .Add("customer", order.customer)
        .Add("qty", order.qty)
        .Add("accepted", order.accepted)
        .Add("taken", order.taken)
        .Add("state", Name(order.state))
        .Add(shard::IsWaiting(order.state) ? "deadline" : "settled_at", order.when_ms);
    if (order.has(shard::Order::kRefundTold)) line.Add("refund_told", true);
    if (image.key.given()) line.Add("key", TextOf(image.key));
  }

  void Write(std::uint32_t shard, const shard::ProductImage& image) {
    if (!Wanted(kNoOrder, image.product)) return;
    WriteWaiting();
    OfSnapshot("product")
        .Add("shard", shard)
        .Add("product", image.product)
        .Add("member", image.member)
        .Add("status", StatusOf(image.draft))
        .Add("available", image.available)
        .Add("held", image.held)
        .Add("sold", image.sold)
        .Add("written_off", image.written_off)
        .Add("supplied", image.supplied)
        .AddRaw("policy", JsonOf(image.policy));
  }

  void Write(const shard::Change& event) {
    const bool is_order = event.type() <= EventType::kRefundDue;
    const std::int64_t product = book_.ProductAt(event.product);
    if (!Wanted(is_order ? event.order : kNoOrder, product)) return;
    JsonLine line = OfSnapshot("event");
    line.Add("position", event.image).Add("event", NameOfChange(event.type())).Add("at", event.at_ms);
    if (is_order) line.Add("order", IdOf(event.order));
    line.Add("product", product);
    if (event.type() == EventType::kProductMode) line.Add("mode", Name(event.mode()));
    if (!is_order) return;
    line.Add("customer", event.customer).Add("qty", event.units());
    if (event.deadline_ms != 0) line.Add("deadline", event.deadline_ms);
    if (event.key.given()) line.Add("key", TextOf(event.key));
  }

  [[nodiscard]] bool Wanted(OrderId order, std::int64_t product) const {
    return (!filter_.order || order == *filter_.order) &&
           (!filter_.product || product == static_cast<std::int64_t>(*filter_.product));
  }

  const DumpFilter filter_;
  const Scanned& scanned_;
  Output* const output_;
  OrderBook book_;
  std::uint32_t shard_ = 0;                // the snapshot's, being shown
  std::vector<shard::SlotImage> waiting_;  // its orders, until its products are known
};

// Lines on their way to an output: they wait until they are known to be right, or are too many to wait.
class Waiting {
 public:
  explicit Waiting(Output* output) : output_(*output) {}

  [[nodiscard]] Output Writer() {
    return {"lines", [this](std::string_view lines) { return Take(lines); }, [] { return 0; }};
  }
  void Pass() {
    passed_ = true;
    output_ << lines_;
    lines_.clear();
  }
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  static constexpr std::size_t kMost = std::size_t{16} << 20;

  int Take(std::string_view lines) {
    if (passed_) {
      output_ << lines;
    } else if (lines_ += lines; lines_.size() > kMost) {
      Pass();
    }
    return output_.error();
  }

  Output& output_;
  std::string lines_;
  bool passed_ = false;
};

}  // namespace

std::string Dump(Storage& storage, const std::string& path, const DumpFilter& filter, Output* output) {
  constexpr int kTries = 12;
  for (int i = 1;; ++i) {
    Scanned scanned;
    Visitor nothing;
    std::string problem = LookAgain([&] { return Scan(storage, path, &nothing, &scanned); });
    // Now it is known what is there, and that stays so: it can be written as it is read.
    FrozenView frozen(storage, path, scanned);
    Waiting lines(output);
    Output writer = lines.Writer();
    Scanned shown;
    Dumper dumper(filter, shown, &writer);
    const std::string lost = Scan(frozen, path, &dumper, &shown);
    writer.Close();
    if (problem.empty() && !lost.empty()) {
      if (!lines.passed() && i < kTries) continue;
      problem = "cannot read on, because an engine has taken a snapshot meanwhile and uses its segments again: " + lost;
    }
    lines.Pass();
    return problem;
  }
}

}  // namespace flexstock::journal_tool
