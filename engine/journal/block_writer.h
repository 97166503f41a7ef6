// BlockWriter: one block in memory, its payload written piece by piece, its header last. The memory is kept for the
// next.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "engine/journal/bytes.h"
#include "engine/journal/format.h"

namespace flexstock::journal {

class BlockWriter {
 public:
  void Begin() { size_ = kBlockHeaderBytes; }

  // Where at least `room` bytes may be written next; moves when asked again.
  [[nodiscard]] std::byte* Room(std::size_t room) {
    if (memory_.size() < size_ + room) memory_.resize(2 * (size_ + room));
    return memory_.data() + size_;
  }
  // What was written ends here.
  void Advance(const std::byte* end) { size_ = static_cast<std::size_t>(end - memory_.data()); }
  template <typename T>
  void Fixed(T value) {
    Advance(PutFixed(Room(sizeof value), value));
  }
  void Varint(std::uint64_t value) { Advance(PutVarint(Room(kVarintMax), value)); }

  // A place in the block, to be filled in later with PatchFixed.
  [[nodiscard]] std::size_t offset() const { return size_; }
  template <typename T>
  void PatchFixed(std::size_t offset, T value) {
    PutFixed(memory_.data() + offset, value);
  }

  [[nodiscard]] std::span<const std::byte> payload() const {
    return {memory_.data() + kBlockHeaderBytes, size_ - kBlockHeaderBytes};
  }

  // The whole block, header written, filled up with zeros to whole pages if `padded`; *hash is the header's.
  [[nodiscard]] std::span<const std::byte> End(BlockHeader header, bool padded, std::uint64_t* hash) {
    header.payload_bytes = static_cast<std::uint32_t>(payload().size());
    if (!header.compressed) header.raw_bytes = header.payload_bytes;
    header.payload_hash = HashOf(payload());
    *hash = PutBlockHeader(memory_.data(), header);
    const std::size_t whole = padded ? PageUp(size_) : size_;
    std::memset(Room(whole - size_), 0, whole - size_);
    return {memory_.data(), whole};
  }

 private:
  std::vector<std::byte> memory_ = std::vector<std::byte>(std::size_t{1} << 16);
  std::size_t size_ = kBlockHeaderBytes;
};

}  // namespace flexstock::journal
