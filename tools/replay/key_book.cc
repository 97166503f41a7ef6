#include "tools/replay/key_book.h"

#include <absl/hash/hash.h>

#include <algorithm>
#include <utility>

namespace flexstock::replay {

namespace {

std::uint32_t HashOf(std::string_view name) { return static_cast<std::uint32_t>(absl::Hash<std::string_view>{}(name)); }

// Up to eight bytes from `offset` on as a number that compares as they do.
std::uint64_t BytesAsNumber(std::string_view name, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = number << 8 | (offset + i < name.size() ? static_cast<unsigned char>(name[offset + i]) : 0u);
  }
  return number;
}

}  // namespace

KeyBook::KeyBook() : table_(0, HashSlot{}, SameName{&arena_}) {}

KeyRef KeyBook::Find(std::string_view name) const {
  const auto found = table_.find(Sought{name, HashOf(name)});
  return found == table_.end() ? kNoKey : found->ref;
}

KeyRef KeyBook::Intern(std::string_view name, bool* is_new) {
  *is_new = false;
  const Sought sought{name, HashOf(name)};
  return table_
      .lazy_emplace(sought,
                    [&](const auto& construct) {
                      *is_new = true;
                      construct(Slot{arena_.Allocate(name), sought.hash});
                    })
      ->ref;
}

void KeyBook::Prefetch(std::string_view name) const { table_.prefetch(Sought{name, HashOf(name)}); }

void KeyBook::Release(KeyRef ref) {
  table_.erase(Slot{ref, HashOf(name(ref))});
  arena_.Free(ref);
}

// Names of one log mostly begin alike ("order-000017"), so the eight bytes behind what all have in common decide nearly
// every comparison without a look at the names.
std::vector<KeyRef> KeyBook::Sorted() const {
  std::vector<std::pair<std::uint64_t, KeyRef>> entries;
  entries.reserve(table_.size());
  std::string_view common;
  arena_.ForEach([&](KeyRef ref) {
    const std::string_view other = name(ref);
    if (entries.empty()) common = other;
    const auto differs = std::mismatch(common.begin(), common.end(), other.begin(), other.end()).first;
    common = common.substr(0, static_cast<std::size_t>(differs - common.begin()));
    entries.emplace_back(0, ref);
  });
  for (auto& [number, ref] : entries) number = BytesAsNumber(name(ref), common.size());
  std::sort(entries.begin(), entries.end(), [this](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : name(a.second) < name(b.second);
  });
  std::vector<KeyRef> sorted;
  sorted.reserve(entries.size());
  for (const auto& [number, ref] : entries) sorted.push_back(ref);
  return sorted;
}

}  // namespace flexstock::replay
