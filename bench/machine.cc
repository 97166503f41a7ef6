#include "bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

#include "bench/commit.h"
#include "bench/round_trip.h"

namespace flexstock::bench {
namespace {

std::string CpuName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown CPU";
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%FT%TZ", &utc)};
}

}  // namespace

Machine ThisMachine() {
  utsname name{};
  ::uname(&name);
  const double bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return {.cpu = CpuName(),
          .cpus = static_cast<int>(Cpus().size()),
          .kernel = std::string(name.sysname) + " " + name.release,
          .memory_gib = bytes / (1 << 30),
          .commit = FLEXSTOCK_COMMIT,
          .date = Now()};
}

}  // namespace flexstock::bench
