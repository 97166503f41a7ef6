// Restorer: puts one shard back together from a snapshot's images and the journal's changes behind them.
//
// First, if there is a snapshot: Begin, and every order and product with the chunk that it was in. A chunk was copied
// at one instant, while the shard went on: it has all changes up to a number and none after it, and a shard's products
// were copied after its orders. So a change is put back where it is not in the chunk:
//
//   number of the change      ... │ orders' chunk │ ... │ product's chunk │ ...
//   the order                     has it          │ put back
//   its product's units           has it                                  │ put back
//
// Then every change of the journal, in order. Then Finish: lists, deadlines, keys and limits follow from the orders.
//
// What is put back is checked against what is there: false means that the files contradict themselves, and nothing may
// be opened from them.
//
// Threads  One at a time a shard; shards at once.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/shard/record.h"
#include "engine/shard/shard.h"

namespace flexstock::shard {

class Restorer {
 public:
  explicit Restorer(Shard& shard) : shard_(shard) {}

  // ---- From a snapshot -------------------------------------------------------------------------------------------
  // How the shard stood when its first chunk was copied: its newest change, order of placement and time.
  void Begin(std::uint64_t newest, std::uint64_t placed, Millis now_ms);
  // A chunk with the slots first .. end-1 was copied when the shard's newest change was this.
  void AddOrders(memory::Range slots, std::uint64_t newest) { order_chunks_.push_back({slots, newest}); }
  void AddProducts(memory::Range slots, std::uint64_t newest) { product_chunks_.push_back({slots, newest}); }
  // state kNone: nothing but the generation is known of the slot.
  [[nodiscard]] bool Put(std::uint32_t slot, const Order& order, OrderKey key);
  [[nodiscard]] bool Put(const ProductImage& image);

  // ---- From the journal ------------------------------------------------------------------------------------------
  // The shard's next change. The first may be one that the snapshot has, but none may be missing between.
  [[nodiscard]] bool StartAt(std::uint64_t number);
  [[nodiscard]] bool Take(const Record& record);
  // What Take will touch, if it is what it says: a hint, for a record that may be anything.
  void Prefetch(const Record& record) const;
  // The change just taken, as it was told; its position is left to the caller. Not of a change that a chunk has.
  [[nodiscard]] Change Told(const Record& record) const;

  // ---- Then ------------------------------------------------------------------------------------------------------
  // Once all is put back: whether there is such a product. Any slot.
  [[nodiscard]] bool HasProduct(std::uint32_t slot) const FLEXSTOCK_UNCHECKED_LOCKS { return shard_.IsProduct(slot); }
  // Whose slots they are; before Finish.
  void Own(std::vector<memory::Range> orders, std::vector<memory::Range> products);
  // False: an order contradicts another, or there is no memory.
  [[nodiscard]] bool Finish() FLEXSTOCK_UNCHECKED_LOCKS;
  // Once all shards have finished, one shard after another. That an order is forgotten is written nowhere, so one whose
  // key was free by then comes back if the shard's time, or a longer retention, says that it is remembered. The key then
  // finds the order that was placed with it later. False: two orders that wait have one key.
  [[nodiscard]] bool SettleKeys() FLEXSTOCK_UNCHECKED_LOCKS;

 private:
  struct Chunk {
    memory::Range slots;
    std::uint64_t newest;
  };

  [[nodiscard]] static bool Has(const std::vector<Chunk>& chunks, std::uint64_t newest_of_all, std::uint32_t slot,
                                std::uint64_t number);
  [[nodiscard]] bool TakeOrder(const Record& record) FLEXSTOCK_UNCHECKED_LOCKS;
  [[nodiscard]] bool TakeProduct(const Record& record) FLEXSTOCK_UNCHECKED_LOCKS;
  [[nodiscard]] bool Move(const Order& before, const Order& after, bool written_off) FLEXSTOCK_UNCHECKED_LOCKS;
  void SetPolicy(std::uint32_t product, const Policy& policy) FLEXSTOCK_UNCHECKED_LOCKS;
  [[nodiscard]] bool Link() FLEXSTOCK_UNCHECKED_LOCKS;
  [[nodiscard]] bool IndexKeys(const std::vector<std::uint32_t>& keyed) FLEXSTOCK_UNCHECKED_LOCKS;
  void FreeTheRest() FLEXSTOCK_UNCHECKED_LOCKS;

  Shard& shard_;
  std::vector<Chunk> order_chunks_, product_chunks_;  // in order of slots
  std::uint64_t chunks_newest_ = 0;                   // of all chunks
  bool sorted_ = false;                               // the chunks are
  std::uint64_t begun_ = 0;                           // every chunk has the changes up to this
  std::uint64_t newest_ = 0;                          // change that is known
  std::uint64_t number_ = 0;                          // of the change last taken from the journal
  std::uint64_t placed_ = 0;
  Millis now_ = 0;
  std::vector<std::uint32_t> rivals_;  // slots of orders whose key another order has in the index
};

}  // namespace flexstock::shard
