#include "tools/journal/scan.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "engine/journal/image.h"
#include "engine/journal/record.h"
#include "engine/journal/shard_block.h"

namespace flexstock::journal_tool {
namespace {

using journal::Block;
using journal::BlockKind;
using journal::Reader;

class Scanner {
 public:
  Scanner(Storage& storage, const std::string& path, Visitor* visitor, Scanned* scanned)
      : storage_(storage), path_(path), visitor_(*visitor), scanned_(*scanned) {}

  // The first problem is the one that is named; what can be read in spite of it is shown.
  std::string Run() {
    journal::Directory& directory = scanned_.directory;
    Note(journal::ReadDirectory(storage_, path_, &directory));
    if (directory.is_new) Note(path_ + ": there is no journal here: no file is named journal-... or snapshot-...");
    if (directory.like.shards == 0) return problem_;
    shards_.resize(directory.like.shards);
    if (directory.snapshots.empty()) {
      next_position_ = 1;
    } else if (std::string problem = ReadSnapshot(directory.snapshots.back()); !problem.empty()) {
      Note(std::move(problem));
      DoWithoutSnapshot();
    }
    Note(ReadJournal());
    return problem_;
  }

 private:
  void Note(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  struct ShardSoFar {
    std::uint64_t newest = 0;   // the last change that was met
    std::uint64_t copied = 0;   // the last change that the snapshot has
    bool has_sections = false;  // the journal has had changes of it
  };

  // ---- Snapshot ----
  std::string ReadSnapshot(Epoch epoch) {
    scanned_.has_snapshot = true;
    scanned_.snapshot_epoch = epoch;
    journal::SnapshotReader reader(storage_, path_, epoch);
    if (std::string problem = reader.Open(); !problem.empty()) return problem;
    scanned_.begin = reader.begin();
    for (std::vector<Block> blocks;;) {
      std::string problem = reader.Next(&blocks);
      if (problem.empty() && blocks.empty()) break;
      for (const Block& block : blocks) {
        if (!ShowSnapshotBlock(block)) {
          return reader.At(block.offset) + "the block's hash is right, but what is in it cannot be read";
        }
      }
      if (!problem.empty()) return problem;
    }
    snapshot_ = reader.end();
    scanned_.snapshot_bytes = reader.bytes_read();
    const std::string at_end = reader.At(reader.bytes_read());
    if (orders_ != snapshot_.orders || products_ != snapshot_.products) {
      return at_end + "the snapshot has other images than its end counts: blocks are missing";
    }
    if (next_event_ && *next_event_ != snapshot_.next_position) {
      return at_end + "the events in the snapshot end before position " + std::to_string(snapshot_.next_position) +
             ": some are missing";
    }
    visitor_.OnSnapshotEnd(snapshot_);
    return {};
  }

  // The journal says something without its snapshot, too: its changes are numbered from wherever it begins.
  void DoWithoutSnapshot() {
    constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max() - 1;
    std::ranges::fill(shards_, ShardSoFar{.newest = kAny});
    is_behind_ = true;
  }

  bool ShowSnapshotBlock(const Block& block) {
    std::span<const std::byte> payload;
    if (!journal::SnapshotReader::Unpack(block, &memory_, &payload)) return false;
    visitor_.OnSnapshotBlock(block, payload.size());
    if (block.header.kind == BlockKind::kEvents) return ShowEvents(payload);
    const auto shards = static_cast<std::uint32_t>(shards_.size());
    journal::ShardBlock read;
    if (!journal::TakeShardBlock(block.header.kind, payload, shards, &read).empty()) return false;
    ShardSoFar& shard = shards_[read.shard];
    shard.copied = std::max(shard.copied, read.newest);
    if (read.kind == BlockKind::kShard) shard.newest = read.newest;
    if (read.kind == BlockKind::kOrders) visitor_.OnOrders(read.shard, read.orders);
    if (read.kind == BlockKind::kProducts) visitor_.OnProducts(read.shard, read.products);
    orders_ += read.orders.size();
    products_ += read.products.size();
    return true;
  }

  bool ShowEvents(std::span<const std::byte> payload) {
    Reader reader(payload);
    std::vector<shard::Change> events;
    const std::uint64_t count = reader.Varint();
    for (std::uint64_t i = 0; i < count; ++i) {
      shard::Change& event = events.emplace_back();
      if (!journal::TakeTold(&reader, &event) || (next_event_ && event.image != *next_event_)) return false;
      next_event_ = event.image + 1;
    }
    if (reader.failed() || reader.left() != 0) return false;
    visitor_.OnEvents(events);
    return true;
  }

  // ---- Journal ----
  std::string ReadJournal() {
    journal::JournalReader reader(storage_, path_, scanned_.directory, scanned_.begin.segment, scanned_.begin.before);
    std::string problem;
    for (std::vector<Block> blocks; problem.empty() && reader.Next(&blocks);) {
      ++scanned_.segments;
      segment_ = reader.number();
      for (std::size_t i = 0; i < blocks.size() && problem.empty(); ++i) problem = ShowBlock(blocks[i]);
    }
    scanned_.tail = reader.tail();
    scanned_.torn = reader.torn();
    scanned_.segment_bytes = reader.bytes_read();
    if (problem.empty() && !(reader.lacks_next() && FindNext(reader.number() + 1))) problem = reader.problem();
    return problem.empty() ? ReachesSnapshot() : problem;
  }

  // The segment behind the last one that was listed: an engine may have made it since. Then what has been read is the
  // journal as it was a moment ago.
  bool FindNext(std::uint64_t number) {
    std::unique_ptr<StorageFile> file;
    if (storage_.Open(path_ + "/" + journal::SegmentName(number), OpenMode::kRead, &file) != 0) return false;
    scanned_.directory.segments.push_back(number);
    return true;
  }

  std::string ReachesSnapshot() {
    segment_ = scanned_.tail.number;
    const std::string at_end = At(scanned_.tail.offset);
    if (const Epoch last = scanned_.tail.block.epoch; last < scanned_.snapshot_epoch) {
      return at_end + "the journal ends with epoch " + std::to_string(last) + ", but the snapshot is of epoch " +
             std::to_string(scanned_.snapshot_epoch) + ": blocks are missing";
    }
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      if (shards_[i].newest >= shards_[i].copied) continue;
      return at_end + "the snapshot has changes of shard " + std::to_string(i) + " up to " +
             std::to_string(shards_[i].copied) + ", the journal only up to " + std::to_string(shards_[i].newest);
    }
    return {};
  }

  std::string ShowBlock(const Block& block) {
    ++scanned_.blocks;
    if (scanned_.first_epoch == 0) scanned_.first_epoch = block.header.epoch;
    const std::string at = At(block.offset);
    journal::EpochBlock epoch;
    const bool closes = block.header.kind == BlockKind::kClosed;
    if (closes ? !block.payload.empty() : !journal::TakeEpoch(block.payload, scanned_.directory.like.shards, &epoch)) {
      return at + "the block's hash is right, but what is in it is no epoch";
    }
    // The blocks that the snapshot has as well are numbered from wherever the first of them begins.
    std::optional<std::uint64_t> behind_snapshot;
    if (scanned_.has_snapshot && !is_behind_ && block.header.epoch > scanned_.snapshot_epoch) {
      is_behind_ = true;
      behind_snapshot = snapshot_.next_position;
    }
    for (const std::optional<std::uint64_t>& next : {next_position_, behind_snapshot}) {
      if (!next || *next == block.header.position) continue;
      return at + "its first change has position " + std::to_string(block.header.position) + " where " +
             std::to_string(*next) + " comes next: changes are missing";
    }
    visitor_.OnBlock(segment_, block, epoch);
    ChangeAt change{.epoch = block.header.epoch, .position = block.header.position};
    for (const journal::Section& section : epoch.sections) {
      if (std::string problem = Begin(section); !problem.empty()) return at + problem;
      change.shard = section.shard;
      change.number = section.first;
      if (!ShowRecords(section, &change)) {
        return at + "change " + std::to_string(change.number) + " of shard " + std::to_string(section.shard) +
               " cannot be read";
      }
    }
    scanned_.changes += epoch.changes;
    next_position_ = change.position;
    return {};
  }

  std::string Begin(const journal::Section& section) {
    ShardSoFar& shard = shards_[section.shard];
    // The journal begins with changes that the snapshot has as well.
    const bool may_repeat = scanned_.has_snapshot && !shard.has_sections;
    const std::uint64_t next = shard.newest + 1;
    if (may_repeat ? section.first == 0 || section.first > next : section.first != next) {
      return "change " + std::to_string(section.first) + " of shard " + std::to_string(section.shard) + " where " +
             std::to_string(next) + " comes next: changes are missing or doubled";
    }
    shard.has_sections = true;
    shard.newest = section.first + section.count - 1;
    return {};
  }

  bool ShowRecords(const journal::Section& section, ChangeAt* at) {
    Reader reader(section.records);
    journal::Before before;
    shard::Record record;
    for (std::uint64_t i = 0; i < section.count; ++i, ++at->number, ++at->position) {
      const std::size_t left = reader.left();
      if (!journal::TakeRecord(&reader, &before, &record)) return false;
      visitor_.OnRecord(*at, record, left - reader.left());
    }
    return reader.left() == 0;
  }

  std::string At(std::uint64_t offset) const {
    return path_ + "/" + journal::SegmentName(segment_) + ": at " + std::to_string(offset) + ": ";
  }

  Storage& storage_;
  const std::string path_;
  Visitor& visitor_;
  Scanned& scanned_;
  std::string problem_;
  std::vector<ShardSoFar> shards_;
  std::vector<std::byte> memory_;            // of a block that was compressed
  std::uint64_t orders_ = 0, products_ = 0;  // the snapshot's images
  std::optional<std::uint64_t> next_event_;  // position of the snapshot's next one
  journal::SnapshotEnd snapshot_;
  std::uint64_t segment_ = 0;                   // being read
  bool is_behind_ = false;                      // a block that the snapshot does not have was met
  std::optional<std::uint64_t> next_position_;  // of the journal's next change
};

}  // namespace

std::string_view NameOfChange(EventType type) {
  if (type == shard::kSuperseded) return "superseded";
  return type == shard::kProductImage ? "product_image" : Name(type);
}

std::string Scan(Storage& storage, const std::string& path, Visitor* visitor, Scanned* scanned) {
  *scanned = Scanned{};
  return Scanner(storage, path, visitor, scanned).Run();
}

}  // namespace flexstock::journal_tool
