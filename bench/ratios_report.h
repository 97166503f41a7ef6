// What ratios prints, and its JSON file.
#pragma once

#include <string>
#include <vector>

#include "bench/comparison.h"
#include "tools/loadgen/machine.h"

namespace flexstock::bench {

// A figure that is simply there, such as bytes an order.
struct Size {
  std::string name;
  double bytes = 0;
  double mark = 0;  // at most; 0: none, for information

  [[nodiscard]] bool met() const { return bytes <= mark; }
};

void PrintHead(const loadgen::Machine& machine, double round_trip_ns);
void PrintLine(const Outcome& outcome);
void PrintLine(const Size& size);

// False: the file cannot be written.
[[nodiscard]] bool WriteJson(const std::string& file, const loadgen::Machine& machine, double round_trip_ns, bool quick,
                             const std::vector<Outcome>& outcomes, const std::vector<Size>& sizes);

}  // namespace flexstock::bench
