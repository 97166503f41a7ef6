// RecordedFiles: what a scenario takes from outside: series of counts, and traces. Files that end in .zst are unpacked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/loadgen/trace_reader.h"

namespace flexstock::loadgen {

struct FileRead {
  std::string text;
  std::string problem;  // empty, or "FILE: what is wrong; what to do"
};

// Whole files, up to 1 GiB unpacked.
[[nodiscard]] FileRead ReadPacked(const std::string& file);

struct SeriesRead {
  std::vector<std::uint32_t> counts;
  std::string problem;  // empty, or "FILE:LINE: what is wrong; what to do"
};

// A whole number a line, not below 0; at least one above. Every line ends in a newline, the last one too.
[[nodiscard]] SeriesRead ReadSeries(const std::string& file);

// As ReadTraceFile, also packed.
[[nodiscard]] TraceRead ReadPackedTrace(const std::string& file);

}  // namespace flexstock::loadgen
