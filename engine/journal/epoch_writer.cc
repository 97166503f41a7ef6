#include "engine/journal/epoch_writer.h"

#include <algorithm>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/record.h"

namespace flexstock::journal {
using shard::Change;

// Of images of one product with nothing of it between, the last is enough. What is between leans on the one before it:
// an order that was filled from new stock, a mode that was told.
void EpochWriter::MarkSuperseded(std::span<const Change> run) {
  superseded_.clear();
  const auto is_image = [](const Change& change) { return change.type() == shard::kProductImage; };
  if (std::count_if(run.begin(), run.end(), is_image) < 2) return;
  superseded_.resize(run.size());
  image_follows_.clear();
  for (std::size_t i = run.size(); i-- > 0;) {
    bool& follows = image_follows_[run[i].product];
    superseded_[i] = is_image(run[i]) && follows;
    follows = is_image(run[i]);
  }
}

void EpochWriter::Add(std::uint32_t shard, std::uint64_t newest, std::span<const Change> run) {
  if (run.empty()) return;
  MarkSuperseded(run);
  block_.Varint(shard + 1);
  block_.Varint(newest - run.size() + 1);
  block_.Varint(run.size());
  const std::size_t length_at = block_.offset();
  block_.Fixed<std::uint32_t>(0);
  Before before;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const Change& change = run[i];
    std::byte* const at = block_.Room(kRecordMax);
    if (change.type() != shard::kProductImage) [[likely]] {
      block_.Advance(PutChange(at, change, nullptr, &before));
      continue;
    }
    const std::uint32_t policy = shard::PlaceOf(change.order).slot;
    const bool drop = (!superseded_.empty() && superseded_[i]) || base::Seeded(base::Bug::kDropProductImage);
    block_.Advance(drop ? PutSuperseded(at) : PutChange(at, change, &policies_[policy], &before));
    policies_.Release(policy);
  }
  const std::size_t length = block_.offset() - length_at - sizeof(std::uint32_t);
  block_.PatchFixed(length_at, static_cast<std::uint32_t>(length));
  // relaxed: counts for whoever is curious.
  changes.fetch_add(run.size(), std::memory_order_relaxed);
  change_bytes.fetch_add(length, std::memory_order_relaxed);
}

std::string EpochWriter::End(Epoch epoch, std::uint64_t position, std::span<const Position> carried,
                             const Confirmed* confirmed) {
  block_.Varint(0);  // no shard more
  if (base::Seeded(base::Bug::kLosePosition)) carried = {};
  block_.Varint(carried.size());
  for (const Position& at : carried) {
    block_.Varint(at.stream);
    block_.Varint(at.offset);
  }
  if (base::Seeded(base::Bug::kLoseEventPosition)) confirmed = nullptr;
  block_.Fixed<std::uint8_t>(confirmed != nullptr ? 1 : 0);
  if (confirmed != nullptr) {
    for (const std::uint64_t at : *confirmed) block_.Varint(at);
  }
  return Write(BlockKind::kEpoch, epoch, position);
}

std::string EpochWriter::Close(Epoch epoch, std::uint64_t position) {
  block_.Begin();
  return Write(BlockKind::kClosed, epoch, position);
}

std::string EpochWriter::Write(BlockKind kind, Epoch epoch, std::uint64_t position) {
  if (const std::uint64_t size = block_.payload().size(); size > payload_max_) {
    return "epoch " + std::to_string(epoch) + " has " + std::to_string(size) + " bytes of changes, and a block holds " +
           std::to_string(payload_max_) + ": commit more often (Options::changes_max)";
  }
  const BlockHeader header{
      .kind = kind, .engine = engine_, .epoch = epoch, .previous = last_.hash, .position = position};
  std::uint64_t hash = 0;
  const std::span<const std::byte> block = block_.End(header, /*padded=*/true, &hash);
  const std::uint64_t segment = segments_->number();
  if (std::string problem = segments_->Write(block); !problem.empty()) return problem;
  if (segments_->number() != segment) before_segment_ = last_;
  last_ = {hash, epoch};
  blocks.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(block.size(), std::memory_order_relaxed);
  return {};
}

}  // namespace flexstock::journal
