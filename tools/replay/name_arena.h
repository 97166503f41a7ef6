// NameArena: the names of orders and what is known about each, in one place that never moves.
//
// A name lies in an arena of 64-bit words, and its number (KeyRef) is the word where it begins:
//
//     word 0      word 1        words 2 ..
//     OrderId     placement     size (1 byte), the name's bytes
//     next free   kFree         size (1 byte), what was there
//
// so that what a lookup needs is mostly one cache line, and a name of 15 bytes takes 32. Words that were freed are used
// again for names as long; the arena itself never shrinks. A walk over all names is a walk over memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "flexstock/types.h"

namespace flexstock::replay {

// A name's number: 0 is none.
enum class KeyRef : std::uint32_t {};
inline constexpr KeyRef kNoKey{0};

class NameArena {
 public:
  static constexpr std::size_t kNameMax = 64;  // bytes; at least one

  // A copy of `name`, without an order.
  [[nodiscard]] KeyRef Allocate(std::string_view name);
  void Free(KeyRef ref);

  [[nodiscard]] std::string_view name(KeyRef ref) const {
    const char* const bytes = reinterpret_cast<const char*>(At(ref) + kHeaderWords);
    return {bytes + 1, static_cast<unsigned char>(*bytes)};
  }
  [[nodiscard]] OrderId order(KeyRef ref) const { return static_cast<OrderId>(*At(ref)); }
  [[nodiscard]] std::uint64_t placement(KeyRef ref) const { return At(ref)[1]; }
  void SetOrder(KeyRef ref, OrderId order, std::uint64_t placement) {
    At(ref)[0] = static_cast<std::uint64_t>(order);
    At(ref)[1] = placement;
  }
  // Every name, in no order that matters. `visit` may free the one that it is shown.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
      std::size_t word = block == 0 ? 1 : 0;
      const std::size_t end = block + 1 == blocks_.size() ? used_ : kBlockWords;
      while (word + kHeaderWords < end) {
        const auto ref = static_cast<KeyRef>(block * kBlockWords + word);
        const std::size_t size = name(ref).size();
        if (size == 0) break;  // the rest of the block was too little for the next name
        word += RecordWords(size);
        if (placement(ref) != kFree) visit(ref);
      }
    }
  }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  static constexpr std::size_t kBlockWords = std::size_t{1} << 13;  // 64 KiB
  static constexpr std::size_t kHeaderWords = 2;
  static constexpr std::size_t kRecordWordsMax = kHeaderWords + (1 + kNameMax + 7) / 8;

  static constexpr std::size_t RecordWords(std::size_t name_size) { return kHeaderWords + (1 + name_size + 7) / 8; }
  [[nodiscard]] std::uint64_t* At(KeyRef ref) const {
    const auto word = static_cast<std::uint32_t>(ref);
    return &blocks_[word / kBlockWords][word % kBlockWords];
  }

  std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
  std::size_t used_ = kBlockWords;                     // words of the last block
  std::array<KeyRef, kRecordWordsMax + 1> free_ = {};  // by words; a free one's word 0 is the next
};

}  // namespace flexstock::replay
