// Faults: what a disk can do to a journal, and what has to be said then.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <string>

#include "tests/journal/shop.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {

inline constexpr sim::FaultKind kKinds[] = {sim::FaultKind::kError, sim::FaultKind::kNoSpace,
                                            sim::FaultKind::kShortWrite, sim::FaultKind::kCrash};

// The process is killed, or the machine loses power, in one of the ways.
inline constexpr std::size_t kEnds = 5;
inline void EndLife(sim::SimStorage* storage, std::size_t how) {
  constexpr sim::Loss kLosses[] = {sim::Loss::kAll, sim::Loss::kNone, sim::Loss::kSome, sim::Loss::kTorn};
  if (how < std::size(kLosses)) return storage->PowerLoss(kLosses[how]);
  storage->Kill();
}

// A file of the journal, or the directory, and a reason.
inline testing::AssertionResult SaysWhereAndWhy(const std::string& problem) {
  const bool where = problem.find(kDirectory) != std::string::npos;
  const bool why = problem.find("Input/output error") != std::string::npos ||
                   problem.find("No space left on device") != std::string::npos ||
                   problem.find(" bytes were written at ") != std::string::npos ||
                   problem.find("the disk takes no more bytes") != std::string::npos;
  if (where && why) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "says neither where nor why: '" << problem << "'";
}

}  // namespace flexstock::journal
