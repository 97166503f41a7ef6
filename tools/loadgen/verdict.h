// Verdict: is every unit where it should be?
//
// Two independent answers: the engine's own audit, and the load generator's books against what each product's view
// says. And a third, for events: whatever was answered must also have been told, exactly once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flexstock/engine.h"
#include "tools/loadgen/books.h"
#include "tools/loadgen/catalogue.h"
#include "tools/loadgen/tally.h"

namespace flexstock::loadgen {

// Something that the engine says and the load generator counted differently.
struct Difference {
  std::string what;  // "product 7: sold"
  std::int64_t engine = 0;
  std::int64_t counted = 0;
};

// Over all products.
struct UnitSums {
  Units supplied = 0, available = 0, held = 0, sold = 0, written_off = 0;
  std::int64_t pending = 0;  // orders
};

class Verdict {
 public:
  // The engine's own audit.
  void Check(const AuditReport& audit);
  // One product: what the books say after Close, what its view says.
  void Check(const Catalogue::Product& product, const Account& counted, const ProductView& engine);
  // What was answered against what was told, once all events were taken away. `fills`: the engine may accept by itself.
  void Check(const Totals& totals, bool fills);
  // Keys that were sent twice and placed twice.
  void CheckTwiceSold(std::uint64_t orders) { Compare("orders placed again under a known key", orders, 0); }

  [[nodiscard]] bool ok() const { return difference_count_ == 0; }
  [[nodiscard]] std::size_t products() const { return products_; }
  [[nodiscard]] const UnitSums& engine() const { return engine_; }
  [[nodiscard]] const UnitSums& counted() const { return counted_; }
  // The first hundred, and how many there are.
  [[nodiscard]] const std::vector<Difference>& differences() const { return differences_; }
  [[nodiscard]] std::size_t difference_count() const { return difference_count_; }

 private:
  void Compare(std::string what, std::uint64_t engine, std::uint64_t counted);
  void Differ(std::string what, std::int64_t engine, std::int64_t counted);

  std::size_t products_ = 0;
  UnitSums engine_, counted_;
  std::vector<Difference> differences_;
  std::size_t difference_count_ = 0;
};

}  // namespace flexstock::loadgen
