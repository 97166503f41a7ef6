// Catalogue: the products of a run and the stock that each begins with.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <vector>

#include "flexstock/engine.h"

namespace flexstock::loadgen {

// How much stock a product begins with: so many units, or a share of what will be ordered of it.
struct StockRule {
  Units units = 0;
  double share = 0;  // > 0: of the demand, rounded up; units then does not count

  [[nodiscard]] Units For(Units demand) const;
};

class Catalogue {
 public:
  struct Product {
    ProductId id;
    Units stock;
    MemberId member;
    std::uint32_t policy = 0;  // which of the catalogue's policies; 0 is the engine's own
  };

  // Products 1 .. count, each with `stock` units.
  static Catalogue Numbered(std::uint32_t count, Units stock);

  // Adds a product; returns its index. Not one that is there already. Without a member, it is the next one's in turn.
  std::uint32_t Add(const Product& product);
  std::uint32_t Add(ProductId id, Units stock);
  // Adds what products may have instead of the engine's own policy; returns its index.
  std::uint32_t AddPolicy(const PolicyChange& policy);

  // Some product's pending orders may be accepted from stock.
  [[nodiscard]] bool MayFill() const;

  [[nodiscard]] const std::vector<Product>& products() const { return products_; }
  // Of a product that is in the catalogue.
  [[nodiscard]] std::uint32_t IndexOf(ProductId id) const { return index_.find(id)->second; }

  // Puts every product into the engine, all live. Empty, or what went wrong.
  [[nodiscard]] std::string PutInto(Engine& engine) const;

 private:
  std::vector<Product> products_;
  std::vector<PolicyChange> policies_ = {{}};
  absl::flat_hash_map<ProductId, std::uint32_t> index_;
};

}  // namespace flexstock::loadgen
