#include "bench/resident.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace flexstock::bench {
namespace {

// A line of /proc/self/status: "VmRSS:      1234 kB".
double StatusBytes(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::strtod(line.c_str() + field.size(), nullptr) * 1024;
  }
  std::fprintf(stderr, "/proc/self/status does not say how much memory this takes\n");
  std::exit(1);
}

}  // namespace

double ResidentBytes() { return StatusBytes("VmRSS:"); }
double ResidentBytesMax() { return StatusBytes("VmHWM:"); }

}  // namespace flexstock::bench
