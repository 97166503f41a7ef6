// Everybody: all contestants, in a directory of the test's own, and sales that they play.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "bench/peers/contestants.h"
#include "bench/peers/tournament.h"

namespace flexstock::bench::peers {

class Everybody : public testing::Test {
 protected:
  // Each of those with `text` in their names plays the sale; what it answers is checked as it always is.
  void ExpectAgreement(const std::string& text, const Sale& sale) {
    const Played expected = Expect(sale);
    int played = 0;
    for (const Contestant& contestant : all_) {
      if (contestant.name.find(text) == std::string::npos) continue;
      ++played;
      try {
        EXPECT_EQ(PlayChecked(contestant, sale, expected).answers.size(), sale.orders()) << contestant.name;
      } catch (const Failure& failure) {
        ADD_FAILURE() << failure.what();
      }
    }
    EXPECT_GT(played, 0) << text;
  }
  // As few orders as have every answer among them: each may cost a sync of the disk.
  void ExpectAgreement(const std::string& text) {
    for (const Spread spread : {Spread::kZipf, Spread::kHot}) ExpectAgreement(text, Sale(spread, 50, 300));
  }

  const Directory directory_{""};
  Servers servers_{directory_};
  const std::vector<Contestant> all_ = Contestants(directory_, servers_);
};

}  // namespace flexstock::bench::peers
