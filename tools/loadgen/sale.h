// Sale: a flash sale. Customers on several threads order as fast as they are answered, for a time or a number of
// orders.
#pragma once

#include <string>

#include "tools/loadgen/options.h"
#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

// Runs it and fills in `result`. Empty, or why the engine did not open.
[[nodiscard]] std::string RunSale(const SaleOptions& options, Result* result);

}  // namespace flexstock::loadgen
