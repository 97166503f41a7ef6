// Trace: a real order log, read whole before the run, so that reading costs the run nothing.
//
//   at_ms,product,customer,qty          the header, exactly so
//   1291191960000,85123,17850,6         whole numbers, no quotes, no blanks; times never run back
//
// Every line ends in a newline, the last one too: a file that was cut short would otherwise pass with a last quantity
// of 1 instead of 12. Carriage returns before the newline are let pass.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "tools/loadgen/catalogue.h"

namespace flexstock::loadgen {

struct TraceRow {
  Millis at_ms;
  CustomerId customer;
  Units qty;
  std::uint32_t product;  // its index in Trace::products
};

struct Trace {
  struct Product {
    ProductId id;
    Units demand;  // units that the whole trace asks for
  };

  std::vector<TraceRow> rows;  // at least one
  std::vector<Product> products;
};

struct TraceRead {
  Trace trace;
  std::string problem;  // empty, or "FILE:LINE: what is wrong; what to do"
};

// `name` stands for the file in messages.
[[nodiscard]] TraceRead ReadTrace(std::istream& in, const std::string& name);
[[nodiscard]] TraceRead ReadTraceFile(const std::string& file);

}  // namespace flexstock::loadgen
