#include "tools/journal/stats.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/journal/segments.h"
#include "tools/journal/looking_again.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {
namespace {

using journal::Block;
using journal::BlockKind;
using journal::kBlockHeaderBytes;
using journal::kFileHeaderBytes;
using journal::kPage;

const char* NameOf(BlockKind kind) {
  switch (kind) {
    case BlockKind::kOrders:
      return "orders";
    case BlockKind::kProducts:
      return "products";
    case BlockKind::kEvents:
      return "events";
    default:
      return "shards";
  }
}

class Counter : public Visitor {
 public:
  explicit Counter(Stats* stats) : stats_(*stats) {}

  void OnSnapshotBlock(const Block& block, std::size_t raw) override {
    Stats::Packed& packed = stats_.snapshot[NameOf(block.header.kind)];
    packed.blocks.Add(kBlockHeaderBytes + block.payload.size());
    packed.payload += block.payload.size();
    packed.raw += raw;
  }
  void OnOrders(std::uint32_t /*shard*/, std::span<const shard::SlotImage> orders) override {
    stats_.orders += orders.size();
  }
  void OnProducts(std::uint32_t /*shard*/, std::span<const shard::ProductImage> products) override {
    stats_.products += products.size();
  }
  void OnEvents(std::span<const shard::Change> events) override { stats_.events += events.size(); }

  void OnBlock(std::uint64_t /*segment*/, const Block& block, const journal::EpochBlock& epoch) override {
    auto& of = stats_.segments;
    const std::uint64_t bytes = kBlockHeaderBytes + block.payload.size();
    of.block_headers.Add(kBlockHeaderBytes);
    of.padding += journal::PageUp(bytes) - bytes;
    of.sections += block.payload.size();
    for (const journal::Section& section : epoch.sections) of.sections -= section.records.size();
  }
  void OnRecord(const ChangeAt& /*at*/, const shard::Record& record, std::size_t bytes) override {
    stats_.segments.changes.Add(bytes);
    stats_.changes[std::string(NameOfChange(record.type))].Add(bytes);
    if (record.placed) ++stats_.orders_placed;
  }

 private:
  Stats& stats_;
};

// The sizes of all files, as they are now.
std::string CountFiles(Storage& storage, const Scanned& scanned, Stats* stats) {
  std::vector<std::string> names;
  if (const int error = storage.List(stats->path, &names); error != 0) {
    return journal::IoProblem("list", stats->path, error);
  }
  for (const std::string& name : names) {
    std::uint64_t number = 0;
    Tally* tally = nullptr;
    if (journal::IsSegmentName(name, &number)) {
      tally = number < scanned.begin.segment ? &stats->files.superseded : &stats->files.segments;
    } else if (journal::IsSnapshotName(name, &number)) {
      tally = number < scanned.snapshot_epoch ? &stats->files.superseded : &stats->files.snapshot;
    } else if (journal::IsLeftover(name)) {
      tally = &stats->files.leftovers;
    } else {
      continue;
    }
    const std::string path = stats->path + "/" + name;
    std::unique_ptr<StorageFile> file;
    std::uint64_t size = 0;
    int error = storage.Open(path, OpenMode::kRead, &file);
    if (error == 0) error = file->Size(&size);
    if (error != 0) return journal::IoProblem("read", path, error);
    tally->Add(size);
    stats->files.all.Add(size);
  }
  return {};
}

std::string Look(Storage& storage, const std::string& path, Stats* stats) {
  *stats = {};
  stats->path = path;
  Counter counter(stats);
  Scanned scanned;
  if (std::string problem = Scan(storage, path, &counter, &scanned); !problem.empty()) return problem;
  if (std::string problem = CountFiles(storage, scanned, stats); !problem.empty()) return problem;
  const journal::FileHeader& like = scanned.directory.like;
  stats->format = like.format;
  stats->shards = like.shards;
  stats->engine = fmt::format("{:016x}{:016x}", like.engine.hi, like.engine.lo);
  stats->has_snapshot = scanned.has_snapshot;
  stats->snapshot_epoch = scanned.snapshot_epoch;
  stats->first_epoch = scanned.first_epoch;
  stats->last_epoch = scanned.tail.block.epoch;
  auto& of = stats->segments;
  of.file_headers = scanned.segments * kFileHeaderBytes;
  of.first_pages = scanned.segments * (kPage - kFileHeaderBytes);
  of.rest = scanned.segment_bytes - of.file_headers - of.first_pages - stats->block_bytes();
  if (!scanned.has_snapshot) return {};
  // The first block and the last, which are nobody's.
  stats->snapshot_header = kFileHeaderBytes;
  std::uint64_t others = scanned.snapshot_bytes - stats->snapshot_header;
  for (const auto& [name, packed] : stats->snapshot) others -= packed.blocks.bytes;
  const std::uint64_t ends = others - 2 * kBlockHeaderBytes;
  stats->snapshot["begin and end"] = {.blocks = {.count = 2, .bytes = others}, .payload = ends, .raw = ends};
  return {};
}

// ---- Showing -------------------------------------------------------------------------------------------------------

std::optional<double> Ratio(std::uint64_t a, std::uint64_t b) {
  if (b == 0) return std::nullopt;
  return static_cast<double>(a) / static_cast<double>(b);
}
std::string Shown(std::optional<double> ratio) { return ratio ? fmt::format("{:.1f}", *ratio) : "-"; }

// 1234567: "1 234 567".
std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ' ');
  return digits;
}

std::uint64_t Payload(const Stats& stats, std::uint64_t Stats::Packed::*of) {
  std::uint64_t sum = 0;
  for (const auto& [name, packed] : stats.snapshot) sum += packed.*of;
  return sum;
}

class Table {
 public:
  template <typename... T>
  void Heading(fmt::format_string<T...> text, T&&... values) {
    text_ += "\n" + fmt::format(text, std::forward<T>(values)...) + "\n";
  }
  void Head(std::string_view name, std::string_view a, std::string_view b = "", std::string_view c = "") {
    text_ += "\n";
    Row(name, a, b, c, "");
  }
  void Row(std::string_view name, std::string_view a, std::string_view b = "", std::string_view c = "",
           std::string_view indent = "  ") {
    std::string row = fmt::format("{:<36}{:>18}{:>18}{:>12}", fmt::format("{}{}", indent, name), a, b, c);
    row.erase(row.find_last_not_of(' ') + 1);
    text_ += row + "\n";
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }
  std::string text_;
};

}  // namespace

std::string ReadStats(Storage& storage, const std::string& path, Stats* stats) {
  return LookAgain([&] { return Look(storage, path, stats); });
}

std::string TableOf(const Stats& stats) {
  Table table;
  table.text_ =
      fmt::format("{}: format {}, {} shards, engine {}\n", stats.path, stats.format, stats.shards, stats.engine);
  if (stats.has_snapshot) table.text_ += fmt::format("snapshot of epoch {}\n", stats.snapshot_epoch);
  if (stats.first_epoch != 0) table.text_ += fmt::format("epochs {} to {}\n", stats.first_epoch, stats.last_epoch);

  const auto tally = [&](std::string_view name, const Tally& of) {
    table.Row(name, Grouped(of.count), Grouped(of.bytes), Shown(Ratio(of.bytes, of.count)));
  };
  table.Head("files", "count", "bytes");
  const auto& files = stats.files;
  const std::pair<const char*, const Tally*> kinds[] = {{"snapshot", &files.snapshot},
                                                        {"segments", &files.segments},
                                                        {"superseded, to be removed", &files.superseded},
                                                        {"unfinished, or to be used again", &files.leftovers},
                                                        {"all", &files.all}};
  for (const auto& [name, of] : kinds) table.Row(name, Grouped(of->count), Grouped(of->bytes));

  const auto& of = stats.segments;
  table.Head("segments", "count", "bytes", "bytes each");
  tally("changes", of.changes);
  tally("headers of blocks", of.block_headers);
  table.Row("shards and positions", "", Grouped(of.sections));
  table.Row("padding of blocks", "", Grouped(of.padding));
  table.Row("headers of files", "", Grouped(of.file_headers));
  table.Row("padding of headers", "", Grouped(of.first_pages));
  table.Row("free, or written once more", "", Grouped(of.rest));

  table.Head("changes", "count", "bytes", "bytes each");
  for (const auto& [name, changes] : stats.changes) tally(name, changes);
  table.Heading("{} orders placed: {} bytes of blocks an order, {} of them changes", Grouped(stats.orders_placed),
                Shown(Ratio(stats.block_bytes(), stats.orders_placed)),
                Shown(Ratio(of.changes.bytes, stats.orders_placed)));
  if (!stats.has_snapshot) return table.Take();

  table.Head("snapshot", "blocks", "bytes", "compressed");
  for (const auto& [name, packed] : stats.snapshot) {
    table.Row(name, Grouped(packed.blocks.count), Grouped(packed.blocks.bytes),
              Shown(Ratio(packed.raw, packed.payload)) + " : 1");
  }
  table.Row("header of the file", "", Grouped(stats.snapshot_header));
  const std::uint64_t raw = Payload(stats, &Stats::Packed::raw), payload = Payload(stats, &Stats::Packed::payload);
  table.Heading("{} orders, {} products, {} events kept; compressed {} : 1", Grouped(stats.orders),
                Grouped(stats.products), Grouped(stats.events), Shown(Ratio(raw, payload)));
  return table.Take();
}

std::string JsonOf(const Stats& stats) {
  using Json = nlohmann::ordered_json;
  const auto tally = [](const Tally& of) { return Json{{"count", of.count}, {"bytes", of.bytes}}; };
  const auto ratio = [](std::optional<double> value) { return value ? Json(*value) : Json(nullptr); };
  const auto& of = stats.segments;
  Json json{{"path", stats.path}, {"format", stats.format}, {"shards", stats.shards}, {"engine", stats.engine}};
  json["snapshot_epoch"] = stats.has_snapshot ? Json(stats.snapshot_epoch) : Json(nullptr);
  json["first_epoch"] = stats.first_epoch;
  json["last_epoch"] = stats.last_epoch;
  json["files"] = {{"snapshot", tally(stats.files.snapshot)},
                   {"segments", tally(stats.files.segments)},
                   {"superseded", tally(stats.files.superseded)},
                   {"leftovers", tally(stats.files.leftovers)},
                   {"all", tally(stats.files.all)}};
  json["segments"] = {{"changes", tally(of.changes)},
                      {"block_headers", tally(of.block_headers)},
                      {"sections", of.sections},
                      {"padding", of.padding},
                      {"file_headers", of.file_headers},
                      {"first_pages", of.first_pages},
                      {"rest", of.rest}};
  Json& changes = json["changes"] = Json::object();
  for (const auto& [name, sum] : stats.changes) changes[name] = tally(sum);
  json["orders_placed"] = stats.orders_placed;
  json["bytes_an_order"] = ratio(Ratio(stats.block_bytes(), stats.orders_placed));
  json["change_bytes_an_order"] = ratio(Ratio(of.changes.bytes, stats.orders_placed));
  const auto text = [&] {
    // A path is whatever bytes its maker chose.
    return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
  };
  if (!stats.has_snapshot) return text();
  Json blocks = Json::object();
  for (const auto& [name, packed] : stats.snapshot) {
    blocks[name] = {{"count", packed.blocks.count},
                    {"bytes", packed.blocks.bytes},
                    {"payload", packed.payload},
                    {"raw", packed.raw}};
  }
  json["snapshot"] = {
      {"file_header", stats.snapshot_header},
      {"blocks", blocks},
      {"orders", stats.orders},
      {"products", stats.products},
      {"events", stats.events},
      {"compression", ratio(Ratio(Payload(stats, &Stats::Packed::raw), Payload(stats, &Stats::Packed::payload)))}};
  return text();
}

}  // namespace flexstock::journal_tool
