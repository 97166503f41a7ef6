// The model's replay of a log: what Replayer must write, found out the slow way.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tools/replay/replayer.h"

namespace flexstock::replay {

struct ModelReplay {
  std::string results;
  std::map<ProductId, std::string> events;  // in order within a product
  std::string state;
};

// Every line of `log` must be a command.
[[nodiscard]] ModelReplay ReplayByModel(std::string_view log, const ReplayOptions& options);

// The lines of an events file by product.
[[nodiscard]] std::map<ProductId, std::string> EventsByProduct(std::string_view events);

}  // namespace flexstock::replay
