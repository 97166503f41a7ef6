// Carts: several products at one instant. All locks of a cart are taken, by rising index, before anything is judged.
#include <algorithm>
#include <array>

#include "engine/base/yield_point.h"
#include "engine/engine_impl.h"

namespace flexstock {
namespace {

using shard::kNil;
using shard::kNoShard;
using shard::Shard;

// The shards whose locks are held: those of the lines, and those of orders that the lines' keys name.
class LockedShards {
 public:
  explicit LockedShards(Engine::Impl& engine) : engine_(engine) {}
  ~LockedShards() { Release(); }
  LockedShards(const LockedShards&) = delete;
  LockedShards& operator=(const LockedShards&) = delete;

  void Add(std::uint32_t index) {
    const auto at = std::lower_bound(shards_.begin(), shards_.begin() + count_, index);
    if (Has(index)) return;
    std::copy_backward(at, shards_.begin() + count_, shards_.begin() + count_ + 1);
    *at = index;
    ++count_;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool Has(std::uint32_t index) const {
    return std::binary_search(shards_.begin(), shards_.begin() + count_, index);
  }

  // `product_of(shard)`: see Shard::Enter.
  template <typename ProductOf>
  void Acquire(const ProductOf& product_of) FLEXSTOCK_UNCHECKED_LOCKS {
    for (int i = 0; i < count_; ++i) engine_.At(shards_[static_cast<std::size_t>(i)]).Enter(product_of);
    held_ = true;
  }
  void Release() FLEXSTOCK_UNCHECKED_LOCKS {
    if (!held_) return;
    for (int i = count_; i-- > 0;) engine_.At(shards_[static_cast<std::size_t>(i)]).lock.Release();
    held_ = false;
  }

  // All arrive at one time: the latest of theirs and `at_ms`. False: a change buffer is full.
  [[nodiscard]] bool Arrive(Millis at_ms, Epoch epoch) FLEXSTOCK_UNCHECKED_LOCKS {
    Millis latest = at_ms;
    for (int i = 0; i < count_; ++i) latest = std::max(latest, engine_.At(shards_[static_cast<std::size_t>(i)]).now());
    for (int i = 0; i < count_; ++i) {
      if (!engine_.At(shards_[static_cast<std::size_t>(i)]).Arrive(latest, epoch)) return false;
    }
    is_late_ = latest > at_ms;
    return true;
  }
  // Once a cart, however often its shards arrive.
  void CountIfLate() FLEXSTOCK_UNCHECKED_LOCKS {
    if (is_late_) engine_.At(shards_[0]).CountClamped();
  }
  void BelongTo(Epoch epoch) FLEXSTOCK_UNCHECKED_LOCKS {
    for (int i = 0; i < count_; ++i) engine_.At(shards_[static_cast<std::size_t>(i)]).BelongTo(epoch);
  }

 private:
  Engine::Impl& engine_;
  std::array<std::uint32_t, 1024> shards_;  // sorted; room for all that an engine can have
  int count_ = 0;
  bool held_ = false;
  bool is_late_ = false;  // the cart, at the last Arrive
};

// The stripes of a cart's keys, locked: nobody places or frees one of its keys between the look and the taking.
class LockedStripes {
 public:
  LockedStripes(keys::KeyIndex& keys, std::span<const shard::Asked> lines) FLEXSTOCK_UNCHECKED_LOCKS : keys_(keys) {
    for (const shard::Asked& line : lines) {
      if (line.key.given()) stripes_[count_++] = keys::KeyIndex::StripeOf(line.hash);
    }
    std::sort(stripes_.begin(), stripes_.begin() + static_cast<std::ptrdiff_t>(count_));
    const auto end = std::unique(stripes_.begin(), stripes_.begin() + static_cast<std::ptrdiff_t>(count_));
    count_ = static_cast<std::size_t>(end - stripes_.begin());
    for (std::size_t i = 0; i < count_; ++i) keys_.LockOf(stripes_[i]).Acquire();
  }
  ~LockedStripes() FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = count_; i-- > 0;) keys_.LockOf(stripes_[i]).Release();
  }
  LockedStripes(const LockedStripes&) = delete;
  LockedStripes& operator=(const LockedStripes&) = delete;

 private:
  keys::KeyIndex& keys_;
  std::array<std::uint32_t, kCartLinesMax> stripes_;
  std::size_t count_ = 0;
};

bool KeysAreDistinct(std::span<const CartLine> lines) {
  std::array<OrderKey, kCartLinesMax> keys;
  std::size_t count = 0;
  for (const CartLine& line : lines) {
    if (line.key.given()) keys[count++] = line.key;
  }
  const auto end = keys.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(keys.begin(), end);
  return std::adjacent_find(keys.begin(), end) == end;
}

CartResult AllLines(Code code, std::span<PlaceResult> lines) {
  for (PlaceResult& line : lines) line = {.code = code};
  return {.code = code};
}

// One cart, the locks of its shards held, its shards arrived; to judge it, those of its keys' stripes as well.
class Cart {
 public:
  Cart(Engine::Impl& engine, const PlaceCart& request, std::span<PlaceResult> results)
      : engine_(engine), request_(request), results_(results) {
    for (std::size_t i = 0; i < size(); ++i) {
      const CartLine& line = request_.lines[i];
      in_range_[i] = line.qty >= 1 && line.qty <= kQtyMax && static_cast<std::int64_t>(line.product) >= 1 &&
                     static_cast<std::int64_t>(request_.customer) >= 1;
      // Out of range, it names no shard; its own answer comes before all else.
      shard_[i] = in_range_[i] ? engine_.ShardOf(line.product) : kNoShard;
      asked_[i] = {.product = kNil,
                   .qty = static_cast<std::uint32_t>(in_range_[i] ? line.qty : 0),
                   .customer = static_cast<std::int64_t>(request_.customer),
                   .key = line.key,
                   .hash = line.key.given() ? engine_.keys().Hash(line.key) : 0};
    }
  }

  [[nodiscard]] std::size_t size() const { return request_.lines.size(); }
  [[nodiscard]] std::span<const shard::Asked> asked() const { return {asked_.data(), size()}; }
  void AddShards(LockedShards* locked) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (in_range_[i]) locked->Add(shard_[i]);
    }
  }

  // The first of the shard's products that the cart names.
  [[nodiscard]] std::uint32_t FirstProductIn(const Shard& shard) const FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = 0; i < size(); ++i) {
      if (in_range_[i] && &engine_.At(shard_[i]) == &shard) return shard.FindProduct(request_.lines[i].product);
    }
    return kNil;
  }
  void FindProducts() FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = 0; i < size(); ++i) {
      if (in_range_[i]) asked_[i].product = engine_.At(shard_[i]).FindProduct(request_.lines[i].product);
    }
  }

  // A shard that is not locked and has an order with one of the keys; kNoShard if there is none.
  [[nodiscard]] std::uint32_t ForeignShard(const LockedShards& locked) const {
    for (std::size_t i = 0; i < size(); ++i) {
      shard::OrderPlace place{};
      if (asked_[i].key.given() && engine_.FindKey(asked_[i].key, &place) && !locked.Has(place.shard))
        return place.shard;
    }
    return kNoShard;
  }

  // What it does belongs to this epoch.
  CartResult Judge(Epoch epoch) {
    epoch_ = epoch;
    return request_.mode == CartMode::kSplit ? Split() : AllOrNothing();
  }

 private:
  CartResult Split() FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = 0; i < size(); ++i) {
      results_[i] = {.code = FormOf(i), .epoch = epoch_};
      if (!results_[i].ok()) continue;
      Shard& shard = engine_.At(shard_[i]);
      shard.HappenNow();  // a line may have left something that is due at once: an order that is remembered for 0 ms
      // A key placed by somebody else since the look: his order is new, so it is remembered, and it is a conflict.
      std::uint32_t foreign = kNoShard;
      results_[i] = shard.PlaceLine(asked_[i], &foreign);
    }
    return {.epoch = epoch_};
  }

  CartResult AllOrNothing() FLEXSTOCK_UNCHECKED_LOCKS {
    if (IsDuplicate()) return {.duplicate = true, .epoch = epoch_};
    bool taken = CheckLines();
    taken = CheckProducts() && taken;
    if (taken) taken = MakeRoom();
    if (!taken) return {.code = Code::kCartRefused, .epoch = epoch_};
    Take();
    return {.epoch = epoch_};
  }

  // Steps 1 and 2 for one line.
  [[nodiscard]] Code FormOf(std::size_t line) const {
    if (!in_range_[line]) return Code::kInvalidArgument;
    return asked_[line].product == kNil ? Code::kUnknownProduct : Code::kOk;
  }

  // Every key is known with this content: the results are the orders as they stand.
  [[nodiscard]] bool IsDuplicate() FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = 0; i < size(); ++i) {
      shard::OrderPlace known{};
      if (FormOf(i) != Code::kOk || !asked_[i].key.given() ||
          !engine_.FindKeyLocked(asked_[i].key, asked_[i].hash, &known) || known.shard != shard_[i]) {
        return false;
      }
      results_[i] = engine_.At(shard_[i]).Again(known.slot, asked_[i]);
      if (!results_[i].ok()) return false;
    }
    return true;
  }

  // Steps 1 to 4, each line on its own. True if all have passed.
  bool CheckLines() FLEXSTOCK_UNCHECKED_LOCKS {
    bool all = true;
    for (std::size_t i = 0; i < size(); ++i) {
      shard::OrderPlace known{};
      Code code = FormOf(i);
      if (code == Code::kOk && asked_[i].key.given() && engine_.FindKeyLocked(asked_[i].key, asked_[i].hash, &known)) {
        code = Code::kKeyConflict;
      }
      if (code == Code::kOk) code = engine_.At(shard_[i]).CheckDraft(asked_[i].product);
      results_[i] = {.code = code, .epoch = epoch_};
      all = all && code == Code::kOk;
    }
    return all;
  }

  [[nodiscard]] bool SameProduct(std::size_t a, std::size_t b) const {
    return request_.lines[a].product == request_.lines[b].product;
  }

  // Steps 5 to 7, for each product with the units of all its lines that have passed so far.
  bool CheckProducts() FLEXSTOCK_UNCHECKED_LOCKS {
    std::array<bool, kCartLinesMax> passed{};
    for (std::size_t i = 0; i < size(); ++i) passed[i] = results_[i].ok();
    bool all = true;
    for (std::size_t i = 0; i < size(); ++i) {
      if (!passed[i]) continue;
      Units units = 0;
      for (std::size_t j = i; j < size(); ++j) {
        if (passed[j] && SameProduct(i, j)) units += asked_[j].qty;
      }
      const Code code = engine_.At(shard_[i]).CheckUnits(asked_[i].product, asked_[i].customer, units);
      for (std::size_t j = i; j < size(); ++j) {
        if (!passed[j] || !SameProduct(i, j)) continue;
        results_[j].code = code;
        passed[j] = false;  // judged
      }
      all = all && code == Code::kOk;
    }
    return all;
  }

  // Slots and keys for all lines, so that taking cannot fail half-way.
  bool MakeRoom() FLEXSTOCK_UNCHECKED_LOCKS {
    bool all = true;
    for (std::size_t i = 0; i < size(); ++i) {
      const auto in_shard = static_cast<std::uint32_t>(std::count(shard_.begin(), shard_.begin() + size(), shard_[i]));
      const bool room = engine_.At(shard_[i]).MakeRoom(in_shard) &&
                        (!asked_[i].key.given() || engine_.keys().MakeRoom(asked_[i].hash, kCartLinesMax));
      if (!room) results_[i].code = Code::kOrdersFull;
      all = all && room;
    }
    return all;
  }

  void Take() FLEXSTOCK_UNCHECKED_LOCKS {
    for (std::size_t i = 0; i < size(); ++i) results_[i] = engine_.At(shard_[i]).TakeLine(asked_[i]);
  }

  Engine::Impl& engine_;
  const PlaceCart& request_;
  std::span<PlaceResult> results_;
  std::array<shard::Asked, kCartLinesMax> asked_;
  std::array<std::uint32_t, kCartLinesMax> shard_;
  std::array<bool, kCartLinesMax> in_range_;
  Epoch epoch_ = 0;
};

}  // namespace

CartResult Engine::Impl::PlaceLines(const PlaceCart& request, std::span<PlaceResult> lines, When when) noexcept {
  const bool well_formed = !request.lines.empty() && request.lines.size() <= kCartLinesMax &&
                           lines.size() >= request.lines.size() && KeysAreDistinct(request.lines) &&
                           IsValid(when.position);
  if (!well_formed) return Refuse(AllLines(Code::kInvalidArgument, lines), when.position);
  const Millis at_ms = TimeOf(when.at_ms);
  lines = lines.first(request.lines.size());
  Cart cart(*this, request, lines);
  LockedShards locked(*this);
  cart.AddShards(&locked);
  // No line is in range: it touches no shard.
  if (locked.empty()) return Refuse(cart.Judge(epoch()), when.position);
  for (Code stuck = Code::kOk;;) {
    locked.Acquire([&cart](const Shard& shard) { return cart.FirstProductIn(shard); });
    const Epoch now_epoch = epoch();
    if (locked.Arrive(at_ms, now_epoch)) {
      cart.FindProducts();
      base::BeforeKeyStripes();
      const std::uint32_t foreign = cart.ForeignShard(locked);
      if (foreign == kNoShard) {
        const LockedStripes stripes(keys_, cart.asked());
        const Epoch open = epoch();  // again, as for one order: see Shard::PlaceKeyed
        locked.BelongTo(open);
        locked.CountIfLate();
        Note(when.position, open);
        return cart.Judge(open);
      }
      // That order may be due to be forgotten: its shard has to arrive, too.
      locked.Release();
      locked.Add(foreign);
      continue;
    }
    locked.Release();
    if (stuck != Code::kOk) return AllLines(stuck, lines);
    stuck = MakeWay(now_epoch);
  }
}

}  // namespace flexstock
