// NameArena: the names of orders and what is known about each, in one place that never moves.
//
// A name lies in an arena of 64-bit words, and its number (KeyRef) is the word where it begins:
//
//     word 0      word 1        words 2 ..
//     OrderId     placement     size (1 byte), the name's bytes
//
// so that what a lookup needs is mostly one cache line, and a name of 15 bytes takes 32. Words that were freed are used
// again for names as long; the arena itself never shrinks.
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

 private:
  static constexpr std::size_t kBlockWords = std::size_t{1} << 17;  // 1 MiB
  static constexpr std::size_t kHeaderWords = 2;
  static constexpr std::size_t kRecordWordsMax = kHeaderWords + (1 + kNameMax + 7) / 8;

  [[nodiscard]] std::uint64_t* At(KeyRef ref) const {
    const auto word = static_cast<std::uint32_t>(ref);
    return &blocks_[word / kBlockWords][word % kBlockWords];
  }

  std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
  std::size_t used_ = kBlockWords;                     // words of the last block
  std::array<KeyRef, kRecordWordsMax + 1> free_ = {};  // by words; a free one's word 0 is the next
};

}  // namespace flexstock::replay
