// OrderSerials: names for the engine that a later run can find again.
//
// In memory, a name's number in the key book is its key to the engine (key_book.h). A run that goes on behind a crash
// builds its book anew, and numbers would differ. So with a journal a name's key is where the log first gave it: the
// line, and the place in the line's cart. The log says the same to every run, and no two names share a place. Whether
// a place still stands for an order is the engine's to say: it knows the key, or it does not.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/replay/key_book.h"
#include "tools/replay/log_reader.h"

namespace flexstock::replay {

class OrderSerials {
 public:
  // A line of kLineMax bytes has fewer orders than this.
  static constexpr std::uint64_t kOrdersALine = std::uint64_t{1} << 21;
  static_assert(kLineMax / kOrdersALine <= 32,
                "the shortest line of a cart: {\"order\":\"a\",\"product\":1,\"qty\":1}");

  [[nodiscard]] static std::uint64_t Of(std::uint64_t line, std::size_t order) { return line * kOrdersALine + order; }
  [[nodiscard]] static OrderKey ToOrderKey(std::uint64_t serial) { return {.hi = serial, .lo = 0}; }
  [[nodiscard]] static std::uint64_t FromOrderKey(OrderKey key) { return key.hi; }

  void Add(std::uint64_t serial, KeyRef name) { names_.emplace(serial, name); }
  void Remove(std::uint64_t serial) { names_.erase(serial); }
  // kNoKey: there is none.
  [[nodiscard]] KeyRef Find(std::uint64_t serial) const {
    const auto found = names_.find(serial);
    return found == names_.end() ? kNoKey : found->second;
  }

 private:
  absl::flat_hash_map<std::uint64_t, KeyRef> names_;
};

}  // namespace flexstock::replay
