// Contenders: the engines that every random stream runs on, side by side with the model.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/differential/comparison.h"
#include "tests/differential/generator.h"
#include "tests/model/engine_decider.h"
#include "tests/model/seed.h"

namespace flexstock::differential {

// For all that a stream places, or tells between two looks, and not much more.
inline std::uint64_t RoomFor(const Stream& stream) {
  return std::clamp<std::uint64_t>(40 * stream.commands.size(), 1 << 12, 1 << 16);
}

// One shard, a few, and more than there are products; handing changes over by the handful and by the hundred; finding
// products by id and by reference.
inline std::vector<Contender> Engines() {
  struct Shape {
    const char* name;
    std::uint32_t shards;
    std::uint32_t changes_max;
    bool by_ref;
  };
  std::vector<Contender> engines;
  for (const Shape& shape : {Shape{"engine, 1 shard", 1, 256, false}, Shape{"engine, 7 shards", 7, 16, true},
                             Shape{"engine, 64 shards", 64, 64, false}}) {
    engines.push_back({shape.name, [shape](const Stream& stream) {
                         return std::make_unique<model::EngineDecider>(
                             model::EngineDecider::Setup{.shards = shape.shards,
                                                         .policy = stream.policy,
                                                         .retention_ms = stream.retention_ms,
                                                         .changes_max = shape.changes_max,
                                                         .room = RoomFor(stream),
                                                         .by_ref = shape.by_ref});
                       }});
  }
  return engines;
}

// Takes model and engines through a stream a seed, and reports the first that differs; empty: they all agreed.
inline std::string FirstDifference(std::uint64_t first_seed, std::uint64_t streams, std::size_t commands) {
  const std::vector<Contender> engines = Engines();
  for (const std::uint64_t seed : model::Seeds(first_seed, streams)) {
    model::NameSeedOnAbort(seed);
    const Stream stream = Generate(seed, commands);
    if (Compare(stream, engines)) return Report(seed, stream, engines);
  }
  return {};
}

}  // namespace flexstock::differential
