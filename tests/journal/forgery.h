// Forgery: a journal's file taken apart, changed, and put together again with every hash right. No disk makes such a
// file, but a bug may, or a hand.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/journal/block_writer.h"
#include "engine/journal/bytes.h"
#include "engine/journal/format.h"
#include "engine/journal/image.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {

struct Forged {
  BlockHeader header;
  std::vector<std::byte> payload;  // not compressed
  std::uint64_t offset = 0;        // in its file
};

class File {
 public:
  File(sim::SimStorage* storage, std::string path);

  // `previous`: the hash of the block before the first, of a segment; gives that of the last one.
  std::uint64_t Write(std::uint64_t previous = 0);

  FileHeader header;
  std::vector<Forged> blocks;

 private:
  sim::SimStorage* const storage_;
  const std::string path_;
  std::uint64_t header_hash_ = 0;
  bool is_segment_ = false;
};

// Where the first block of that kind is.
[[nodiscard]] std::size_t FirstOf(const std::vector<Forged>& blocks, BlockKind kind);

// The images of a snapshot's chunk of orders or products, changed.
template <typename Image, typename Change>
void ChangeImages(Forged* block, Change change) {
  Reader reader(block->payload);
  BlockWriter writer;
  writer.Begin();
  for (int i = 0; i < 4; ++i) writer.Varint(reader.Varint());  // shard, slots, newest change
  std::vector<Image> images;
  ASSERT_TRUE(TakeImages(&reader, reader.Varint(), &images));
  change(&images);
  writer.Varint(images.size());
  PutImages(std::span<const Image>(images), &writer);
  block->payload.assign(writer.payload().begin(), writer.payload().end());
}

// The end of a snapshot, which counts so many images of orders more.
void CountOrders(Forged* end, std::uint64_t more);
// The end of a snapshot, by which the first audience has confirmed everything up to there.
void Confirm(Forged* end, std::uint64_t position);

}  // namespace flexstock::journal
