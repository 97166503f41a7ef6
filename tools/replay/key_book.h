// KeyBook: the names that a log gives its orders.
//
// A log names an order by 1 to 64 bytes, the engine by 128 bits. Hashing the one into the other would make two orders
// one, sooner or later; so the book gives every name a number of its own (KeyRef) and the engine gets that as the key.
//
// One probe of a table of eight bytes a name finds it; what is known about it lies beside it (name_arena.h).
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "flexstock/types.h"
#include "tools/replay/name_arena.h"

namespace flexstock::replay {

// As the engine knows it.
[[nodiscard]] constexpr OrderKey ToOrderKey(KeyRef ref) { return {.hi = static_cast<std::uint64_t>(ref), .lo = 0}; }
[[nodiscard]] constexpr KeyRef FromOrderKey(OrderKey key) { return static_cast<KeyRef>(key.hi); }

class KeyBook {
 public:
  KeyBook();
  KeyBook(const KeyBook&) = delete;
  KeyBook& operator=(const KeyBook&) = delete;

  // kNoKey: the name is not in the book.
  [[nodiscard]] KeyRef Find(std::string_view name) const;
  // Finds or adds. A new name has order kNoOrder. `is_new` may not be nullptr.
  [[nodiscard]] KeyRef Intern(std::string_view name, bool* is_new);
  // Brings what Find or Intern will look at first nearer to the processor.
  void Prefetch(std::string_view name) const;
  // Takes the name out; its number may be given to another.
  void Release(KeyRef ref);

  // The order that was placed last under the name, and its place in the sequence of all orders placed.
  [[nodiscard]] OrderId order(KeyRef ref) const { return arena_.order(ref); }
  [[nodiscard]] std::uint64_t placement(KeyRef ref) const { return arena_.placement(ref); }
  void SetOrder(KeyRef ref, OrderId order, std::uint64_t placement) { arena_.SetOrder(ref, order, placement); }
  [[nodiscard]] std::string_view name(KeyRef ref) const { return arena_.name(ref); }

  [[nodiscard]] std::size_t size() const { return table_.size(); }
  // Every name, in no order that matters. `visit` may release the one that it is shown.
  template <typename Visit>
  void ForEach(Visit visit) const {
    arena_.ForEach(visit);
  }
  // Every name, in order of its bytes.
  [[nodiscard]] std::vector<KeyRef> Sorted() const;

 private:
  struct Slot {
    KeyRef ref;
    std::uint32_t hash;  // so that the table grows without a look at the names
  };
  struct Sought {
    std::string_view name;
    std::uint32_t hash;
  };
  struct HashSlot {
    using is_transparent = void;
    std::size_t operator()(const Slot& slot) const { return Spread(slot.hash); }
    std::size_t operator()(const Sought& sought) const { return Spread(sought.hash); }
    static std::size_t Spread(std::uint32_t hash) { return hash * std::size_t{0x9E3779B97F4A7C15}; }
  };
  struct SameName {
    using is_transparent = void;
    const NameArena* arena;
    bool operator()(const Slot& a, const Slot& b) const { return a.ref == b.ref; }
    bool operator()(const Slot& slot, const Sought& sought) const {
      return slot.hash == sought.hash && arena->name(slot.ref) == sought.name;
    }
    bool operator()(const Sought& sought, const Slot& slot) const { return (*this)(slot, sought); }
  };

  NameArena arena_;
  absl::flat_hash_set<Slot, HashSlot, SameName> table_;
};

}  // namespace flexstock::replay
