#include "tools/replay/key_book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/model/seed.h"

namespace flexstock::replay {
namespace {

TEST(KeyBookTest, FindsWhatItWasGivenAndNothingElse) {
  KeyBook book;
  EXPECT_EQ(book.Find("a"), kNoKey);
  bool is_new = false;
  const KeyRef a = book.Intern("a", &is_new);
  EXPECT_TRUE(is_new);
  EXPECT_NE(a, kNoKey);
  EXPECT_EQ(book.order(a), kNoOrder);
  EXPECT_EQ(book.Intern("a", &is_new), a);
  EXPECT_FALSE(is_new);
  EXPECT_EQ(book.Find("a"), a);
  EXPECT_EQ(book.Find(std::string_view("a\0", 2)), kNoKey);
  EXPECT_EQ(FromOrderKey(ToOrderKey(a)), a);
  EXPECT_TRUE(ToOrderKey(a).given());
}

TEST(KeyBookTest, KeepsWhatIsKnownOfAnOrder) {
  KeyBook book;
  bool is_new = false;
  const KeyRef key = book.Intern(std::string(64, 'x'), &is_new);
  book.SetOrder(key, OrderId{42}, 7);
  EXPECT_EQ(book.order(key), OrderId{42});
  EXPECT_EQ(book.placement(key), 7u);
  EXPECT_EQ(book.name(key), std::string(64, 'x'));
}

TEST(KeyBookTest, AReleasedNumberServesANameAsLong) {
  KeyBook book;
  bool is_new = false;
  const KeyRef key = book.Intern("12345678", &is_new);
  book.SetOrder(key, OrderId{42}, 7);
  book.Release(key);
  EXPECT_EQ(book.Find("12345678"), kNoKey);
  EXPECT_NE(book.Intern("1", &is_new), key);
  EXPECT_EQ(book.Intern("87654321", &is_new), key);
  EXPECT_EQ(book.name(key), "87654321");
  EXPECT_EQ(book.order(key), kNoOrder);
}

void CompareWithAMap(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  KeyBook book;
  std::map<std::string, KeyRef> map;
  for (int i = 0; i < 50'000; ++i) {
    // Names of 1 to 64 bytes, few of each length, so that they come again.
    const std::string name = std::string(random() % 64, 'x') + static_cast<char>(random() % 200);
    const auto known = map.find(name);
    EXPECT_EQ(book.Find(name), known == map.end() ? kNoKey : known->second);
    if (known != map.end() && random() % 2 == 0) {
      book.Release(known->second);
      map.erase(known);
    } else {
      bool is_new = false;
      const KeyRef key = book.Intern(name, &is_new);
      EXPECT_EQ(is_new, known == map.end());
      map.emplace(name, key);
    }
    ASSERT_EQ(book.size(), map.size());
  }
  std::set<KeyRef> numbers;
  for (const auto& [name, key] : map) {
    EXPECT_EQ(book.name(key), name);
    EXPECT_TRUE(numbers.insert(key).second) << "two names with one number";
  }

  book.ForEach([&](KeyRef key) {
    if (book.name(key).size() % 2 == 0) book.Release(key);
  });
  std::erase_if(map, [](const auto& entry) { return entry.first.size() % 2 == 0; });
  EXPECT_EQ(book.size(), map.size());
  for (const auto& [name, key] : map) EXPECT_EQ(book.Find(name), key);
}

TEST(KeyBookTest, AgreesWithAMapWhateverIsAddedAndReleased) {
  for (const std::uint64_t seed : model::Seeds(1, 4)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    CompareWithAMap(seed);
  }
}

TEST(KeyBookTest, SortsByBytesWhateverNamesHaveInCommon) {
  const std::vector<std::vector<std::string>> books = {
      {},
      {"only"},
      {"a", "b", "", "ab"},
      {"order-1", "order-10", "order-2", "order-", "order-\xc3\xa9", std::string("order-1\0", 8), "order-123456789",
       "order-123456788"},
      {"x", std::string(1, '\0'), "\xff", "\x7f"},
  };
  for (std::vector<std::string> names : books) {
    KeyBook book;
    bool is_new = false;
    std::erase(names, "");
    for (const std::string& name : names) (void)book.Intern(name, &is_new);
    std::vector<std::string> sorted;
    for (const KeyRef key : book.Sorted()) sorted.emplace_back(book.name(key));
    std::sort(names.begin(), names.end());
    EXPECT_EQ(sorted, names);
  }
}

}  // namespace
}  // namespace flexstock::replay
