#include "tools/loadgen/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace flexstock::loadgen {
namespace {

// Products belong to so many members, in turn: enough that members differ, few enough that each has much to answer.
constexpr std::uint32_t kMembers = 100;

}  // namespace

Units StockRule::For(Units demand) const {
  if (share <= 0) return units;
  return static_cast<Units>(std::min(std::ceil(static_cast<double>(demand) * share), static_cast<double>(kStockMax)));
}

Catalogue Catalogue::Numbered(std::uint32_t count, Units stock) {
  Catalogue catalogue;
  catalogue.products_.reserve(count);
  catalogue.index_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) catalogue.Add(ProductId{std::int64_t{i} + 1}, stock);
  return catalogue;
}

std::uint32_t Catalogue::Add(const Product& product) {
  const auto index = static_cast<std::uint32_t>(products_.size());
  products_.push_back(product);
  index_.emplace(product.id, index);
  return index;
}

std::uint32_t Catalogue::Add(ProductId id, Units stock) {
  return Add(
      {.id = id, .stock = stock, .member = MemberId{static_cast<std::int64_t>(products_.size() % kMembers) + 1}});
}

std::uint32_t Catalogue::AddPolicy(const PolicyChange& policy) {
  policies_.push_back(policy);
  return static_cast<std::uint32_t>(policies_.size() - 1);
}

bool Catalogue::MayFill() const {
  return std::any_of(policies_.begin(), policies_.end(), [](const PolicyChange& policy) {
    return policy.fill_on_restock.value_or(FillOnRestock::kOff) != FillOnRestock::kOff;
  });
}

std::string Catalogue::PutInto(Engine& engine) const {
  for (const Product& product : products_) {
    const CommandResult put = engine.Put(
        {.product = product.id, .member = product.member, .stock = product.stock, .policy = policies_[product.policy]});
    if (!put.ok()) {
      return fmt::format("putting product {} with {} units: {}", static_cast<std::int64_t>(product.id), product.stock,
                         Name(put.code));
    }
  }
  return {};
}

}  // namespace flexstock::loadgen
