// What is asked, and what there is to be had.
#include "bench/peers/sale.h"

#include <gtest/gtest.h>

namespace flexstock::bench::peers {
namespace {

TEST(SaleTest, SuppliesWhatIsAskedAndHalfOfItToOneInEight) {
  constexpr std::uint64_t kProducts = 100, kOrders = 5000;
  const Sale sale(Spread::kZipf, kProducts, kOrders);
  std::vector<Units> asked(kProducts);
  for (std::uint64_t i = 0; i < kOrders; ++i) {
    const Order order = sale[i];
    EXPECT_EQ(order.id, static_cast<std::int64_t>(i + 1));
    ASSERT_GE(order.product, 1);
    ASSERT_LE(order.product, static_cast<std::int64_t>(kProducts));
    ASSERT_GE(order.qty, 1);
    ASSERT_LE(order.qty, 3);
    asked[static_cast<std::size_t>(order.product - 1)] += order.qty;
  }
  ASSERT_EQ(sale.supply().size(), kProducts);
  for (std::size_t i = 0; i < kProducts; ++i) {
    EXPECT_GT(asked[i], 0) << i;
    EXPECT_EQ(sale.supply()[i], i % 8 == 0 ? asked[i] / 2 : asked[i]) << i;
  }
  // The most wanted is one of those that sell out.
  EXPECT_EQ(std::max_element(asked.begin(), asked.end()) - asked.begin(), 0);
}

TEST(SaleTest, AHotSaleIsOneProductThatSellsOut) {
  const Sale sale(Spread::kHot, 100, 1000);
  Units asked = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(sale[i].product, 1);
    asked += sale[i].qty;
  }
  EXPECT_EQ(sale.supply()[0], asked / 2);
  EXPECT_EQ(sale.supply()[1], 0);
}

TEST(SaleTest, AShorterOneBeginsLikeALongerOne) {
  const Sale shorter(Spread::kZipf, 100, 100), longer(Spread::kZipf, 100, 200);
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(shorter[i].product, longer[i].product);
    EXPECT_EQ(shorter[i].qty, longer[i].qty);
  }
}

}  // namespace
}  // namespace flexstock::bench::peers
