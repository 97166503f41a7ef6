// WordTable: which of these few words is it?
//
// Built by the compiler from the list of words; finding one costs a glance at length and three letters, and one
// compare. Every key of every line is looked up in one of these, so that a chain of compares would cost more than the
// engine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flexstock::replay {

template <std::size_t kWords>
class WordTable {
 public:
  static constexpr std::size_t kNotFound = kWords;

  explicit constexpr WordTable(const std::array<std::string_view, kWords>& words) : words_(words) {
    for (std::size_t i = 0; i < kWords; ++i) {
      std::size_t slot = Hash(words_[i]) % kSlots;
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i + 1);
    }
  }

  // The word's place in the list, or kNotFound.
  [[nodiscard]] constexpr std::size_t Find(std::string_view word) const {
    for (std::size_t slot = Hash(word) % kSlots; slots_[slot] != 0; slot = (slot + 1) % kSlots) {
      if (words_[slots_[slot] - 1u] == word) return slots_[slot] - 1u;
    }
    return kNotFound;
  }

 private:
  static constexpr std::size_t kSlots = 128;
  static_assert(kWords < kSlots / 2 && kWords < 255);

  static constexpr std::size_t Hash(std::string_view word) {
    if (word.empty()) return 0;
    const auto letter = [word](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(word[i])); };
    return word.size() * 31 + letter(0) * 7 + letter(word.size() / 2) * 13 + letter(word.size() - 1) * 3;
  }

  std::array<std::string_view, kWords> words_;
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace flexstock::replay
