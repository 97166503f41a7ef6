// Comparison: the model and engines, taken through one stream side by side.
//
// Every answer must be the same, and every product's events must be the same in the same order. A decider may tell of
// an expiry later than the model (whoever is not asked may sleep), but never something else, and at a checkpoint
// everything has been told; then every view and sum is compared.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/stream.h"
#include "tests/model/decider.h"
#include "tests/model/model.h"

namespace flexstock::differential {

// Opens the decider that a stream is to run on.
using Opener = std::function<std::unique_ptr<model::Decider>(const Stream& stream)>;
struct Contender {
  std::string name;
  Opener open;
};

struct Mismatch {
  std::size_t step = 0;  // index of the command
  std::string what;      // who said what instead of what
};

// The first difference between the model and a contender, if there is one.
[[nodiscard]] std::optional<Mismatch> Compare(const Stream& stream, const std::vector<Contender>& contenders);

// The stream with as many commands taken out as can be while it `fails`. Tries at most `tries_max` streams.
[[nodiscard]] Stream Shrunk(Stream stream, const std::function<bool(const Stream&)>& fails, int tries_max);

// The mismatch of a seed's stream, shrunk, in words: everything that is needed to see it again.
[[nodiscard]] std::string Report(std::uint64_t seed, const Stream& stream, const std::vector<Contender>& contenders);

}  // namespace flexstock::differential
